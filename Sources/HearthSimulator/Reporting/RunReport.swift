package import HearthModel

/// What came of one run.
package struct RunReport: Sendable {
  package let seed: UInt64
  package let pack: String
  package let profile: Profile
  package let households: Int
  package let devices: Int
  package let steps: Int
  /// Change sets that people made, and that the hub decided.
  package let made: Int
  package let decided: Int
  package let merged: Int
  /// Rejections by code.
  package let rejected: [String: Int]
  /// Faults that happened.
  package let faults: [Fault: Int]
  /// Equal for equal runs.
  package let mark: UInt64
  /// What happened, for people; empty unless it was asked for.
  package let lines: [String]
  package let violation: Violation?
}

extension RunReport {
  /// Runs a plan.
  ///
  /// Cost: a few milliseconds of CPU for each change set.
  package init(
    running plan: SimulationPlan, keepsLines: Bool = false, dayInZone: @escaping @Sendable (Instant, String) -> Day?
  ) {
    seed = plan.seed
    pack = plan.pack.name
    profile = plan.profile
    households = plan.households
    steps = plan.steps
    var broken: Violation?
    var simulation: Simulation?
    do {
      simulation = try Simulation(plan, keepsLines: keepsLines, dayInZone: dayInZone)
      try simulation?.run()
    } catch let violation as Violation {
      broken = violation
    } catch {
      broken = Violation(.noTrap, "founding", "\(error)")
    }
    violation = broken
    devices = simulation?.devices.count ?? 0
    made = simulation?.made ?? 0
    decided = simulation?.watch.changeSets ?? 0
    merged = simulation?.watch.merged ?? 0
    rejected = simulation?.watch.rejected ?? [:]
    faults = simulation?.faults ?? [:]
    mark = simulation?.trace.mark ?? 0
    lines = simulation?.trace.lines ?? []
  }
}
