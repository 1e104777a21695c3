package import HearthModel

/// What the expressions of a pack cost at most.
package struct PackCosts {
  /// The most that one expression may cost.
  package static let limit = ExpressionCompiler.costMax

  package struct Line {
    package let name: String
    package let cost: Int
    /// The fields whose maxima make it large, as `assignees holds up to 20`.
    package let because: [String]
    package let text: String
  }

  package struct Change {
    package let collection: String
    package let read: Int
    package let create: Int
    package let update: Int
    package let delete: Int
  }

  /// The dearest first.
  package let lines: [Line]
  /// What judging one change asks at most, without what effects set off in turn.
  package let changes: [Change]

  package init(_ pack: Pack) {
    lines = PackExpressions(pack).all.map { entry in
      Line(
        name: entry.name, cost: entry.expression.cost, because: Self.reasons(entry, pack), text: entry.expression.text)
    }
    .sorted { ($1.cost, $0.name) < ($0.cost, $1.name) }
    changes = pack.collections.map { Self.change($0) }
  }

  private static func reasons(_ entry: PackExpressions.Entry, _ pack: Pack) -> [String] {
    let expression = entry.expression
    return expression.nodes.compactMap { node in
      switch node {
      case .quantifier(_, let set, _):
        guard case .input(let position) = expression.nodes[set] else { return nil }
        let input = expression.inputs[position]
        guard case .set(_, let maximum)? = Domains.place(of: input, entry.collection, pack)?.type else { return nil }
        return "`\(PathText(pack, entry.collection).text(input))` holds up to \(maximum)"
      case .matches(let operand, _):
        guard case .input(let position) = expression.nodes[operand] else { return nil }
        let input = expression.inputs[position]
        guard case .text(_, let length)? = Domains.place(of: input, entry.collection, pack)?.type else { return nil }
        return "`\(PathText(pack, entry.collection).text(input))` has up to \(length.upperBound) characters"
      default: return nil
      }
    }
  }

  private static func change(_ collection: CollectionSchema) -> Change {
    let behavior = collection.behavior
    let rights = { (verb: Access.Verb) in
      sum(behavior.access.grants(for: verb).flatMap { [$0.who.relation, $0.condition].compactMap { $0 } })
    }
    let checks = sum(behavior.checks.map(\.condition))
    let effects = { (isMeant: (Effect.Trigger) -> Bool) in
      sum(
        behavior.effects.filter { isMeant($0.trigger) }.flatMap { effect in
          (effect.condition.map { [$0] } ?? []) + effect.action.assignments.map(\.value)
        })
    }
    let moves = behavior.moves.map { move in
      sum(move.by.compactMap(\.relation) + move.needs.map(\.condition) + move.sets.map(\.value))
    }
    let read = rights(.read)
    return Change(
      collection: collection.name, read: read,
      create: rights(.create) + checks + effects { $0.mayHappen(at: .create) },
      // An update is judged on the record before and after.
      update: read + 2 * rights(.update) + checks + (moves.max() ?? 0) + effects { $0.mayHappen(at: .update) },
      delete: read + rights(.delete) + effects { $0.mayHappen(at: .delete) })
  }

  private static func sum(_ expressions: [Expression]) -> Int { expressions.reduce(0) { $0 + $1.cost } }
}

extension Effect.Trigger {
  fileprivate func mayHappen(at verb: Access.Verb) -> Bool {
    switch self {
    case .created: verb == .create
    case .deleted: verb == .delete
    case .enters, .changes: verb == .create || verb == .update
    case .leaves, .move: verb == .update
    case .day: false
    }
  }
}
