package import HearthModel

/// What a value may be, as far as an analysis can tell: exactly this, a number in a range, something, anything.
package enum Possible: Hashable, Sendable {
  /// Exactly this.
  case exactly(Value)
  /// A number, day or moment in this range; see `Value.ordinal`.
  case range(ClosedRange<Int64>)
  /// Not null; nothing else is known.
  case something
  /// Perhaps null.
  case anything

  var truth: Bool? {
    if case .exactly(let value) = self { value == .bool(true) } else { nil }
  }

  var isNull: Bool? {
    switch self {
    case .exactly(let value): value.isNull
    case .range, .something: false
    case .anything: nil
    }
  }

  var range: ClosedRange<Int64>? {
    switch self {
    case .exactly(let value): value.ordinal.map { $0...$0 }
    case .range(let range): range
    case .something, .anything: nil
    }
  }

  static func of(_ truth: Bool?) -> Possible { truth.map { .exactly(.bool($0)) } ?? .something }

  /// One of the two.
  func or(_ other: Possible) -> Possible {
    if self == other { return self }
    if let left = range, let right = other.range {
      return .range(min(left.lowerBound, right.lowerBound)...max(left.upperBound, right.upperBound))
    }
    return isNull == false && other.isNull == false ? .something : .anything
  }
}

extension Value {
  /// The place of a number, a day or a moment in its order; decimals count in units of their last digit.
  var ordinal: Int64? {
    switch self {
    case .int(let number): number
    case .decimal(let number): number.units
    case .day(let day): Int64(day.rawValue)
    case .instant(let instant): instant.milliseconds
    case .null, .bool, .float, .text, .id, .list, .object: nil
    }
  }
}

/// Evaluates an expression over values of which not all is known: true and false are proofs, everything else is open.
struct PossibleEvaluation {
  let expression: Expression
  let values: (Expression.Input) -> Possible

  func value() -> Possible { value(at: expression.nodes.count - 1) }

  /// True or false where that follows from what is known.
  func truth() -> Bool? { value().truth }

  private func value(at position: Int) -> Possible {
    switch expression.nodes[position] {
    case .constant(let value): .exactly(value)
    case .input(let input): values(expression.inputs[input])
    case .element: .something
    case .not(let operand): .of(value(at: operand).truth.map { !$0 })
    case .and(let left, let right): .of(logic(left, right, deciding: false))
    case .or(let left, let right): .of(logic(left, right, deciding: true))
    case .compare(let sign, let left, let right): .of(compare(sign, value(at: left), value(at: right)))
    case .isNull(let operand): .of(value(at: operand).isNull)
    case .isEmpty(let operand): .of(isEmpty(value(at: operand)))
    case .contains(let set, let element): .of(contains(value(at: set), value(at: element)))
    case .arithmetic(let sign, let left, let right): arithmetic(sign, value(at: left), value(at: right))
    case .choose(let condition, let then, let otherwise): choose(condition, then, otherwise)
    case .otherwise(let first, let second): fallback(value(at: first), second)
    case .matches(let operand, _): value(at: operand).isNull == true ? .exactly(.bool(false)) : .something
    case .call: .anything
    case .quantifier(let quantifier, let set, _): quantify(quantifier, value(at: set))
    }
  }

  private func logic(_ left: Int, _ right: Int, deciding: Bool) -> Bool? {
    let first = value(at: left).truth
    if first == deciding { return deciding }
    let second = value(at: right).truth
    if second == deciding { return deciding }
    return first == nil || second == nil ? nil : !deciding
  }

  private func compare(_ sign: Expression.Comparison, _ left: Possible, _ right: Possible) -> Bool? {
    if case .exactly(let first) = left, case .exactly(let second) = right { return sign.holds(first, second) }
    let isNull = [left.isNull, right.isNull]
    switch sign {
    case .equal, .notEqual:
      // Null against what is not null; ranges that do not meet.
      var isEqual: Bool?
      if isNull.contains(true), isNull.contains(false) { isEqual = false }
      if let left = left.range, let right = right.range, !left.overlaps(right) { isEqual = false }
      return isEqual.map { $0 == (sign == .equal) }
    case .less, .lessOrEqual, .greater, .greaterOrEqual:
      if isNull.contains(true) { return false }
      guard let left = left.range, let right = right.range else { return nil }
      return sign.holds(left, right)
    }
  }

