internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthPack
internal import HearthProtocol
internal import HearthReplica
internal import HearthScenario
internal import HearthWire

/// Plays what the scenarios do, and keeps what goes over the wires, as inputs for the cores.
struct Recorder {
  private let ground: FuzzGround
  private let form: WireCodec.Form

  init(_ ground: FuzzGround, _ form: WireCodec.Form) {
    (self.ground, self.form) = (ground, form)
  }

  /// What a parent's device says to the hub when it makes the edits of a scenario, behind its Hello.
  func toHub(_ scenario: Scenario) throws -> (hello: [UInt8], frames: [[UInt8]]) {
    guard var bench = ground.hub[form]?.first?.copy(), let parent = ground.famQuestSeed.households.first?.devices.first
    else {
      return ([], [])
    }
    let storage = MemoryReplica(
      identity: ReplicaIdentity(incarnation: 1, household: bench.household, member: parent.member))
    var core = DeviceCore(
      replica: storage.load(pack: bench.pack), token: bench.tokens[0], software: "fuzz", form: form)
    var wire = try core.connect(Self.moment, storage).flatMap { effect in
      if case .open = effect { try core.opened(Self.moment, storage) } else { [effect] }
    }
    var said = [[UInt8]]()
    try carry(&wire, &core, storage, &bench, &said)
    for draft in scenario.drafts {
      guard let made = try? core.commit(draft, Self.moment, storage) else { continue }
      wire = made.effects
      try carry(&wire, &core, storage, &bench, &said)
    }
    return (said.first ?? [], Array(said.dropFirst()))
  }

  private func carry(
    _ wire: inout [DeviceCore.Effect], _ core: inout DeviceCore, _ storage: MemoryReplica, _ bench: inout HubBench,
    _ said: inout [[UInt8]]
  ) throws {
    while !wire.isEmpty {
      for effect in wire {
        guard case .write(let frame) = effect else { continue }
        said.append(frame)
        try bench.receive(frame, from: HubTarget.stranger)
      }
      wire = try bench.take(HubTarget.stranger).flatMap { try core.received($0, Self.moment, storage) }
    }
  }

  /// What the hub says to a child's device while a parent makes these edits.
  func toDevice(_ parent: [[UInt8]]) throws -> [[UInt8]] {
    guard var bench = ground.device[form]?.copy() else { return [] }
    var hub = bench.hub.copy()
    try hub.openLive(HubTarget.latecomer, token: hub.tokens[0], incarnation: 1)
    for frame in parent { try hub.receive(frame, from: HubTarget.latecomer) }
    for frame in bench.takeWritten() { try hub.receive(frame, from: DeviceBench.connection) }
    return hub.take(DeviceBench.connection)
  }

  /// What the hub says to the device when it connects anew.
  func welcome() throws -> [[UInt8]] {
    guard var bench = ground.device[form]?.copy() else { return [] }
    var hub = bench.hub.copy()
    try bench.close()
    _ = bench.takeWritten()
    try bench.tick(after: DeviceLink.retryAfterMillisecondsMax)
    hub.open(HubTarget.latecomer)
    for frame in bench.takeWritten() { try hub.receive(frame, from: HubTarget.latecomer) }
    return hub.take(HubTarget.latecomer)
  }

  private static let moment = DeviceCore.Moment(
    monotonic: FuzzGround.now, clock: Instant(milliseconds: FuzzGround.now), random: 5)
}

extension Scenario {
  /// What devices do in it, whoever does it.
  fileprivate var drafts: [Draft] {
    steps.compactMap { step in
      switch step.action {
      case .edit(_, let draft, _, _), .forge(_, let draft, _), .doomed(_, let draft, _), .service(let draft, _): draft
      default: nil
      }
    }
  }
}
