import HearthModel
import Testing

/// Every history of three change sets over a few operations, stamps (ties first) and ranks: three replicas with one
/// change set each, and two of one replica with one of another; each in every order that causality allows.
@Suite("Merge laws, exhaustively")
struct ExhaustiveTests {
  /// A rule, what to do under it, and what a stranger would expect to be shown.
  struct RuleCase: Sendable, CustomTestStringConvertible {
    let enumeration: Enumeration
    /// How many histories there are; written out, so that the enumeration cannot silently become empty.
    let histories: Int
    let expected: @Sendable (Reference) -> Shown

    var testDescription: String {
      let collection = enumeration.collection
      return (collection.slots[0].isGroup ? "group, " : "") + collection.rules[0].name
    }
  }

  @Test(arguments: RuleCase.all)
  func `every order gives the same state, and it shows what the tables say (P1, P3)`(_ rule: RuleCase) {
    var orders = 0
    let count = rule.enumeration.forEach { history in
      guard let state = MergeLaws.converges(history) else { return false }
      orders += history.schedule.orderCount
      let shown = Shown(state, history.collection)
      let expected = rule.expected(Reference(history))
      if shown != expected { Issue.record("shows \(shown), expected \(expected)\n\(history)") }
      return shown == expected
    }
    print("merge laws: \(rule.testDescription): \(count) histories, \(orders) orders")
    #expect(count == rule.histories)
  }

  @Test(arguments: [
    RegisterRule(.first), RegisterRule(.first, isRanked: true), RegisterRule(.claim),
  ])
  func `what the hub's order decided is never revised by what arrives later (P1)`(_ rule: RegisterRule) {
    let enumeration = Enumeration(
      collection: .of(.register(rule)), operations: [.set("a"), .set("b"), .set(.null)], stamps: [1])
    var orders = 0
    let count = enumeration.forEach { history in
      guard let run = MergeLaws.keepsHubOrder(history) else { return false }
      orders += run
      return true
    }
    print("merge laws: \(MergeRule.register(rule).name): \(count) histories, \(orders) orders")
    #expect(count == 32 * 216)
  }

  @Test(arguments: [[Rank.child], [.child, .parent]])
  func `deletes, restores and edits give the same life in every order (P1)`(_ ranks: [Rank]) {
    let collection = CollectionSchema.of(.register(RegisterRule()))
    let enumeration = Enumeration(
      collection: collection, operations: [.set("a"), .delete, .restore], stamps: ranks.count == 1 ? [1, 2] : [1],
      ranks: ranks)
    let policies = DeletePolicy.allCases.map { ($0, collection.with($0)) }
    var orders = 0
    let count = enumeration.forEach { history in
      guard let state = MergeLaws.converges(history) else { return false }
      orders += history.schedule.orderCount
      return policies.allSatisfy { policy, collection in
        let expected = Reference(history).life(policy)
        let conflict = state.lifeConflict(in: collection)
        let isRight = state.life(policy).isDeleted == expected.isDeleted && conflict == expected.conflict
        if !isRight { Issue.record("\(policy): \(state.life(policy)), expected \(expected)\n\(history)") }
        return isRight
      }
    }
    print("merge laws: deletes under \(policies.count) policies: \(count) histories, \(orders) orders")
    #expect(count == 6_912)
  }

  @Test func `the relations are all there are`() {
    #expect(Causality.threeReplicas.count == 25)
    #expect(Causality.threeReplicas.filter(\.isTransitive).count == 19)
    #expect(Causality.twoReplicas.count == 7)
  }
}

extension ExhaustiveTests.RuleCase {
  static let all: [Self] = registers + numbers + sets + documents

  private static let registers: [Self] = [
    register(RegisterRule(), Criterion.lastWriter),
    register(RegisterRule(isRanked: true), [.rank] + Criterion.lastWriter),
    register(RegisterRule(precedence: ["b"]), [.precedence(["b"])] + Criterion.lastWriter),
    register(
      RegisterRule(isRanked: true, precedence: ["b", "a"]),
      [.rank, .precedence(["b", "a"])] + Criterion.lastWriter),
    register(RegisterRule(.immutable), [.earliest, .lowestReplica]),
    group(RegisterRule(), Criterion.lastWriter),
    group(RegisterRule(isRanked: true), [.rank] + Criterion.lastWriter),
  ]

  private static let numbers: [Self] = [
    Self(
      enumeration: Enumeration(collection: .of(.counter, .anyInt), operations: [.add(5), .add(-2)]), histories: 16_384,
      expected: \.counter),
    extreme(.largest), extreme(.smallest),
  ]

  private static let sets: [Self] = [false, true].map { isRanked in
    let criteria: [Criterion] = (isRanked ? [.rank] : []) + [.presence] + Criterion.lastWriter
    return Self(
      enumeration: Enumeration(
        collection: .of(.set(isRanked: isRanked), .textSet), operations: [.insert("x"), .remove("x")]),
      histories: 16_384, expected: { $0.set(of: "x", criteria) })
  }

  /// Puts and drops at a path and below it, then the empty object and whole documents. One of stamp and rank varies
  /// at a time, because each operation is a choice of its own.
  private static let documents: [Self] = [
    document(.put("a", 1), .put("a.b", 2), .put("a", .object(["b": 3, "c": 4])), .drop("a")),
    document(.put("a", 1), .put("a.b", 2), .drop("a"), .drop("a.b"), isRanked: true),
    document(.put("a.b", 2), .drop("a.b"), .put("a", .object([:])), .set(.object(["a": 7]))),
  ]

  private static func document(_ operations: RecordOperation..., isRanked: Bool = false) -> Self {
    Self(
      enumeration: Enumeration(
        collection: .of(.json(isRanked: isRanked), .object), operations: operations,
        stamps: isRanked ? [1] : [1, 2], ranks: isRanked ? [.child, .parent] : [.child]),
      histories: 16_384, expected: { $0.document(isRanked: isRanked) })
  }

  private static func register(_ rule: RegisterRule, _ criteria: [Criterion]) -> Self {
    Self(
      enumeration: Enumeration(collection: .of(.register(rule)), operations: [.set("a"), .set("b")]),
      histories: 16_384, expected: { $0.register(criteria) })
  }

  private static func group(_ rule: RegisterRule, _ criteria: [Criterion]) -> Self {
    Self(
      enumeration: Enumeration(
        collection: .group(rule), operations: [.set(.list(["a", "x"])), .set(.list(["b", "y"]))]),
      histories: 16_384, expected: { $0.register(criteria) })
  }

  private static func extreme(_ direction: Extreme.Direction) -> Self {
    Self(
      enumeration: Enumeration(
        collection: .of(.extreme(direction), .anyInt), operations: [.set(1), .set(2), .set(.null)], ranks: [.child]),
      histories: 6_912, expected: { $0.extreme(direction) })
  }
}
