internal import HearthModel

/// A collection while its behavior is read: what its access, rules, moves and effects can name.
struct CollectionContext {
  let names: PackNames
  let reading: CollectionReading
  /// The conditions of `who`; nil for those that cannot be read.
  var relations: [String: ExpressionSyntax?] = [:]
  /// The same, compiled.
  var conditions: [String: Expression] = [:]
  /// Fields with moves, and fields that moves write.
  var governed = FieldSet()
  var companions = FieldSet()
  var moves: [Move] = []
  /// Names of moves that cannot be read.
  var failedMoves: Set<String> = []

  var schema: CollectionSchema { reading.schema }

  /// Where a field is named.
  func mark(of field: Field) -> Mark { reading.marks[field.name] ?? reading.pair.keyMark }
}

extension PackReader {
  /// Reads what may be done with the records of a collection and what follows from it.
  mutating func readBehavior(_ reading: CollectionReading, _ names: PackNames, isOpen: Bool) -> Behavior {
    let node = reading.node
    var context = CollectionContext(names: names, reading: reading)
    readRelations(node["who"], &context)
    readMoves(node["moves"], &context)
    var behavior = Behavior(access: openAccess(context))
    if let access = node["access"] {
      behavior.access = readAccess(access, context)
    } else if !isOpen {
      report(
        "P601", reading.pair.keyMark,
        "`\(reading.schema.name)` does not say who may what: add `access`, or `open: true` to the pack.")
    }
    readRules(rulePairs(of: node), context, into: &behavior)
    behavior.moves = context.moves
    behavior.effects = readEffects(node["effects"], context)
    behavior.derived = readDerived(context)
    behavior.periods = reading.periods
    behavior.restrictions = readRestrictions(context)
    behavior.keyCondition = readKeyCondition(context)
    behavior.expires = node["expires"].flatMap { readExpiry($0, context) }
    behavior.retention = node["keep"].flatMap { readRetention($0, context) }
    return behavior
  }

  /// The rules of a collection: those of its traits first.
  private func rulePairs(of node: YAMLNode) -> [YAMLNode.Pair] {
    let used = (node["use"]?.elements ?? []).compactMap { $0.text.flatMap { traits[$0] } }
    return used.flatMap { $0["rules"]?.pairs ?? [] } + (node["rules"]?.pairs ?? [])
  }

  // MARK: Expressions

  mutating func report(_ fault: ExpressionFault) {
    guard let code = fault.code else { return }
    let hint = fault.wrongName.map { collector.suggestion(for: $0.name, among: $0.known) } ?? ""
    report(code, fault.mark, fault.message + hint)
  }

  /// Does what may find a fault; nil, and reported, when it does.
  mutating func attempt<Result>(_ body: () throws(ExpressionFault) -> Result) -> Result? {
    do {
      return try body()
    } catch {
      report(error)
      return nil
    }
  }

  /// The text of a node that has to hold an expression.
  mutating func source(_ node: YAMLNode, _ what: String) -> ExpressionSource? {
    guard node.text != nil else {
      report("P005", node.mark, "expected \(what), found \(node.kind).")
      return nil
    }
    return ExpressionSource(node)
  }

  mutating func readCondition(
    _ node: YAMLNode, _ scope: ExpressionScope, _ context: CollectionContext
  ) -> Expression? {
    source(node, "a condition").flatMap { compileCondition($0, scope, context) }
  }

  mutating func compileCondition(
    _ source: ExpressionSource, _ scope: ExpressionScope, _ context: CollectionContext
  ) -> Expression? {
    compileKnowing(source, scope, context)?.condition
  }

  /// Compiles a condition, and says which paths hold a value where it holds.
  mutating func compileKnowing(
    _ source: ExpressionSource, _ scope: ExpressionScope, _ context: CollectionContext
  ) -> (condition: Expression, facts: Set<Expression.Input>)? {
    var compiler = ExpressionCompiler(context.names, in: context.schema, scope: scope, relations: context.relations)
    return attempt { () throws(ExpressionFault) in
      try compiler.knowingCondition(try ExpressionParser.parse(source), text: source.text)
    }
  }

