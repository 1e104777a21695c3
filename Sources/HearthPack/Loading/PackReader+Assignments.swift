internal import HearthModel

/// What a path of a json field takes.
private enum Leaf {
  case anything
  case typed(FieldType)
}

/// What assignments are written into.
enum AssignmentTarget {
  /// A record that is there.
  case inPlace
  /// A record that is made, which needs all that a record needs.
  case new
  /// A record that is made like another one, so that only differences are given.
  case copy
}

extension PackReader {
  /// Reads `sets`, `set` and `row`: what the hub writes into which field.
  mutating func readAssignments(
    _ node: YAMLNode, of target: CollectionSchema, _ kind: AssignmentTarget, _ scope: ExpressionScope,
    _ context: CollectionContext
  ) -> [Assignment] {
    var assignments = [Assignment]()
    var given = Set<String>()
    guard let pairs = mapping(node, "fields and values, as `{ done_at: now }`") else { return [] }
    let failed = context.names.collections[target.number.index].failed
    for pair in pairs {
      let parts = pair.key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      given.insert(parts[0])
      guard let field = field(named: parts[0], at: pair.keyMark, target, failed: failed) else { continue }
      if parts.count > 1 {
        if let leaf = readLeaf(pair, field, path: Array(parts.dropFirst()), scope, context) { assignments.append(leaf) }
      } else if let obstacle = obstacle(toWriting: field, of: target, kind) {
        report("P607", pair.keyMark, "`\(field.name)` cannot be written here: \(obstacle)")
      } else if let assignment = readAssignment(pair, field, of: target, scope, context) {
        assignments.append(assignment)
      }
    }
    if kind == .new {
      for field in target.fields where field.isRequired && !given.contains(field.name) {
        report("P607", node.mark, "a record of `\(target.name)` needs a value for `\(field.name)`. Add it.")
      }
    }
    return assignments
  }

  /// A value at a path of a json field, as `meta.record: id`.
  private mutating func readLeaf(
    _ pair: YAMLNode.Pair, _ field: Field, path: [String], _ scope: ExpressionScope, _ context: CollectionContext
  ) -> Assignment? {
    guard case .json(let shape) = field.type, !path.contains("") else {
      report("P607", pair.keyMark, "`\(field.name)` is no json field, so it has no paths. Write the field alone.")
      return nil
    }
    guard let source = source(pair.value, "a value"), let leaf = readLeafType(pair, path, in: shape) else { return nil }
    var compiler = ExpressionCompiler(context.names, in: context.schema, scope: scope)
    let compiled = attempt { () throws(ExpressionFault) in
      let syntax = try ExpressionParser.parse(source)
      guard case .typed(let type) = leaf else { return try compiler.expression(syntax, text: source.text) }
      // The hub writes what JSON does not have, such as dates and ids, as text.
      let expected = ExpressionType(type)
      return try compiler.value(syntax, text: source.text, for: expected, isNullable: true).expression
    }
    return compiled.map { Assignment(field.number, path: path, .write, $0) }
  }

  /// What a leaf takes; nil, and reported, where the path leads to no leaf.
  private mutating func readLeafType(
    _ pair: YAMLNode.Pair, _ path: [String], in shape: FieldType.Shape?
  ) -> Leaf? {
    guard let shape else { return .anything }
    var node = FieldType.Shape.Node.object(shape)
    for key in path {
      guard case .object(let keys) = node, let next = keys[key] else {
        report("P104", pair.keyMark, "`\(key)` is no key of this json field: its shape does not have `\(pair.key)`.")
        return nil
      }
      node = next
    }
    guard case .leaf(let type, _) = node else {
      report("P607", pair.keyMark, "`\(pair.key)` is an object. Write its leaves.")
      return nil
    }
    return .typed(type)
  }

  private func obstacle(
    toWriting field: Field, of target: CollectionSchema, _ kind: AssignmentTarget
  ) -> String? {
    switch target.slots[field.slot].rule {
    case .hub: "the hub computes it."
    case .register(let rule) where rule.mode == .immutable && kind == .inPlace: "it is `immutable`."
    case .register, .counter, .extreme, .set, .json: nil
    }
  }

  private mutating func readAssignment(
    _ pair: YAMLNode.Pair, _ field: Field, of target: CollectionSchema, _ scope: ExpressionScope,
    _ context: CollectionContext
  ) -> Assignment? {
    guard let whole = source(pair.value, "a value") else { return nil }
    var (action, source) = whole.action
    if action == .insert, ExpressionType(field.type).isNumber { action = .add }
    let isCounter = target.slots[field.slot].rule == .counter
    guard let type = context.names.assigned(action, to: field, of: target, isCounter: isCounter) else {
      let way =
        switch field.type {
        case .set: "a set takes `add x`, `remove x`, another set or `null`."
        default: isCounter ? "a counter takes `add n`." : "it takes a value, without `\(action.word)`."
        }
      report("P607", pair.value.mark, "`\(field.name)` cannot be written like this: \(way)")
      return nil
    }
    // Null joins nothing, leaves nothing, and empties a set.
    let isSet = if case .set = field.type { true } else { false }
    let isNullable = isSet || action == .write && field.isNullable
    var compiler = ExpressionCompiler(context.names, in: context.schema, scope: scope)
    let compiled = attempt { () throws(ExpressionFault) in
      let syntax = try ExpressionParser.parse(source)
      let (expression, constant) = try compiler.value(syntax, text: source.text, for: type, isNullable: isNullable)
      if let constant, !constant.isNull, action != .add, let fault = field.elementType.fault(of: constant) {
        throw ExpressionFault("P503", syntax.mark, "expected `\(fault.expected)`, found \(fault.found).")
      }
      return expression
    }
    return compiled.map { Assignment(field.number, action, $0) }
  }
}

extension PackNames {
  /// The type of what an action writes into a field; nil when the field does not take it.
  fileprivate func assigned(
    _ action: Assignment.Action, to field: Field, of target: CollectionSchema, isCounter: Bool
  ) -> ExpressionType? {
    let type = type(of: field, in: target.number)
    switch (action, type) {
    case (.insert, .set(let element, _)), (.remove, .set(let element, _)): return element
    case (.insert, _), (.remove, _): return nil
    case (.add, _): return type.isNumber ? type : nil
    case (.write, _): return isCounter ? nil : type
    }
  }
}

extension Assignment.Action {
  fileprivate var word: String { self == .remove ? "remove" : "add" }
}

extension Field {
  /// The type of one element of a set, or of the value.
  fileprivate var elementType: FieldType {
    if case .set(let element, _) = type { element } else { type }
  }
}

extension ExpressionSource {
  /// `add x`, `remove x` or a value. Whether `add` joins a set or a number is the field's to say.
  fileprivate var action: (Assignment.Action, ExpressionSource) {
    for (word, action) in [("add ", Assignment.Action.insert), ("remove ", .remove)] where text.hasPrefix(word) {
      return (action, ExpressionSource(String(text.dropFirst(word.count)), at: places, offset: offset + word.count))
    }
    return (.write, self)
  }
}
