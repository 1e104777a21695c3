internal import HearthEngine
internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthPack
internal import HearthProtocol
internal import HearthScenario
internal import HearthWire

/// A hub's core with its store, driven as a shell drives it, without I/O; copies have lives of their own.
struct HubBench: Sendable {
  typealias ID = HubCore.ConnectionID

  let pack: Pack
  let form: WireCodec.Form
  let household: HouseholdID
  /// The tokens of the household's devices, in the order of the seed.
  let tokens: [String]
  private let engine: Engine
  private let doorkeeper: Doorkeeper
  private(set) var hub: HubCore
  private(set) var store: MemoryStore
  private var random: SplitMix64
  /// What was written to each connection and not taken.
  private var written: [ID: [[UInt8]]] = [:]
  private(set) var closed: Set<ID> = []
  /// The epoch of the second device, so that it can come in later and take only what is new.
  private(set) var latecomersEpoch = Epoch(rawValue: 1)

  /// Founds a household.
  init(_ pack: Pack, _ household: Seed.Household, _ form: WireCodec.Form) throws {
    (self.pack, self.form, self.household) = (pack, form, household.id)
    engine = Engine(packs: [pack.name: pack], dayInZone: FuzzGround.day)
    doorkeeper = Doorkeeper(packs: [pack.name: pack], limits: Limits())
    hub = HubCore(limits: Limits())
    let store = MemoryStore()
    var random = SplitMix64(seed: 1)
    var number = 0
    let devices = try Founding(engine: engine).found(
      household, app: pack.name, in: store, now: Instant(milliseconds: FuzzGround.now), random: { random.next() },
      makeToken: {
        number += 1
        return "token-\(number)"
      })
    tokens = devices.map(\.token)
    try store.beginLife(Epoch(rawValue: random.next() | 1))
    (self.store, self.random) = (store, random)
    var probe = copy()
    let id = ID(rawValue: 1)
    try probe.openLive(id, token: tokens.dropFirst().first ?? "", incarnation: 3)
    let codec = WireCodec(form: form, pack: pack)
    for frame in probe.take(id) {
      if case .welcome(let welcome) = try codec.decodeHubMessage(frame) { latecomersEpoch = welcome.epoch }
    }
  }

  /// The same hub with a store of its own.
  func copy() -> HubBench {
    var copy = self
    copy.store = store.copy()
    return copy
  }

  /// How a device of the household introduces itself.
  func hello(token: String, incarnation: UInt64, cursor: Cursor = .start) -> [UInt8] {
    let hello = Hello(
      token: token, app: pack.name, packVersion: UInt32(pack.version), incarnation: incarnation, cursor: cursor,
      nextCounter: 1, clock: FuzzGround.now, software: "fuzz", deflates: form == .binary)
    return WireCodec(form: form, pack: nil).encode(.hello(hello))
  }

  mutating func open(_ id: ID) { hub.opened(id, now: FuzzGround.now) }

  /// Opens a connection that has caught up.
  mutating func openLive(_ id: ID, token: String, incarnation: UInt64, cursor: Cursor = .start) throws {
    open(id)
    try receive(hello(token: token, incarnation: incarnation, cursor: cursor), from: id)
  }

  mutating func receive(_ frame: [UInt8], from id: ID) throws {
    try carryOut(hub.received(frame, form, from: id, now: FuzzGround.now))
  }

  /// The hub goes down, and gives its devices time to leave.
  mutating func drain() throws { try carryOut(hub.drain { _ in 1000 }) }

  mutating func tick(after milliseconds: Int64) throws {
    try carryOut(hub.tick(now: FuzzGround.now + milliseconds))
  }

  /// What was written to a connection since it was asked last.
  mutating func take(_ id: ID) -> [[UInt8]] { written.removeValue(forKey: id) ?? [] }

  private mutating func carryOut(_ effects: [HubCore.Effect]) throws {
    for effect in effects {
      switch effect {
      case .write(let id, let frame, _): written[id, default: []].append(frame)
      case .close(let id, _): closed.insert(id)
      case .admit(let id, let hello): try admit(id, hello)
      case .read(let id, let request): try carryOut(hub.read(id, request.page(from: store)))
      case .submit(let tickets): try decide(tickets)
      case .inquire(let id, let question): try carryOut(hub.answered(id, try question.answer(store)))
      case .acknowledge(let acknowledgement):
        try store.acknowledge([acknowledgement], now: Instant(milliseconds: FuzzGround.now))
      case .note: break
      }
    }
  }

  private mutating func admit(_ id: ID, _ hello: Hello) throws {
    let circumstances = Doorkeeper.Circumstances(session: id.rawValue, now: FuzzGround.now)
    do {
      try carryOut(hub.admitted(id, try doorkeeper.admit(hello, store, circumstances)))
    } catch let fault as ProtocolFault {
      try carryOut(hub.refused(id, fault))
    }
  }

  private mutating func decide(_ tickets: [HubCore.Ticket]) throws {
    var batch: DecidedBatch?
    try store.commit { reader in
      let decided = try engine.decide(
        tickets.map(\.submission), reader: reader, now: Instant(milliseconds: FuzzGround.now))
      batch = decided
      return decided.commit
    }
    guard let batch else { return }
    let decided = zip(tickets, batch.results).map { (ticket: $0, result: $1) }
    try carryOut(hub.decided(decided, announcements: batch.announcements))
  }
}
