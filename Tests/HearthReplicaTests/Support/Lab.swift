import HearthEngine
import HearthHub
import HearthMemory
import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import HearthWire
import Testing

/// A hub and phones in one thread, whose messages travel one at a time, in an order that the test chooses.
///
/// The shipped cores speak to each other in bytes. Beyond what the in-process world of the scenarios offers, a message
/// can be left on its way, a connection can be dead on one end only, a hub and a phone can be put back to an earlier
/// state, and what the hub had at each revision is kept to compare with.
final class Lab {
  /// A household with its records, to begin many labs with.
  struct Template: Sendable {
    let pack: Pack
    let store: MemoryStore
    let household: Seed.Household

    init(_ pack: Pack, _ household: Seed.Household) {
      self.pack = pack
      self.household = household
      store = MemoryStore()
      var random = SplitMix64(seed: 7)
      do {
        _ = try Founding(engine: Lab.engine(pack)).found(
          household.with([]), app: pack.name, in: store, now: Lab.start, random: { random.next() }, makeToken: { "" })
        try store.beginLife(Epoch(rawValue: random.next() | 1))
      } catch {
        preconditionFailure("the household cannot be founded: \(error)")
      }
    }

    static let everything = Template(LabPack.everything, LabPack.home(LabPack.everything))
    static let counter = Template(LabPack.counter, LabPack.home(LabPack.counter))
    static let sights = Template(AudiencePack.pack, AudiencePack.home)
    static let famquest = Template(LabPack.famquest.pack, LabPack.famquest.seed.households[0])
  }

  /// A device with its file and its connection.
  final class Phone {
    let name: String
    let member: RecordID
    let token: String
    var core: DeviceCore
    var storage: MemoryReplica
    /// How far its clock is ahead, in milliseconds.
    var skew: Int64 = 0
    var connection: HubCore.ConnectionID?
    /// What the core told its shell, in order.
    var settled: [SettledEntry] = []
    var changed: Set<ReplicaKey> = []
    var seen: [ReplicaNumber: Revision] = [:]
    /// The stamps of all that was ever committed here.
    var made: [HybridTime] = []
    /// What the hub said last on the connection that is open, as an observer on the wire sees it.
    var heard: Heard?
    /// Whether the app wants a connection.
    var isWanted = false
    /// The last fault that the hub sent.
    var fault: ProtocolFault?
    /// Every frame that the hub wrote to this phone, also those that got lost on the way.
    var frames: [[UInt8]] = []

    enum Heard { case nothing, welcome, caughtUp }

    init(name: String, member: RecordID, token: String, core: DeviceCore, storage: MemoryReplica) {
      self.name = name
      self.member = member
      self.token = token
      self.core = core
      self.storage = storage
    }
  }

  static let start = Instant("2025-11-11T08:00:00Z")!
  static let eva = RecordID(name: "eva")
  static let noah = RecordID(name: "noah")

  let pack: Pack
  let household: HouseholdID
  let form: WireCodec.Form
  private let engine: Engine
  private let doorkeeper: Doorkeeper
  private(set) var store: MemoryStore
  private var hub = HubCore(limits: Limits())
  var random: SplitMix64
  private(set) var now = Lab.start.milliseconds
  private(set) var phones: [Phone] = []
  private var nextConnection: UInt64 = 1
  private var phoneOfConnection: [HubCore.ConnectionID: Phone] = [:]
  private(set) var toHub: [HubCore.ConnectionID: [[UInt8]]] = [:]
  private(set) var toPhone: [HubCore.ConnectionID: [[UInt8]]] = [:]
  private(set) var submitted: [HubCore.Ticket] = []
  /// What the hub had at each revision.
  private(set) var states: [Revision: [ReplicaKey: VisibleRecord]] = [:]
  private let trace: Trace
  /// Checks that run after each event on a phone.
  var checks: [(Lab, Phone) throws -> Void] = []
  /// Runs whenever the hub has another state.
  var committed: ((Lab) throws -> Void)?
  /// Runs once, before the next page of a catch-up is read.
  var beforeRead: (() throws -> Void)?
  private var held: [(ticket: HubCore.Ticket, result: SubmissionResult)] = []

