import HearthEngine
import HearthHub
import HearthMemory
import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthTesting
import HearthWire

/// A hub and its devices face to face: the shipped cores, and between them two streams of bytes for each connection.
///
/// Nothing moves by itself. `step` does one thing that is due: it carries a piece of a stream to its end, or does one
/// of the hub's tasks (let a device in, read a page, decide a batch). What is done next, and how much of a stream is
/// carried, are the `manner`'s to say; so a test can stop anywhere, break a connection there, and go on.
final class Conversation {
  /// In which order due things are done, and where streams are cut.
  enum Manner {
    /// The hub's streams, its tasks, the devices' streams; frames whole.
    case prompt
    /// As `prompt`, but change sets are decided only when nothing else is due.
    case lateDecisions
    /// As `prompt`, each frame in two pieces, cut behind so many bytes.
    case cut(Int)
    /// By chance, in pieces of any size.
    case random
  }

  /// Something that the hub has to do.
  enum Task {
    case admit(HubCore.ConnectionID, Hello)
    case read(HubCore.ConnectionID, PageRequest)
    case decide([HubCore.Ticket])
  }

  /// A connection while it lasts: bytes on their way, and the cutters at their ends.
  struct Pipe {
    let device: String
    var toHub: [UInt8] = []
    var toDevice: [UInt8] = []
    var hubCutter = FrameCutter(frameBytesMax: 1 << 20)
    var deviceCutter = FrameCutter(frameBytesMax: 8 << 20)
    /// The hub has closed: what is on its way to the device still arrives.
    var isClosedByHub = false
  }

  /// A connection of something that says whatever it likes, and what it was told.
  struct Stranger {
    let form: WireCodec.Form
    var cutter = FrameCutter(frameBytesMax: 1 << 20)
    var heard: [HubMessage] = []
    var isClosed = false
  }

  /// A device: what it knows, where it keeps it, and what the test remembers of it.
  final class Unit {
    var core: DeviceCore
    var storage: MemoryReplica
    let token: String
    var connection: HubCore.ConnectionID?
    var wakeAt: Int64?
    /// How far its clock is ahead.
    var skew: Int64 = 0
    /// What became of its change sets, by the content they had.
    var settled: [SettledEntry] = []

    init(core: DeviceCore, storage: MemoryReplica, token: String) {
      self.core = core
      self.storage = storage
      self.token = token
    }
  }

  let pack: Pack
  let form: WireCodec.Form
  /// Bytes of a turn from which either end deflates; nil when nobody does.
  let deflatingFrom: Int?
  let household: HouseholdID
  var manner: Manner
  private(set) var store: RewindableStore
  private(set) var devices: [String: Unit] = [:]
  private(set) var hub: HubCore
  private(set) var now: Int64 = 1_762_848_000_000
  private(set) var steps = 0
  /// Bytes of the longest frame that was sent, with its length.
  private(set) var longestFrame = 0
  /// Frames that were sent, and those of them that were Deflated.
  private(set) var frameCounts = (all: 0, deflated: 0)
  /// Connections behind whose Welcome the hub may deflate.
  private var deflating: Set<HubCore.ConnectionID> = []
  private let deflater = Deflater()
  private(set) var tasks: [Task] = []
  private let engine: Engine
  private let doorkeeper: Doorkeeper
  private var random: SeededGenerator
  private var pipes: [HubCore.ConnectionID: Pipe] = [:]
  private var strangers: [HubCore.ConnectionID: Stranger] = [:]
  private var nextConnection: UInt64 = 1

