internal import HearthModel

/// Reads expressions by recursive descent; the grammar stands in docs/reference/pack-language.md, section 8.1.
struct ExpressionParser {
  /// Levels of brackets, conditions and negations, and links of a chain of sums.
  static let depthMax = 32

  private let source: ExpressionSource
  private let tokens: [ExpressionToken]
  private var position = 0
  private var depth = 0

  init(_ source: ExpressionSource) throws(ExpressionFault) {
    self.source = source
    tokens = try ExpressionLexer.tokens(of: source)
  }

  /// Reads a whole expression.
  static func parse(_ source: ExpressionSource) throws(ExpressionFault) -> ExpressionSyntax {
    var parser = try ExpressionParser(source)
    let syntax = try parser.expression()
    try parser.finish(expecting: "the end of the expression")
    return syntax
  }

  // MARK: Tokens

  var token: ExpressionToken { tokens[min(position, tokens.count - 1)] }
  private var nextKind: ExpressionToken.Kind { tokens[min(position + 1, tokens.count - 1)].kind }

  func fault(_ expected: String) -> ExpressionFault {
    ExpressionFault("P501", token.mark, "expected \(expected), found \(token.description).")
  }

  mutating func take(sign: String) -> Bool { take(.sign(sign)) }
  mutating func take(word: String) -> Bool { take(.word(word)) }

  private mutating func take(_ kind: ExpressionToken.Kind) -> Bool {
    guard token.kind == kind else { return false }
    position += 1
    return true
  }

  /// The text between a place and the current token.
  func text(from offset: Int) -> String {
    let scalars = source.text.unicodeScalars.dropFirst(offset).prefix(max(0, token.offset - offset))
    return String(String.UnicodeScalarView(scalars))
  }

  mutating func skip() { position += 1 }

  mutating func takeName() -> SyntaxName? {
    guard case .word(let text) = token.kind else { return nil }
    defer { position += 1 }
    return SyntaxName(text: text, mark: token.mark)
  }

  mutating func name(_ expected: String) throws(ExpressionFault) -> SyntaxName {
    guard let name = takeName() else { throw fault(expected) }
    return name
  }

  mutating func finish(expecting expected: String) throws(ExpressionFault) {
    guard token.kind == .end else { throw fault(expected) }
  }

  private mutating func descend() throws(ExpressionFault) {
    depth += 1
    guard depth <= Self.depthMax else {
      throw ExpressionFault("P506", token.mark, "the expression nests deeper than \(Self.depthMax) levels here.")
    }
  }

  // MARK: Conditions

  mutating func expression() throws(ExpressionFault) -> ExpressionSyntax {
    try descend()
    defer { depth -= 1 }
    let mark = token.mark
    guard take(word: "if") else { return try implication() }
    let condition = try expression()
    guard take(word: "then") else { throw fault("`then` and the value where the condition holds") }
    let then = try expression()
    guard take(word: "else") else { throw fault("`else` and the value where the condition does not hold") }
    return ExpressionSyntax(.choose(condition, then: then, otherwise: try expression()), mark)
  }

  private mutating func implication() throws(ExpressionFault) -> ExpressionSyntax {
    let left = try disjunction()
    guard take(word: "implies") else { return left }
    return ExpressionSyntax(.implies(left, try expression()), left.mark)
  }

  private mutating func disjunction() throws(ExpressionFault) -> ExpressionSyntax {
    let first = try conjunction()
    var operands = [first]
    while take(word: "or") { operands.append(try conjunction()) }
    return operands.count == 1 ? first : ExpressionSyntax(.any(operands), first.mark)
  }

  private mutating func conjunction() throws(ExpressionFault) -> ExpressionSyntax {
    let first = try negation()
    var operands = [first]
    while take(word: "and") { operands.append(try negation()) }
    return operands.count == 1 ? first : ExpressionSyntax(.all(operands), first.mark)
  }

  private mutating func negation() throws(ExpressionFault) -> ExpressionSyntax {
    let mark = token.mark
    guard take(word: "not") else { return try comparison() }
    try descend()
    defer { depth -= 1 }
    return ExpressionSyntax(.not(try negation()), mark)
  }

  private mutating func comparison() throws(ExpressionFault) -> ExpressionSyntax {
    let left = try fallback()
    if let comparison = takeComparison() {
      let right = try fallback()
      let place = token.mark
      if takeComparison() != nil {
        throw ExpressionFault("P501", place, "comparisons do not chain. Write `a < b and b < c`.")
      }
      return ExpressionSyntax(.compare(comparison, left, right), left.mark)
    }
    if take(word: "in") { return try membership(of: left) }
    if take(word: "contains") {
      return ExpressionSyntax(.contains(set: left, element: try fallback()), left.mark)
    }
    if take(word: "is") { return try test(of: left) }
    guard take(word: "matches") else { return left }
    guard case .text(let pattern) = token.kind else { throw fault("a pattern in single quotes behind `matches`") }
    defer { position += 1 }
    return ExpressionSyntax(.matches(left, pattern, token.mark), left.mark)
  }

  private mutating func takeComparison() -> Expression.Comparison? {
    guard case .sign(let text) = token.kind, let comparison = Expression.Comparison(rawValue: text) else { return nil }
    position += 1
    return comparison
  }

