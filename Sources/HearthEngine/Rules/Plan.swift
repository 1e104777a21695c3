package import HearthModel

/// What the engine looks up about an app for every change set, worked out of its pack once.
package final class Plan: Sendable {
  package let pack: Pack
  /// Who sees what.
  package let audience: Audience
  /// By the number of the collection.
  private let collections: [CollectionPlan]
  /// Whether the pack has rights, rules, moves, effects or derived fields at all.
  let hasRules: Bool
  /// Whether the pack has a `restrict`.
  let hasRestrictions: Bool
  /// Whether something happens when a day begins.
  let hasDays: Bool
  /// The collections whose records may be known by other ids: those that fold, and those whose keys name such records.
  let aliased: Set<CollectionNumber>
  /// Whether a field gets the day of its creation.
  let fillsInDays: Bool
  /// The ranks of the roles.
  let ranks: [String: Rank]
  /// What must hold of a member who comes in; nil when nothing.
  let session: Expression?

  package init(_ pack: Pack) {
    self.pack = pack
    let audience = Audience(pack)
    self.audience = audience
    collections = pack.collections.map { CollectionPlan($0, in: pack, audience) }
    hasRules = pack.collections.contains { $0.behavior != .open } || pack.roles.session != nil
    hasRestrictions = pack.collections.contains { $0.fields.contains { $0.onDelete == .restrict } }
    hasDays = collections.contains { $0.hasDays }
    aliased = Self.aliased(pack)
    ranks = Dictionary(pack.roles.all.compactMap { role in pack.roles.rank(of: role).map { (role, $0) } }) { $1 }
    session = pack.roles.session
    fillsInDays = pack.collections.contains { $0.fields.contains { $0.defaultValue == .today } }
  }

  subscript(number: CollectionNumber) -> CollectionPlan { collections[number.index] }

  private static func aliased(_ pack: Pack) -> Set<CollectionNumber> {
    let folding = pack.collections.filter { $0.behavior.uniques.contains { $0.policy == .alias } }
    var aliased = Set(folding.map(\.number))
    var count = 0
    while count < aliased.count {
      count = aliased.count
      for collection in pack.collections
      where collection.key.contains(where: { collection.fields[$0.index].type.target.map(aliased.contains) ?? false }) {
        aliased.insert(collection.number)
      }
    }
    return aliased
  }
}

/// What the engine looks up about one collection.
final class CollectionPlan: Sendable {
  /// The moves of each field that has some.
  let moves: [FieldNumber: [Move]]
  /// The fields of which the record keeps what it showed before.
  let tracked: [FieldNumber]
  let trackedFields: FieldSet
  /// The fields whose targets the index of references holds.
  let references: FieldSet
  /// The slots that the hub stamps.
  let hubSlots: [(position: Int, field: HubField)]
  /// The numbers that records of this collection count into, and what that depends on.
  let accounts: [Account]
  let accountReach: Reach
  /// The fields that begin with nothing counted.
  let counted: [Field]
  /// The fields that are computed from the record itself, and the fields that they read.
  let computed: [(field: FieldNumber, expression: Expression)]
  let uniques: [(rule: Unique, reach: Reach)]
  let checks: [Check]
  let acyclics: [Acyclic]
  /// The effects that wait for something to happen to a record, but for moves and the day.
  let effects: [Effect]
  /// What such effects ask of the record.
  let effectReach: Reach
  /// Whether records of this collection take part in something that happens when a day begins.
  let hasDays: Bool
  /// By verb and role.
  private let permits: [Access.Verb: [String: Permit]]

  /// A derived number of a record that records of this collection point to.
  struct Account: Sendable {
    let target: CollectionNumber
    let field: FieldNumber
    let aggregate: Aggregate
  }

  init(_ collection: CollectionSchema, in pack: Pack, _ audience: Audience) {
    let behavior = collection.behavior
    moves = Dictionary(grouping: behavior.moves, by: \.field)
    tracked = Self.tracked(behavior)
    trackedFields = FieldSet(tracked)
    references = FieldSet(
      collection.fields.lazy.filter { field in
        field.type.target != nil || audience.follows(field.number, of: collection.number)
      }.map(\.number))
    hubSlots = collection.slots.enumerated().compactMap { position, slot in
      if case .hub(let field) = slot.rule, field != .derived { (position, field) } else { nil }
    }
    let accounts = pack.collections.flatMap { target in
      target.behavior.derived.sorted { $0.key < $1.key }.compactMap { field, derived -> Account? in
        guard case .aggregate(let aggregate) = derived, aggregate.source == collection.number else { return nil }
        return Account(target: target.number, field: field, aggregate: aggregate)
      }
    }
    self.accounts = accounts
    accountReach = Reach(
      accounts.flatMap { [$0.aggregate.reference] + [$0.aggregate.value].compactMap { $0 } },
      accounts.compactMap(\.aggregate.condition))
    let derived = behavior.derived.sorted { $0.key < $1.key }
    counted = derived.compactMap { field, derived in
      if case .aggregate = derived { collection.fields[field.index] } else { nil }
    }
    computed = derived.compactMap { field, derived in
      if case .expression(let expression) = derived { (field, expression) } else { nil }
    }
    (checks, acyclics) = (behavior.checks, behavior.acyclics)
    effects = behavior.effects.filter { $0.trigger.isOfRecords }
    effectReach = Reach(effects.flatMap(\.trigger.fields))
    uniques = behavior.uniques.map { ($0, Reach($0.fields, [$0.condition].compactMap { $0 })) }
    hasDays =
      behavior.expires != nil || behavior.retention != nil || behavior.effects.contains { $0.trigger == .day }
      || computed.contains { $0.expression.dependsOnTheDay }
    permits = Dictionary(
      uniqueKeysWithValues: Access.Verb.allCases.map { verb in
        (verb, Dictionary(pack.roles.all.map { ($0, collection.permit(for: verb, role: $0)) }) { $1 })
      })
  }

  /// What a role may do; nothing when there is no such role.
  func permit(for verb: Access.Verb, role: String) -> Permit { permits[verb]?[role] ?? Permit() }

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

extension Effect.Trigger {
  /// Whether it is something that happens to a record, whoever brought it about.
  fileprivate var isOfRecords: Bool {
    switch self {
    case .enters, .leaves, .changes, .created, .deleted: true
    case .move, .day: false
    }
  }

  /// The fields that it looks at.
  fileprivate var fields: [FieldNumber] {
    switch self {
    case .enters(let field, _), .leaves(let field, _): [field]
    case .changes(let fields): fields
    case .created, .deleted, .move, .day: []
    }
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
