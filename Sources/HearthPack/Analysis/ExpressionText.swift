package import HearthModel

/// Writes the steps of an expression back as the pack language has them, so that tools can show each with its value.
package struct ExpressionText {
  package let expression: Expression
  let pack: Pack
  /// The collection of the record at hand; nil in `session`.
  let collection: CollectionSchema?

  package init(_ expression: Expression, in collection: CollectionSchema?, of pack: Pack) {
    self.expression = expression
    self.collection = collection
    self.pack = pack
  }

  /// How tightly a form holds its parts together; a weaker one inside a stronger one stands in brackets.
  private enum Strength: Int {
    case choose
    case or
    case and
    case not
    case compare
    case otherwise
    case sum
    case product
    case atom
  }

  /// The text of a step with everything below it.
  package func text(of node: Int) -> String { form(of: node).text }

  /// The steps right below one that tools show on lines of their own.
  ///
  /// What stands in `any`, `every` and `count` is asked once for each element and has no value of its own.
  package func parts(of node: Int) -> [Int] {
    switch expression.nodes[node] {
    case .constant, .input, .element: []
    case .not(let part), .isNull(let part), .isEmpty(let part), .matches(let part, _): [part]
    case .and(let left, let right), .or(let left, let right), .compare(_, let left, let right),
      .arithmetic(_, let left, let right), .otherwise(let left, let right):
      [left, right]
    case .contains(let set, let element): [element, set]
    case .choose(let condition, let then, let otherwise): [condition, then, otherwise]
    case .call(_, let parts): parts
    case .quantifier(_, let set, _): [set]
    }
  }

  /// Whether the step is a literal, which explains itself.
  package func isLiteral(_ node: Int) -> Bool {
    if case .constant = expression.nodes[node] { true } else { false }
  }

  private func inner(_ node: Int, _ outer: Strength) -> String {
    let (text, strength) = form(of: node)
    return strength.rawValue < outer.rawValue ? "(\(text))" : text
  }

  private func form(of node: Int) -> (text: String, strength: Strength) {
    switch expression.nodes[node] {
    case .constant(let value): (Self.literal(value), .atom)
    case .input(let input): (PathText(pack, collection).text(expression.inputs[input]), .atom)
    case .element: ("x", .atom)
    case .not(let operand): negation(operand)
    case .and(let left, let right): ("\(inner(left, .and)) and \(inner(right, .and))", .and)
    case .or(let left, let right): ("\(inner(left, .or)) or \(inner(right, .or))", .or)
    case .compare(let sign, let left, let right):
      ("\(side(left, beside: right)) \(sign.rawValue) \(side(right, beside: left))", .compare)
    case .isNull(let operand): ("\(inner(operand, .otherwise)) is null", .compare)
    case .isEmpty(let operand): ("\(inner(operand, .otherwise)) is empty", .compare)
    case .contains(let set, let element):
      ("\(side(element, beside: set)) in \(side(set, beside: element))", .compare)
    case .matches(let operand, let pattern): ("\(inner(operand, .otherwise)) matches '\(pattern.source)'", .compare)
    case .otherwise(let first, let second): ("\(inner(first, .sum)) otherwise \(inner(second, .otherwise))", .otherwise)
    case .arithmetic(let sign, let left, let right): arithmetic(sign, left, right)
    case .choose(let condition, let then, let otherwise):
      ("if \(text(of: condition)) then \(inner(then, .or)) else \(inner(otherwise, .choose))", .choose)
    case .call(let function, let operands):
      ("\(function.rawValue)(\(operands.map(text).joined(separator: ", ")))", .atom)
    case .quantifier(let quantifier, let set, let body):
      ("\(quantifier.rawValue)(x in \(inner(set, .otherwise)) where \(text(of: body)))", .atom)
    }
  }

  private func negation(_ operand: Int) -> (String, Strength) {
    switch expression.nodes[operand] {
    case .isNull(let inside): ("\(inner(inside, .otherwise)) is set", .compare)
    case .isEmpty(let inside): ("\(inner(inside, .otherwise)) is not empty", .compare)
    default: ("not \(inner(operand, .not))", .not)
    }
  }

  private func arithmetic(_ sign: Expression.Arithmetic, _ left: Int, _ right: Int) -> (String, Strength) {
    let strength: Strength =
      switch sign {
      case .add, .subtract: .sum
      case .multiply, .divide, .remainder: .product
      }
    let second = Strength(rawValue: strength.rawValue + 1) ?? .atom
    return ("\(inner(left, strength)) \(sign.rawValue) \(inner(right, second))", strength)
  }

  /// One side of a comparison: beside an enum a value of it stands bare, as people write it.
  private func side(_ node: Int, beside other: Int) -> String {
    if case .constant(let value) = expression.nodes[node], isEnum(other) { return Self.literal(value, isBare: true) }
    return inner(node, .otherwise)
  }

  private func isEnum(_ node: Int) -> Bool {
    switch expression.nodes[node] {
    case .input(let input):
      if case .choice? = Domains.place(of: expression.inputs[input], collection, pack)?.type { true } else { false }
    case .otherwise(let first, _): isEnum(first)
    default: false
    }
  }

  private static func literal(_ value: Value, isBare: Bool = false) -> String {
    if let elements = value.elements {
      return "(\(elements.map { literal($0, isBare: isBare) }.joined(separator: ", ")))"
    }
    guard case .text(let text) = value, !isBare else { return value.description }
    return "'\(text)'"
  }
}

/// Writes what expressions read as the pack language has it.
package struct PathText {
  let pack: Pack
  let collection: CollectionSchema?

  package init(_ pack: Pack, _ collection: CollectionSchema?) {
    self.pack = pack
    self.collection = collection
  }

  package func text(_ input: Expression.Input) -> String {
    switch input.root {
    case .record: input.steps.isEmpty ? "id" : path("", input.steps, collection)
    case .old: path("old", input.steps, collection)
    case .seen: path("seen", input.steps, collection)
    case .member: path("member", input.steps, pack.collection(pack.memberCollection))
    case .household: path("household", input.steps, pack.collection(pack.householdCollection))
    case .device: "device"
    case .now: "now"
    case .today: "today"
    case .written: "written"
    case .changed(let field): "changed(\(Self.name(field, collection)))"
    case .isNew: "creating"
    case .rank: "member.role"
    }
  }

  private func path(_ start: String, _ steps: [Expression.Input.Step], _ collection: CollectionSchema?) -> String {
    var (text, collection) = (start, collection)
    for step in steps {
      switch step {
      case .field(let field): text += (text.isEmpty ? "" : ".") + Self.name(field, collection)
      case .follow(let target): collection = pack.collection(target)
      case .key(let key): text += ".\(key)"
      }
    }
    return text
  }

  static func name(_ field: FieldNumber, _ collection: CollectionSchema?) -> String {
    collection?.field(field)?.name ?? "#\(field.rawValue)"
  }
}
