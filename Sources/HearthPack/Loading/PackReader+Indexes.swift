internal import HearthModel

extension PackReader {
  /// Fields that an index may have; PostgreSQL takes 32, with the household and the id among them.
  private static let indexFieldsMax = 16

  mutating func readIndexes(_ node: YAMLNode, _ assembly: FieldAssembly) -> [CollectionSchema.Index] {
    var indexes = [CollectionSchema.Index]()
    for pair in mapping(node, "indexes, as `{ by_due: { fields: [due] } }`") ?? [] {
      checkName(pair)
      guard let parts = mapping(pair.value, "an index, as `{ fields: [status] }`") else { continue }
      checkKeys(
        of: parts, known: ["fields", "elements", "path", "global", "serves"], what: "an index", at: pair.keyMark)
      let serves = pair.value["serves"].map { readServes($0) } ?? []
      let isGlobal = pair.value["global"].map { readBool($0, what: "global") } ?? false
      guard let content = readContent(pair, assembly) else { continue }
      if let same = indexes.first(where: { $0.content == content && $0.isGlobal == isGlobal }) {
        report("P403", pair.keyMark, "`\(pair.key)` is the same index as `\(same.name)`. Keep one.")
      }
      indexes.append(CollectionSchema.Index(name: pair.key, content: content, isGlobal: isGlobal, serves: serves))
    }
    return indexes
  }

  private mutating func readServes(_ node: YAMLNode) -> [String] {
    var names = [String]()
    for element in list(node, "names") ?? [] {
      guard let name = element.text, !name.isEmpty else {
        report("P005", element.mark, "expected a name under which others know the index, found \(element.kind).")
        continue
      }
      if names.contains(name) { report("P105", element.mark, "`\(name)` stands twice in the list. Keep one.") }
      names.append(name)
    }
    return names
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
      report("P403", content.mark, "`elements` indexes a set; `\(field.name)` is `\(name(of: field.type))`.")
      return nil
    default:
      guard let field = indexedField(content, assembly) else { return nil }
      if case .json = field.type { return .path(field.number) }
      report("P403", content.mark, "`path` indexes a json field; `\(field.name)` is `\(name(of: field.type))`.")
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
    guard let elements = list(node, "fields") else { return nil }
    guard (1...Self.indexFieldsMax).contains(elements.count) else {
      report("P403", node.mark, "an index has 1 to \(Self.indexFieldsMax) fields, this one \(elements.count).")
      return nil
    }
    let columns = elements.compactMap { readColumn($0, assembly) }
    for (position, column) in columns.enumerated()
    where columns[..<position].contains(where: { $0.field == column.field }) {
      let name = assembly.fields[column.field.index].name
      report("P105", column.mark, "`\(name)` stands twice in the index. Keep one.")
    }
    return columns.count == elements.count ? .columns(columns.map { ($0.field, $0.isDescending) }) : nil
  }

  private mutating func readColumn(
    _ node: YAMLNode, _ assembly: FieldAssembly
  ) -> (field: FieldNumber, isDescending: Bool, mark: Mark)? {
    let words = (node.text ?? "").split(separator: " ").map(String.init)
    guard let name = words.first, words.count == 1 || words == [name, "desc"] else {
      report("P403", node.mark, "expected a field, perhaps with `desc`, found \(node.kind).")
      return nil
    }
    guard let field = field(named: name, at: node.mark, assembly) else { return nil }
    switch field.type {
    case .set, .json:
      let key = if case .set = field.type { "elements" } else { "path" }
      report("P403", node.mark, "`\(name)` is `\(self.name(of: field.type))`: index it with `\(key): \(name)`.")
      return nil
    case .text, .int, .decimal, .float, .bool, .date, .time, .uuid, .choice, .reference:
      return (field.number, words.count == 2, node.mark)
    }
  }
}
