import Foundation

/// A JSON document as a tree; numbers keep their text, so that 1 and 1.0 differ, and objects keep their order of keys.
indirect enum JSON: Equatable {
  case null
  case bool(Bool)
  case number(String)
  case string(String)
  case array([JSON])
  case object([(key: String, value: JSON)])

  static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }

  subscript(key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  subscript(position: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(position) else { return nil }
    return elements[position]
  }

  var string: String? { if case .string(let text) = self { text } else { nil } }
  var number: Double? { if case .number(let text) = self { Double(text) } else { nil } }
  var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
  var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }
  var members: [(key: String, value: JSON)]? { if case .object(let members) = self { members } else { nil } }

  /// Its type in the words of JSON Schema.
  var type: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .number(let text): text.contains(where: { ".eE".contains($0) }) ? "number" : "integer"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}

// MARK: - Reading

extension JSON {
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  init(_ text: String) throws {
    var reader = JSONTextReader(text)
    self = try reader.document()
  }
}

/// Reads RFC 8259 and nothing more, since `JSONSerialization` forgets the order of keys.
private struct JSONTextReader {
  private let scalars: [Unicode.Scalar]
  private var position = 0

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
  }

  mutating func document() throws -> JSON {
    let value = try value()
    skipSpace()
    guard position == scalars.count else { throw fault("more text behind the document") }
    return value
  }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private func fault(_ what: String) -> JSON.Fault { JSON.Fault(description: "JSON, scalar \(position): \(what)") }

  private mutating func skipSpace() {
    while let scalar = current, " \t\r\n".unicodeScalars.contains(scalar) { position += 1 }
  }

  private mutating func take(_ scalar: Unicode.Scalar) throws {
    guard current == scalar else { throw fault("expected `\(scalar)`") }
    position += 1
  }

  private mutating func value() throws -> JSON {
    skipSpace()
    switch current {
    case "{": return try object()
    case "[": return try array()
    case "\"": return .string(try string())
    default: return try word()
    }
  }

  private mutating func word() throws -> JSON {
    let start = position
    while let scalar = current, !" \t\r\n,]}".unicodeScalars.contains(scalar) { position += 1 }
    let text = String(String.UnicodeScalarView(scalars[start..<position]))
    switch text {
    case "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      guard text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil else {
        throw fault("`\(text)` is no value")
      }
      return .number(text)
    }
  }

  private mutating func object() throws -> JSON {
    try take("{")
    var members = [(key: String, value: JSON)]()
    skipSpace()
    while current != "}" {
      if !members.isEmpty { try take(",") }
      skipSpace()
      let key = try string()
      guard !members.contains(where: { $0.key == key }) else { throw fault("`\(key)` stands twice") }
      skipSpace()
      try take(":")
      members.append((key, try value()))
      skipSpace()
    }
    try take("}")
    return .object(members)
  }

  private mutating func array() throws -> JSON {
    try take("[")
    var elements = [JSON]()
    skipSpace()
    while current != "]" {
      if !elements.isEmpty { try take(",") }
      elements.append(try value())
      skipSpace()
    }
    try take("]")
    return .array(elements)
  }

  private mutating func string() throws -> String {
    let start = position
    try take("\"")
    while let scalar = current, scalar != "\"" { position += scalar == "\\" ? 2 : 1 }
    try take("\"")
    let text = String(String.UnicodeScalarView(scalars[start..<position]))
    return try JSONDecoder().decode(String.self, from: Data(text.utf8))
  }
}

// MARK: - Schemas

/// Checks documents against the part of JSON Schema 2020-12 that `docs/reference/schemas` uses.
///
/// A keyword that is not checked here is a mistake of the schema, so that none stands there for nothing.
struct JSONSchema {
  private let folder: URL
  private let file: String
  private let root: JSON
  private let schema: JSON

  private static let annotations: Set<String> = [
    "$schema", "$id", "$defs", "$comment", "title", "description", "examples",
  ]
  private static let keywords: Set<String> = [
    "$ref", "type", "const", "enum", "properties", "required", "additionalProperties", "items", "minItems", "minimum",
    "maximum", "pattern", "oneOf",
  ]

  /// - Parameter reference: `file.schema.json`, or `file.schema.json#/$defs/name`.
  init(_ reference: String, in folder: URL) throws {
    let parts = reference.split(separator: "#", maxSplits: 1).map(String.init)
    let root = try JSON(String(contentsOf: folder.appending(path: parts[0]), encoding: .utf8))
    self.init(
      folder: folder, file: parts[0], root: root, schema: try Self.find(parts.count > 1 ? parts[1] : "", in: root))
  }

  private init(folder: URL, file: String, root: JSON, schema: JSON) {
    self.folder = folder
    self.file = file
    self.root = root
    self.schema = schema
  }

