internal import HearthModel
package import HearthPack

/// Shifts of a clock as people write them.
package enum ClockShift {
  /// Reads `+62m`, `-3d`, `+1h30m`, `90s`, `250ms` or `0`; nil for anything else.
  package static func milliseconds(_ text: String) -> Int64? {
    let isNegative = text.hasPrefix("-")
    var rest = Substring(text.hasPrefix("+") || isNegative ? text.dropFirst() : text[...])
    if rest == "0" { return 0 }
    var total: Int64 = 0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Int64(digits), let factor = factors[String(unit)] else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: factor)
      let (sum, overflows) = total.addingReportingOverflow(product)
      guard !overflow, !overflows else { return nil }
      total = sum
    }
    return isNegative ? -total : total
  }

  private static let factors: [String: Int64] = [
    "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "y": 31_557_600_000,
  ]
}

extension YAMLNode {
  /// The node as flow YAML on one line.
  package var oneLine: String {
    switch content {
    case .scalar(let text, isPlain: true): text
    case .scalar(let text, isPlain: false): text.jsonQuoted
    case .sequence(let elements): "[" + elements.map(\.oneLine).joined(separator: ", ") + "]"
    case .mapping(let pairs): "{ " + pairs.map { "\($0.key): \($0.value.oneLine)" }.joined(separator: ", ") + " }"
    }
  }
}
