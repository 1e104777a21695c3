public import HearthModel

/// Reads schema packs (docs/reference/pack-language.md) and checks that everything in them points to something.
public enum PackLoader {
  /// Reads the text of a `schema.yaml`.
  ///
  /// - Parameters:
  ///   - text: the file's text.
  ///   - file: its name, for messages.
  /// - Throws: ``Diagnostics`` with all mistakes that one run can see.
  public static func load(_ text: String, file: String) throws(Diagnostics) -> Pack {
    let root = try YAMLNode.read(text, file: file)
    var reader = PackReader(file: file)
    let pack = reader.read(root)
    try reader.collector.throwIfAny()
    guard let pack else { preconditionFailure("a pack without mistakes was not made: \(file)") }
    return pack
  }
}

/// Reads one pack: names first, so that collections may refer to each other in any order, then their contents.
struct PackReader {
  var collector: DiagnosticCollector
  var types: [String: YAMLNode] = [:]
  var traits: [String: YAMLNode] = [:]
  var collectionNumbers: [String: CollectionNumber] = [:]
  /// Types under resolution, to find types that are made of themselves.
  var typesInProgress: [String] = []

  init(file: String) {
    collector = DiagnosticCollector(file: file)
  }

  static let keys = [
    "pack", "version", "language", "household", "members", "zone", "roles", "traits", "types", "collections",
  ]
  static let requiredKeys = keys.filter { $0 != "traits" && $0 != "types" }

  mutating func read(_ root: YAMLNode) -> Pack? {
    guard let pairs = mapping(root, "a pack: `pack: name`, `version: 1`, ...") else { return nil }
    checkKeys(of: pairs, known: Self.keys, required: Self.requiredKeys, what: "a pack", at: root.mark)
    let name = root["pack"].flatMap { readName($0, what: "the pack's name") }
    let version = root["version"].flatMap { readInt($0, 1...1_000_000, what: "the version of the shape") }
    if let node = root["language"] { _ = readInt(node, 1...1, what: "the version of the pack language") }
    let roles = root["roles"].flatMap { readRoles($0) }
    readNames(root)
    let collections = (root["collections"]?.pairs ?? []).compactMap { readCollection($0, roleNames: roles?.all ?? []) }
    guard let name, let version, let roles, !collections.isEmpty,
      collections.count == collectionNumbers.count
    else { return nil }
    return assemble(root, name: name, version: version, roles: roles, collections: collections)
  }

  private mutating func readNames(_ root: YAMLNode) {
    for pair in root["types"].flatMap({ mapping($0, "named types") }) ?? [] {
      if Names.isTypeName(pair.key) {
        types[pair.key] = pair.value
      } else {
        report("P103", pair.keyMark, "`\(pair.key)` is no name of a type: a capital letter, then letters and digits.")
      }
    }
    for pair in root["traits"].flatMap({ mapping($0, "traits") }) ?? [] {
      if checkName(pair) { traits[pair.key] = pair.value }
    }
    for pair in root["collections"].flatMap({ mapping($0, "collections") }) ?? [] where checkName(pair) {
      collectionNumbers[pair.key] = CollectionNumber(rawValue: UInt16(collectionNumbers.count + 1))
    }
  }

  private mutating func assemble(
    _ root: YAMLNode, name: String, version: Int, roles: RolesReading, collections: [CollectionSchema]
  ) -> Pack? {
    let household = root["household"].flatMap { readCollectionName($0) }.map { collections[$0.index] }
    let members = root["members"].flatMap { readCollectionName($0) }.map { collections[$0.index] }
    guard let household, let members else { return nil }
    let zone = root["zone"].flatMap { readZone($0, household) }
    let role = readRoleField(roles, members, root["roles"]?.mark ?? root.mark)
    guard let zone, let role else { return nil }
    return Pack(
      name: name, version: version, collections: collections, householdCollection: household.number,
      memberCollection: members.number, zoneField: zone, roleField: role, roles: roles.roles)
  }

  private mutating func readZone(_ node: YAMLNode, _ household: CollectionSchema) -> FieldNumber? {
    let parts = (node.text ?? "").split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "household" else {
      report("P405", node.mark, "expected `household.<field>` with the field of the time zone, found \(node.kind).")
      return nil
    }
    guard let field = household.field(named: String(parts[1])) else {
      let hint = suggestion(for: String(parts[1]), among: household.fields.map(\.name))
      report("P104", node.mark, "`\(parts[1])` is no field of `\(household.name)`.\(hint)")
      return nil
    }
    guard case .text(.zone, _) = field.type else {
      report("P405", node.mark, "`\(field.name)` holds no time zone: its type is `\(field.type.name)`, expected `zone`.")
      return nil
    }
    return field.number
  }
}