  init(
    _ seed: Seed.Household, _ pack: Pack, form: WireCodec.Form = .binary, manner: Manner = .prompt,
    seed number: UInt64 = 1,
    limits: Limits = Limits(), deflatingFrom: Int? = nil
  ) throws {
    self.pack = pack
    self.form = form
    self.deflatingFrom = deflatingFrom
    self.manner = manner
    household = seed.id
    store = RewindableStore()
    engine = Engine(packs: [pack.name: pack]) { instant, _ in Day(rawValue: Int32(instant.milliseconds / 86_400_000)) }
    doorkeeper = Doorkeeper(packs: [pack.name: pack], limits: limits)
    hub = HubCore(limits: limits)
    random = SeededGenerator(seed: number)
    var tokens = 0
    let made = try Founding(engine: engine).found(
      seed, app: pack.name, in: store, now: Instant(milliseconds: now), random: { random.next() },
      makeToken: {
        tokens += 1
        return "token-\(tokens)"
      })
    try store.beginLife(Epoch(rawValue: random.next() | 1))
    for device in made {
      let identity = ReplicaIdentity(incarnation: random.next() | 1, household: household, member: device.member)
      let storage = MemoryReplica(identity: identity)
      devices[device.name] = Unit(core: core(storage, device.token), storage: storage, token: device.token)
    }
  }

  private func core(_ storage: MemoryReplica, _ token: String) -> DeviceCore {
    DeviceCore(
      replica: storage.load(pack: pack), token: token, software: "test", form: form, deflatingFrom: deflatingFrom)
  }

  func unit(_ name: String) -> Unit { devices[name]! }

  // MARK: What a test does

  func connect(_ name: String) throws {
    let unit = unit(name)
    try carryOut(unit.core.connect(moment(unit), unit.storage), name)
  }

  func disconnect(_ name: String) throws {
    let unit = unit(name)
    try carryOut(unit.core.disconnect(moment(unit), unit.storage), name)
  }

  @discardableResult
  func edit(_ name: String, _ body: (inout Draft) -> Void) throws -> UInt64 {
    let unit = unit(name)
    var draft = Draft()
    body(&draft)
    let committed = try unit.core.commit(draft, moment(unit), unit.storage)
    try carryOut(committed.effects, name)
    return committed.counter
  }

  /// Breaks the connection of a device: what is on its way is lost in both directions.
  func breakConnection(_ name: String) throws {
    let unit = unit(name)
    guard let id = unit.connection else { return }
    pipes[id] = nil
    unit.connection = nil
    hub.closed(id)
    try carryOut(unit.core.closed(moment(unit), unit.storage), name)
  }

  /// The device's process dies and starts again from what it had written.
  func restart(_ name: String) throws {
    let unit = unit(name)
    if let id = unit.connection {
      pipes[id] = nil
      hub.closed(id)
    }
    unit.connection = nil
    unit.wakeAt = nil
    unit.core = core(unit.storage, unit.token)
  }

  /// The device becomes what another one is: a phone that was set up from the other's backup.
  func clone(_ name: String, from other: String) throws {
    let (copy, original) = (unit(name), unit(other))
    copy.storage = original.storage.copy()
    try restart(name)
    copy.core = core(copy.storage, original.token)
  }

  /// The hub dies and comes back with the store as it was after so many writes.
  func restoreHub(toWrites count: Int) throws {
    for (name, unit) in devices.sorted(by: { $0.key < $1.key }) where unit.connection != nil {
      try breakConnection(name)
    }
    pipes = [:]
    tasks = []
    store = try store.rewound(to: count)
    try store.beginLife(Epoch(rawValue: random.next() | 1))
    hub = HubCore(limits: doorkeeper.limits)
  }

  func resend(_ name: String) throws {
    let unit = unit(name)
    try carryOut(unit.core.resend(unit.storage), name)
  }

  func drainHub() throws { try carryOut(hub.drain { _ in 1000 }) }

  /// Lets time pass and wakes who wanted to be woken.
  func pass(_ milliseconds: Int64) throws {
    now += milliseconds
    try carryOut(hub.tick(now: now))
    for name in devices.keys.sorted() {
      let unit = unit(name)
      guard let wakeAt = unit.wakeAt, wakeAt <= now else { continue }
      unit.wakeAt = nil
      try carryOut(unit.core.tick(moment(unit), unit.storage), name)
    }
  }

