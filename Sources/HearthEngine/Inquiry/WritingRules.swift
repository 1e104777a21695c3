internal import HearthModel

/// What of a pack writes a slot without a person typing it: moves that set it, effects, computations.
struct WritingRules {
  /// The names, as `tasks.hand_in`; of a computed field what it is computed from.
  let names: [String]

  init(of slot: CollectionSchema.Slot, in schema: CollectionSchema, _ pack: Pack) {
    let fields = Set(slot.fields)
    let writes = { (assignments: [Assignment]) in assignments.contains { fields.contains($0.field) } }
    var names = schema.behavior.moves.filter { writes($0.sets) }.map { "\(schema.name).\($0.name)" }
    for collection in pack.collections {
      let effects = collection.behavior.effects.filter { effect in
        Self.assignments(of: effect.action, in: collection, to: schema.number).map(writes) ?? false
      }
      names += effects.map { "\(collection.name).\($0.name)" }
    }
    names += slot.fields.compactMap { schema.behavior.derived[$0].map { $0.words(in: pack) } }
    self.names = names
  }

  /// What an effect writes into records of a collection; nil when it writes none.
  private static func assignments(
    of action: Effect.Action, in collection: CollectionSchema, to target: CollectionNumber
  ) -> [Assignment]? {
    switch action {
    case .append(let number, let row), .put(let number, let row): return number == target ? row : nil
    case .set(let row): return collection.number == target ? row : nil
    case .setAt(let reference, let row): return collection.field(reference)?.type.target == target ? row : nil
    case .reverse(let name, let negated, let row):
      guard let effect = collection.behavior.effects.first(where: { $0.name == name }),
        case .append(target, let reversed) = effect.action
      else { return nil }
      return reversed + row + [Assignment(negated, .write, nothing)]
    case .delete: return nil
    }
  }

  /// The value of an assignment that only says which field is written.
  private static let nothing = Expression(nodes: [.constant(.null)], inputs: [], text: "null", cost: 1)
}

extension Derived {
  /// As the pack language writes it.
  fileprivate func words(in pack: Pack) -> String {
    switch self {
    case .expression(let expression): return expression.text
    case .aggregate(let aggregate):
      guard let source = pack.collection(aggregate.source) else { return aggregate.kind.rawValue }
      let value = aggregate.value.flatMap { source.field($0)?.name }.map { ".\($0)" } ?? ""
      return "\(aggregate.kind.rawValue)(\(source.name)\(value) by \(source.field(aggregate.reference)?.name ?? ""))"
    }
  }
}
