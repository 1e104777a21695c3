internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica
internal import HearthTesting
internal import HearthWire

/// One device of a workload: the device library's core, with its records in memory. What it spends is not counted.
final class CostDevice {
  let connection: HubCore.ConnectionID
  private var core: DeviceCore
  private let storage: MemoryReplica
  private var random: SeededGenerator

  init(_ connection: HubCore.ConnectionID, _ pack: Pack, _ household: HouseholdID, _ member: RecordID, token: String) {
    self.connection = connection
    random = SeededGenerator(seed: connection.rawValue)
    storage = MemoryReplica(
      identity: ReplicaIdentity(incarnation: random.next() | 1, household: household, member: member))
    core = DeviceCore(replica: storage.load(pack: pack), token: token, software: "hearth-costs", form: .binary)
  }

  var isLive: Bool { core.link.condition == .live }

  /// - Returns: what the device sends.
  func connect(at now: Instant) throws -> [CostHub.Frame] {
    try send(core.connect(moment(now), storage), now) + send(core.opened(moment(now), storage), now)
  }

  /// - Returns: what the device sends.
  func commit(_ draft: Draft, at now: Instant) throws -> [CostHub.Frame] {
    try send(core.commit(draft, moment(now), storage).effects, now)
  }

  /// - Returns: what the device sends.
  func receive(_ frame: [UInt8], at now: Instant) throws -> [CostHub.Frame] {
    try send(core.received(frame, moment(now), storage), now)
  }

  private func moment(_ now: Instant) -> DeviceCore.Moment {
    DeviceCore.Moment(monotonic: now.milliseconds, clock: now, random: random.next())
  }

  private func send(_ effects: [DeviceCore.Effect], _ now: Instant) throws -> [CostHub.Frame] {
    var frames = [CostHub.Frame]()
    for effect in effects {
      switch effect {
      case .write(let bytes): frames.append((connection, bytes))
      case .settled(let entries):
        for case .rejected(let rejection) in entries.map(\.verdict) {
          throw CostFault("The hub rejects a change set of the workload: \(rejection.message)")
        }
      case .close: throw CostFault("A device closed its connection: \(core.link.condition)")
      case .open, .wake, .changed, .seen, .condition, .answered: break
      }
    }
    return frames
  }
}