  private func isEmpty(_ value: Possible) -> Bool? {
    guard case .exactly(let value) = value else { return nil }
    switch value {
    case .list(let elements): return elements.isEmpty
    case .object(let object): return object.members.isEmpty
    case .text(let text): return text.isEmpty
    case .null, .bool, .int, .decimal, .float, .id, .day, .instant: return false
    }
  }

  private func contains(_ set: Possible, _ element: Possible) -> Bool? {
    guard case .exactly(let set) = set else { return nil }
    let elements = set.elements ?? []
    if elements.isEmpty { return false }
    guard case .exactly(let element) = element else { return nil }
    return elements.contains(element)
  }

  private func arithmetic(_ sign: Expression.Arithmetic, _ left: Possible, _ right: Possible) -> Possible {
    guard let first = left.range, let second = right.range else { return .anything }
    let corners: [(partialValue: Int64, overflow: Bool)] = [first.lowerBound, first.upperBound].flatMap { a in
      [second.lowerBound, second.upperBound].map { b in
        switch sign {
        case .add: a.addingReportingOverflow(b)
        case .subtract: a.subtractingReportingOverflow(b)
        case .multiply: a.multipliedReportingOverflow(by: b)
        case .divide, .remainder: (partialValue: 0, overflow: true)
        }
      }
    }
    guard !corners.contains(where: \.overflow), let low = corners.map(\.partialValue).min(),
      let high = corners.map(\.partialValue).max()
    else { return .anything }
    return .range(low...high)
  }

  private func choose(_ condition: Int, _ then: Int, _ otherwise: Int) -> Possible {
    switch value(at: condition).truth {
    case true?: value(at: then)
    case false?: value(at: otherwise)
    case nil: value(at: then).or(value(at: otherwise))
    }
  }

  private func fallback(_ first: Possible, _ second: Int) -> Possible {
    switch first.isNull {
    case true?: value(at: second)
    case false?: first
    case nil: value(at: second).isNull == false ? .something : .anything
    }
  }

  private func quantify(_ quantifier: Expression.Quantifier, _ set: Possible) -> Possible {
    guard isEmpty(set) == true else { return .something }
    return switch quantifier {
    case .any: .exactly(.bool(false))
    case .every: .exactly(.bool(true))
    case .count: .exactly(.int(0))
    }
  }
}

extension Expression.Comparison {
  /// As the hub compares: null equals null and is neither less nor greater than anything.
  fileprivate func holds(_ left: Value, _ right: Value) -> Bool {
    let isOrdered = !left.isNull && !right.isNull
    return switch self {
    case .equal: left == right
    case .notEqual: left != right
    case .less: isOrdered && left < right
    case .lessOrEqual: isOrdered && left <= right
    case .greater: isOrdered && left > right
    case .greaterOrEqual: isOrdered && left >= right
    }
  }

  /// The answer for all numbers of two ranges; nil when it depends on the numbers.
  fileprivate func holds(_ left: ClosedRange<Int64>, _ right: ClosedRange<Int64>) -> Bool? {
    switch self {
    case .less:
      left.upperBound < right.lowerBound ? true : left.lowerBound >= right.upperBound ? false : nil
    case .lessOrEqual:
      left.upperBound <= right.lowerBound ? true : left.lowerBound > right.upperBound ? false : nil
    case .greater:
      left.lowerBound > right.upperBound ? true : left.upperBound <= right.lowerBound ? false : nil
    case .greaterOrEqual:
      left.lowerBound >= right.upperBound ? true : left.upperBound < right.lowerBound ? false : nil
    case .equal, .notEqual: nil
    }
  }
}
