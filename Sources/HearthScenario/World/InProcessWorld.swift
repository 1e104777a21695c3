package import HearthEngine
package import HearthHub
internal import HearthMemory
package import HearthModel
package import HearthPack
package import HearthProtocol
package import HearthReplica
package import HearthWire

/// A hub and its devices in one thread on a virtual clock: the shipped cores, every message as bytes, nothing else.
///
/// Deterministic: the same calls with the same seed give the same bytes.
package final class InProcessWorld {
  package let pack: Pack
  package let store: any Store
  private(set) var engine: Engine
  private let doorkeeper: Doorkeeper
  private let form: WireCodec.Form
  var hub: HubCore
  private var random: SplitMix64
  /// The hub's clock in milliseconds since 1970.
  package private(set) var now: Int64
  private var nextConnection: UInt64 = 1
  private var devices: [String: Device] = [:]
  /// The household that was founded first: where the services work.
  private(set) var household: HouseholdID?
  private var deviceOfConnection: [HubCore.ConnectionID: String] = [:]
  private var toHub: [(HubCore.ConnectionID, [UInt8])] = []
  private var toDevices: [(HubCore.ConnectionID, [UInt8])] = []
  private var submitted: [HubCore.Ticket] = []
  /// Told of every message that the hub writes to a device.
  package var heard: ((_ device: String, _ message: [UInt8]) -> Void)?

  /// A device of the world.
  final class Device {
    var core: DeviceCore
    let storage: MemoryReplica
    /// How far its clock is ahead, in milliseconds.
    var skew: Int64 = 0
    var connection: HubCore.ConnectionID?
    var settled: [SettledEntry] = []
    var answers: [Answer] = []
    let token: String

    init(core: DeviceCore, storage: MemoryReplica, token: String) {
      self.core = core
      self.storage = storage
      self.token = token
    }
  }

  /// - Parameters:
  ///   - seed: of all randomness in the world.
  ///   - start: the hub's clock at the beginning.
  package init(
    pack: Pack, store: (any Store)? = nil, form: WireCodec.Form = .binary, seed: UInt64 = 1,
    start: Instant = Instant("2025-11-11T08:00:00Z")!, dayInZone: @escaping @Sendable (Instant, String) -> Day?
  ) {
    self.pack = pack
    self.store = store ?? MemoryStore()
    self.form = form
    let limits = Limits()
    engine = Engine(packs: [pack.name: pack], dayInZone: dayInZone)
    doorkeeper = Doorkeeper(packs: [pack.name: pack], limits: limits)
    hub = HubCore(limits: limits)
    random = SplitMix64(seed: seed)
    now = start.milliseconds
  }

  // MARK: Founding

  /// Founds a household.
  package func found(_ household: Seed.Household) throws -> [Founding.NewDevice] {
    if self.household == nil {
      self.household = household.id
      try store.beginLife(Epoch(rawValue: random.next() | 1))
    }
    return try Founding(engine: engine).found(
      household, app: pack.name, in: store, now: Instant(milliseconds: now), random: { random.next() },
      makeToken: { makeToken() })
  }

  /// Adds a device of a member, which has never been connected.
  package func addDevice(_ name: String, member: RecordID, household: HouseholdID) throws {
    let made = try Founding(engine: engine).addDevice(
      Seed.Device(name: name, member: member), to: household, in: store, random: { random.next() }, token: makeToken())
    addDevice(made, household: household)
  }

  /// Adds a device that the hub knows already.
  package func addDevice(_ device: Founding.NewDevice, household: HouseholdID) {
    let identity = ReplicaIdentity(
      incarnation: random.next() | 1, household: household, member: device.member)
    let storage = MemoryReplica(identity: identity)
    let core = DeviceCore(
      replica: storage.load(pack: pack), token: device.token, software: "hearth-scenario", form: form)
    devices[device.name] = Device(core: core, storage: storage, token: device.token)
  }

  private func makeToken() -> String {
    "test-" + String(random.next(), radix: 36) + String(random.next(), radix: 36)
  }

  // MARK: What happens to devices

  package func connect(_ name: String) throws {
    let device = try device(name)
    try carryOut(device.core.connect(moment(device), device.storage), name)
  }

  package func disconnect(_ name: String) throws {
    let device = try device(name)
    try carryOut(device.core.disconnect(moment(device), device.storage), name)
  }

  /// Cuts the connection without a goodbye; what is on its way is lost.
  package func cut(_ name: String) throws {
    let device = try device(name)
    guard let connection = device.connection else { return }
    drop(connection)
    device.connection = nil
    hub.closed(connection)
    try carryOut(device.core.closed(moment(device), device.storage), name)
  }

  @discardableResult
  package func commit(_ draft: Draft, on name: String) throws -> UInt64 {
    let device = try device(name)
    let committed = try device.core.commit(draft, moment(device), device.storage)
    try carryOut(committed.effects, name)
    return committed.counter
  }

  package func resendNow(_ name: String) throws {
    let device = try device(name)
    try carryOut(device.core.resend(device.storage), name)
  }

  /// Starts a device anew from what it has kept.
  package func reload(_ name: String) throws {
    let device = try device(name)
    device.core = DeviceCore(
      replica: device.storage.load(pack: pack), token: device.token, software: "hearth-scenario", form: form)
  }

  package func setClock(of name: String, aheadBy milliseconds: Int64) throws {
    try device(name).skew = milliseconds
  }

  package func advance(by milliseconds: Int64) {
    now += milliseconds
  }

  // MARK: What can be seen

  package func view(_ name: String, _ key: ReplicaKey) throws -> VisibleRecord? {
    let device = try device(name)
    return try device.core.replica.view(key, device.storage)
  }

  package func view(_ name: String, of collection: CollectionSchema) throws -> [(RecordID, VisibleRecord)] {
    let device = try device(name)
    return try device.core.replica.view(of: collection, device.storage)
  }

  package func replica(_ name: String) throws -> Replica { try device(name).core.replica }

  package func condition(_ name: String) throws -> DeviceLink.Condition { try device(name).core.link.condition }

  /// The change sets of a device that were decided, in the order of their decision.
  package func settled(_ name: String) throws -> [SettledEntry] { try device(name).settled }

  /// What has happened at the hub.
  package var tally: HubCore.Tally { hub.tally }

  /// Asks the hub what was decided.
  ///
  /// - Returns: the answer; nil when there is no live connection.
  package func ask(_ inquiry: Inquiry, on name: String) throws -> Answer? {
    let device = try device(name)
    device.answers = []
    try carryOut(device.core.inquire(random.next(), inquiry, moment(device), device.storage), name)
    try settle()
    return device.answers.first
  }

  func device(_ name: String) throws -> Device {
    guard let device = devices[name] else { throw WorldFault("There is no device `\(name)`.") }
    return device
  }

  // MARK: The wires

  /// Carries messages until nothing moves any more.
  package func settle() throws {
    while !toHub.isEmpty || !toDevices.isEmpty || !submitted.isEmpty {
      if !toHub.isEmpty {
        let (connection, bytes) = toHub.removeFirst()
        try carryOut(hub.received(bytes, form, from: connection, now: now))
      } else if !submitted.isEmpty {
        try decide()
      } else {
        let (connection, bytes) = toDevices.removeFirst()
        guard let name = deviceOfConnection[connection] else { continue }
        let device = try device(name)
        try carryOut(device.core.received(bytes, moment(device), device.storage), name)
      }
    }
  }

  private func decide() throws {
    let tickets = submitted
    submitted = []
    try decide(tickets)
  }

  /// Decides and tells everybody; returns what became of each.
  @discardableResult
  func decide(_ tickets: [HubCore.Ticket]) throws -> [SubmissionResult] {
    var batch: DecidedBatch?
    try store.commit { reader in
      let decided = try engine.decide(tickets.map(\.submission), reader: reader, now: Instant(milliseconds: now))
      batch = decided
      return decided.commit
    }
    guard let batch else { return [] }
    let decided = Array(zip(tickets, batch.results).map { (ticket: $0, result: $1) })
    try carryOut(hub.decided(decided, announcements: batch.announcements))
    return batch.results
  }

  /// Does in every household what a new day brings.
  func turnDay() throws {
    var announcements = [DecidedBatch.Announcement]()
    let households = try store.households().map(\.id)
    try store.commit { reader in
      let turned = try engine.turnDay(of: households, reader: reader, now: Instant(milliseconds: now))
      announcements = turned.batch.announcements
      return turned.batch.commit
    }
    try carryOut(hub.announced(announcements))
  }

  /// Starts the hub's decisions anew with another catalogue, and brings every household up to it.
  package func renewNow(_ catalogue: Catalogue) throws {
    engine = Engine(packs: [pack.name: pack.with(catalogue)], dayInZone: engine.dayInZone)
    var keeper = CatalogueKeeper()
    var renewals = [CatalogueRenewal]()
    while try keeper.step(store, engine, now: Instant(milliseconds: now), report: { renewals.append($0) }) {}
    for renewal in renewals { try carryOut(hub.announced(renewal.batch.announcements)) }
    if let first = renewals.flatMap(\.refused).first { throw first.rejection }
  }

  func carryOut(_ effects: [HubCore.Effect]) throws {
    for effect in effects {
      switch effect {
      case .write(let connection, let bytes, _):
        if let heard, let name = deviceOfConnection[connection] { heard(name, bytes) }
        toDevices.append((connection, bytes))
      case .close(let connection, _): try closedByHub(connection)
      case .admit(let connection, let hello): try admit(connection, hello)
      case .read(let connection, let request):
        try carryOut(hub.read(connection, request.page(from: store)))
      case .submit(let tickets): submitted += tickets
      case .inquire(let connection, let question):
        try carryOut(hub.answered(connection, try question.answer(store)))
      case .acknowledge(let acknowledgement): try store.acknowledge([acknowledgement], now: Instant(milliseconds: now))
      case .note: break
      }
    }
  }

  private func admit(_ connection: HubCore.ConnectionID, _ hello: Hello) throws {
    let circumstances = Doorkeeper.Circumstances(session: connection.rawValue, now: now)
    do {
      try carryOut(hub.admitted(connection, try doorkeeper.admit(hello, store, circumstances)))
    } catch let fault as ProtocolFault {
      try carryOut(hub.refused(connection, fault))
    }
  }

  /// The hub closes: what it wrote before still arrives.
  private func closedByHub(_ connection: HubCore.ConnectionID) throws {
    for (_, bytes) in toDevices.filter({ $0.0 == connection }) {
      guard let name = deviceOfConnection[connection] else { break }
      let device = try device(name)
      try carryOut(device.core.received(bytes, moment(device), device.storage), name)
    }
    guard let name = deviceOfConnection[connection] else { return }
    let device = try device(name)
    drop(connection)
    guard device.connection == connection else { return }
    device.connection = nil
    try carryOut(device.core.closed(moment(device), device.storage), name)
  }

  private func drop(_ connection: HubCore.ConnectionID) {
    toHub.removeAll { $0.0 == connection }
    toDevices.removeAll { $0.0 == connection }
    deviceOfConnection[connection] = nil
  }

  func carryOut(_ effects: [DeviceCore.Effect], _ name: String) throws {
    let device = try device(name)
    for effect in effects {
      switch effect {
      case .open: try open(name, device)
      case .write(let bytes): if let connection = device.connection { toHub.append((connection, bytes)) }
      case .close:
        guard let connection = device.connection else { continue }
        device.connection = nil
        // What the device said last still arrives.
        for (_, bytes) in toHub.filter({ $0.0 == connection }) {
          try carryOut(hub.received(bytes, form, from: connection, now: now))
        }
        drop(connection)
        hub.closed(connection)
      case .settled(let entries): device.settled += entries
      case .answered(_, let answer): device.answers.append(answer)
      case .changed, .seen, .condition, .wake: break
      }
    }
  }

  private func open(_ name: String, _ device: Device) throws {
    let connection = HubCore.ConnectionID(rawValue: nextConnection)
    nextConnection += 1
    device.connection = connection
    deviceOfConnection[connection] = name
    hub.opened(connection, now: now)
    try carryOut(device.core.opened(moment(device), device.storage), name)
  }

  func moment(_ device: Device) -> DeviceCore.Moment {
    DeviceCore.Moment(
      monotonic: now, clock: Instant(milliseconds: now + device.skew), random: random.next())
  }
}

/// What cannot be done in a world, in words for whoever wrote the scenario.
package struct WorldFault: Error, Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
