package import HearthEngine
package import HearthModel

/// Walks through the past of a hub's households, a bounded step at a time, so that commits go on between two steps.
///
/// Whoever stops half-way begins anew: what was collected is not met again.
package struct CompactionKeeper {
  /// What a walk has collected so far.
  package struct Tally: Hashable, Sendable {
    package var households = 0
    package var changeSets = 0
    package var decisions = 0
    package var records = 0

    package init() {}
  }

  private let policy: CompactionPolicy
  /// The households that are not done, the next one last; nil before a walk.
  private var households: [HouseholdID]?
  private var mark = CompactionMark.history
  package private(set) var tally = Tally()

  package init(_ policy: CompactionPolicy) {
    self.policy = policy
  }

  /// Does the next step.
  ///
  /// - Returns: whether there are more; when there are none, the next call begins another walk.
  package mutating func step(_ store: any Store, _ engine: Engine, now: Instant) throws -> Bool {
    var households = try self.households ?? begin(store)
    defer { self.households = households.isEmpty ? nil : households }
    guard let household = households.last else { return false }
    var step: CompactionStep?
    try store.compact { reader in
      let decided = try engine.compactionStep(of: household, from: mark, policy, reader, now: now)
      step = decided
      return decided.compaction
    }
    guard let step else { return false }
    tally.changeSets += step.compaction.remnants.count
    tally.decisions += step.compaction.decisions.count
    tally.records += step.compaction.records.count
    mark = step.next ?? .history
    if step.next == nil {
      households.removeLast()
      tally.households += 1
    }
    return !households.isEmpty
  }

  private mutating func begin(_ store: any Store) throws -> [HouseholdID] {
    (mark, tally) = (.history, Tally())
    return try store.households().map(\.id).reversed()
  }
}
