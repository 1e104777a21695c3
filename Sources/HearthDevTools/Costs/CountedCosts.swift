internal import Foundation

/// What was counted in one run of the program.
struct CountedCosts {
  var surroundings = CostSurroundings.current
  var workloads: [(workload: CostWorkload, costs: Costs)] = []
  /// Figures that were not counted, and why.
  var unmeasured: [CostFigure: String] = [:]
}

extension CountedCosts {
  /// Counts.
  ///
  /// - Parameters:
  ///   - packs: the folder of the packs.
  ///   - countsInstructions: whether to run the workloads under callgrind as well, which takes a minute.
  static func count(_ workloads: [CostWorkload], packs: URL, countsInstructions: Bool) throws -> CountedCosts {
    let runs = try workloads.map { try CostRun($0, packs: packs) }
    var counted = CountedCosts()
    // Before anything watches a disk: the layer for that stays.
    let allocations = try counted.allocations(runs)
    let instructions = try counted.instructions(runs, packs: packs, isAsked: countsInstructions)
    for (position, run) in runs.enumerated() {
      var costs = try run.watched()
      costs[.allocations] = allocations?[position]
      costs[.instructions] = instructions?[position]
      counted.workloads.append((run.workload, costs.reduce(into: [:]) { $0[$1.key] = $1.key.rounded($1.value) }))
    }
    return counted
  }

  private static let debugReason = "this is a debug build"

  private mutating func allocations(_ runs: [CostRun]) throws -> [Double]? {
    guard CostSurroundings.isRelease, CountedBody.countsAllocations else {
      unmeasured[.allocations] =
        CostSurroundings.isRelease ? "calls for memory are counted with glibc only" : Self.debugReason
      return nil
    }
    return try runs.map { try $0.allocations() }
  }

  private mutating func instructions(_ runs: [CostRun], packs: URL, isAsked: Bool) throws -> [Double]? {
    guard CostSurroundings.isRelease, isAsked else {
      unmeasured[.instructions] = CostSurroundings.isRelease ? "--instructions counts them" : Self.debugReason
      return nil
    }
    do {
      return try Callgrind().instructions(of: runs, packs: packs)
    } catch let missing as Callgrind.Missing {
      unmeasured[.instructions] = missing.reason
      return nil
    }
  }
}
