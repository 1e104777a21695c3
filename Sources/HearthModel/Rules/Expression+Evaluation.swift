/// What the outside world says about inputs and about time zones.
package protocol ExpressionSource {
  /// The value of an input; nil when it is not known here and the hub decides.
  func value(of input: Expression.Input) throws -> Value?
  /// The hub's day, for `age` and streaks; nil when it is not known here.
  var today: Day? { get }
  /// The day of a moment in the household's zone; nil when the zone is not known here.
  func day(of instant: Instant) -> Day?
}

extension Expression {
  /// An expression's source of a few closures.
  public struct Surroundings: ExpressionSource {
    /// The value of an input; nil when it is not known here and the hub decides.
    private let value: (Input) throws -> Value?
    /// The hub's day, for `age` and streaks; nil when it is not known here.
    public let today: Day?
    private let day: (Instant) -> Day?

    /// Makes surroundings.
    public init(
      today: Day?, day: @escaping (Instant) -> Day?, value: @escaping (Input) throws -> Value?
    ) {
      self.value = value
      self.today = today
      self.day = day
    }

    package func value(of input: Input) throws -> Value? { try value(input) }

    package func day(of instant: Instant) -> Day? { day(instant) }
  }

  /// The value of the expression.
  ///
  /// - Returns: nil when it depends on something that is not known here; `a and b` is false all the same when one of
  ///   them is, and `a or b` true.
  /// - Throws: what reading an input throws; evaluation itself is total.
  public func evaluate(in surroundings: Surroundings) throws -> Value? { try value(from: surroundings) }

  /// Whether a condition holds; nil when that is not known here.
  public func holds(in surroundings: Surroundings) throws -> Bool? { try truth(from: surroundings) }

  func value(from source: some ExpressionSource) throws -> Value? {
    var evaluation = Evaluation(expression: self, source: source)
    return try evaluation.value(at: nodes.count - 1)
  }

  func truth(from source: some ExpressionSource) throws -> Bool? {
    guard let value = try value(from: source) else { return nil }
    return value == .bool(true)
  }

  /// The value of each node that was needed, for `hearth pack try`.
  package func trace(in source: some ExpressionSource) throws -> [Int: Value?] {
    var evaluation = Evaluation(expression: self, source: source, traces: true)
    _ = try evaluation.value(at: nodes.count - 1)
    return evaluation.trace
  }
}

/// One walk over the tree.
private struct Evaluation<Source: ExpressionSource> {
  let expression: Expression
  let source: Source
  var traces = false
  var trace: [Int: Value?] = [:]
  /// The element of the innermost quantifier.
  private var element: Value?

  init(expression: Expression, source: Source, traces: Bool = false) {
    self.expression = expression
    self.source = source
    self.traces = traces
  }

  mutating func value(at position: Int) throws -> Value? {
    let value = try compute(expression.nodes[position])
    if traces { trace[position] = .some(value) }
    return value
  }

  private mutating func compute(_ node: Expression.Node) throws -> Value? {
    switch node {
    case .constant(let value): return value
    case .input(let input): return try source.value(of: expression.inputs[input])
    case .element: return element
    case .not(let operand): return try truth(operand).map { .bool(!$0) }
    case .and(let left, let right): return try logic(left, right, deciding: false)
    case .or(let left, let right): return try logic(left, right, deciding: true)
    case .compare(let comparison, let left, let right):
      return try both(left, right).map { .bool(comparison.holds($0, $1)) }
    case .isNull(let operand): return try value(at: operand).map { .bool($0.isNull) }
    case .isEmpty(let operand): return try value(at: operand).map { .bool($0.count == 0) }
    case .contains(let set, let element):
      return try both(set, element).map { .bool($0.elements?.contains($1) ?? false) }
    case .arithmetic(let arithmetic, let left, let right):
      return try both(left, right).map { arithmetic.result($0, $1) }
    case .choose(let condition, let then, let otherwise):
      guard let isChosen = try truth(condition) else { return nil }
      return try value(at: isChosen ? then : otherwise)
    case .otherwise(let first, let second):
      guard let value = try value(at: first) else { return nil }
      return value.isNull ? try self.value(at: second) : value
    case .matches(let operand, let pattern):
      return try value(at: operand).map { .bool($0.text.map { pattern.matches($0) } ?? false) }
    case .call(let function, let operands): return try call(function, operands)
    case .quantifier(let quantifier, let set, let body): return try quantify(quantifier, set, body)
    }
  }