  init(_ template: Template, form: WireCodec.Form = .binary, seed: UInt64 = 1, trace: Trace = Trace()) {
    self.trace = trace
    pack = template.pack
    household = template.household.id
    self.form = form
    engine = Self.engine(template.pack)
    doorkeeper = Doorkeeper(packs: [template.pack.name: template.pack], limits: Limits())
    store = template.store.copy()
    random = SplitMix64(seed: seed)
    keepState()
  }

  static func engine(_ pack: Pack) -> Engine {
    Engine(packs: [pack.name: pack]) { instant, _ in Day(rawValue: Int32(instant.milliseconds / 86_400_000)) }
  }

  func note(_ text: @autoclosure () -> String) {
    if trace.isOn { trace.lines.append(text()) }
  }

  // MARK: Phones

  /// Adds a phone that has never been connected.
  @discardableResult
  func addPhone(_ name: String, _ member: RecordID = Lab.eva) throws -> Phone {
    let token = "token-of-\(name)"
    _ = try Founding(engine: engine).addDevice(
      Seed.Device(name: name, member: member), to: household, in: store, random: { random.next() }, token: token)
    let storage = MemoryReplica(
      identity: ReplicaIdentity(incarnation: random.next() | 1, household: household, member: member))
    let phone = Phone(
      name: name, member: member, token: token, core: core(token, storage), storage: storage)
    phones.append(phone)
    return phone
  }

  private func core(_ token: String, _ storage: MemoryReplica) -> DeviceCore {
    DeviceCore(replica: storage.load(pack: pack), token: token, software: "lab", form: form)
  }

  func moment(_ phone: Phone) -> DeviceCore.Moment {
    DeviceCore.Moment(monotonic: now, clock: Instant(milliseconds: now + phone.skew), random: random.next())
  }

  func connect(_ phone: Phone) throws {
    note("\(phone.name) connects")
    phone.isWanted = true
    try event(phone) { try $0.connect($1, $2) }
  }

  func disconnect(_ phone: Phone) throws {
    note("\(phone.name) disconnects")
    phone.isWanted = false
    try event(phone) { try $0.disconnect($1, $2) }
  }

  @discardableResult
  func commit(_ draft: Draft, on phone: Phone) throws -> UInt64 {
    var counter: UInt64 = 0
    try event(phone) { core, moment, storage in
      let committed = try core.commit(draft, moment, storage)
      counter = committed.counter
      return committed.effects
    }
    phone.made.append(phone.core.replica.outbox.last!.changeSet.stamp)
    note("\(phone.name) commits \(phone.core.replica.outbox.last!.changeSet.changes)")
    return counter
  }

  @discardableResult
  func edit(_ phone: Phone, _ body: (inout Draft) -> Void) throws -> UInt64 {
    var draft = Draft()
    body(&draft)
    return try commit(draft, on: phone)
  }

  /// Pushes a change as a forged device would: nothing is asked before.
  func forge(_ change: RecordChange, on phone: Phone) throws {
    try event(phone) { core, moment, storage in try core.forge([change], moment, storage).effects }
  }

  func resend(_ phone: Phone) throws {
    try event(phone) { try $0.resend($2) }
  }

  /// Breaks the connection: the phone knows at once, the hub only when told (``hubNotices(_:)``), unless it does too.
  ///
  /// - Parameter losing: whether what the phone has sent is lost; it may also still arrive.
  func cut(_ phone: Phone, losing: Bool = true, hubNotices: Bool = true) throws {
    guard let connection = phone.connection else { return }
    note("\(phone.name) is cut\(losing ? "" : ", its messages arrive")\(hubNotices ? "" : ", unnoticed by the hub")")
    phone.connection = nil
    phone.heard = nil
    phoneOfConnection[connection] = nil
    toPhone[connection] = nil
    if losing { toHub[connection] = nil }
    if hubNotices { self.hubNotices(connection) }
    try event(phone) { try $0.closed($1, $2) }
  }