  // MARK: The rest of a collection

  private mutating func readRestrictions(_ context: CollectionContext) -> [FieldNumber: Expression] {
    var restrictions = [FieldNumber: Expression]()
    for (field, source) in context.reading.restrictions.sorted(by: { $0.key < $1.key }) {
      restrictions[field] = compileCondition(source, .condition, context)
    }
    return restrictions
  }

  /// The condition of a key decides once, at creation, whether the id follows from the key.
  private mutating func readKeyCondition(_ context: CollectionContext) -> Expression? {
    guard let node = context.reading.node["key"]?["where"], let source = source(node, "a condition") else { return nil }
    let schema = context.schema
    guard let (condition, facts) = compileKnowing(source, .condition, context) else { return nil }
    for field in condition.fieldsRead.numbers.compactMap({ schema.field($0) }) {
      if case .register(let rule) = schema.slots[field.slot].rule, rule.mode == .immutable { continue }
      report("P402", node.mark, "the key depends on `\(field.name)`, so it has to be `immutable`.")
    }
    for field in schema.key.compactMap({ schema.field($0) }) where field.isNullable {
      if facts.contains(Expression.Input(.record, [.field(field.number)])) { continue }
      report("P402", node.mark, "`\(field.name)` is part of the key and may be null. Add `\(field.name) is set and`.")
    }
    return condition
  }

  private mutating func readExpiry(_ node: YAMLNode, _ context: CollectionContext) -> FieldNumber? {
    guard let field = readField(node, context) else { return nil }
    guard field.type == .time else {
      report("P606", node.mark, "`expires` names a `time`; `\(field.name)` is `\(name(of: field.type))`.")
      return nil
    }
    return field.number
  }

  private mutating func readRetention(_ node: YAMLNode, _ context: CollectionContext) -> Behavior.Retention? {
    let words = (node.text ?? "").split(separator: " ").map(String.init)
    guard words.count == 2, let months = Int(words[0]), (1...1200).contains(months),
      words[1] == "months" || words[1] == "month"
    else {
      report("P606", node.mark, "expected a number of months such as `12 months`, found \(node.kind).")
      return nil
    }
    guard context.schema.slots.contains(where: { $0.rule == .hub(.createdAt) }) else {
      report("P606", node.mark, "`keep` counts from the creation, which no field notes. Add a `time, stamp created`.")
      return nil
    }
    return Behavior.Retention(months: months)
  }

  // MARK: Names

  /// The field of the collection that a node names.
  mutating func readField(_ node: YAMLNode, _ context: CollectionContext) -> Field? {
    guard let text = node.text else {
      report("P005", node.mark, "expected the name of a field, found \(node.kind).")
      return nil
    }
    return field(named: text, at: node.mark, context.schema, failed: context.reading.failed)
  }

  mutating func field(
    named name: String, at mark: Mark, _ schema: CollectionSchema, failed: Set<String>
  ) -> Field? {
    if let field = schema.field(named: name) { return field }
    if !failed.contains(name) {
      let hint = collector.suggestion(for: name, among: schema.fields.map(\.name))
      report("P104", mark, "`\(name)` is no field of `\(schema.name)`.\(hint)")
    }
    return nil
  }
}

extension ExpressionCompiler {
  /// A condition, and the paths that hold a value where it holds.
  mutating func knowingCondition(
    _ syntax: ExpressionSyntax, text: String
  ) throws(ExpressionFault) -> (Expression, Set<Fact>) {
    let operand = try truth(syntax)
    return (finished(operand, text), operand.whenTrue)
  }
}

extension Expression {
  /// The fields of the record at hand that are read: as they are, as they were, and whether they changed.
  var fieldsRead: FieldSet {
    var fields = FieldSet()
    for input in inputs {
      switch (input.root, input.steps.first) {
      case (.record, .field(let field)?), (.old, .field(let field)?), (.seen, .field(let field)?): fields.insert(field)
      case (.changed(let field), _): fields.insert(field)
      default: break
      }
    }
    return fields
  }
}
