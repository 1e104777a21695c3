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
    if pack == nil, reader.collector.list.isEmpty {
      // No file is known that comes here; a hub that is asked to load one answers, it does not stop.
      reader.report("P009", root.mark, "the loader refuses this pack and cannot say why. Please report the file.")
    }
    try reader.collector.throwIfAny()
    return pack!
  }

  /// Compiles one condition over the records of a collection, as tests and tools write it.
  ///
  /// - Parameters:
  ///   - text: the expression; it may use all names but those of `who`.
  ///   - collection: the collection of the record at hand.
  /// - Throws: ``Diagnostics`` with what is wrong, in the file `expression`.
  package static func expression(
    _ text: String, in collection: CollectionNumber, of pack: Pack
  ) throws(Diagnostics) -> Expression {
    try expression(text, in: collection, of: pack, scope: .anywhere)
  }

  static func expression(
    _ text: String, in collection: CollectionNumber, of pack: Pack, scope: ExpressionScope
  ) throws(Diagnostics) -> Expression {
    var compiler = ExpressionCompiler(PackNames(pack), in: pack.collection(collection), scope: scope)
    let source = ExpressionSource(text, at: ScalarPlaces(of: text))
    do {
      return try compiler.expression(try ExpressionParser.parse(source), text: text)
    } catch {
      var reader = PackReader(file: "expression")
      reader.report(error)
      throw Diagnostics(reader.collector.list)
    }
  }
}

/// Reads one pack: names first, so that collections may refer to each other in any order, then their contents.
struct PackReader: NodeReader {
  var collector: DiagnosticCollector
  var types: [String: YAMLNode] = [:]
  var traits: [String: YAMLNode] = [:]
  var collectionNumbers: [String: CollectionNumber] = [:]
  var collectionNames: [String] = []
  /// The collections whose records come from the catalogue.
  var sharedCollections: Set<CollectionNumber> = []
  /// The collection of the household's own record; nil when the pack does not name one.
  var household: CollectionNumber?
  /// The collection of the members; nil when the pack does not name one.
  var members: CollectionNumber?
  /// Types under resolution, to find types that are made of themselves.
  var typesInProgress: [String] = []
  /// Keys of shapes read so far, each as often as it is used.
  var shapeKeyCount = 0
  /// Field lines read so far, those of traits as often as they are used.
  var fieldCount = 0

  init(file: String) {
    collector = DiagnosticCollector(file: file)
  }

  static let keys = [
    "pack", "version", "language", "household", "members", "zone", "roles", "traits", "types", "collections", "open",
    "expect",
  ]
  static let requiredKeys = keys.filter { !["traits", "types", "open", "expect"].contains($0) }
  /// Collections, types and traits that a pack may have, each.
  static let namesMax = 1000

  mutating func read(_ root: YAMLNode) -> Pack? {
    guard let pairs = mapping(root, "a pack: `pack: name`, `version: 1`, ...") else { return nil }
    checkKeys(of: pairs, known: Self.keys, required: Self.requiredKeys, what: "a pack", at: root.mark)
    let name = root["pack"].flatMap { readName($0, what: "the pack's name") }
    let version = root["version"].flatMap { readInt($0, 1...1_000_000, what: "the version of the shape") }
    if let node = root["language"] { _ = readInt(node, 1...1, what: "the version of the pack language") }
    let roles = root.pair("roles").flatMap { readRoles($0) }
    readNames(root)
    household = root["household"].flatMap { readCollectionName($0) }
    members = root["members"].flatMap { readCollectionName($0) }
    checkTypes()
    checkTraits()
    let collections = (root["collections"]?.pairs ?? []).prefix(Self.namesMax).map { readCollection($0) }
    let homes = household.flatMap { collections[$0.index] }
    let zone = homes.flatMap { homes in root["zone"].flatMap { readZone($0, homes) } }
    let people = members.flatMap { collections[$0.index] }
    let role = people.flatMap { people in roles.flatMap { readRoleField($0, people) } }
    let isOpen = root["open"].map { readBool($0, what: "open") } ?? false
    guard let roles else { return nil }
    let roleField = role ?? people?.schema.field(named: roles.field)?.number
    let names = names(collections, roles: roles.roles, roleField: roleField)
    let schemas = collections.compactMap { reading in
      reading.map { reading in
        reading.schema.with(
          readBehavior(reading, names, isOpen: isOpen), indexes: readIndexConditions(reading, names))
      }
    }
    let entry = readSession(roles, names)
    let expectations = root["expect"].map { readExpectations($0, names) } ?? []
    guard let name, let version, let homes, let people, let zone, let role, schemas.count == collectionNames.count
    else { return nil }
    if collector.list.isEmpty { analyze(schemas, collections) }
    return Pack(
      name: name, version: version, collections: schemas,
      householdCollection: homes.schema.number, memberCollection: people.schema.number, zoneField: zone,
      roleField: role, roles: entry, expectations: expectations)
  }

  /// What expressions can name.
  private func names(_ readings: [CollectionReading?], roles: Roles, roleField: FieldNumber?) -> PackNames {
    PackNames(
      collections: readings.enumerated().map { position, reading in
        PackNames.Entry(name: collectionNames[position], schema: reading?.schema, failed: reading?.failed ?? [])
      },
      roles: roles, household: household, members: members, roleField: roleField)
  }