  /// The hub learns that a connection is dead.
  func hubNotices(_ connection: HubCore.ConnectionID) {
    toHub[connection] = nil
    toPhone[connection] = nil
    hub.closed(connection)
  }

  /// Connections of which only the hub's end is left.
  var halfOpen: [HubCore.ConnectionID] {
    toHub.keys.filter { phoneOfConnection[$0] == nil }.sorted()
  }

  /// The app dies and is started again.
  func restart(_ phone: Phone) throws {
    note("\(phone.name) restarts")
    try cut(phone)
    phone.isWanted = false
    phone.fault = nil
    phone.core = core(phone.token, phone.storage)
  }

  /// The phone is put back to a copy of its file.
  func restore(_ phone: Phone, from storage: MemoryReplica) throws {
    note("\(phone.name) is restored from a backup")
    try cut(phone)
    phone.isWanted = false
    phone.fault = nil
    phone.storage = storage.copy()
    phone.core = core(phone.token, phone.storage)
    let known = Set(
      phone.core.replica.outbox.map(\.changeSet.stamp) + phone.storage.settledEntries.map(\.changeSet.stamp))
    phone.made.removeAll { !known.contains($0) }
  }

  // MARK: The hub

  /// The hub dies and starts again with the given store; what it had not decided is lost on its side.
  func restartHub(with store: MemoryStore? = nil) throws {
    note(store == nil ? "the hub restarts" : "the hub is restored from a backup")
    for phone in phones { try cut(phone) }
    (toHub, toPhone, submitted, phoneOfConnection) = ([:], [:], [], [:])
    hub = HubCore(limits: Limits())
    if let store { self.store = store.copy() }
    try self.store.beginLife(Epoch(rawValue: random.next() | 1))
    guard store != nil else { return }
    let head = try state.revision
    states = states.filter { $0.key <= head }
  }

  var state: HouseholdState {
    get throws { try store.read { try $0.household(household)! } }
  }

  /// What the hub decided about a change set of this device; nil when nothing.
  func decision(of dot: Dot) throws -> ChangeEntry? {
    try store.read { try $0.change(household, dot) }
  }

  private func keepState() {
    var all: [ReplicaKey: VisibleRecord] = [:]
    do {
      let page = try store.changedRecords(of: household, after: .zero, bytesMax: .max)
      for entry in page.entries {
        all[ReplicaKey(entry.collection, entry.record)] = visible(entry.collection, entry.record, entry.state)
      }
      states[try state.revision] = all
    } catch {
      preconditionFailure("the store cannot be read: \(error)")
    }
  }

  private func visible(_ number: CollectionNumber, _ id: RecordID, _ state: RecordState) -> VisibleRecord {
    let collection = pack.collection(number)!
    var record = VisibleRecord(in: collection)
    record.apply(.whole(number, id, state, in: collection), dot: nil, in: collection)
    return record
  }

  // MARK: Time

  /// Lets time pass and wakes whoever waits for it.
  func advance(by milliseconds: Int64) throws {
    now += milliseconds
    for phone in phones { try event(phone) { try $0.tick($1, $2) } }
  }

  // MARK: The wires

  /// The connections with a message on its way to the hub, and to a phone.
  var busy: (toHub: [HubCore.ConnectionID], toPhone: [HubCore.ConnectionID]) {
    (toHub.filter { !$0.value.isEmpty }.keys.sorted(), toPhone.filter { !$0.value.isEmpty }.keys.sorted())
  }

  /// Carries the oldest message of a connection to the hub.
  func deliverToHub(_ connection: HubCore.ConnectionID) throws {
    guard let frame = toHub[connection]?.first else { return }
    toHub[connection]?.removeFirst()
    try carryOut(hub.received(frame, form, from: connection, now: now))
  }

