internal import Foundation

/// Runs the servers in turn, run by run: what the machine does meanwhile happens to all of them.
struct ComparisonRun {
  let contestants: [any Contestant]
  /// The peak last; before it a paced step when there is a rate.
  let plan: ContestantRun.Plan
  let rate: Double?
  let runs: Int
  let slowSync: SlowSync?
  /// Is told what is going on, and how far it is.
  let show: (String, Double) -> Void

  func comparison() async -> Comparison {
    let startedAt = Date.now.formatted(.iso8601)
    var entries = contestants.map { entry($0) }
    for run in 1...runs {
      for (position, contestant) in contestants.enumerated()
      where entries[position].installation == nil && entries[position].fault == nil {
        await self.run(contestant, "\(contestant.name) \(run)/\(runs)", &entries[position])
      }
    }
    return Comparison(setup: setup(startedAt), entries: entries)
  }

  private func entry(_ contestant: any Contestant) -> Comparison.Entry {
    Comparison.Entry(
      name: contestant.name, about: contestant.about, isDurable: contestant.isDurable, merges: contestant.merges,
      feelsSlowSync: contestant.feelsSlowSync,
      installation: contestant.isInstalled(plan.tools) ? nil : contestant.installation)
  }

  /// One that fails is told of, and the others go on.
  private func run(_ contestant: any Contestant, _ title: String, _ entry: inout Comparison.Entry) async {
    do {
      let figures = try await ContestantRun(contestant: contestant, plan: plan) { show("\(title): \($0)", $1) }
        .figures()
      entry.peak += figures.suffix(1)
      entry.paced += figures.dropLast()
    } catch {
      entry.fault = "\(error)"
    }
  }

  private func setup(_ startedAt: String) -> Comparison.Setup {
    Comparison.Setup(
      households: plan.households, devicesPerHousehold: plan.devices, payloadBytes: plan.payload.bytes,
      seconds: plan.seconds, runs: runs, rate: rate, slowSyncMicroseconds: slowSync?.microseconds ?? 0,
      startedAt: startedAt, cores: ProcessInfo.processInfo.activeProcessorCount)
  }
}
