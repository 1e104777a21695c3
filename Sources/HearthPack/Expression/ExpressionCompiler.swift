internal import HearthModel

/// Checks the types of an expression and makes of it what the hub and devices evaluate.
struct ExpressionCompiler {
  /// Units that an expression may cost, and steps that it may have.
  static let costMax = 2000
  /// Steps from the root to a value.
  private static let depthMax = 200

  /// A path that is known to hold a value; `old` alone says that there was a record.
  typealias Fact = Expression.Input

  /// A part that has been compiled.
  struct Operand {
    var node: Int
    var type: ExpressionType
    var isNullable = false
    let mark: Mark
    /// How the pack writes it, when it is a path.
    var text: String?
    /// Why it may be null, and the path that would have to be asked.
    var reason: String?
    var nullPart: String?
    /// The path that it reads.
    var input: Expression.Input?
    var constant: Value?
    /// What is known where it holds, and where it does not.
    var whenTrue: Set<Fact> = []
    var whenFalse: Set<Fact> = []
  }

  let names: PackNames
  let scope: ExpressionScope
  /// The collection of the record at hand; nil in `session`.
  let collection: CollectionSchema?
  /// The conditions of `who` that may be named, as far as they can be read.
  let relations: [String: ExpressionSyntax?]

  private(set) var nodes: [Expression.Node] = []
  private(set) var inputs: [Expression.Input] = []
  private var costs: [Int] = []
  private var depths: [Int] = []
  var facts: Set<Fact>
  /// The name and the type of the element that the innermost quantifier looks at.
  var element: (name: String, type: ExpressionType)?
  /// Names of `who` that are being written out.
  var relationDepth = 0

  init(
    _ names: PackNames, in collection: CollectionSchema?, scope: ExpressionScope,
    relations: [String: ExpressionSyntax?] = [:]
  ) {
    self.names = names
    self.collection = collection
    self.scope = scope
    self.relations = relations
    facts = scope.facts
  }

  // MARK: Whole expressions

  /// Compiles a condition.
  mutating func condition(_ syntax: ExpressionSyntax, text: String) throws(ExpressionFault) -> Expression {
    let operand = try truth(syntax)
    return finished(operand, text)
  }

  /// Compiles an expression of any type.
  mutating func expression(_ syntax: ExpressionSyntax, text: String) throws(ExpressionFault) -> Expression {
    let operand = try compile(syntax)
    return finished(operand, text)
  }

  /// Compiles the value that is written into a field.
  mutating func value(
    _ syntax: ExpressionSyntax, text: String, for target: ExpressionType, isNullable: Bool
  ) throws(ExpressionFault) -> (expression: Expression, constant: Value?) {
    let operand = try compile(syntax, as: target)
    guard operand.type.fits(target) else { throw misfit(operand, expected: names.name(of: target)) }
    if !isNullable { try requireValue(operand) }
    return (finished(operand, text), operand.constant)
  }

  func finished(_ operand: Operand, _ text: String) -> Expression {
    precondition(operand.node == nodes.count - 1, "the root of an expression stands last")
    return Expression(nodes: nodes, inputs: inputs, text: text, cost: costs[operand.node])
  }

  // MARK: Steps

  /// Adds a step.
  ///
  /// - Parameter factor: how often the last operand is evaluated.
  mutating func emit(
    _ node: Expression.Node, of operands: [Int] = [], cost: Int = 1, factor: Int = 1, at mark: Mark
  ) throws(ExpressionFault) -> Int {
    var total = cost
    for (position, operand) in operands.enumerated() {
      total += costs[operand] * (position == operands.count - 1 ? factor : 1)
    }
    guard total <= Self.costMax, nodes.count < Self.costMax else {
      var reason = factor > 1 ? " The set may have \(factor) elements: give it a smaller maximum." : ""
      if case .matches = node { reason = " A pattern costs twice the longest text: give it a smaller maximum." }
      throw ExpressionFault(
        "P506", mark, "this costs \(total) units, at most \(Self.costMax) are allowed.\(reason)")
    }
    let depth = (operands.map { depths[$0] }.max() ?? 0) + 1
    guard depth <= Self.depthMax else {
      throw ExpressionFault("P506", mark, "the expression is deeper than \(Self.depthMax) steps here.")
    }
    nodes.append(node)
    costs.append(total)
    depths.append(depth)
    return nodes.count - 1
  }

  mutating func emit(reading input: Expression.Input, at mark: Mark) throws(ExpressionFault) -> Int {
    let position = inputs.firstIndex(of: input) ?? inputs.count
    if position == inputs.count { inputs.append(input) }
    let follows = input.steps.count { if case .follow = $0 { true } else { false } }
    return try emit(.input(position), cost: 1 + 5 * follows, at: mark)
  }

  mutating func constant(
    _ value: Value, _ type: ExpressionType, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    Operand(
      node: try emit(.constant(value), at: mark), type: type, isNullable: value.isNull, mark: mark,
      reason: value.isNull ? "it is `null`" : nil, constant: value)
  }

  // MARK: Forms