  /// Carries the oldest message of a connection to its phone.
  func deliverToPhone(_ connection: HubCore.ConnectionID) throws {
    guard let frame = toPhone[connection]?.first, let phone = phoneOfConnection[connection] else { return }
    toPhone[connection]?.removeFirst()
    listen(frame, phone)
    try event(phone) { try $0.received(frame, $1, $2) }
  }

  private func listen(_ frame: [UInt8], _ phone: Phone) {
    guard let message = try? WireCodec(form: form, pack: pack).decodeHubMessage(frame) else { return }
    note("  to \(phone.name): \(message)")
    switch message {
    case .welcome: phone.heard = .welcome
    case .caughtUp: (phone.heard, phone.fault) = (.caughtUp, nil)
    case .error(let fault) where fault.code.endsConnection: phone.fault = fault
    default: break
    }
  }

  /// Decides the oldest submissions, as many as asked for.
  func decide(_ count: Int = 1) throws {
    for ticket in takeSubmitted(count) {
      let result = try decideInStore(ticket)
      try committed?(self)
      try carryOut(hub.decided([(ticket: ticket, result: result)]))
    }
  }

  /// Decides the oldest submission, of which the sessions do not hear before `tellHeld`: a commit thread is ahead of
  /// them for a moment.
  func decideQuietly() throws {
    for ticket in takeSubmitted(1) { held.append((ticket, try decideInStore(ticket))) }
  }

  /// Tells the sessions what was decided quietly.
  func tellHeld() throws {
    let results = held
    held = []
    try carryOut(hub.decided(results))
  }

  private func takeSubmitted(_ count: Int) -> [HubCore.Ticket] {
    let tickets = Array(submitted.prefix(count))
    submitted.removeFirst(tickets.count)
    return tickets
  }

  private func decideInStore(_ ticket: HubCore.Ticket) throws -> SubmissionResult {
    var result: SubmissionResult?
    try store.commit { reader in
      let decided = try engine.decide([ticket.submission], reader: reader, now: Instant(milliseconds: now))
      result = decided.results[0]
      for household in decided.commit.households where household.head > household.expectedHead {
        var all = states[household.expectedHead] ?? [:]
        for entry in household.records {
          all[ReplicaKey(entry.collection, entry.record)] = visible(entry.collection, entry.record, entry.state)
        }
        states[household.head] = all
      }
      return decided.commit
    }
    note("  hub decides \(ticket.submission.replica)#\(ticket.submission.changeSet.counter): \(result!)")
    return result!
  }

  /// Carries messages until nothing moves.
  func settle() throws {
    while true {
      let busy = busy
      if let connection = busy.toHub.first {
        try deliverToHub(connection)
      } else if !submitted.isEmpty {
        try decide()
      } else if let connection = busy.toPhone.first {
        try deliverToPhone(connection)
      } else {
        return
      }
    }
  }

  /// Connects every phone and carries messages until all are live and nothing waits.
  func calmDown() throws {
    for connection in halfOpen { hubNotices(connection) }
    for phone in phones { try connect(phone) }
    for _ in 0..<50 {
      try settle()
      let isCalm = phones.allSatisfy { $0.core.link.condition == .live && $0.core.replica.outbox.isEmpty }
      if isCalm { return }
      try advance(by: 60_000)
    }
    throw LabFailure(
      "not calm: "
        + phones.map { "\($0.name) is \($0.core.link.condition), outbox \($0.core.replica.outbox.count)" }.joined(
          separator: "; "))
  }

  // MARK: Effects

  private func event(
    _ phone: Phone, _ body: (inout DeviceCore, DeviceCore.Moment, MemoryReplica) throws -> [DeviceCore.Effect]
  ) throws {
    try carryOut(body(&phone.core, moment(phone), phone.storage), phone)
    for check in checks { try check(self, phone) }
  }