  private static func find(_ pointer: String, in root: JSON) throws -> JSON {
    var schema = root
    for part in pointer.split(separator: "/") {
      guard let next = schema[String(part)] else { throw JSON.Fault(description: "there is no `\(pointer)`") }
      schema = next
    }
    return schema
  }

  private func with(_ schema: JSON) -> JSONSchema {
    JSONSchema(folder: folder, file: file, root: root, schema: schema)
  }

  /// What is wrong with a document, place by place; empty when nothing is.
  func faults(of document: JSON, at place: String = "$") throws -> [String] {
    guard let members = schema.members else {
      return schema.bool == true ? [] : ["\(place): nothing may stand here"]
    }
    var faults = [String]()
    for (keyword, rule) in members where !Self.annotations.contains(keyword) {
      faults += try check(keyword, rule, document, place)
    }
    return faults
  }

  private func check(_ keyword: String, _ rule: JSON, _ document: JSON, _ place: String) throws -> [String] {
    switch keyword {
    case "$ref": return try follow(rule.string ?? "").faults(of: document, at: place)
    case "type": return checkType(rule, document, place)
    case "const": return document == rule ? [] : ["\(place): expected \(rule)"]
    case "enum": return rule.elements?.contains(document) == true ? [] : ["\(place): \(document) is none of \(rule)"]
    case "properties": return try checkProperties(rule, document, place)
    case "required": return checkRequired(rule, document, place)
    case "additionalProperties": return try checkAdditional(rule, document, place)
    case "items":
      return try (document.elements ?? []).enumerated().flatMap { try with(rule).faults(of: $1, at: "\(place)[\($0)]") }
    case "minItems":
      return (document.elements?.count).map { Double($0) >= rule.number! } ?? true ? [] : ["\(place): too few"]
    case "minimum": return document.number.map { $0 >= rule.number! } ?? true ? [] : ["\(place): below \(rule)"]
    case "maximum": return document.number.map { $0 <= rule.number! } ?? true ? [] : ["\(place): above \(rule)"]
    case "pattern":
      guard let text = document.string else { return [] }
      return try Regex(rule.string!).firstMatch(in: text) == nil ? ["\(place): `\(text)` does not match \(rule)"] : []
    case "oneOf":
      let matching = try (rule.elements ?? []).count { try with($0).faults(of: document, at: place).isEmpty }
      return matching == 1 ? [] : ["\(place): fits \(matching) of the forms of oneOf: \(document)"]
    default: throw JSON.Fault(description: "\(file): `\(keyword)` is not checked by this test")
    }
  }

  private func follow(_ reference: String) throws -> JSONSchema {
    reference.hasPrefix("#")
      ? with(try Self.find(String(reference.dropFirst()), in: root)) : try JSONSchema(reference, in: folder)
  }

  private func checkType(_ rule: JSON, _ document: JSON, _ place: String) -> [String] {
    let allowed = rule.elements?.compactMap(\.string) ?? [rule.string ?? ""]
    let fits = allowed.contains(document.type) || (document.type == "integer" && allowed.contains("number"))
    return fits ? [] : ["\(place): is \(document.type), expected \(allowed.joined(separator: " or "))"]
  }

  private func checkProperties(_ rule: JSON, _ document: JSON, _ place: String) throws -> [String] {
    try (document.members ?? []).flatMap { key, value in
      try rule[key].map { try with($0).faults(of: value, at: "\(place).\(key)") } ?? []
    }
  }

  private func checkRequired(_ rule: JSON, _ document: JSON, _ place: String) -> [String] {
    guard let members = document.members else { return [] }
    return (rule.elements ?? []).compactMap(\.string).filter { key in !members.contains { $0.key == key } }
      .map { "\(place): `\($0)` is missing" }
  }

  private func checkAdditional(_ rule: JSON, _ document: JSON, _ place: String) throws -> [String] {
    let known = Set((schema["properties"]?.members ?? []).map(\.key))
    return try (document.members ?? []).filter { !known.contains($0.key) }.flatMap { key, value in
      try with(rule).faults(of: value, at: "\(place).\(key)")
    }
  }

  // MARK: The schema itself

  /// What this checker could not check in a schema, place by place, whether or not a document comes by there.
  func unchecked() -> [String] { unchecked(schema, "#") }

  private func unchecked(_ schema: JSON, _ place: String) -> [String] {
    (schema.members ?? []).flatMap { keyword, rule -> [String] in
      switch keyword {
      case "properties", "$defs": (rule.members ?? []).flatMap { unchecked($0.value, "\(place)/\(keyword)/\($0.key)") }
      case "items", "additionalProperties": unchecked(rule, "\(place)/\(keyword)")
      case "oneOf": (rule.elements ?? []).flatMap { unchecked($0, "\(place)/oneOf") }
      default:
        Self.keywords.contains(keyword) || Self.annotations.contains(keyword) ? [] : ["\(file)\(place): `\(keyword)`"]
      }
    }
  }
}
