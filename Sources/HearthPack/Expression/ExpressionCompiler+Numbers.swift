internal import HearthModel

extension ExpressionCompiler {
  mutating func arithmetic(
    _ sign: Expression.Arithmetic, _ left: ExpressionSyntax, _ right: ExpressionSyntax, as expected: ExpressionType?,
    at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    let isProduct = sign == .multiply || sign == .divide || sign == .remainder
    let side = expected.flatMap { $0.isNumber && !isProduct ? $0 : nil }
    var (first, second) = try operands(left, right, isProduct: isProduct, as: side)
    for operand in [first, second] {
      guard operand.type.isNumber else { throw misfit(operand, expected: "a number at `\(sign.rawValue)`") }
      try requireValue(operand)
    }
    // The evaluator takes a decimal times an int in this order only.
    if case (.multiply, .int, .decimal) = (sign, first.type, second.type) { (first, second) = (second, first) }
    let type = try result(of: sign, first, second, at: mark)
    let node = try emit(.arithmetic(sign, first.node, second.node), of: [first.node, second.node], at: mark)
    return Operand(node: node, type: type, mark: mark)
  }

  /// Both sides; of a sum, a literal gets the type of the other.
  private mutating func operands(
    _ left: ExpressionSyntax, _ right: ExpressionSyntax, isProduct: Bool, as expected: ExpressionType?
  ) throws(ExpressionFault) -> (Operand, Operand) {
    if !isProduct { return try pair(left, knowing: [], right, knowing: [], as: expected) }
    let first = try compile(left)
    return (first, try compile(right))
  }

  private func result(
    of sign: Expression.Arithmetic, _ first: Operand, _ second: Operand, at mark: Mark
  ) throws(ExpressionFault) -> ExpressionType {
    switch (first.type, second.type) {
    case (.int(let left), .int(let right)):
      if sign == .divide || sign == .remainder, right.contains(0) { throw zero(second, at: mark) }
      guard let range = left.result(sign, right) else { throw overflow(first, second, at: mark) }
      return .int(range)
    case (.decimal(let scale, let left), .decimal(let other, let right))
    where scale == other && (sign == .add || sign == .subtract):
      guard let range = left.result(sign, right) else { throw overflow(first, second, at: mark) }
      return .decimal(scale: scale, range)
    case (.decimal(let scale, let left), .int(let right)) where sign == .multiply:
      guard let range = left.result(sign, right) else { throw overflow(first, second, at: mark) }
      return .decimal(scale: scale, range)
    default:
      guard sign != .add, sign != .subtract else { throw mismatch(first, second) }
      let wrong = if case .int = first.type { second } else { first }
      throw misfit(sign == .multiply ? second : wrong, expected: "int at `\(sign.rawValue)`")
    }
  }

  private func zero(_ operand: Operand, at mark: Mark) -> ExpressionFault {
    let text = operand.text ?? "x"
    return ExpressionFault(
      "P505", operand.mark, "\(describe(operand)) could be 0, and nothing divides by 0. Write `max(\(text), 1)`.")
  }

  private func overflow(_ first: Operand, _ second: Operand, at mark: Mark) -> ExpressionFault {
    let wide = first.type.isUnbounded ? first : second
    return ExpressionFault(
      "P505", mark, "the result could leave 64 bits. Give \(describe(wide)) a range, as `int(0..1000)`.")
  }
}

extension ExpressionType {
  fileprivate var isUnbounded: Bool {
    switch self {
    case .int(let range), .decimal(_, let range): range.lowerBound < -(1 << 62) || range.upperBound > 1 << 62
    default: false
    }
  }
}

extension ClosedRange<Int64> {
  /// The range of a result; nil when it leaves 64 bits.
  fileprivate func result(_ sign: Expression.Arithmetic, _ other: ClosedRange<Int64>) -> ClosedRange<Int64>? {
    switch sign {
    case .add:
      let low = lowerBound.addingReportingOverflow(other.lowerBound)
      let high = upperBound.addingReportingOverflow(other.upperBound)
      return low.overflow || high.overflow ? nil : low.partialValue...high.partialValue
    case .subtract:
      let low = lowerBound.subtractingReportingOverflow(other.upperBound)
      let high = upperBound.subtractingReportingOverflow(other.lowerBound)
      return low.overflow || high.overflow ? nil : low.partialValue...high.partialValue
    case .multiply: return corners(other) { $0.multipliedReportingOverflow(by: $1) }
    case .divide:
      // The divisor's range has no 0, so that the quotient is largest and smallest at the corners.
      return corners(other) { $0.dividedReportingOverflow(by: $1) }
    case .remainder:
      let bound = Swift.max(other.lowerBound.magnitude, other.upperBound.magnitude) - 1
      let limit = Int64(clamping: bound)
      return (lowerBound < 0 ? -limit : 0)...(upperBound > 0 ? limit : 0)
    }
  }

  private func corners(
    _ other: ClosedRange<Int64>, _ result: (Int64, Int64) -> (partialValue: Int64, overflow: Bool)
  ) -> ClosedRange<Int64>? {
    var found: ClosedRange<Int64>?
    for left in [lowerBound, upperBound] {
      for right in [other.lowerBound, other.upperBound] {
        let (value, overflow) = result(left, right)
        if overflow { return nil }
        found = found?.hull(value...value) ?? value...value
      }
    }
    return found
  }
}