  private func carryOut(_ effects: [DeviceCore.Effect], _ phone: Phone) throws {
    for effect in effects {
      switch effect {
      case .open: try open(phone)
      case .write(let bytes): if let connection = phone.connection { toHub[connection]?.append(bytes) }
      case .close:
        guard let connection = phone.connection else { continue }
        // What the phone said last still arrives.
        phone.connection = nil
        phone.heard = nil
        phoneOfConnection[connection] = nil
        toPhone[connection] = nil
        for frame in toHub[connection] ?? [] { try carryOut(hub.received(frame, form, from: connection, now: now)) }
        hubNotices(connection)
      case .settled(let entries): phone.settled += entries
      case .changed(let keys): phone.changed.formUnion(keys)
      case .seen(let replica, let revision): phone.seen[replica] = revision
      case .condition, .wake, .answered: break
      }
    }
  }

  private func open(_ phone: Phone) throws {
    let connection = HubCore.ConnectionID(rawValue: nextConnection)
    nextConnection += 1
    phone.connection = connection
    phone.heard = .nothing
    phoneOfConnection[connection] = phone
    toHub[connection] = []
    hub.opened(connection, now: now)
    try event(phone) { try $0.opened($1, $2) }
  }

  private func carryOut(_ effects: [HubCore.Effect]) throws {
    for effect in effects {
      switch effect {
      case .write(let connection, let bytes, _):
        phoneOfConnection[connection]?.frames.append(bytes)
        if phoneOfConnection[connection] != nil { toPhone[connection, default: []].append(bytes) }
      case .close(let connection, _): try closedByHub(connection)
      case .admit(let connection, let hello): try admit(connection, hello)
      case .read(let connection, let request):
        let wait = beforeRead
        beforeRead = nil
        try wait?()
        try carryOut(hub.read(connection, request.page(from: store, bytesMax: pageBytes)))
      case .submit(let tickets): submitted += tickets
      case .inquire(let connection, let question):
        try carryOut(hub.answered(connection, try question.answer(store)))
      case .acknowledge(let acknowledgement):
        try store.acknowledge([acknowledgement], now: Instant(milliseconds: now))
      case .note: break
      }
    }
  }

  /// Bytes of a page of a catch-up; small, so that one takes several.
  var pageBytes = 600

  private func admit(_ connection: HubCore.ConnectionID, _ hello: Hello) throws {
    let circumstances = Doorkeeper.Circumstances(session: connection.rawValue, now: now)
    do {
      try carryOut(hub.admitted(connection, try doorkeeper.admit(hello, store, circumstances)))
    } catch let fault as ProtocolFault {
      try carryOut(hub.refused(connection, fault))
    }
  }

  private func closedByHub(_ connection: HubCore.ConnectionID) throws {
    while toPhone[connection]?.isEmpty == false { try deliverToPhone(connection) }
    toHub[connection] = nil
    toPhone[connection] = nil
    guard let phone = phoneOfConnection.removeValue(forKey: connection), phone.connection == connection else { return }
    phone.connection = nil
    phone.heard = nil
    try event(phone) { try $0.closed($1, $2) }
  }
}

/// What happened in a lab, for people; kept when it is on.
final class Trace {
  let isOn: Bool
  var lines: [String] = []

  init(isOn: Bool = false) {
    self.isOn = isOn
  }
}

/// What a check found; the runner of seeds adds seed and trace.
struct LabFailure: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Runs a body for each seed; the first one that fails is run again with a trace.
func forEachSeed(
  _ seeds: Range<UInt64>, sourceLocation: SourceLocation = #_sourceLocation, _ body: (UInt64, Trace) throws -> Void
) {
  for seed in seeds {
    do {
      try body(seed, Trace())
    } catch {
      let trace = Trace(isOn: true)
      do { try body(seed, trace) } catch {}
      let story = trace.lines.suffix(60).joined(separator: "\n")
      Issue.record("seed \(seed): \(error)\n\(story)", sourceLocation: sourceLocation)
      return
    }
  }
}
