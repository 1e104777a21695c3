package import HearthEngine
package import HearthMemory
package import HearthModel
package import HearthPack
internal import HearthTesting

/// A sequence of calls to a store, and what a store has to hold after each of them.
///
/// The same seed makes the same script. The models are the store in memory, which has nothing of the one in SQLite.
package struct StoreScript: Sendable {
  package let engine: Engine
  package let steps: [ScriptStep]
  /// The state after so many steps: one more than there are steps.
  package let models: [MemoryStore]
  /// What each step answered.
  package let answers: [[String]]
  /// The households that are founded.
  package let households: [HouseholdID]
  /// The values that only one record of a pack may have, as far as any was taken or given up.
  package let uniques: [UniqueKey]

  /// The time of a step.
  package static func now(_ step: Int) -> Instant { Instant(milliseconds: 1_762_880_400_000 + Int64(step) * 1000) }

  /// Makes a script of so many steps.
  package init(pack: Pack, seed: Seed, stepCount: Int, random: UInt64) throws {
    let engine = Engine(packs: [pack.name: pack]) { instant, _ in
      Day(rawValue: Int32(clamping: instant.milliseconds / 86_400_000))
    }
    var maker = ScriptMaker(pack: pack, seed: seed, random: SeededGenerator(seed: random))
    let model = MemoryStore()
    var (steps, models, answers) = ([ScriptStep](), [model.copy()], [[String]]())
    var uniques = Set<UniqueKey>()
    for number in 0..<stepCount {
      let step = try maker.next(model)
      let results = try step.apply(to: model, engine, now: Self.now(number)) { commit in
        for household in commit.households {
          uniques.formUnion(household.releasedUniques + household.takenUniques.map(\.key))
        }
      }
      try maker.note(step, model)
      steps.append(step)
      answers.append(results.map(\.answer))
      models.append(model.copy())
    }
    (self.engine, self.steps, self.models, self.answers) = (engine, steps, models, answers)
    households = maker.households
    self.uniques = uniques.sorted()
  }

  /// The change sets that were sent in the first steps.
  package func submissions(until step: Int) -> [Submission] {
    steps.prefix(step).flatMap { if case .commit(let batch) = $0 { batch } else { [Submission]() } }
  }
}
