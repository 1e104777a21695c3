package import HearthModel

/// Makes a failing run smaller: fewer steps, devices, households and faults, as long as the same promise is broken.
///
/// Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002): what is left out
/// is left out in ever smaller pieces, until no single step can be missed or the budget is used up.
package struct Shrinker: Sendable {
  private let dayInZone: @Sendable (Instant, String) -> Day?
  /// Runs that it may take.
  private var budget: Int
  private(set) var best: SimulationPlan
  private let property: Violation.Property

  package init(
    _ plan: SimulationPlan, _ violation: Violation, budget: Int = 600,
    dayInZone: @escaping @Sendable (Instant, String) -> Day?
  ) {
    best = plan
    property = violation.property
    self.budget = budget
    self.dayInZone = dayInZone
  }

  /// The smallest plan that was found.
  ///
  /// - Parameter progress: told how many runs are left and how many steps.
  package mutating func shrink(_ progress: (Int, Int) -> Void) -> SimulationPlan {
    cutEnd()
    var last = Int.max
    while best.size < last, budget > 0 {
      last = best.size
      dropHouseholds()
      dropDevices()
      dropFaults()
      dropSteps(progress)
    }
    return best
  }

  private mutating func accept(_ candidate: SimulationPlan) -> Bool {
    guard budget > 0 else { return false }
    budget -= 1
    let report = RunReport(running: candidate, dayInZone: dayInZone)
    guard report.violation?.property == property else { return false }
    best = candidate
    return true
  }

  /// Finds the shortest beginning that still fails.
  private mutating func cutEnd() {
    var low = 1
    while low < best.steps {
      var candidate = best
      candidate.steps = (low + best.steps) / 2
      if candidate.steps == best.steps { break }
      if !accept(candidate) { low = candidate.steps + 1 }
    }
    // Quiet points in between cost time and may not be needed.
    var candidate = best
    candidate.quietEvery = best.steps + 1
    _ = accept(candidate)
  }

  private mutating func dropHouseholds() {
    guard best.households > 1 else { return }
    var candidate = best
    candidate.omittedDevices.formUnion(best.devicesPerHousehold..<best.households * best.devicesPerHousehold)
    _ = accept(candidate)
  }

  private mutating func dropDevices() {
    for device in 0..<best.households * best.devicesPerHousehold where !best.omittedDevices.contains(device) {
      var candidate = best
      candidate.omittedDevices.insert(device)
      _ = accept(candidate)
    }
  }

  private mutating func dropFaults() {
    var without = best
    without.faults = []
    if accept(without) { return }
    for fault in best.faults.sorted() {
      var candidate = best
      candidate.faults.remove(fault)
      _ = accept(candidate)
    }
  }

  private mutating func dropSteps(_ progress: (Int, Int) -> Void) {
    var left = best.stepsLeft
    var size = max(left.count / 2, 1)
    while size >= 1, budget > 0 {
      var start = 0
      while start < left.count, budget > 0 {
        var candidate = best
        candidate.omitted.formUnion(left[start..<min(start + size, left.count)])
        if accept(candidate) {
          left = best.stepsLeft
        } else {
          start += size
        }
        progress(budget, left.count)
      }
      if size == 1 { break }
      size /= 2
    }
  }
}

extension SimulationPlan {
  /// The steps that are not left out.
  package var stepsLeft: [Int] { (0..<steps).filter { !omitted.contains($0) } }

  fileprivate var size: Int {
    stepsLeft.count + (households * devicesPerHousehold - omittedDevices.count) * 4 + faults.count
  }
}
