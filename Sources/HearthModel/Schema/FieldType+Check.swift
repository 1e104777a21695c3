/// A value that does not fit its field: what was expected and what came, without the value itself.
public struct ValueFault: Error, Hashable, Sendable {
  /// What would have been right, as `int(0..1000)`.
  public let expected: String
  /// What came, as `text of 250 characters`.
  public let found: String

  /// Makes a fault.
  public init(expected: String, found: String) {
    self.expected = expected
    self.found = found
  }
}

extension FieldType {
  /// Checks a value; nil when it fits. Null never fits here: whether a field may be null is the field's.
  ///
  /// For a set the value is one element, as edits carry it. Cost: linear in the value's size.
  public func fault(of value: Value) -> ValueFault? {
    if case (.json(let shape?), .object(let object)) = (self, value), let fault = shape.fault(of: object, at: []) {
      return fault
    }
    return fits(value) ? nil : ValueFault(expected: name, found: value.summary)
  }

  /// Checks a leaf of a JSON object: types that JSON does not have are written as text there.
  fileprivate func fault(ofLeaf value: Value) -> ValueFault? {
    guard case .text(let text) = value else {
      if case (.set(let element, let maximum), .list(let values)) = (self, value), values.count <= maximum {
        return values.lazy.compactMap { element.fault(ofLeaf: $0) }.first
      }
      return fault(of: value)
    }
    return self.value(ofLeaf: text).map { fault(of: $0) } ?? ValueFault(expected: name, found: value.summary)
  }

  private func fits(_ value: Value) -> Bool {
    switch (self, value) {
    case (.text(let form, let length), .text(let text)):
      text.scalarCount.map { length.contains($0) } ?? false && form.fits(text)
    case (.int(let range), .int(let number)): range.contains(number)
    case (.decimal(let precision, let scale), .decimal(let number)):
      number.scale == scale && number.units.magnitude < UInt64(powerOfTen: precision)
    case (.float, .float(let number)): number.isFinite
    case (.bool, .bool), (.uuid, .id), (.reference, .id): true
    case (.date, .day(let day)): day.isValid
    case (.time, .instant(let instant)): instant.isValid
    case (.choice(let names), .text(let text)): names.contains { $0.isSameUTF8(as: text) }
    case (.set(let element, _), let value): element.fits(value)
    case (.json, .object(let object)):
      value.depth <= Self.jsonDepthMax && value.json.utf8.count <= Self.jsonBytesMax
        && Document.leaves(of: value, at: []).count <= Self.jsonLeavesMax && object.isJSON
    default: false
    }
  }
}

extension FieldType.Shape {
  /// Checks an object that stands at a path; nil when it fits.
  public func fault(of object: ValueObject, at path: Document.Path) -> ValueFault? {
    for member in object.members {
      if let fault = fault(of: member.value, at: path, key: member.key) { return fault }
    }
    return nil
  }

  /// Checks a value that is written at a path below this shape's root; nil when it fits.
  public func fault(of value: Value, writtenAt path: Document.Path) -> ValueFault? {
    guard let key = path.last else {
      guard case .object(let object) = value else { return ValueFault(expected: "an object", found: value.summary) }
      return fault(of: object, at: [])
    }
    var shape = self
    for (position, step) in path.dropLast().enumerated() {
      guard case .object(let inner)? = shape[step] else { return Self.unknownKey(Array(path[...position])) }
      shape = inner
    }
    return shape.fault(of: value, at: Array(path.dropLast()), key: key)
  }

  private func fault(of value: Value, at path: Document.Path, key: String) -> ValueFault? {
    switch (self[key], value) {
    case (nil, _): Self.unknownKey(path + [key])
    case (.leaf(let type, _)?, let value):
      value.isNull
        ? nil
        : type.fault(ofLeaf: value).map { fault in
          ValueFault(expected: "\(fault.expected) at \(dotted(path + [key]))", found: fault.found)
        }
    case (.object(let shape)?, .object(let object)): shape.fault(of: object, at: path + [key])
    case (.object?, let value): ValueFault(expected: "an object at \(dotted(path + [key]))", found: value.summary)
    }
  }

  private static func unknownKey(_ path: Document.Path) -> ValueFault {
    ValueFault(expected: "a key of the shape", found: "the key \(dotted(path))")
  }
}

private func dotted(_ path: Document.Path) -> String { "`\(path.joined(separator: "."))`" }