  /// Compiles a part.
  ///
  /// - Parameter expected: the type of what stands on the other side, which gives bare words and numbers a meaning.
  mutating func compile(
    _ syntax: ExpressionSyntax, as expected: ExpressionType? = nil
  ) throws(ExpressionFault) -> Operand {
    let mark = syntax.mark
    switch syntax.form {
    case .null: return try constant(.null, .null, at: mark)
    case .bool(let value): return try constant(.bool(value), .bool, at: mark)
    case .number(let text): return try number(text, as: expected, at: mark)
    case .day(let text): return try day(text, at: mark)
    case .text(let text): return try self.text(text, as: expected, at: mark)
    case .path(let path): return try self.path(path, as: expected)
    case .call(let name, let arguments, let rest): return try call(name, arguments, rest, as: expected)
    case .quantifier(let quantifier, let name, let set, let body):
      return try quantify(quantifier, name, set, body, at: mark)
    case .not(let operand): return try negated(try truth(operand), at: mark)
    case .all(let operands): return try chain(operands, decidingOn: false, at: mark)
    case .any(let operands): return try chain(operands, decidingOn: true, at: mark)
    case .implies(let left, let right): return try implication(left, right, at: mark)
    case .compare(let comparison, let left, let right): return try compare(comparison, left, right, at: mark)
    case .isOneOf(let operand, let list): return try membership(operand, in: list, at: mark)
    case .contains(let set, let element): return try membership(element, in: set, at: mark)
    case .test(let operand, let test, let isNegated): return try self.test(operand, test, isNegated, at: mark)
    case .matches(let operand, let pattern, let place): return try match(operand, pattern, place, at: mark)
    case .otherwise(let first, let second): return try fallback(first, second, as: expected, at: mark)
    case .arithmetic(let sign, let left, let right): return try arithmetic(sign, left, right, as: expected, at: mark)
    case .choose(let condition, let then, let otherwise):
      return try choice(condition, then, otherwise, as: expected, at: mark)
    }
  }

  /// Compiles a part under conditions that are known to hold.
  mutating func compile(
    _ syntax: ExpressionSyntax, as expected: ExpressionType? = nil, knowing known: Set<Fact>
  ) throws(ExpressionFault) -> Operand {
    let outer = facts
    defer { facts = outer }
    facts.formUnion(known)
    return try compile(syntax, as: expected)
  }

  /// Compiles a part that has to be true or false.
  mutating func truth(
    _ syntax: ExpressionSyntax, knowing known: Set<Fact> = []
  ) throws(ExpressionFault) -> Operand {
    let operand = try compile(syntax, as: .bool, knowing: known)
    guard operand.type == .bool else { throw misfit(operand, expected: "bool") }
    try requireValue(operand)
    return operand
  }

  // MARK: Literals

  private mutating func number(
    _ text: String, as expected: ExpressionType?, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    switch expected {
    case .decimal(let scale, _)?:
      guard let decimal = FixedDecimal(text, scale: scale) else {
        throw ExpressionFault("P503", mark, "`\(text)` is no decimal with \(scale) digits behind the point.")
      }
      return try constant(.decimal(decimal), .decimal(scale: scale, decimal.units...decimal.units), at: mark)
    case .float?:
      if let number = Double(text), number.isFinite { return try constant(.float(number), .float, at: mark) }
    default:
      if let number = Int64(text) { return try constant(.int(number), .int(number...number), at: mark) }
      let digits = text.split(separator: ".")
      if digits.count == 2, let scale = UInt8(exactly: digits[1].count), let decimal = FixedDecimal(text, scale: scale)
      {
        return try constant(.decimal(decimal), .decimal(scale: scale, decimal.units...decimal.units), at: mark)
      }
    }
    throw ExpressionFault("P503", mark, "`\(text)` has more digits than a number here can have.")
  }

  private mutating func day(_ text: String, at mark: Mark) throws(ExpressionFault) -> Operand {
    guard let day = Day(text) else { throw ExpressionFault("P503", mark, "there is no day `\(text)`.") }
    return try constant(.day(day), .date, at: mark)
  }

  private mutating func text(
    _ text: String, as expected: ExpressionType?, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    switch expected {
    case .choice, .role:
      if let expected { return try word(SyntaxName(text: text, mark: mark), as: expected) }
    case .time:
      guard let instant = Instant(text) else {
        throw ExpressionFault("P503", mark, "`\(text)` is no time. Write it as '2025-11-11T18:30:00Z'.")
      }
      return try constant(.instant(instant), .time, at: mark)
    default: break
    }
    return try constant(.text(text), .text(text.unicodeScalars.count), at: mark)
  }

  /// A bare word: a value of the enum that stands on the other side.
  mutating func word(_ name: SyntaxName, as expected: ExpressionType?) throws(ExpressionFault) -> Operand {
    switch expected {
    case .choice(let known)?:
      if known.contains(name.text) { return try constant(.text(name.text), .choice([name.text]), at: name.mark) }
      throw ExpressionFault(
        "P104", name.mark, "`\(name.text)` is no value of the enum.", name.text, among: known)
    case .role?:
      if names.roleNames.contains(name.text) { return try constant(.text(name.text), .role, at: name.mark) }
      throw ExpressionFault(
        "P104", name.mark, "`\(name.text)` is no role.", name.text, among: names.roleNames)
    default: throw unknown(name)
    }
  }

  // MARK: Faults

  func describe(_ operand: Operand) -> String { operand.text.map { "`\($0)`" } ?? "this" }

  func misfit(_ operand: Operand, expected: String) -> ExpressionFault {
    ExpressionFault(
      "P503", operand.mark, "expected \(expected), \(describe(operand)) is \(names.name(of: operand.type)).")
  }

  /// Refuses what may be null.
  func requireValue(_ operand: Operand) throws(ExpressionFault) {
    guard operand.isNullable else { return }
    let because = operand.reason.map { ", because \($0)" } ?? ""
    var way = "`... otherwise ...`"
    if let text = operand.text { way = "`\(operand.nullPart ?? text) is set and ...`, or `\(text) otherwise ...`" }
    throw ExpressionFault("P504", operand.mark, "\(describe(operand)) may be null\(because). Write \(way).")
  }
}
