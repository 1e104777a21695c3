internal import Foundation
internal import GRDBSQLite
internal import HearthEngine
internal import HearthHub
internal import HearthModel
internal import HearthPack
internal import HearthSQLite
internal import HearthTesting

/// A hub and the households of a workload, ready for its turns.
final class CostBench {
  let hub: CostHub
  private let workload: CostWorkload
  private var devices: [HubCore.ConnectionID: CostDevice] = [:]
  /// The devices of each household, in the order of the workload's members.
  private var households: [[CostDevice]] = []

  /// What passed over the wires in turns; frames without the four bytes of their lengths.
  struct Wires {
    var changeSets = 0
    var upBytes = 0
    var authorBytes = 0
    /// Bytes to one other device: the mean of those of the household.
    var otherBytes = 0.0
  }

  init(_ workload: CostWorkload, _ app: CostApp, in folder: URL) throws {
    self.workload = workload
    hub = try CostHub(app.pack, in: folder.path(percentEncoded: false))
    var random = SeededGenerator(seed: 2)
    for _ in 0..<workload.households {
      let id = RecordID(high: random.next(), low: random.next())
      try connect(app.household(id, members: workload.members), app.pack)
    }
    for draft in workload.preparation(workload.turns) {
      for household in households { try settle(household[0].commit(draft, at: hub.now)) }
    }
  }

  private func connect(_ household: Seed.Household, _ pack: Pack) throws {
    households.append([])
    for made in try hub.found(household) {
      let connection = HubCore.ConnectionID(rawValue: UInt64(devices.count + 1))
      let device = CostDevice(connection, pack, household.id, made.member, token: made.token)
      devices[connection] = device
      households[households.count - 1].append(device)
      hub.open(connection)
      try settle(device.connect(at: hub.now))
      guard device.isLive else { throw CostFault("The device of \(made.name) in `\(pack.name)` does not become live.") }
    }
  }

  /// Carries frames to and fro until nothing moves any more.
  private func settle(_ frames: [CostHub.Frame]) throws {
    var frames = frames
    while !frames.isEmpty {
      try hub.receive(frames)
      frames = try deliver(hub.takeWritten())
    }
  }

  private func deliver(_ frames: [CostHub.Frame]) throws -> [CostHub.Frame] {
    try frames.flatMap { try devices[$0.connection]?.receive($0.bytes, at: hub.now) ?? [] }
  }

  // MARK: Turns

  /// Does turns of the workload.
  ///
  /// - Parameter counted: runs what the hub does, and nothing else of it.
  func run(_ turns: Range<Int>, counted: (() throws -> Void) throws -> Void = { try $0() }) throws -> Wires {
    var wires = Wires()
    for turn in turns {
      hub.wait(milliseconds: 1000)
      let made = try workload.turn(turn).map { step in
        try households.flatMap { try $0[step.device].commit(step.draft, at: hub.now) }
      }
      for frames in made {
        try counted { try hub.receive(frames) }
        try account(up: frames, down: hub.takeWritten(), &wires)
      }
    }
    return wires
  }

  private func account(up: [CostHub.Frame], down: [CostHub.Frame], _ wires: inout Wires) throws {
    let authors = Set(up.map(\.connection))
    wires.changeSets += up.count
    wires.upBytes += up.reduce(0) { $0 + $1.bytes.count }
    for frame in down {
      if authors.contains(frame.connection) {
        wires.authorBytes += frame.bytes.count
      } else {
        wires.otherBytes += Double(frame.bytes.count) / Double(workload.members.count - 1)
      }
    }
    guard try deliver(down).isEmpty else { throw CostFault("A device of `\(workload.name)` answered unasked.") }
  }

  // MARK: What is past

  /// Collects all that the hub would collect some day, when nobody waits for it.
  func collectAll() throws {
    var keeper = CompactionKeeper(CompactionPolicy(retention: 0, lapse: 0))
    let later = Instant(milliseconds: hub.now.milliseconds + 1)
    while try keeper.step(hub.store, hub.engine, now: later) {}
  }

  // MARK: The log

  /// Copies the log into the database, as a hub does between commits.
  func copyLog() throws {
    var connection: OpaquePointer?
    defer { sqlite3_close(connection) }
    guard sqlite3_open_v2(hub.store.path, &connection, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
      // The call of C would do nothing here: a connection knows of the log only once it has read something.
      sqlite3_exec(connection, "PRAGMA wal_checkpoint(PASSIVE)", nil, nil, nil) == SQLITE_OK
    else { throw CostFault("The log cannot be copied: \(String(cString: sqlite3_errmsg(connection))).") }
  }
}
