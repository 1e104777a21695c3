internal import HearthModel

extension PackReader {
  /// Reads the moves of a collection, and which fields only they change.
  mutating func readMoves(_ node: YAMLNode?, _ context: inout CollectionContext) {
    for pair in node.flatMap({ mapping($0, "moves, as `{ finish: { change: status open -> done, by: parent } }`") })
      ?? []
    {
      checkName(pair)
      if let move = readMove(pair, &context) {
        context.moves.append(move)
      } else {
        context.failedMoves.insert(pair.key)
      }
    }
  }

  private mutating func readMove(_ pair: YAMLNode.Pair, _ context: inout CollectionContext) -> Move? {
    let node = pair.value
    guard let parts = mapping(node, "a move, as `{ change: status open -> done, by: parent }`") else { return nil }
    checkKeys(
      of: parts, known: ["change", "by", "needs", "sets", "decided", "code", "says"], required: ["change", "by"],
      what: "a move", at: pair.keyMark)
    let change = node["change"].flatMap { readChange($0, &context) }
    let by = node["by"].map { readWho($0, context) } ?? []
    let refusal = readRefusal(node, .transitionRefused)
    let (needs, facts) = readNeeds(node["needs"], context)
    var scope = ExpressionScope.move.knowing(facts)
    if let change, !change.to.fits(.null, member: nil) {
      scope = scope.knowing([Expression.Input(.record, [.field(change.field)])])
    }
    let sets = node["sets"].map { readAssignments($0, of: context.schema, .inPlace, scope, context) } ?? []
    let decided = node["decided"].flatMap { readWord($0, ["merge", "hub"]) } ?? "merge"
    for assignment in sets where assignment.action == .write || assignment.action == .add {
      context.companions.insert(assignment.field)
    }
    guard let change, !by.isEmpty else { return nil }
    for assignment in sets where assignment.field == change.field {
      report("P611", pair.keyMark, "the move `\(pair.key)` sets the field that it changes. Remove it from `sets`.")
    }
    return Move(
      name: pair.key, field: change.field, from: change.from, to: change.to, by: by, needs: needs, sets: sets,
      isDecidedByHub: decided == "hub", refusal: refusal)
  }

  /// The needs, and which paths hold a value where all of them hold.
  private mutating func readNeeds(
    _ node: YAMLNode?, _ context: CollectionContext
  ) -> ([Move.Need], Set<Expression.Input>) {
    var needs = [Move.Need]()
    var facts = Set<Expression.Input>()
    for pair in node.flatMap({ mapping($0, "conditions, as `{ photo: proof is set }`") }) ?? [] {
      checkName(pair)
      var condition = pair.value
      var refusal = Refusal(.transitionRefused)
      if let parts = pair.value.pairs {
        checkKeys(of: parts, known: ["if", "code", "says"], required: ["if"], what: "a need", at: pair.keyMark)
        refusal = readRefusal(pair.value, .transitionRefused)
        guard let inner = pair.value["if"] else { continue }
        condition = inner
      }
      guard let source = source(condition, "a condition"), let compiled = compileKnowing(source, .move, context)
      else { continue }
      facts.formUnion(compiled.facts)
      needs.append(Move.Need(name: pair.key, condition: compiled.condition, refusal: refusal))
    }
    return (needs, facts)
  }

  // MARK: status open -> done

  private mutating func readChange(
    _ node: YAMLNode, _ context: inout CollectionContext
  ) -> (field: FieldNumber, from: Move.Pattern, to: Move.Pattern)? {
    guard let source = source(node, "a change, as `status open -> done`") else { return nil }
    let parsed = attempt { () throws(ExpressionFault) in
      var parser = try ExpressionParser(source)
      let name = try parser.name("the field that the move changes")
      let from = try parser.pattern()
      guard parser.take(sign: "->") else { throw parser.fault("`->` and where the move leads") }
      let to = try parser.pattern()
      try parser.finish(expecting: "`or` and a value, or the end")
      return (name, from, to)
    }
    guard let (name, from, to) = parsed,
      let field = field(named: name.text, at: name.mark, context.schema, failed: context.reading.failed)
    else { return nil }
    context.governed.insert(field.number)
    if let obstacle = obstacle(toMoving: field, context) {
      report("P611", name.mark, "`\(field.name)` cannot have moves: \(obstacle)")
      return nil
    }
    let names = context.names
    return attempt { () throws(ExpressionFault) in
      (
        field.number, try names.pattern(from, of: field, in: context.schema.number),
        try names.pattern(to, of: field, in: context.schema.number)
      )
    }
  }