  private mutating func membership(of left: ExpressionSyntax) throws(ExpressionFault) -> ExpressionSyntax {
    guard take(sign: "(") else {
      return ExpressionSyntax(.contains(set: try fallback(), element: left), left.mark)
    }
    return ExpressionSyntax(.isOneOf(left, try list(of: "a value")), left.mark)
  }

  private mutating func test(of left: ExpressionSyntax) throws(ExpressionFault) -> ExpressionSyntax {
    let isNegated = take(word: "not")
    guard case .word(let word) = token.kind, let test = ExpressionSyntax.Test(rawValue: word) else {
      throw fault("`null`, `set` or `empty` behind `is`")
    }
    position += 1
    return ExpressionSyntax(.test(left, test, isNegated: isNegated), left.mark)
  }

  // MARK: Values

  private mutating func fallback() throws(ExpressionFault) -> ExpressionSyntax {
    let left = try sum()
    guard take(word: "otherwise") else { return left }
    try descend()
    defer { depth -= 1 }
    return ExpressionSyntax(.otherwise(left, try fallback()), left.mark)
  }

  private mutating func sum() throws(ExpressionFault) -> ExpressionSyntax {
    var left = try product()
    let depth = depth
    defer { self.depth = depth }
    while let arithmetic: Expression.Arithmetic = take(sign: "+") ? .add : take(sign: "-") ? .subtract : nil {
      try descend()
      left = ExpressionSyntax(.arithmetic(arithmetic, left, try product()), left.mark)
    }
    return left
  }

  private mutating func product() throws(ExpressionFault) -> ExpressionSyntax {
    var left = try operand()
    let depth = depth
    defer { self.depth = depth }
    while let arithmetic: Expression.Arithmetic =
      take(sign: "*") ? .multiply : take(word: "div") ? .divide : take(word: "mod") ? .remainder : nil
    {
      try descend()
      left = ExpressionSyntax(.arithmetic(arithmetic, left, try operand()), left.mark)
    }
    return left
  }

  /// Words that join values and are none themselves.
  private static let joints: Set<String> = [
    "and", "or", "implies", "then", "else", "in", "is", "contains", "matches", "otherwise", "div", "mod", "where", "by",
  ]

  private mutating func operand() throws(ExpressionFault) -> ExpressionSyntax {
    let mark = token.mark
    switch token.kind {
    case .number(let text): return literal(.number(text), mark)
    case .day(let text): return literal(.day(text), mark)
    case .text(let text): return literal(.text(text), mark)
    case .sign("-"):
      position += 1
      guard case .number(let text) = token.kind else { throw fault("a number behind `-`; of a value write `0 - x`") }
      return literal(.number("-" + text), mark)
    case .sign("("):
      position += 1
      let inner = try expression()
      guard take(sign: ")") else { throw fault("`)`") }
      return inner
    case .word("true"), .word("false"): return literal(.bool(token.kind == .word("true")), mark)
    case .word("null"): return literal(.null, mark)
    case .word(let word) where !Self.joints.contains(word): return try named(word, mark)
    case .word, .sign, .end: throw fault("a value")
    }
  }

  private mutating func literal(_ form: ExpressionSyntax.Form, _ mark: Mark) -> ExpressionSyntax {
    position += 1
    return ExpressionSyntax(form, mark)
  }

  private mutating func named(_ word: String, _ mark: Mark) throws(ExpressionFault) -> ExpressionSyntax {
    guard nextKind == .sign("(") else { return ExpressionSyntax(.path(try path()), mark) }
    position += 2
    if let quantifier = Expression.Quantifier(rawValue: word), nextKind == .word("in") {
      return try self.quantifier(quantifier, mark)
    }
    let arguments = take(sign: ")") ? [] : try list(of: "an argument")
    let rest = take(sign: ".") ? try path() : []
    return ExpressionSyntax(.call(SyntaxName(text: word, mark: mark), arguments, rest: rest), mark)
  }

  private mutating func quantifier(
    _ quantifier: Expression.Quantifier, _ mark: Mark
  ) throws(ExpressionFault) -> ExpressionSyntax {
    let element = try name("a name for the element")
    _ = take(word: "in")
    let set = try fallback()
    guard take(word: "where") else { throw fault("`where` and a condition on `\(element.text)`") }
    let body = try expression()
    guard take(sign: ")") else { throw fault("`)`") }
    return ExpressionSyntax(.quantifier(quantifier, element, set: set, body: body), mark)
  }

  private mutating func path() throws(ExpressionFault) -> [SyntaxName] {
    var names = [SyntaxName]()
    repeat { names.append(try name("a name")) } while take(sign: ".")
    return names
  }

  /// What stands behind a `(`, up to the `)`.
  private mutating func list(of what: String) throws(ExpressionFault) -> [ExpressionSyntax] {
    var elements = [ExpressionSyntax]()
    repeat { elements.append(try expression()) } while take(sign: ",")
    guard take(sign: ")") else {
      // Inside `{ }` YAML takes the comma for its own.
      let hint = token.kind == .end ? " In `{ }` a comma ends the value: put the expression in quotes." : ""
      let found = token.description
      throw ExpressionFault("P501", token.mark, "expected `,` and \(what), or `)`, found \(found).\(hint)")
    }
    return elements
  }
}
