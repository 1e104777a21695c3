internal import HearthEngine
internal import HearthHub
internal import HearthModel

// The hub collects what is past, with a retention of minutes where an operator has a year.

extension Simulation {
  func compact(_ dice: inout Dice) throws {
    let policy = CompactionPolicy(
      retention: dice.oneIn(3) ? 0 : dice.within(0...600_000), lapse: dice.within(0...3_600_000))
    // It may end between any two steps.
    var stepsLeft = dice.oneIn(3) ? dice.below(6) : Int.max
    guard hub.isRunning, hub.pending == nil, !hub.diskIsFull else { return }
    let now = Instant(milliseconds: hubClock)
    var keeper = WatchedCompaction(policy: policy, now: now)
    for household in households.map(\.id) where stepsLeft > 0 {
      stepsLeft -= try keeper.walk(household, hub.store, engine, &watch, stepsMax: stepsLeft)
    }
    trace.note(
      self.now,
      "the hub collects \(keeper.changeSets) change sets, \(keeper.decisions) decisions, \(keeper.records) records"
    )
  }
}

/// A walk through the past of a household that is looked at step by step.
struct WatchedCompaction {
  let policy: CompactionPolicy
  let now: Instant
  private(set) var changeSets = 0
  private(set) var decisions = 0
  private(set) var records = 0

  init(policy: CompactionPolicy, now: Instant) {
    (self.policy, self.now) = (policy, now)
  }

  /// - Returns: how many steps it took.
  mutating func walk(
    _ household: HouseholdID, _ store: any Store, _ engine: Engine, _ watch: inout Watch, stepsMax: Int
  ) throws -> Int {
    var mark: CompactionMark? = .history
    var steps = 0
    while let next = mark, steps < stepsMax {
      var step: CompactionStep?
      try store.compact { reader in
        let decided = try engine.compactionStep(of: household, from: next, policy, reader, now: now)
        try watch.collects(decided.compaction, reader, policy, now: now)
        step = decided
        return decided.compaction
      }
      changeSets += step?.compaction.remnants.count ?? 0
      decisions += step?.compaction.decisions.count ?? 0
      records += step?.compaction.records.count ?? 0
      mark = step?.next
      steps += 1
    }
    return steps
  }
}
