/// A thousand change sets a second: how long each takes to another device.
final class SteadyProbe: GoalProbe {
  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let report = try await bench.report(bench.steady)
    var sample = GoalSample([.steadyP50: report.delivery.p50, .steadyP99: report.delivery.p99])
    sample.notes = report.remarks
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
    return sample
  }
}

extension GoalBench {
  fileprivate var steady: Profile {
    var profile = profile("A thousand change sets a second.", households: households)
    profile.writes.pacing = .atRate([.init(at: 0, rate: scale.rate(1000))])
    return profile
  }
}
