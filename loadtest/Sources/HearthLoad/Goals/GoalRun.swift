internal import Foundation
internal import HearthModel

/// Measures rows of the goal table, one after the other.
struct GoalRun {
  let rows: [GoalRow]
  let runs: Int
  let bench: GoalBench

  func report() async -> GoalReport {
    let setup = GoalReport.Setup(
      pack: bench.tools.app.pack.name, runs: runs, seconds: bench.seconds, scale: bench.scale,
      startedAt: Date.now.formatted(.iso8601), cores: ProcessInfo.processInfo.activeProcessorCount)
    var measured = [GoalReport.Row]()
    for row in rows { measured.append(await measure(row)) }
    return GoalReport(setup: setup, rows: measured)
  }

  /// One that fails is told of, and the others go on.
  private func measure(_ row: GoalRow) async -> GoalReport.Row {
    guard let probe = row.makeProbe() else { return GoalReport.Row(row, [], bench.scale) }
    defer { probe.finish() }
    var samples = [GoalSample]()
    do {
      for run in 1...runs { samples.append(try await probe.measure(bench.titled("\(row.rawValue) \(run)/\(runs)"))) }
      return GoalReport.Row(row, samples, bench.scale)
    } catch {
      return GoalReport.Row(row, fault: "\(error)")
    }
  }
}
