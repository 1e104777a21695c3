import HearthModel
import HearthTesting
import Testing

/// Longer histories of whole records with a slot of every rule, deletes and restores, from fixed seeds.
@Suite("Merge laws, at random")
struct RandomHistoryTests {
  @Test func `every order of a long history gives the same record (P1, P3)`() {
    var orders = 0
    for seed in UInt64(1)...120 {
      var arbitrary = Arbitrary(seed: seed)
      let history = arbitrary.history(6)
      guard let state = MergeLaws.converges(history) else { return }
      orders += history.schedule.orderCount
      checkDocument(state, history)
      checkLeaves(state, history)
    }
    print("merge laws: whole records: 120 histories, \(orders) orders")
    #expect(orders > 2_000)
  }

  /// The JSON slot is the one with the most to go wrong: it is compared with the reference as well.
  private func checkDocument(_ state: RecordState, _ history: History) {
    let slot = 7
    let alone = CollectionSchema.of(.json(isRanked: true), .object)
    let events = history.events.map { event in
      let own = event.operation.slots.filter { $0.slot == slot }.map { (slot: 0, operation: $0.operation) }
      return Event(author: event.author, context: event.context, operation: RecordOperation(.update, slots: own))
    }
    let expected = Reference(History(alone, events)).document(isRanked: true)
    let shown = state.value(of: history.collection.fields[slot], in: history.collection)
    if [shown] != expected.values { Issue.record("shows \(shown), expected \(expected.values)\n\(history)") }
  }

  /// What is shown of a leaf with `max` or `min` is the end of all that was ever put there, whoever had seen what.
  private func checkLeaves(_ state: RecordState, _ history: History) {
    let slot = 8
    let shown = state.value(of: history.collection.fields[slot], in: history.collection).object
    for (path, isLargest) in [(["n"], true), (["a", "n"], false)] {
      guard let value = shown?.value(at: path[...]) else { continue }
      let written = history.events.flatMap(\.operation.slots).filter { $0.slot == slot }.flatMap { edit in
        switch edit.operation {
        case .write(let value): Document.leaves(of: value, at: [])
        case .put(let path, let value): Document.leaves(of: value, at: path)
        case .drop, .add, .insert, .remove: [(path: Document.Path, value: Value)]()
        }
      }.filter { $0.path == path && !$0.value.isNull }.map(\.value)
      let expected = (isLargest ? written.max() : written.min()) ?? .null
      if value != expected { Issue.record("\(path) shows \(value), expected \(expected)\n\(history)") }
    }
  }

  @Test func `what the hub's order decided stays, but for what the hub itself writes (P1)`() {
    for rule in [RegisterRule(.first), RegisterRule(.first, isRanked: true), RegisterRule(.claim)] {
      var orders = 0
      for seed in UInt64(300)...340 {
        var arbitrary = Arbitrary(seed: seed)
        guard let run = MergeLaws.keepsHubOrder(arbitrary.history(5, of: rule)) else { return }
        orders += run
      }
      print("merge laws: long \(MergeRule.register(rule).name): 41 histories, \(orders) orders")
      #expect(orders > 400)
    }
  }

  @Test func `a hub and a device that take the same change sets in agree, whoever is first (P1)`() throws {
    for seed in UInt64(200)...240 {
      var arbitrary = Arbitrary(seed: seed)
      let history = arbitrary.history(12)
      let inOrder = try #require(history.state(after: Array(history.events.indices)))
      var numbers = SeededGenerator(seed: seed)
      for _ in 0..<5 {
        let order = Self.someOrder(history.schedule, &numbers)
        #expect(history.state(after: order) == inOrder)
      }
    }
  }

  /// One order that causality allows.
  private static func someOrder(_ schedule: Schedule, _ numbers: inout SeededGenerator) -> [Int] {
    var order = [Int]()
    var decided = 0
    while decided != schedule.everything {
      let event = numbers.pick(schedule.next(after: decided))
      order.append(event)
      decided |= 1 << event
    }
    return order
  }
}
