internal import HearthModel

/// What the engine looks up in a pack for every change set, worked out once.
struct Plan: Sendable {
  /// By the number of the collection.
  let collections: [CollectionPlan]
  /// Whether the pack has rights, rules, moves, effects or derived fields at all.
  let hasRules: Bool
  /// Whether a `restrict` of the pack has a condition.
  let hasRestrictions: Bool
  /// Whether something happens when a day begins.
  let hasDays: Bool

  init(_ pack: Pack) {
    collections = pack.collections.map { CollectionPlan($0, in: pack) }
    hasRules = pack.collections.contains { $0.behavior != .open } || pack.roles.session != nil
    hasRestrictions = pack.collections.contains { !$0.behavior.restrictions.isEmpty }
    hasDays = collections.contains { $0.hasDays }
  }

  subscript(number: CollectionNumber) -> CollectionPlan { collections[number.index] }
}

/// What the engine looks up about one collection.
struct CollectionPlan: Sendable {
  /// The moves of each field that has some.
  let moves: [FieldNumber: [Move]]
  /// The fields of which the record keeps what it showed before.
  let tracked: [FieldNumber]
  /// The numbers that records of this collection count into.
  let accounts: [Account]
  /// The fields that are computed from the record itself, and the fields that they read.
  let computed: [(field: FieldNumber, expression: Expression)]
  /// Whether records of this collection take part in something that happens when a day begins.
  let hasDays: Bool

  /// A derived number of a record that records of this collection point to.
  struct Account: Sendable {
    let target: CollectionNumber
    let field: FieldNumber
    let aggregate: Aggregate
  }

  init(_ collection: CollectionSchema, in pack: Pack) {
    let behavior = collection.behavior
    moves = Dictionary(grouping: behavior.moves, by: \.field)
    tracked = Self.tracked(behavior)
    accounts = pack.collections.flatMap { target in
      target.behavior.derived.sorted { $0.key < $1.key }.compactMap { field, derived in
        guard case .aggregate(let aggregate) = derived, aggregate.source == collection.number else { return nil }
        return Account(target: target.number, field: field, aggregate: aggregate)
      }
    }
    computed = behavior.derived.sorted { $0.key < $1.key }.compactMap { field, derived in
      if case .expression(let expression) = derived { (field, expression) } else { nil }
    }
    hasDays =
      behavior.expires != nil || behavior.retention != nil || behavior.effects.contains { $0.trigger == .day }
      || computed.contains { $0.expression.dependsOnTheDay }
  }

  /// Fields with moves, what moves set beside them, what begins registers anew, and what expressions read as seen.
  private static func tracked(_ behavior: Behavior) -> [FieldNumber] {
    var fields = Set(behavior.periods.values).union(behavior.moves.map(\.field))
    for move in behavior.moves { fields.formUnion(move.sets.map(\.field)) }
    for expression in behavior.expressions {
      for input in expression.inputs where input.root == .seen {
        if case .field(let field)? = input.steps.first { fields.insert(field) }
      }
    }
    return behavior.moves.isEmpty && behavior.periods.isEmpty ? [] : fields.sorted()
  }
}

extension Expression {
  /// Whether the value may differ from one day to the next.
  var dependsOnTheDay: Bool {
    inputs.contains { $0.root == .today || $0.root == .now }
      || nodes.contains { node in
        guard case .call(let function, _) = node else { return false }
        return function == .age || function == .streak
      }
  }
}

extension Behavior {
  /// The expressions of moves and effects.
  fileprivate var expressions: [Expression] {
    moves.flatMap { move in move.needs.map(\.condition) + move.sets.map(\.value) }
      + effects.flatMap { effect in (effect.condition.map { [$0] } ?? []) + effect.action.assignments.map(\.value) }
  }
}

extension Effect.Action {
  /// What is written.
  var assignments: [Assignment] {
    switch self {
    case .append(_, let row), .put(_, let row), .set(let row), .setAt(_, let row), .reverse(_, _, let row): row
    case .delete: []
    }
  }
}
