/// Which records an index holds: comparisons of a record's own columns, such as every SQL store takes as they stand.
public struct IndexCondition: Hashable, Sendable {
  /// The condition as the pack has it, for people.
  public let text: String
  /// What must hold.
  public let term: Term

  /// A truth about a record.
  public indirect enum Term: Hashable, Sendable {
    case constant(Bool)
    /// A bool field.
    case isTrue(FieldNumber)
    case isNull(FieldNumber)
    /// A text field without a character.
    case isEmpty(FieldNumber)
    case compare(Operand, Expression.Comparison, Operand)
    case isOneOf(Operand, [Value])
    case not(Term)
    case and(Term, Term)
    case or(Term, Term)
  }

  /// One side of a comparison.
  public enum Operand: Hashable, Sendable {
    case field(FieldNumber)
    /// The record's id.
    case id
    /// A value, never null.
    case constant(Value)
  }

  /// What an index cannot ask, as a part of a sentence.
  public struct Obstacle: Error, Hashable, Sendable {
    /// As "`lower` is a function".
    public let reason: String
  }

  /// Reads a condition over the fields of the record.
  ///
  /// - Throws: ``Obstacle`` for everything but comparisons with `and`, `or` and `not` between them.
  public init(_ expression: Expression, of collection: CollectionSchema) throws(Obstacle) {
    text = expression.text
    term = try Translation(expression: expression, collection: collection).term(expression.nodes.count - 1)
  }
}

private struct Translation {
  typealias Obstacle = IndexCondition.Obstacle

  let expression: Expression
  let collection: CollectionSchema

  /// The truth that a node means; its operands stand before it, so that this ends.
  func term(_ position: Int) throws(Obstacle) -> IndexCondition.Term {
    let node = expression.nodes[position]
    switch node {
    case .constant(.bool(let value)): return .constant(value)
    case .input(let input): return .isTrue(try field(input).number)
    case .not(let inner): return .not(try term(inner))
    case .and(let left, let right): return .and(try term(left), try term(right))
    case .or(let left, let right): return .or(try term(left), try term(right))
    case .compare(let comparison, let left, let right): return try compare(comparison, left, right)
    case .isNull(let inner): return try isNull(try operand(inner))
    case .isEmpty(let inner): return try isEmpty(inner)
    case .contains(let set, let element):
      guard case .constant(.list(let values)) = expression.nodes[set] else {
        throw Obstacle(reason: "what a set holds is in no column")
      }
      return .isOneOf(try operand(element), values)
    case .constant, .element, .arithmetic, .choose, .otherwise, .matches, .call, .quantifier:
      throw Obstacle(reason: Self.reason(node))
    }
  }

  private func compare(
    _ comparison: Expression.Comparison, _ left: Int, _ right: Int
  ) throws(Obstacle) -> IndexCondition.Term {
    for (side, other) in [(left, right), (right, left)] {
      guard case .constant(.null) = expression.nodes[side] else { continue }
      let isNull = try isNull(try operand(other))
      return comparison == .equal ? isNull : .not(isNull)
    }
    let (first, second) = (try operand(left), try operand(right))
    if comparison != .equal, comparison != .notEqual {
      for case .field(let number) in [first, second] { try checkOrder(number) }
    }
    return .compare(first, comparison, second)
  }

  private func isNull(_ operand: IndexCondition.Operand) throws(Obstacle) -> IndexCondition.Term {
    switch operand {
    case .field(let number): .isNull(number)
    case .id, .constant: .constant(false)
    }
  }

  private func isEmpty(_ position: Int) throws(Obstacle) -> IndexCondition.Term {
    guard case .input(let input) = expression.nodes[position] else {
      throw Obstacle(reason: Self.reason(expression.nodes[position]))
    }
    let field = try field(input)
    guard case .text = field.type else { throw Obstacle(reason: "what `\(field.name)` holds is in no column") }
    return .isEmpty(field.number)
  }

  private func operand(_ position: Int) throws(Obstacle) -> IndexCondition.Operand {
    switch expression.nodes[position] {
    case .constant(let value): return .constant(value)
    case .input(let input) where expression.inputs[input] == Expression.Input(.record): return .id
    case .input(let input):
      let field = try field(input)
      switch field.type {
      case .float: throw Obstacle(reason: "`\(field.name)` is a float, which stores round")
      case .set, .json: throw Obstacle(reason: "what `\(field.name)` holds is in no column")
      default: return .field(field.number)
      }
    case let node: throw Obstacle(reason: Self.reason(node))
    }
  }

  /// The field of the record that an input reads.
  private func field(_ input: Int) throws(Obstacle) -> Field {
    let input = expression.inputs[input]
    guard input.root == .record, input.steps.count == 1, case .field(let number)? = input.steps.first,
      let field = collection.field(number)
    else { throw Obstacle(reason: "it asks more than a field of the record") }
    return field
  }

  /// Stores order texts and ids in ways of their own.
  private func checkOrder(_ number: FieldNumber) throws(Obstacle) {
    guard let field = collection.field(number) else { return }
    switch field.type {
    case .int, .decimal, .date, .time: return
    default: throw Obstacle(reason: "stores do not agree on the order of `\(field.name)`")
    }
  }

  private static func reason(_ node: Expression.Node) -> String {
    switch node {
    case .arithmetic(let sign, _, _): "`\(sign.rawValue)` computes"
    case .choose: "`if` computes"
    case .otherwise: "`otherwise` computes"
    case .matches: "`matches` is no comparison"
    case .call(let function, _): "`\(function.rawValue)` computes"
    case .quantifier(let quantifier, _, _): "`\(quantifier.rawValue)` looks into a set"
    default: "it compares no field"
    }
  }
}
