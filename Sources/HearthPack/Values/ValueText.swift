public import HearthModel

/// Reads values as people type them: in seeds, scenarios, defaults and the test client.
public enum ValueText {
  /// Reads one word or text as a value of a type; nil when it is none.
  ///
  /// Ids may be names that stand for their UUIDv5; JSON, lists and sets are written as in YAML's flow style. The limits
  /// of the type are checked.
  public static func value(_ text: String, type: FieldType) -> Value? {
    switch type {
    case .set, .json:
      guard let node = try? YAMLNode.read(text, file: "value") else { return nil }
      return try? ValueReader.value(node, type: type)
    default: return scalar(text, type: type).flatMap { type.fault(of: $0) == nil ? $0 : nil }
    }
  }

  /// Reads a literal default: like ``value(_:type:)``, but a set or JSON default is empty.
  static func literal(_ text: String, type: FieldType) -> Value? {
    switch type {
    case .set: return text == "[]" || text == "{}" ? .list([]) : nil
    case .json: return text == "{}" ? .object(ValueObject()) : nil
    default: return value(text, type: type)
    }
  }

  /// Reads a scalar without checking limits, so that a fault can say what came.
  static func scalar(_ text: String, type: FieldType) -> Value? {
    switch type {
    case .text, .choice: return .text(text)
    case .int: return text.hasPrefix("+") ? nil : Int64(text).map { .int($0) }
    case .decimal(_, let scale): return FixedDecimal(text, scale: scale).map { .decimal($0) }
    case .float: return isNumber(text) ? Double(text).map { .float($0) } : nil
    case .bool: return text == "true" ? .bool(true) : text == "false" ? .bool(false) : nil
    case .date: return Day(text).map { .day($0) }
    case .time: return Instant(text).map { .instant($0) }
    case .uuid, .reference: return RecordID(readable: text).map { .id($0) }
    case .set, .json: return nil
    }
  }

  /// Whether a text is a number as JSON writes it: `+31612345678`, `0612345678` and `0x10` are texts.
  static func isNumber(_ text: String) -> Bool {
    var rest = text.utf8[...]
    if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
    let whole = rest.takeDigits()
    guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      if rest.takeDigits().isEmpty { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest.removeFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
      if rest.takeDigits().isEmpty { return false }
    }
    return rest.isEmpty
  }
}

extension Substring.UTF8View {
  fileprivate mutating func takeDigits() -> Substring.UTF8View {
    let digits = prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    self = dropFirst(digits.count)
    return digits
  }
}

/// Reads YAML nodes as values.
package enum ValueReader {
  /// Reads a node as a value of a type, and checks its limits.
  ///
  /// - Throws: ``ValueFault`` that says what was expected and what came.
  package static func value(_ node: YAMLNode, type: FieldType) throws(ValueFault) -> Value {
    switch type {
    case .set(let element, let maximum):
      guard let elements = node.elements else { throw ValueFault(expected: type.name, found: node.kind) }
      var values = Set<Value>()
      for node in elements { values.insert(try value(node, type: element)) }
      guard values.count <= maximum else {
        throw ValueFault(expected: type.name, found: "a list of \(values.count)")
      }
      return .list(values.sorted())
    case .json:
      let value = json(node)
      if let fault = type.fault(of: value) { throw fault }
      return value
    default:
      guard let text = node.text, let value = ValueText.scalar(text, type: type) else {
        throw ValueFault(expected: type.name, found: node.kind)
      }
      if let fault = type.fault(of: value) { throw fault }
      return value
    }
  }

  /// Reads a node as JSON: plain words are null, booleans and numbers where they look like them, else text.
  package static func json(_ node: YAMLNode) -> Value {
    switch node.content {
    case .scalar(let text, isPlain: false): .text(text)
    case .scalar(let text, isPlain: true): plain(text)
    case .sequence(let elements): .list(elements.map { json($0) })
    case .mapping(let pairs): .object(ValueObject(pairs.map { (key: $0.key, value: json($0.value)) }))
    }
  }

  private static func plain(_ text: String) -> Value {
    switch text {
    case "", "null", "~": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      guard ValueText.isNumber(text) else { return .text(text) }
      if let number = Int64(text) { return .int(number) }
      // A whole number beyond 64 bits stays the text it is: as a float it would lose digits without a word.
      guard text.contains(where: { ".eE".contains($0) }), let number = Double(text), number.isFinite else {
        return .text(text)
      }
      return .float(number)
    }
  }
}
