internal import NIOCore

/// A new device joins a household in which ten thousand change sets were made to a thousand tasks.
final class ColdStartProbe: GoalProbe {
  private static let tasks = 1000
  private static let changeSets = 10_000
  /// Change sets that are made before their outcomes are waited for.
  private static let atOnce = 100

  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let tasks = try PlainTasks(bench.scale.count(Self.tasks), in: bench.materials)
    var profile = bench.profile("A household with a history.", households: 1)
    profile.devices = 2
    let arrival = try await bench.withFolder { folder in
      let run = try bench.run(profile, tasks.app, in: folder)
      return try await LoadSession.with(run, members: tasks.app.writers(devices: profile.devices)) { session in
        try await session.connect()
        try await write(bench.scale.count(Self.changeSets), tasks, session, bench)
        try await session.check().refuseLosses()
        return try await join(session)
      }
    }
    return GoalSample([
      .coldStartBytes: Double(arrival.bytes) / 1000, .coldStartReceived: Double(arrival.receivedNanoseconds) / 1e6,
      .coldStartApplied: Double(arrival.appliedNanoseconds) / 1e6,
    ])
  }

  private func write(
    _ count: Int, _ tasks: PlainTasks, _ session: LoadSession, _ bench: GoalBench
  ) async throws {
    let driver = session.driver
    for start in stride(from: 0, to: count, by: Self.atOnce) {
      bench.show("writing", Double(start) / Double(count))
      try await driver.loop.submit {
        for turn in start..<min(start + Self.atOnce, count) {
          tasks.edit(driver.devices[turn % 2], turn: turn, at: driver.now)
        }
      }.get()
      _ = try await driver.whenQuiet().get()
    }
  }

  /// - Throws: ``LoadFault`` when the new device shows something else than one that was there all the time.
  private func join(_ session: LoadSession) async throws -> Newcomer.Arrival {
    let (driver, dialer) = (session.driver, session.driver.dialer)
    let arrival = try await Newcomer.join(
      driver.devices[0].credentials, session.run.app.pack, host: dialer.host, port: dialer.port, on: driver.loop
    ).get()
    let isSame = try await driver.loop.submit { driver.devices[0].storage.records == arrival.records }.get()
    guard isSame else { throw LoadFault("a new device does not show what the others of its household do.") }
    return arrival
  }
}