  // MARK: Strangers

  /// A connection from outside, which no device of the conversation has made.
  func strangerConnects(_ form: WireCodec.Form) -> HubCore.ConnectionID {
    let id = HubCore.ConnectionID(rawValue: nextConnection)
    nextConnection += 1
    strangers[id] = Stranger(form: form)
    hub.opened(id, now: now)
    return id
  }

  /// What a stranger was told so far, and whether the hub has closed.
  func stranger(_ id: HubCore.ConnectionID) -> Stranger { strangers[id]! }

  /// A stranger sends a message.
  func stranger(_ id: HubCore.ConnectionID, says message: DeviceMessage) throws {
    try stranger(id, sends: WireCodec(form: stranger(id).form, pack: pack).encode(message))
  }

  /// A stranger sends the bytes of a frame, in its own form or in the other one.
  func stranger(_ id: HubCore.ConnectionID, sends frame: [UInt8], _ form: WireCodec.Form? = nil) throws {
    try carryOut(hub.received(frame, form ?? stranger(id).form, from: id, now: now))
    try settle()
  }

  /// A stranger sends bytes of a TCP stream.
  func stranger(_ id: HubCore.ConnectionID, streams bytes: [UInt8]) throws {
    strangers[id]?.cutter.append(bytes)
    do {
      while let frame = try strangers[id]?.cutter.next() { try stranger(id, sends: frame) }
    } catch let fault as ProtocolFault {
      try carryOut(hub.malformed(fault, from: id))
    }
  }

  private func tell(_ id: HubCore.ConnectionID, _ frame: [UInt8]) throws {
    guard let stranger = strangers[id] else { return }
    strangers[id]?.heard += try WireCodec(form: stranger.form, pack: pack).hubMessages(frame)
  }

  // MARK: What is due

  private enum Due {
    case toHub(HubCore.ConnectionID)
    case toDevice(HubCore.ConnectionID)
    case task(Int)
  }

  private func due() -> [Due] {
    let ids = pipes.keys.sorted()
    let toHub = ids.filter { !pipes[$0]!.toHub.isEmpty }.map { Due.toHub($0) }
    let toDevice = ids.filter { !pipes[$0]!.toDevice.isEmpty || pipes[$0]!.isClosedByHub }.map { Due.toDevice($0) }
    // Of each kind the oldest: batches are decided in their order, and so on.
    var kinds = Set<Int>()
    let tasks = tasks.indices.filter { kinds.insert(Self.kind(self.tasks[$0])).inserted }.map { Due.task($0) }
    return toHub + tasks + toDevice
  }

  private static func kind(_ task: Task) -> Int {
    switch task {
    case .admit: 0
    case .read: 1
    case .decide: 2
    }
  }

  /// Does one thing that is due.
  ///
  /// - Returns: whether anything was due.
  @discardableResult
  func step() throws -> Bool {
    let due = due()
    guard let chosen = choose(due) else { return false }
    steps += 1
    switch chosen {
    case .toHub(let id): try carryToHub(id)
    case .toDevice(let id): try carryToDevice(id)
    case .task(let position): try work(tasks.remove(at: position))
    }
    return true
  }

  private func choose(_ due: [Due]) -> Due? {
    switch manner {
    case .prompt, .cut: due.first
    case .lateDecisions:
      due.first { if case .task(let position) = $0, case .decide = tasks[position] { false } else { true } }
        ?? due.first
    case .random: due.isEmpty ? nil : random.pick(due)
    }
  }

  /// Goes on until nothing is due any more.
  func settle(stepsMax: Int = 100_000) throws {
    let limit = steps + stepsMax
    while try step() {
      guard steps < limit else { throw Fault(description: "the conversation does not come to rest") }
    }
  }

