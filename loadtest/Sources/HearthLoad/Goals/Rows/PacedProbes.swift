/// A thousand change sets a second: how long each takes to another device.
final class SteadyProbe: GoalProbe {
  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let report = try await bench.report(bench.steady)
    var sample = GoalSample([.steadyP50: report.delivery.p50, .steadyP99: report.delivery.p99])
    sample.notes = report.remarks
    sample.beside = try await bench.referenceTimes(.atRate(bench.steadyRate))
    return sample
  }
}

/// The same on a disk whose flushes take longer; and what that does to the peak.
final class SlowFlushProbe: GoalProbe {
  private static let microseconds = 2000

  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let slow = try SlowSync(microseconds: Self.microseconds)
    let report = try await bench.report(bench.steady, slowSync: slow)
    let hub = HearthHub(transport: .tcp)
    let fast = try await bench.figures(hub, bench.plan([.closedLoop]))[0]
    let slowed = try await bench.figures(hub, bench.plan([.closedLoop], slowSync: slow))[0]
    var sample = GoalSample([
      .slowFlushP99: report.delivery.p99,
      .slowFlushPeakLoss: (1 - slowed.changeSetsPerSecond / fast.changeSetsPerSecond) * 100,
    ])
    sample.notes = report.remarks + fast.remarks(hub.name)
    sample.beside = try await bench.referenceTimes(.atRate(bench.steadyRate), slowSync: slow)
    return sample
  }
}

/// Half of what the hub takes at most.
final class HalfPeakProbe: GoalProbe {
  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let hub = HearthHub(transport: .tcp)
    let figures = try await bench.figures(hub, bench.plan([.closedLoop, .atShareOfPeak(0.5)]))
    var sample = GoalSample([.halfPeakP99: figures[1].deliveryP99])
    sample.notes = figures[1].remarks(hub.name)
    sample.beside = try await bench.referenceTimes(.atRate(figures[0].changeSetsPerSecond / 2))
    return sample
  }
}

extension GoalBench {
  fileprivate var steadyRate: Double { scale.rate(1000) }

  fileprivate var steady: Profile {
    var profile = profile("A thousand change sets a second.", households: households)
    profile.writes.pacing = .atRate([.init(at: 0, rate: steadyRate)])
    return profile
  }

  /// What the C reference takes at the same rate: times depend on the disk and on what else the machine does.
  fileprivate func referenceTimes(
    _ step: ContestantRun.Step, slowSync: SlowSync? = nil
  ) async throws -> [(name: String, value: Double, unit: Goal.Unit)] {
    guard let reference = Contestants.all.first(where: { $0.name == Comparison.yardstick }) else { return [] }
    let figures = try await figures(reference, plan([step], slowSync: slowSync))[0]
    return [
      ("the C reference at that rate, p50", figures.deliveryP50, .milliseconds),
      ("the same, p99", figures.deliveryP99, .milliseconds),
    ]
  }
}