// MARK: - Shared steps

extension PackReader {
  mutating func report(_ code: String, _ mark: Mark, _ message: String) {
    collector.report(code, at: mark, message)
  }

  mutating func mapping(_ node: YAMLNode, _ what: String) -> [YAMLNode.Pair]? {
    if let pairs = node.pairs { return pairs }
    report("P005", node.mark, "expected \(what), found \(node.kind).")
    return nil
  }

  mutating func list(_ node: YAMLNode, _ what: String) -> [YAMLNode]? {
    if let elements = node.elements { return elements }
    report("P005", node.mark, "expected a list of \(what), found \(node.kind).")
    return nil
  }

  mutating func checkKeys(
    of pairs: [YAMLNode.Pair], known: [String], required: [String] = [], what: String, at mark: Mark
  ) {
    for pair in pairs where !known.contains(pair.key) {
      report("P101", pair.keyMark, "`\(pair.key)` is no key of \(what).\(suggestion(for: pair.key, among: known))")
    }
    for key in required where !pairs.contains(where: { $0.key == key }) {
      report("P102", mark, "\(what) needs the key `\(key)`.")
    }
  }

  mutating func checkName(_ pair: YAMLNode.Pair) -> Bool {
    if Names.isName(pair.key) { return true }
    report("P103", pair.keyMark, "`\(pair.key)` is no name: \(Names.rule)")
    return false
  }

  mutating func readName(_ node: YAMLNode, what: String) -> String? {
    guard let text = node.text, Names.isName(text) else {
      report("P103", node.mark, "expected \(what), found \(node.kind). A name is \(Names.rule)")
      return nil
    }
    return text
  }

  mutating func readNames(_ node: YAMLNode, what: String) -> [(name: String, mark: Mark)] {
    var names = [(name: String, mark: Mark)]()
    for element in list(node, what) ?? [] {
      guard let name = readName(element, what: "a name") else { continue }
      if names.contains(where: { $0.name == name }) {
        report("P105", element.mark, "`\(name)` stands twice in the list.")
      } else {
        names.append((name, element.mark))
      }
    }
    return names
  }

  mutating func readInt(_ node: YAMLNode, _ range: ClosedRange<Int>, what: String) -> Int? {
    guard let text = node.text, let number = Int(text), range.contains(number) else {
      let expected =
        range.count == 1 ? "\(range.lowerBound)" : "a whole number from \(range.lowerBound) to \(range.upperBound)"
      report("P005", node.mark, "expected \(what), \(expected), found \(node.kind).")
      return nil
    }
    return number
  }

  mutating func readBool(_ node: YAMLNode, what: String) -> Bool {
    switch node.text {
    case "true": return true
    case "false": return false
    default:
      report("P005", node.mark, "expected `true` or `false` for `\(what)`, found \(node.kind).")
      return false
    }
  }

  mutating func readCollectionName(_ node: YAMLNode) -> CollectionNumber? {
    guard let text = node.text else {
      report("P005", node.mark, "expected the name of a collection, found \(node.kind).")
      return nil
    }
    return collection(named: text, at: node.mark)
  }

  mutating func collection(named name: String, at mark: Mark) -> CollectionNumber? {
    if let number = collectionNumbers[name] { return number }
    report(
      "P104", mark, "`\(name)` is no collection of this pack.\(suggestion(for: name, among: collectionNumbers.keys))")
    return nil
  }
}

/// What counts as a name.
enum Names {
  static let rule = "a small letter, then small letters, digits and `_`, at most 48, and it does not begin with `hearth`."

  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else { return false }
    return text.utf8.count <= 48 && !text.hasPrefix("hearth") && text.utf8.allSatisfy(isPart)
  }

  static func isTypeName(_ text: String) -> Bool {
    guard let first = text.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first) else { return false }
    return text.utf8.count <= 48
      && text.utf8.allSatisfy { isPart($0 | 0x20) && $0 != UInt8(ascii: "_") }
  }

  /// Enum values may also contain `-`.
  static func isEnumValue(_ text: String) -> Bool {
    isName(text.replacing("-", with: "_"))
  }

  private static func isPart(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: false
    }
  }
}