  /// Connects every device, and lets time pass until all are live and have nothing to say.
  func settleAll() throws {
    for _ in 0..<40 {
      for name in devices.keys.sorted() where unit(name).core.link.condition.isStopped { try connect(name) }
      try settle()
      if devices.values.allSatisfy({ $0.core.link.condition == .live && $0.core.replica.outbox.isEmpty }) { return }
      try pass(61_000)
    }
    let conditions = devices.map {
      "\($0.key): \($0.value.core.link.condition), outbox \($0.value.core.replica.outbox.count)"
    }
    throw Fault(description: "not all devices came to rest: \(conditions.sorted())")
  }

  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  // MARK: Streams

  /// How much of a stream is carried in this step.
  private func piece(of stream: [UInt8]) -> Int {
    let frame = stream.count < 4 ? stream.count : 4 + stream[..<4].reduce(0) { $0 << 8 | Int($1) }
    switch manner {
    case .prompt, .lateDecisions: return min(frame, stream.count)
    case .cut(let position):
      let rest = carried % max(frame, 1)
      return rest < position && position < frame ? min(position - rest, stream.count) : min(frame - rest, stream.count)
    case .random: return random.below(stream.count) + 1
    }
  }

  /// Bytes of the current frame that `cut` has carried already.
  private var carried = 0

  private func carryToHub(_ id: HubCore.ConnectionID) throws {
    let pieces = cut(pipes[id]!.toHub)
    pipes[id]!.toHub.removeFirst(pieces.joined().count)
    for piece in pieces {
      pipes[id]?.hubCutter.append(piece)
      while let frame = try pipes[id]?.hubCutter.next() {
        try carryOut(hub.received(frame, form, from: id, now: now))
      }
    }
  }

  private func carryToDevice(_ id: HubCore.ConnectionID) throws {
    guard let pipe = pipes[id] else { return }
    let name = pipe.device
    let unit = unit(name)
    if pipe.toDevice.isEmpty {
      // All has arrived that the hub said before it closed.
      pipes[id] = nil
      guard unit.connection == id else { return }
      unit.connection = nil
      return try carryOut(unit.core.closed(moment(unit), unit.storage), name)
    }
    let pieces = cut(pipe.toDevice)
    pipes[id]!.toDevice.removeFirst(pieces.joined().count)
    for piece in pieces {
      pipes[id]?.deviceCutter.append(piece)
      while unit.connection == id, let frame = try pipes[id]?.deviceCutter.next() {
        try carryOut(unit.core.received(frame, moment(unit), unit.storage), name)
      }
    }
  }

  /// The next pieces of a stream: the two parts of a frame, or one piece.
  private func cut(_ stream: [UInt8]) -> [[UInt8]] {
    guard case .cut(let position) = manner else { return [Array(stream.prefix(piece(of: stream)))] }
    let frame = min(4 + stream.prefix(4).reduce(0) { $0 << 8 | Int($1) }, stream.count)
    guard position < frame else { return [Array(stream.prefix(frame))] }
    return [Array(stream[..<position]), Array(stream[position..<frame])]
  }

  // MARK: The hub's tasks

  private func work(_ task: Task) throws {
    switch task {
    case .admit(let id, let hello):
      let circumstances = Doorkeeper.Circumstances(session: id.rawValue, now: now)
      do {
        try carryOut(hub.admitted(id, try doorkeeper.admit(hello, store, circumstances)))
        if hub.mayDeflate(to: id) { deflating.insert(id) }
      } catch let fault as ProtocolFault {
        try carryOut(hub.refused(id, fault))
      }
    case .read(let id, let request):
      try carryOut(hub.read(id, request.page(from: store, bytesMax: pageBytes)))
    case .decide(let tickets):
      var results = [SubmissionResult]()
      try store.commit { reader in
        let decided = try engine.decide(tickets.map(\.submission), reader: reader, now: Instant(milliseconds: now))
        results = decided.results
        return decided.commit
      }
      try carryOut(hub.decided(Array(zip(tickets, results).map { (ticket: $0, result: $1) })))
    }
  }

