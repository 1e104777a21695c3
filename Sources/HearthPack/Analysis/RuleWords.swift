package import HearthModel

/// Says the rules of a collection in the words of the pack language.
package struct RuleWords {
  package let pack: Pack
  package let collection: CollectionSchema

  package init(_ pack: Pack, _ collection: CollectionSchema) {
    self.pack = pack
    self.collection = collection
  }

  package func name(_ field: FieldNumber) -> String { PathText.name(field, collection) }

  package func names(_ fields: some Sequence<FieldNumber>) -> String { fields.map(name).joined(separator: ", ") }

  // MARK: Rights

  /// What `all` stands for where something is written: what devices may write, but for private fields.
  package var writable: FieldSet {
    let behavior = collection.behavior
    var hubs = FieldSet(behavior.moves.map(\.field))
    for move in behavior.moves {
      for assignment in move.sets where assignment.action == .write || assignment.action == .add {
        hubs.insert(assignment.field)
      }
    }
    let free = collection.fields.filter { field in
      !field.isHubWritten && field.marks.isDisjoint(with: [.isPrivate, .system]) && !hubs.contains(field.number)
        && behavior.derived[field.number] == nil
    }
    return FieldSet(free.map(\.number))
  }

  /// What `all` stands for where something is changed: immutable fields are given once.
  private var changeable: FieldSet {
    let fixed = collection.fields.filter { field in
      guard case .register(let rule) = collection.slots[field.slot].rule else { return false }
      return rule.mode == .immutable
    }
    return writable.subtracting(FieldSet(fixed.map(\.number)))
  }

  /// What `all` stands for where something is read.
  package var readable: FieldSet { collection.publishedFields }

  /// `all`, `all` and private fields, or the names of the fields and paths that a grant gives.
  package func fields(of grant: Grant) -> String {
    let paths = grant.paths.map { "\(name($0.field)).\($0.keys.joined(separator: "."))" }
    for all in [readable, writable, changeable] where !all.isEmpty && all.subtracting(grant.fields).isEmpty {
      return (["all"] + grant.fields.subtracting(all).numbers.filter { isPrivate($0) }.map(name) + paths)
        .joined(separator: ", ")
    }
    let names = grant.fields.numbers.map(name) + paths
    return names.isEmpty ? "nothing" : names.joined(separator: ", ")
  }

  private func isPrivate(_ field: FieldNumber) -> Bool { collection.field(field)?.marks.contains(.isPrivate) == true }

  // MARK: Moves and rules

  /// `status open -> done`.
  package func change(of move: Move) -> String {
    "\(name(move.field)) \(text(of: move.from)) -> \(text(of: move.to))"
  }

  package func text(of pattern: Move.Pattern) -> String {
    switch pattern {
    case .any: "any"
    case .null: "null"
    case .set: "set"
    case .member: "member"
    case .values(let values): values.map { $0.isNull ? "null" : $0.description }.joined(separator: " or ")
    }
  }

  package func text(of unique: Unique) -> String {
    var text = "unique \(names(unique.fields))"
    if unique.folds { text += ", fold: case" }
    if unique.isAcross { text += ", across: households" }
    if let condition = unique.condition { text += ", where: \(condition.text)" }
    if unique.policy != .reject { text += ", duplicate: \(unique.policy.rawValue)" }
    return text
  }

  package func text(of acyclic: Acyclic) -> String {
    switch acyclic.chain {
    case .field(let field): "acyclic \(name(field)), depth \(acyclic.depth)"
    case .link(let from, let to): "acyclic from \(name(from)) to \(name(to)), depth \(acyclic.depth)"
    }
  }

  // MARK: Effects

  package func trigger(of effect: Effect) -> String {
    let text =
      switch effect.trigger {
      case .enters(let field, let pattern): "\(name(field)) enters \(self.text(of: pattern))"
      case .leaves(let field, let pattern): "\(name(field)) leaves \(self.text(of: pattern))"
      case .changes(let fields): "change of \(names(fields))"
      case .move(let move, let by): by.isEmpty ? move : "\(move) by \(by.map(\.name).joined(separator: " or "))"
      case .created: "created"
      case .deleted: "deleted"
      case .day: "day"
      }
    return text + (effect.firesHidden ? ", even hidden" : "") + (effect.condition.map { ", if \($0.text)" } ?? "")
  }

  /// The collection that an effect writes into; nil when it reverses what is not there.
  package func target(of effect: Effect) -> CollectionSchema? {
    switch effect.action {
    case .append(let number, _), .put(let number, _): return pack.collection(number)
    case .set, .delete: return collection
    case .setAt(let field, _): return collection.field(field)?.type.target.flatMap { pack.collection($0) }
    case .reverse(let name, _, _):
      guard let other = collection.behavior.effects.first(where: { $0.name == name }),
        case .append(let number, _) = other.action
      else { return nil }
      return pack.collection(number)
    }
  }

  /// What an effect does, as `append points_ledger { delta: points }`.
  package func action(of effect: Effect) -> String {
    let target = target(of: effect)
    let row = assignments(effect.action.assignments, target)
    return switch effect.action {
    case .append: "append \(target?.name ?? "?") { \(row) }"
    case .put: "put \(target?.name ?? "?") { \(row) }"
    case .set: "set { \(row) }"
    case .setAt(let field, _): "at \(name(field)) set { \(row) }"
    case .reverse(let name, let negated, _):
      "reverse \(name), negate \(PathText.name(negated, target))" + (row.isEmpty ? "" : " { \(row) }")
    case .delete: "delete the record"
    }
  }

  package func assignments(_ assignments: [Assignment], _ target: CollectionSchema?) -> String {
    assignments.map { assignment in
      let path = assignment.path.map { ".\($0)" }.joined()
      return "\(PathText.name(assignment.field, target))\(path): \(assignment.action.prefix)\(assignment.value.text)"
    }.joined(separator: ", ")
  }

  // MARK: Fields

  /// A derived field, as `sum(points_ledger.delta by user_id)`.
  package func text(of derived: Derived) -> String {
    switch derived {
    case .expression(let expression): return expression.text
    case .aggregate(let aggregate):
      guard let source = pack.collection(aggregate.source) else { return aggregate.kind.rawValue }
      let value = aggregate.value.map { ".\(PathText.name($0, source))" } ?? ""
      let condition = aggregate.condition.map { " where \($0.text)" } ?? ""
      let reference = PathText.name(aggregate.reference, source)
      return "\(aggregate.kind.rawValue)(\(source.name)\(value) by \(reference)\(condition))"
    }
  }

  /// The type with the names of collections.
  package func type(of field: Field) -> String {
    field.type.name { pack.collection($0)?.name ?? "#\($0.rawValue)" } + (field.isNullable ? "?" : "")
  }
}
