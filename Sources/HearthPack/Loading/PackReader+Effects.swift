internal import HearthModel

extension PackReader {
  private static let actionKeys = ["append", "put", "set", "reverse", "delete"]

  /// Reads the effects of a collection, in the order of the file.
  mutating func readEffects(_ node: YAMLNode?, _ context: CollectionContext) -> [Effect] {
    let pairs = node.flatMap { mapping($0, "effects, as `{ award: { when: status enters done, append: points } }`") }
    var effects = [Effect]()
    for pair in pairs ?? [] {
      checkName(pair)
      if let effect = readEffect(pair, among: pairs ?? [], context) { effects.append(effect) }
    }
    return effects
  }

  private mutating func readEffect(
    _ pair: YAMLNode.Pair, among all: [YAMLNode.Pair], _ context: CollectionContext
  ) -> Effect? {
    let node = pair.value
    guard let parts = mapping(node, "an effect, as `{ when: status enters done, append: points }`") else { return nil }
    checkKeys(
      of: parts, known: ["when", "even", "if", "at", "row", "negate"] + Self.actionKeys, required: ["when"],
      what: "an effect", at: pair.keyMark)
    let firesHidden = node["even"].map { readWord($0, ["hidden"]) != nil } ?? false
    guard let trigger = node["when"].flatMap({ readTrigger($0, context) }) else { return nil }
    var scope = ExpressionScope.effect.knowing(context.facts(of: trigger))
    var condition: Expression?
    if let inner = node["if"] {
      guard let source = source(inner, "a condition"), let compiled = compileKnowing(source, scope, context) else {
        return nil
      }
      condition = compiled.condition
      scope = scope.knowing(compiled.facts)
    }
    guard let action = readAction(pair, among: all, scope, context) else { return nil }
    return Effect(
      name: pair.key, trigger: trigger, firesHidden: firesHidden, condition: condition, action: action)
  }

  // MARK: When

  private mutating func readTrigger(_ node: YAMLNode, _ context: CollectionContext) -> Effect.Trigger? {
    guard let source = source(node, "when, as `status enters done`"),
      var parser = attempt({ () throws(ExpressionFault) in try ExpressionParser(source) })
    else { return nil }
    guard let first = parser.takeName() else {
      report(parser.fault("a field, a move, `change of`, `created`, `deleted` or `day`"))
      return nil
    }
    let trigger: Effect.Trigger?
    if parser.take(word: "enters") {
      trigger = readPattern(&parser, first, context).map { .enters($0.0, $0.1) }
    } else if parser.take(word: "leaves") {
      trigger = readPattern(&parser, first, context).map { .leaves($0.0, $0.1) }
    } else if first.text == "change", parser.take(word: "of") {
      trigger = readChanges(&parser, context)
    } else if let word = [("created", Effect.Trigger.created), ("deleted", .deleted), ("day", .day)]
      .first(where: { $0.0 == first.text })
    {
      trigger = word.1
    } else {
      trigger = readMoveTrigger(&parser, first, context)
    }
    guard let trigger else { return nil }
    return attempt { () throws(ExpressionFault) in
      try parser.finish(expecting: "the end of `when`")
      return trigger
    }
  }

  private mutating func readPattern(
    _ parser: inout ExpressionParser, _ name: SyntaxName, _ context: CollectionContext
  ) -> (FieldNumber, Move.Pattern)? {
    guard let field = field(named: name.text, at: name.mark, context.schema, failed: context.reading.failed) else {
      return nil
    }
    switch field.type {
    case .set, .json:
      report("P608", name.mark, "`\(name.text)` has no single value to enter or leave. Write `change of \(name.text)`.")
      return nil
    default: break
    }
    let pattern = attempt { () throws(ExpressionFault) in
      try context.names.pattern(try parser.pattern(), of: field, in: context.schema.number)
    }
    if pattern == .any {
      report("P608", name.mark, "`any` is entered and left by every change. Write `change of \(name.text)`.")
      return nil
    }
    return pattern.map { (field.number, $0) }
  }

  private mutating func readChanges(
    _ parser: inout ExpressionParser, _ context: CollectionContext
  ) -> Effect.Trigger? {
    var fields = [FieldNumber]()
    repeat {
      let name = attempt { () throws(ExpressionFault) in try parser.name("a field") }
      guard let name,
        let field = field(named: name.text, at: name.mark, context.schema, failed: context.reading.failed)
      else { return nil }
      fields.append(field.number)
    } while parser.take(sign: ",")
    return .changes(fields)
  }

  /// `reopen`, `reopen by parent or helper`.
  private mutating func readMoveTrigger(
    _ parser: inout ExpressionParser, _ name: SyntaxName, _ context: CollectionContext
  ) -> Effect.Trigger? {
    guard context.moves.contains(where: { $0.name == name.text }) else {
      if !context.failedMoves.contains(name.text) {
        let known = context.moves.map(\.name) + ["created", "deleted", "day"]
        let hint = collector.suggestion(for: name.text, among: known)
        report("P104", name.mark, "`\(name.text)` is no move of `\(context.schema.name)`.\(hint)")
      }
      return nil
    }
    var by = [Who]()
    guard parser.take(word: "by") else { return .move(name.text, by: []) }
    repeat {
      guard let name = attempt({ () throws(ExpressionFault) in try parser.name("a role or a name of `who`") }),
        let who = who(named: name.text, at: name.mark, context)
      else { return nil }
      by.append(who)
    } while parser.take(word: "or") || parser.take(sign: ",")
    return .move(name.text, by: by)
  }

  // MARK: What