  private mutating func truth(_ position: Int) throws -> Bool? {
    try value(at: position).map { $0 == .bool(true) }
  }

  private mutating func both(_ left: Int, _ right: Int) throws -> (Value, Value)? {
    guard let left = try value(at: left), let right = try value(at: right) else { return nil }
    return (left, right)
  }

  private mutating func logic(_ left: Int, _ right: Int, deciding: Bool) throws -> Value? {
    let first = try truth(left)
    if first == deciding { return .bool(deciding) }
    let second = try truth(right)
    if second == deciding { return .bool(deciding) }
    return first == nil || second == nil ? nil : .bool(!deciding)
  }

  private mutating func call(_ function: Expression.Function, _ operands: [Int]) throws -> Value? {
    var values = [Value]()
    for operand in operands {
      guard let value = try value(at: operand) else { return nil }
      values.append(value)
    }
    return function.result(of: values, source)
  }

  private mutating func quantify(_ quantifier: Expression.Quantifier, _ set: Int, _ body: Int) throws -> Value? {
    guard let elements = try value(at: set).map({ $0.elements ?? [] }) else { return nil }
    let outer = element
    defer { element = outer }
    var (count, isKnown) = (0, true)
    for candidate in elements {
      element = candidate
      switch try truth(body) {
      case true?: count += 1
      case false?: break
      case nil: isKnown = false
      }
    }
    switch quantifier {
    case .any: return count > 0 ? .bool(true) : isKnown ? .bool(false) : nil
    case .every: return isKnown ? .bool(count == elements.count) : nil
    case .count: return isKnown ? .int(Int64(count)) : nil
    }
  }
}

extension Expression.Comparison {
  /// Null equals null and is neither less nor greater than anything.
  fileprivate func holds(_ left: Value, _ right: Value) -> Bool {
    switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: !left.isNull && !right.isNull && left < right
    case .lessOrEqual: !left.isNull && !right.isNull && left <= right
    case .greater: !left.isNull && !right.isNull && left > right
    case .greaterOrEqual: !left.isNull && !right.isNull && left >= right
    }
  }
}

extension Expression.Arithmetic {
  /// The checker excludes overflow; a result that would leave 64 bits all the same is null.
  fileprivate func result(_ left: Value, _ right: Value) -> Value {
    switch (left, right) {
    case (.int(let left), .int(let right)): result(left, right).map { .int($0) } ?? .null
    case (.decimal(let left), .decimal(let right)) where left.scale == right.scale && self != .multiply:
      result(left.units, right.units).map { .decimal(FixedDecimal(units: $0, scale: left.scale)) } ?? .null
    case (.decimal(let left), .int(let right)) where self == .multiply:
      result(left.units, right).map { .decimal(FixedDecimal(units: $0, scale: left.scale)) } ?? .null
    default: .null
    }
  }

  private func result(_ left: Int64, _ right: Int64) -> Int64? {
    let (value, overflow) =
      switch self {
      case .add: left.addingReportingOverflow(right)
      case .subtract: left.subtractingReportingOverflow(right)
      case .multiply: left.multipliedReportingOverflow(by: right)
      case .divide: left.dividedReportingOverflow(by: right)
      case .remainder: left.remainderReportingOverflow(dividingBy: right)
      }
    return overflow ? nil : value
  }
}

extension Value {
  /// Elements, members or scalars; nil of what has none.
  var count: Int? {
    switch self {
    case .list(let elements): elements.count
    case .object(let object): object.members.count
    case .text(let text): text.unicodeScalars.count
    case .null, .bool, .int, .decimal, .float, .id, .day, .instant: nil
    }
  }
}