  /// Stored bytes of a page; small, so that a catch-up takes several.
  var pageBytes = 300

  private func carryOut(_ effects: [HubCore.Effect]) throws {
    var turns: [HubCore.ConnectionID: [[UInt8]]] = [:]
    let endTurns = {
      for (id, frames) in turns { self.sendToDevice(frames, id) }
      turns = [:]
    }
    defer { endTurns() }
    for effect in effects {
      switch effect {
      case .write(let id, let bytes, _):
        turns[id, default: []].append(bytes)
        try tell(id, bytes)
      case .close(let id, _):
        if let frames = turns.removeValue(forKey: id) { sendToDevice(frames, id) }
        pipes[id]?.isClosedByHub = true
        strangers[id]?.isClosed = true
      case .admit(let id, let hello): tasks.append(.admit(id, hello))
      case .read(let id, let request): tasks.append(.read(id, request))
      case .submit(let tickets): tasks.append(.decide(tickets))
      case .inquire(let id, let question):
        endTurns()
        try carryOut(hub.answered(id, try question.answer(store)))
      case .acknowledge(let acknowledgement):
        try store.acknowledge([acknowledgement], now: Instant(milliseconds: now))
      case .note: break
      }
    }
  }

  /// What the hub says to a connection in one turn, as its shell writes it.
  private func sendToDevice(_ turn: [[UInt8]], _ id: HubCore.ConnectionID) {
    var frames = turn
    if let deflatingFrom, deflating.contains(id) {
      frames = DeflatedFrames.packed(turn, from: deflatingFrom, bytesMax: Limits.deviceFrameBytes, by: deflater)
    }
    for frame in frames {
      count(frame)
      pipes[id]?.toDevice += FrameCutter.frame(frame)
    }
  }

  private func count(_ frame: [UInt8]) {
    longestFrame = max(longestFrame, frame.count + 4)
    frameCounts.all += 1
    if form == .binary, frame.starts(with: [0xaa, 0x01]) { frameCounts.deflated += 1 }
  }

  private func carryOut(_ effects: [DeviceCore.Effect], _ name: String) throws {
    let unit = unit(name)
    for effect in effects {
      switch effect {
      case .open: try open(name, unit)
      case .write(let bytes):
        count(bytes)
        if let id = unit.connection { pipes[id]?.toHub += FrameCutter.frame(bytes) }
      case .close: try close(unit)
      case .wake(let time): unit.wakeAt = min(unit.wakeAt ?? time, time)
      case .settled(let entries): unit.settled += entries
      case .changed, .seen, .condition, .answered: break
      }
    }
  }

  private func open(_ name: String, _ unit: Unit) throws {
    let id = HubCore.ConnectionID(rawValue: nextConnection)
    nextConnection += 1
    unit.connection = id
    pipes[id] = Pipe(device: name)
    hub.opened(id, now: now)
    try carryOut(unit.core.opened(moment(unit), unit.storage), name)
  }

  /// The device closes: what it said before still arrives.
  private func close(_ unit: Unit) throws {
    guard let id = unit.connection, let pipe = pipes.removeValue(forKey: id) else { return }
    unit.connection = nil
    var cutter = pipe.hubCutter
    cutter.append(pipe.toHub)
    while let frame = try cutter.next() { try carryOut(hub.received(frame, form, from: id, now: now)) }
    hub.closed(id)
  }

  private func moment(_ unit: Unit) -> DeviceCore.Moment {
    DeviceCore.Moment(
      monotonic: now, clock: Instant(milliseconds: now + unit.skew), random: random.next())
  }
}

extension DeviceLink.Condition {
  fileprivate var isStopped: Bool { if case .stopped = self { true } else { false } }
}
