/// The hub is restarted with thousands of devices connected: when all have caught up, and how they spread.
final class StormProbe: GoalProbe {
  private static let devices = 5000
  /// Seconds until the restart, and for the return.
  private static let before = 2.0
  private static let patience = 25.0

  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let households = bench.scale.count(Self.devices / GoalBench.devices + 1, least: 2)
    let patience = bench.scale.isFull ? Self.patience : 2
    var profile = bench.profile(
      "The hub restarts under its devices.", households: households, seconds: Self.before + patience)
    profile.writes.pacing = .atRate([.init(at: 0, rate: bench.scale.rate(200))])
    profile.events = [.init(at: Self.before, kind: .restartHub)]
    let report = try await bench.report(profile)
    guard let reconnection = report.reconnection, let seconds = reconnection.seconds else {
      let returned = report.reconnection?.returned ?? 0
      throw LoadFault("\(returned) of \(households * GoalBench.devices) devices had caught up after \(patience) s.")
    }
    var sample = GoalSample([.stormTime: seconds, .stormFullest: reconnection.busiestShare * 100])
    sample.beside = [("attempts for each device", Double(reconnection.attempts) / Double(reconnection.devices), .times)]
    sample.notes = report.remarks
    return sample
  }
}
