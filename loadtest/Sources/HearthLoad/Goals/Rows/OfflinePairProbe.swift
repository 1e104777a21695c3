internal import NIOCore

/// Two devices of a household were away, have edited the same tasks, and come back at the same moment.
final class OfflinePairProbe: GoalProbe {
  private static let tasks = 500
  private static let edits = 1000

  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let tasks = try PlainTasks(bench.scale.count(Self.tasks), in: bench.materials)
    let edits = bench.scale.count(Self.edits)
    var profile = bench.profile("Two devices that were away.", households: 1)
    profile.devices = 2
    return try await bench.withFolder { folder in
      let run = try bench.run(profile, tasks.app, in: folder)
      return try await LoadSession.with(run, members: tasks.app.writers(devices: profile.devices)) { session in
        try await session.connect()
        try await session.leave()
        let (nanoseconds, bytes) = try await Self.meet(session.driver, tasks, edits)
        try await session.check().refuseLosses()
        return GoalSample([
          .offlinePairTime: Double(nanoseconds) / 1e6, .offlinePairBytes: Double(bytes) / 1000,
        ])
      }
    }
  }

  /// - Returns: how long it takes until both have everything, and the bytes of both, both ways.
  private static func meet(
    _ driver: Driver, _ tasks: PlainTasks, _ edits: Int
  ) async throws -> (nanoseconds: Int64, bytes: Int) {
    let (began, before) = try await driver.loop.submit {
      for device in driver.devices {
        for turn in 0..<edits { tasks.edit(device, turn: turn, at: driver.now) }
      }
      let before = driver.traffic
      let began = driver.now
      for device in driver.devices { device.connect() }
      return (began, before)
    }.get()
    let end = try await driver.whenQuiet().get()
    return (end - began, try await driver.loop.submit { driver.traffic }.get() - before)
  }
}