  private mutating func readNames(_ root: YAMLNode) {
    for pair in namedPairs(root, "types", "named types") {
      if !Names.isTypeName(pair.key) {
        report("P103", pair.keyMark, "`\(pair.key)` is no name of a type: \(Names.typeRule)")
      }
      types[pair.key] = pair.value
    }
    for pair in namedPairs(root, "traits", "traits") {
      checkName(pair)
      traits[pair.key] = pair.value
    }
    for pair in namedPairs(root, "collections", "collections") {
      checkName(pair)
      collectionNames.append(pair.key)
      let number = CollectionNumber(rawValue: UInt16(collectionNames.count))
      collectionNumbers[pair.key] = number
      noteShared(pair, number)
    }
    if let node = root["collections"], node.pairs?.isEmpty == true {
      report("P005", node.mark, "expected at least one collection, found none.")
    }
  }

  /// The pairs under a key of the pack, as many as a pack may have.
  private mutating func namedPairs(_ root: YAMLNode, _ key: String, _ what: String) -> ArraySlice<YAMLNode.Pair> {
    let pairs = root[key].flatMap { mapping($0, what) } ?? []
    if pairs.count > Self.namesMax {
      report(
        "P404", pairs[Self.namesMax].keyMark, "a pack has at most \(Self.namesMax) \(key), this one \(pairs.count).")
    }
    return pairs.prefix(Self.namesMax)
  }

  private mutating func readZone(_ node: YAMLNode, _ household: CollectionReading) -> FieldNumber? {
    let schema = household.schema
    let parts = (node.text ?? "").split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "household" else {
      report("P405", node.mark, "expected `household.<field>` with the field of the time zone, found \(node.kind).")
      return nil
    }
    let mark = node.places["household.".count]
    guard let field = schema.field(named: String(parts[1])) else {
      if !household.failed.contains(String(parts[1])) {
        let hint = collector.suggestion(for: String(parts[1]), among: schema.fields.map(\.name))
        report("P104", mark, "`\(parts[1])` is no field of `\(schema.name)`.\(hint)")
      }
      return nil
    }
    guard case .text(.zone, _) = field.type else {
      report("P405", mark, "`\(field.name)` holds no time zone: expected `zone`, found `\(name(of: field.type))`.")
      return nil
    }
    guard !field.isNullable else {
      report("P405", mark, "`\(field.name)` may be null, and then no day has a meaning. Remove its `?`.")
      return nil
    }
    return field.number
  }
}

// MARK: - Shared steps

extension PackReader {
  mutating func checkKeys(
    of pairs: [YAMLNode.Pair], known: [String], required: [String] = [], what: String, at mark: Mark
  ) {
    for pair in pairs where !known.contains(pair.key) {
      let hint = collector.suggestion(for: pair.key, among: known)
      report("P101", pair.keyMark, "`\(pair.key)` is no key of \(what).\(hint)")
    }
    for key in required where !pairs.contains(where: { $0.key == key }) {
      report("P102", mark, "\(what) needs the key `\(key)`.")
    }
  }

  mutating func checkName(_ pair: YAMLNode.Pair) {
    if !Names.isName(pair.key) { report("P103", pair.keyMark, "`\(pair.key)` is no name: \(Names.rule)") }
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
    var known = Set<String>()
    for element in list(node, what) ?? [] {
      guard let name = readName(element, what: "a name") else { continue }
      if known.insert(name).inserted {
        names.append((name, element.mark))
      } else {
        report("P105", element.mark, "`\(name)` stands twice in the list. Keep one.")
      }
    }
    return names
  }

  mutating func readInt(_ node: YAMLNode, _ range: ClosedRange<Int>, what: String) -> Int? {
    guard let text = node.text, !text.hasPrefix("+"), let number = Int(text), range.contains(number) else {
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
    // Without collections each name would be wrong; that they are missing has been reported.
    guard !collectionNames.isEmpty else { return nil }
    let hint = collector.suggestion(for: name, among: collectionNames)
    report("P104", mark, "`\(name)` is no collection of this pack.\(hint)")
    return nil
  }

  /// The type as the pack language writes it, for messages.
  func name(of type: FieldType) -> String {
    type.name { collectionNames[$0.index] }
  }
}

extension FieldType {
  /// The type as the pack language writes it, with the names of collections.
  func name(_ collection: (CollectionNumber) -> String) -> String {
    switch self {
    case .reference(let target): "ref \(collection(target))"
    case .set(let element, let maximum): "set(\(element.name(collection)), \(maximum))"
    case .text, .int, .decimal, .float, .bool, .date, .time, .uuid, .choice, .json: name
    }
  }
}

/// What counts as a name.
enum Names {
  static let rule = "a small letter, then small letters, digits and `_`, at most 48, not beginning with `hearth`."
  static let typeRule = "a capital letter, then letters and digits, at most 48."

  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, isSmall(first) else { return false }
    return text.utf8.count <= 48 && !text.hasPrefix("hearth")
      && text.utf8.allSatisfy { isSmall($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
  }

  static func isTypeName(_ text: String) -> Bool {
    guard let first = text.utf8.first, isCapital(first) else { return false }
    return text.utf8.count <= 48 && text.utf8.allSatisfy { isSmall($0) || isCapital($0) || isDigit($0) }
  }

  /// Enum values may also contain `-`.
  static func isEnumValue(_ text: String) -> Bool {
    isName(text.replacing("-", with: "_"))
  }

  private static func isSmall(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
  private static func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
