/// What a connection costs on which nothing happens.
///
/// With plain tasks: a hub that has just turned the day of thousands of households has memory to spare, in which the
/// connections would find their place unseen.
final class IdleProbe: GoalProbe {
  private static let connections = 10_000

  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let households = bench.scale.count(Self.connections / GoalBench.devices + 1, least: 2)
    let app = try PlainTasks(10, in: bench.materials).app
    let report = try await bench.report(bench.profile("Nothing happens.", households: households), app)
    var sample = GoalSample([.idleConnection: try report.hubFigures.memoryIdlePerConnection / 1024])
    sample.notes = report.remarks
    return sample
  }
}

/// The hub's memory while every device writes as fast as it can.
final class MemoryProbe: GoalProbe {
  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let report = try await bench.report(bench.peak)
    return GoalSample([.memory: Double(try report.hubFigures.memoryPeak) / 1e6])
  }
}

/// Whether the hub gives back what a crowd has cost: all come, write and leave, twice.
final class BaselineProbe: GoalProbe {
  func measure(_ bench: GoalBench) async throws -> GoalSample {
    try await bench.withFolder { folder in
      let app = bench.tools.app
      let run = try bench.run(bench.peak, app, in: folder)
      return try await LoadSession.with(run, members: app.everybody(devices: GoalBench.devices)) { session in
        let first = try await Self.round(session)
        let second = try await Self.round(session)
        var sample = GoalSample([.baselineGrowth: (Double(second) / Double(max(first, 1)) - 1) * 100])
        sample.beside = [("before anybody came", session.memory.before), ("first round", first), ("second", second)]
          .map { ($0.0, Double($0.1) / 1e6, .megabytes) }
        return sample
      }
    }
  }

  /// - Returns: bytes of the hub when all have left.
  private static func round(_ session: LoadSession) async throws -> Int {
    try await session.connect()
    _ = try await session.drive()
    try await session.settle()
    try await session.check().refuseLosses()
    try await session.leave()
    return session.memory.after
  }
}

extension GoalBench {
  fileprivate var peak: Profile {
    var profile = profile("Each device writes as soon as its last change set is decided.", households: households)
    profile.writes.pacing = .closedLoop
    return profile
  }
}

extension RunReport {
  /// - Throws: ``LoadFault`` where the system does not tell what a process has used.
  fileprivate var hubFigures: Hub {
    get throws {
      guard let hub, hub.memoryPeak > 0 else { throw LoadFault("the system does not tell what a process has used.") }
      return hub
    }
  }
}
