extension Value: CustomStringConvertible {
  /// The value as people read it: text, ids, dates and times bare, objects and lists as JSON.
  public var description: String {
    switch self {
    case .text(let text): text
    case .id(let id): id.description
    case .day(let day): day.description
    case .instant(let instant): instant.description
    case .null, .bool, .int, .decimal, .float, .list, .object: json
    }
  }

  /// The value as JSON text with keys in ascending order; ids, days and moments become strings.
  public var json: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .int(let value): String(value)
    case .decimal(let value): value.description
    case .float(let value): value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value)).0" : String(value)
    case .text(let value): value.jsonQuoted
    case .id(let value): "\"\(value)\""
    case .day(let value): "\"\(value)\""
    case .instant(let value): "\"\(value)\""
    case .list(let values): "[" + values.map(\.json).joined(separator: ",") + "]"
    case .object(let object):
      "{" + object.members.map { "\($0.key.jsonQuoted):\($0.value.json)" }.joined(separator: ",") + "}"
    }
  }
}

extension FixedDecimal: CustomStringConvertible {
  /// The number with exactly `scale` digits behind the point.
  public var description: String {
    let digits = String(units.magnitude)
    let padded = String(repeating: "0", count: max(0, Int(scale) + 1 - digits.count)) + digits
    let sign = units < 0 ? "-" : ""
    guard scale > 0 else { return sign + padded }
    return sign + padded.dropLast(Int(scale)) + "." + padded.suffix(Int(scale))
  }

  /// Reads `-12.50` with at most `scale` digits behind the point; nil for anything else or when 64 bits do not hold it.
  public init?(_ text: String, scale: UInt8) {
    let isNegative = text.hasPrefix("-")
    let halves = text.dropFirst(isNegative ? 1 : 0).split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(halves.count), !halves[0].isEmpty else { return nil }
    let fraction = halves.count == 2 ? String(halves[1]) : ""
    guard halves.count == 1 || !fraction.isEmpty, fraction.utf8.count <= Int(scale) else { return nil }
    let digits = halves[0] + fraction + String(repeating: "0", count: Int(scale) - fraction.utf8.count)
    guard digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
      let units = Int64((isNegative ? "-" : "") + digits)
    else { return nil }
    self.init(units: units, scale: scale)
  }
}

extension String {
  /// The text as a JSON string literal with its quotes.
  package var jsonQuoted: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..."\u{1f}", "\u{7f}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension String {
  /// How many Unicode scalars it has; nil when U+0000 is among them. One pass over its bytes, of which those that
  /// continue a scalar are not counted.
  var scalarCount: Int? {
    var (text, count) = (self, 0)
    let hasNull = text.withUTF8 { bytes in
      var hasNull = false
      for byte in bytes {
        if byte & 0xc0 != 0x80 { count += 1 }
        if byte == 0 { hasNull = true }
      }
      return hasNull
    }
    return hasNull ? nil : count
  }
}