  private mutating func readAction(
    _ pair: YAMLNode.Pair, among all: [YAMLNode.Pair], _ scope: ExpressionScope, _ context: CollectionContext
  ) -> Effect.Action? {
    let node = pair.value
    let kinds = Self.actionKeys.filter { node[$0] != nil }
    guard kinds.count == 1, let content = node[kinds[0]] else {
      report("P608", pair.keyMark, "an effect has exactly one of `append`, `put`, `set`, `reverse` and `delete`.")
      return nil
    }
    checkCompanions(of: kinds[0], pair)
    switch kinds[0] {
    case "append", "put": return readRow(content, pair, scope, context)
    case "set": return readSet(content, at: node["at"], scope, context)
    case "reverse": return readReverse(content, pair, among: all, scope, context)
    default:
      if readBool(content, what: "delete") { return .delete }
      if content.text == "false" { report("P608", content.mark, "`delete: false` does nothing. Remove the effect.") }
      return nil
    }
  }

  /// `row`, `negate` and `at` belong to some of the actions.
  private mutating func checkCompanions(of kind: String, _ pair: YAMLNode.Pair) {
    let homes = ["row": ["append", "put", "reverse"], "negate": ["reverse"], "at": ["set"]]
    for (key, kinds) in homes.sorted(by: { $0.key < $1.key }) where !kinds.contains(kind) {
      guard let stray = pair.value.pair(key) else { continue }
      let names = kinds.map { "`\($0)`" }.joined(separator: ", ")
      report("P608", stray.keyMark, "`\(key)` goes with \(names), not with `\(kind)`. Remove it.")
    }
    for key in homes.keys.sorted() where kind != "reverse" || key == "negate" {
      let isNeeded = key == "row" && (kind == "append" || kind == "put") || key == "negate" && kind == "reverse"
      if isNeeded, pair.value[key] == nil { report("P102", pair.keyMark, "`\(kind)` needs the key `\(key)`.") }
    }
  }

  private mutating func readRow(
    _ node: YAMLNode, _ pair: YAMLNode.Pair, _ scope: ExpressionScope, _ context: CollectionContext
  ) -> Effect.Action? {
    guard let number = readCollectionName(node), let target = context.names.schema(number),
      let row = pair.value["row"]
    else { return nil }
    if number == context.names.household {
      report("P608", node.mark, "a household has one record, and it is there. Write `at:` and `set:`.")
    }
    checkNotShared(target, at: node.mark)
    let assignments = readAssignments(row, of: target, .new, scope, context)
    guard pair.value["put"] != nil else { return .append(number, assignments) }
    if target.key.isEmpty {
      report("P608", node.mark, "`put` finds a record by its key, and `\(target.name)` has none. Write `append`.")
    }
    return .put(number, assignments)
  }

  private mutating func readSet(
    _ node: YAMLNode, at place: YAMLNode?, _ scope: ExpressionScope, _ context: CollectionContext
  ) -> Effect.Action? {
    guard let place else { return .set(readAssignments(node, of: context.schema, .inPlace, scope, context)) }
    guard let field = readField(place, context) else { return nil }
    guard case .reference(let number) = field.type else {
      report("P608", place.mark, "`at` names a reference; `\(field.name)` is `\(name(of: field.type))`.")
      return nil
    }
    guard let target = context.names.schema(number) else { return nil }
    checkNotShared(target, at: place.mark)
    return .setAt(field.number, readAssignments(node, of: target, .inPlace, scope, context))
  }

  private mutating func readReverse(
    _ node: YAMLNode, _ pair: YAMLNode.Pair, among all: [YAMLNode.Pair], _ scope: ExpressionScope,
    _ context: CollectionContext
  ) -> Effect.Action? {
    guard let name = node.text, let effect = all.first(where: { $0.key == name }) else {
      let hint = collector.suggestion(for: node.text ?? "", among: all.map(\.key))
      report("P104", node.mark, "`\(node.text ?? "")` is no effect of `\(context.schema.name)`.\(hint)")
      return nil
    }
    guard let collection = effect.value["append"]?.text else {
      report("P608", node.mark, "`\(name)` appends nothing that could be reversed.")
      return nil
    }
    guard let target = context.names.number(named: collection).flatMap({ context.names.schema($0) }) else { return nil }
    let failed = context.names.collections[target.number.index].failed
    guard let negate = pair.value["negate"], let text = negate.text,
      let field = field(named: text, at: negate.mark, target, failed: failed)
    else { return nil }
    guard ExpressionType(field.type).isNumber else {
      report("P608", negate.mark, "`negate` names a number; `\(text)` is `\(self.name(of: field.type))`.")
      return nil
    }
    let row = pair.value["row"].map { readAssignments($0, of: target, .copy, scope, context) } ?? []
    return .reverse(effect: name, negated: field.number, row)
  }
}

extension CollectionContext {
  /// What is known whenever an effect fires: whether there was a record before, and what the field holds.
  fileprivate func facts(of trigger: Effect.Trigger) -> Set<Expression.Input> {
    switch trigger {
    case .leaves, .move, .deleted, .day: return [Expression.Input(.old)]
    case .created, .changes: return []
    case .enters(let number, let pattern):
      var facts = Set<Expression.Input>()
      // A new record has its default; the effect fires at its creation only where that is meant.
      if let field = schema.field(number), governed.contains(number), let value = field.firstValue,
        !pattern.fits(value, member: nil)
      {
        facts.insert(Expression.Input(.old))
      }
      if !pattern.fits(.null, member: nil) { facts.insert(Expression.Input(.record, [.field(number)])) }
      return facts
    }
  }
}

extension Field {
  /// What the field shows in a new record when nobody may give another value; nil when that is not known.
  var firstValue: Value? {
    switch defaultValue {
    case .literal(let value): value
    case nil: isNullable ? .null : nil
    case .now, .today, .household, .member: nil
    }
  }
}
