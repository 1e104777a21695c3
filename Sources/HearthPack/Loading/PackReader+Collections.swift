import HearthModel

extension PackReader {
  private static let collectionKeys = ["use", "fields", "deletes", "append", "strict", "key", "indexes"]

  mutating func readCollection(_ pair: YAMLNode.Pair, roleNames: [String]) -> CollectionSchema? {
    guard let number = collectionNumbers[pair.key], let pairs = mapping(pair.value, "a collection") else { return nil }
    checkKeys(of: pairs, known: Self.collectionKeys, required: ["fields"], what: "a collection", at: pair.keyMark)
    let node = pair.value
    var assembly = FieldAssembly()
    for line in fieldPairs(of: node) { readField(line, into: &assembly) }
    let slots = checkGroups(&assembly)
    if assembly.fields.count > 1000 { report("P404", pair.keyMark, "a collection has at most 1000 fields.") }
    let schema = CollectionSchema(
      number: number, name: pair.key, fields: assembly.fields, slots: slots,
      deletes: node["deletes"].flatMap { readDeletes($0) } ?? .deleteWins,
      isAppendOnly: node["append"].map { readBool($0, what: "append") } ?? false,
      isStrict: node["strict"].map { readBool($0, what: "strict") } ?? false,
      key: node["key"].map { readKey($0, assembly) } ?? [],
      indexes: node["indexes"].map { readIndexes($0, assembly) } ?? [])
    return assembly.isComplete ? schema : nil
  }

  /// The field lines of a collection: those of its traits first.
  private mutating func fieldPairs(of node: YAMLNode) -> [YAMLNode.Pair] {
    var pairs = [YAMLNode.Pair]()
    for (name, mark) in node["use"].map({ readNames($0, what: "traits") }) ?? [] as [(name: String, mark: Mark)] {
      guard let trait = traits[name] else {
        report("P104", mark, "`\(name)` is no trait.\(suggestion(for: name, among: traits.keys))")
        continue
      }
      checkKeys(of: trait.pairs ?? [], known: ["fields"], required: ["fields"], what: "a trait", at: trait.mark)
      pairs += trait["fields"].flatMap { mapping($0, "fields") } ?? []
    }
    pairs += node["fields"].flatMap { mapping($0, "fields, as `title: text(1..200)`") } ?? []
    return pairs
  }

  private mutating func readDeletes(_ node: YAMLNode) -> DeletePolicy? {
    if let policy = node.text.flatMap(DeletePolicy.init(rawValue:)) { return policy }
    let names = DeletePolicy.allCases.map(\.rawValue)
    report("P005", node.mark, "expected one of \(names.joined(separator: ", ")), found \(node.kind).")
    return nil
  }

  private mutating func readKey(_ node: YAMLNode, _ assembly: FieldAssembly) -> [FieldNumber] {
    var key = [FieldNumber]()
    for (name, mark) in readNames(node, what: "fields") {
      guard let field = field(named: name, at: mark, assembly) else { continue }
      guard case .register(let rule) = assembly.rules[field.slot], rule.mode == .immutable, !field.isNullable else {
        report("P402", mark, "`\(name)` is part of the key, so it has to be `immutable` and not null.")
        continue
      }
      key.append(field.number)
    }
    return key
  }

  // MARK: Indexes

  private mutating func readIndexes(_ node: YAMLNode, _ assembly: FieldAssembly) -> [CollectionSchema.Index] {
    var indexes = [CollectionSchema.Index]()
    for pair in mapping(node, "indexes") ?? [] where checkName(pair) {
      guard let parts = mapping(pair.value, "an index, as `{ fields: [status] }`") else { continue }
      checkKeys(
        of: parts, known: ["fields", "elements", "path", "global", "serves"], what: "an index", at: pair.keyMark)
      guard let content = readContent(pair, assembly) else { continue }
      indexes.append(
        CollectionSchema.Index(
          name: pair.key, content: content,
          isGlobal: pair.value["global"].map { readBool($0, what: "global") } ?? false,
          serves: pair.value["serves"].flatMap { list($0, "names") }?.compactMap(\.text) ?? []))
    }
    return indexes
  }

  private mutating func readContent(
    _ pair: YAMLNode.Pair, _ assembly: FieldAssembly
  ) -> CollectionSchema.Index.Content? {
    let node = pair.value
    let kinds = ["fields", "elements", "path"].filter { node[$0] != nil }
    guard kinds.count == 1, let content = node[kinds[0]] else {
      report("P403", pair.keyMark, "an index has exactly one of `fields`, `elements` and `path`.")
      return nil
    }
    switch kinds[0] {
    case "fields": return readColumns(content, assembly)
    case "elements":
      guard let field = indexedField(content, assembly) else { return nil }
      if case .set = field.type { return .elements(field.number) }
      report("P403", content.mark, "`elements` indexes a set; `\(field.name)` is `\(field.type.name)`.")
      return nil
    default:
      guard let field = indexedField(content, assembly) else { return nil }
      if case .json = field.type { return .path(field.number) }
      report("P403", content.mark, "`path` indexes a json field; `\(field.name)` is `\(field.type.name)`.")
      return nil
    }
  }

  private mutating func indexedField(_ node: YAMLNode, _ assembly: FieldAssembly) -> Field? {
    guard let name = node.text else {
      report("P005", node.mark, "expected the name of a field, found \(node.kind).")
      return nil
    }
    return field(named: name, at: node.mark, assembly)
  }

  private mutating func readColumns(
    _ node: YAMLNode, _ assembly: FieldAssembly
  ) -> CollectionSchema.Index.Content? {
    var columns = [(field: FieldNumber, isDescending: Bool)]()
    for element in list(node, "fields") ?? [] {
      let words = (element.text ?? "").split(separator: " ").map(String.init)
      guard let name = words.first, words.count == 1 || words == [name, "desc"] else {
        report("P403", element.mark, "expected a field, perhaps with `desc`, found \(element.kind).")
        return nil
      }
      guard let field = field(named: name, at: element.mark, assembly) else { return nil }
      columns.append((field.number, words.count == 2))
    }
    if columns.isEmpty { report("P403", node.mark, "an index needs at least one field.") }
    return columns.isEmpty ? nil : .columns(columns)
  }

  private mutating func field(named name: String, at mark: Mark, _ assembly: FieldAssembly) -> Field? {
    if let field = assembly.fields.first(where: { $0.name == name }) { return field }
    if assembly.isComplete {
      report("P104", mark, "`\(name)` is no field here.\(suggestion(for: name, among: assembly.fields.map(\.name)))")
    }
    return nil
  }
}