  private func obstacle(toMoving field: Field, _ context: CollectionContext) -> String? {
    if context.schema.isAppendOnly { return "no device updates an `append` collection." }
    if field.isHubWritten || field.marks.contains(.system) { return "the hub writes it." }
    guard case .register(let rule) = context.schema.slots[field.slot].rule, rule.mode != .immutable else {
      return "it is no register that can change."
    }
    return field.isRequired ? "a new record has its default, and it has none. Give it one, or `?`." : nil
  }
}

// MARK: - Patterns

extension ExpressionParser {
  /// Values joined by `or`, or one of `any`, `null`, `set`, `member`.
  mutating func pattern() throws(ExpressionFault) -> [ExpressionToken] {
    var values = [ExpressionToken]()
    repeat {
      let isNegative = take(sign: "-")
      let token = token
      switch token.kind {
      case .word, .number, .day, .text: skip()
      case .sign, .end: throw fault("a value")
      }
      if case .number(let text) = token.kind, isNegative {
        values.append(ExpressionToken(kind: .number("-" + text), mark: token.mark))
      } else {
        values.append(token)
      }
    } while take(word: "or")
    return values
  }
}

extension PackNames {
  /// What a pattern means for a field.
  func pattern(
    _ tokens: [ExpressionToken], of field: Field, in collection: CollectionNumber
  ) throws(ExpressionFault) -> Move.Pattern {
    var values = [Value]()
    for token in tokens {
      if let whole = try special(token, of: field) {
        if tokens.count == 1 { return whole }
        guard whole == .null else {
          throw ExpressionFault("P611", token.mark, "\(token.description) stands alone, not in an `or`.")
        }
        values.append(.null)
      } else {
        values.append(try value(token, of: field, in: collection))
      }
    }
    return .values(values)
  }

  /// `any`, `null`, `set` and `member`, unless an enum has such a value.
  private func special(_ token: ExpressionToken, of field: Field) throws(ExpressionFault) -> Move.Pattern? {
    guard case .word(let word) = token.kind else { return nil }
    if case .choice(let names) = field.type, names.contains(word) { return nil }
    switch word {
    case "any": return .any
    case "null", "set":
      guard field.isNullable else {
        throw ExpressionFault("P611", token.mark, "`\(field.name)` is never null. Write its values, or `any`.")
      }
      return word == "null" ? .null : .set
    case "member":
      guard let members, case .reference(members) = field.type else {
        throw ExpressionFault("P611", token.mark, "`\(field.name)` points to no member.")
      }
      return .member
    default: return nil
    }
  }

  private func value(
    _ token: ExpressionToken, of field: Field, in collection: CollectionNumber
  ) throws(ExpressionFault) -> Value {
    let literal: ExpressionSyntax.Form
    switch token.kind {
    case .word("true"): literal = .bool(true)
    case .word("false"): literal = .bool(false)
    case .word(let text): literal = .path([SyntaxName(text: text, mark: token.mark)])
    case .number(let text): literal = .number(text)
    case .day(let text): literal = .day(text)
    case .text(let text): literal = .text(text)
    case .sign, .end: throw ExpressionFault("P501", token.mark, "expected a value.")
    }
    // No names: each word is a value.
    var compiler = ExpressionCompiler(self, in: nil, scope: .literal)
    let target = type(of: field, in: collection)
    let (_, constant) = try compiler.value(
      ExpressionSyntax(literal, token.mark), text: "", for: target, isNullable: false)
    guard let constant else { throw ExpressionFault("P611", token.mark, "\(token.description) is no value.") }
    if let fault = field.type.fault(of: constant) {
      throw ExpressionFault("P503", token.mark, "expected `\(fault.expected)`, found \(fault.found).")
    }
    return constant
  }
}
