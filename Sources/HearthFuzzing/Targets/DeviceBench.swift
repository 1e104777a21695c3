internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthPack
internal import HearthProtocol
internal import HearthReplica
internal import HearthScenario
internal import HearthWire

/// A device's core with its storage, driven as a shell drives it; copies have lives of their own.
struct DeviceBench: @unchecked Sendable {
  let pack: Pack
  let form: WireCodec.Form
  private(set) var core: DeviceCore
  /// Copied before it is changed, so that those of the ground stay as they are.
  private(set) var storage: MemoryReplica
  private(set) var now = FuzzGround.now
  private var random = SplitMix64(seed: 3)
  private(set) var written: [[UInt8]] = []
  private(set) var isOpen = false
  /// The hub that it talks to while the ground is laid.
  private(set) var hub: HubBench

  static let connection = HubBench.ID(rawValue: 1)

  /// A child's device that has caught up with the hub, and holds two change sets without an outcome.
  init(_ pack: Pack, _ household: Seed.Household, _ form: WireCodec.Form) throws {
    (self.pack, self.form) = (pack, form)
    hub = try HubBench(pack, household, form)
    guard household.devices.count > 2, hub.tokens.count > 2 else { throw FuzzFinding("the seed has too few devices") }
    let identity = ReplicaIdentity(incarnation: 7, household: household.id, member: household.devices[2].member)
    storage = MemoryReplica(identity: identity)
    core = DeviceCore(
      replica: storage.load(pack: pack), token: hub.tokens[2], software: "fuzz", form: form, deflatingFrom: 200)
    try connect()
    try talk()
    try edit()
  }

  /// The same device with a storage of its own.
  func copy() -> DeviceBench {
    var copy = self
    copy.storage = storage.copy()
    return copy
  }

  var moment: DeviceCore.Moment {
    mutating get {
      DeviceCore.Moment(monotonic: now, clock: Instant(milliseconds: now), random: random.next())
    }
  }

  mutating func connect() throws { try carryOut(core.connect(moment, storage)) }

  mutating func receive(_ frame: [UInt8]) throws { try carryOut(core.received(frame, moment, storage)) }

  mutating func close() throws {
    isOpen = false
    try carryOut(core.closed(moment, storage))
  }

  mutating func tick(after milliseconds: Int64) throws {
    now += milliseconds
    try carryOut(core.tick(moment, storage))
  }

  mutating func takeWritten() -> [[UInt8]] {
    defer { written = [] }
    return written
  }

  /// Makes two change sets and leaves them in the outbox.
  mutating func edit() throws {
    for title in ["Afwas", "Vaat"] {
      var draft = Draft()
      draft.set("users", core.replica.identity.member, "display_name", .text(title))
      try carryOut(core.commit(draft, moment, storage).effects)
    }
  }

  /// Carries messages between the device and its hub until nothing moves.
  private mutating func talk() throws {
    hub.open(Self.connection)
    while !written.isEmpty {
      for frame in takeWritten() { try hub.receive(frame, from: Self.connection) }
      for frame in hub.take(Self.connection) { try receive(frame) }
    }
  }

  private mutating func carryOut(_ effects: [DeviceCore.Effect]) throws {
    for effect in effects {
      switch effect {
      case .open:
        isOpen = true
        try carryOut(core.opened(moment, storage))
      case .write(let frame): written.append(frame)
      case .close:
        isOpen = false
      case .wake(let time):
        let latest = now + DeviceLink.retryAfterMillisecondsMax + BackOff.longestMilliseconds
        try promise(time <= latest, "the device would sleep until \(time), it is \(now)")
      case .changed, .settled, .seen, .condition, .answered: break
      }
    }
  }
}