extension FieldType.TextForm {
  fileprivate func fits(_ text: String) -> Bool {
    switch self {
    case .plain: true
    case .email: isEmail(text)
    case .url: isURL(text)
    case .color: text.utf8.count == 7 && text.utf8.first == UInt8(ascii: "#") && text.dropFirst().allSatisfy(\.isHex)
    case .zone: text == "UTC" || isZone(text)
    case .locale: isLocale(text)
    case .rrule: isRecurrence(text)
    case .slug: !text.isEmpty && text.utf8.allSatisfy { $0.isLower || $0.isDigit || $0 == UInt8(ascii: "_") }
    case .base32:
      !text.isEmpty && text.utf8.allSatisfy { $0.isUpper || (50...55).contains($0) || $0 == UInt8(ascii: "=") }
    case .ip: NetworkAddress(text) != nil
    case .pattern(let pattern): pattern.matches(text)
    }
  }

  private func isEmail(_ text: String) -> Bool {
    let halves = text.split(separator: "@", omittingEmptySubsequences: false)
    guard halves.count == 2, !halves[0].isEmpty, !text.contains(where: \.isWhitespace) else { return false }
    let labels = halves[1].split(separator: ".", omittingEmptySubsequences: false)
    return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty }
  }

  private func isURL(_ text: String) -> Bool {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let first = parts[0].utf8.first, first.isLower || first.isUpper else { return false }
    return parts[1].hasPrefix("//") && parts[1].utf8.count > 2 && !text.contains(where: \.isWhitespace)
  }

  private func isZone(_ text: String) -> Bool {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return (2...3).contains(parts.count)
      && parts.allSatisfy { part in
        !part.isEmpty
          && part.utf8.allSatisfy {
            $0.isLower || $0.isUpper || $0.isDigit || "_+-".utf8.contains($0)
          }
      }
  }

  private func isLocale(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard let language = parts.first, (2...3).contains(language.utf8.count), language.utf8.allSatisfy(\.isLower) else {
      return false
    }
    return parts.dropFirst().allSatisfy { part in
      (2...8).contains(part.utf8.count) && part.utf8.allSatisfy { $0.isLower || $0.isUpper || $0.isDigit }
    }
  }

  private func isRecurrence(_ text: String) -> Bool {
    let frequencies = ["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
    var names = Set<Substring>()
    for part in text.split(separator: ";", omittingEmptySubsequences: false) {
      let halves = part.split(separator: "=", omittingEmptySubsequences: false)
      guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty, names.insert(halves[0]).inserted,
        halves[0].utf8.allSatisfy(\.isUpper),
        halves[1].utf8.allSatisfy({ $0.isUpper || $0.isDigit || ",+-".utf8.contains($0) })
      else { return false }
      if halves[0] == "FREQ", !frequencies.contains(String(halves[1])) { return false }
    }
    return names.contains("FREQ")
  }
}

extension Character {
  fileprivate var isHex: Bool { isASCII && isHexDigit }
}

extension UInt8 {
  fileprivate var isLower: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
  fileprivate var isUpper: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension UInt64 {
  /// 10 to the power of an exponent of at most 19; larger exponents give the largest number.
  init(powerOfTen exponent: Int) {
    self = (0..<Swift.min(exponent, 19)).reduce(1) { power, _ in power * 10 }
  }
}

extension ValueObject {
  /// Whether it holds only what JSON can say, without U+0000 in keys or text and without infinite numbers.
  fileprivate var isJSON: Bool {
    members.allSatisfy { !$0.key.utf8.contains(0) && $0.value.isJSON }
  }
}

extension Value {
  fileprivate var isJSON: Bool {
    switch self {
    case .null, .bool, .int: true
    case .float(let number): number.isFinite
    case .text(let text): !text.utf8.contains(0)
    case .list(let values): values.allSatisfy(\.isJSON)
    case .object(let object): object.isJSON
    case .decimal, .id, .day, .instant: false
    }
  }

  /// What kind of value this is and how large, without what a text says; for messages to its author.
  public var summary: String {
    switch self {
    case .null: "null"
    case .bool: "a bool"
    case .int(let number): "the integer \(number)"
    case .decimal(let number): "the decimal \(number)"
    case .float(let number): "the float \(number)"
    case .text(let text):
      text.utf8.contains(0) ? "text with U+0000" : "text of \(text.unicodeScalars.count) characters"
    case .id: "a uuid"
    case .day: "a date"
    case .instant: "a time"
    case .list(let values): "a list of \(values.count)"
    case .object(let object): "an object with \(object.members.count) keys"
    }
  }
}
