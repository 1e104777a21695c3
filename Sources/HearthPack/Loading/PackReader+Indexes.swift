internal import HearthModel

extension PackReader {
  /// Fields that an index may have; PostgreSQL takes 32, with the household and the id among them.
  private static let indexFieldsMax = 16

  mutating func readIndexes(_ node: YAMLNode, _ assembly: FieldAssembly) -> [CollectionSchema.Index] {
    var indexes = [CollectionSchema.Index]()
    var conditions = [String?]()
    for pair in mapping(node, "indexes, as `{ by_due: { fields: [due] } }`") ?? [] {
      checkName(pair)
      guard let parts = mapping(pair.value, "an index, as `{ fields: [status] }`") else { continue }
      checkKeys(
        of: parts, known: Self.indexKinds + ["where", "covers", "global", "serves"], what: "an index", at: pair.keyMark)
      let serves = pair.value["serves"].map { readServes($0) } ?? []
      let isGlobal = pair.value["global"].map { readBool($0, what: "global") } ?? false
      guard let content = readContent(pair, assembly) else { continue }
      let covers = readCovers(pair, content, assembly)
      // Conditions are compiled when all collections are known; until then their text tells them apart.
      let condition = pair.value["where"]?.text
      for (index, other) in zip(indexes, conditions)
      where index.content == content && index.isGlobal == isGlobal && other == condition {
        report("P403", pair.keyMark, "`\(pair.key)` is the same index as `\(index.name)`. Keep one.")
      }
      indexes.append(
        CollectionSchema.Index(name: pair.key, content: content, isGlobal: isGlobal, serves: serves, covers: covers))
      conditions.append(condition)
    }
    return indexes
  }

  private static let indexKinds = ["fields", "elements", "path", "words"]

  /// The indexes with what stands under `where`.
  mutating func readIndexConditions(_ reading: CollectionReading, _ names: PackNames) -> [CollectionSchema.Index] {
    let context = CollectionContext(names: names, reading: reading)
    return reading.schema.indexes.map { index in
      guard let node = reading.node["indexes"]?[index.name]?["where"],
        let expression = readCondition(node, .condition, context)
      else { return index }
      do throws(IndexCondition.Obstacle) {
        return index.with(try IndexCondition(expression, of: reading.schema))
      } catch {
        report("P408", node.mark, "an index compares columns, and \(error.reason). Ask fields of the record alone.")
        return index
      }
    }
  }

  private mutating func readCovers(
    _ pair: YAMLNode.Pair, _ content: CollectionSchema.Index.Content, _ assembly: FieldAssembly
  ) -> [FieldNumber] {
    guard case .columns(let columns) = content else {
      for key in ["where", "covers"] {
        guard let stray = pair.value.pair(key) else { continue }
        report("P403", stray.keyMark, "`\(key)` goes with `fields`. Remove it.")
      }
      return []
    }
    guard let node = pair.value["covers"] else { return [] }
    var covers = [FieldNumber]()
    for (name, mark) in readNames(node, what: "fields") {
      guard let field = field(named: name, at: mark, assembly) else { continue }
      switch field.type {
      case .set, .json:
        report("P403", mark, "`\(name)` is `\(self.name(of: field.type))`; an index covers plain values.")
      default: break
      }
      if columns.contains(where: { $0.field == field.number && !$0.isFolded }) {
        report("P105", mark, "`\(name)` stands in the index already. Keep one.")
      }
      covers.append(field.number)
    }
    let count = columns.count + covers.count
    if count > Self.indexFieldsMax {
      report("P403", node.mark, "an index has 1 to \(Self.indexFieldsMax) fields, this one \(count).")
    }
    return covers
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
    let kinds = Self.indexKinds.filter { node[$0] != nil }
    guard kinds.count == 1, let content = node[kinds[0]] else {
      report("P403", pair.keyMark, "an index has exactly one of `fields`, `elements`, `path` and `words`.")
      return nil
    }
    switch kinds[0] {
    case "fields": return readColumns(content, assembly)
    case "elements":
      guard let field = indexedField(content, assembly) else { return nil }
      if case .set = field.type { return .elements(field.number) }
      report("P403", content.mark, "`elements` indexes a set; `\(field.name)` is `\(name(of: field.type))`.")
      return nil
    case "words":
      guard let field = indexedField(content, assembly) else { return nil }
      if case .text = field.type { return .words(field.number) }
      report("P403", content.mark, "`words` indexes a text; `\(field.name)` is `\(name(of: field.type))`.")
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
    where columns[..<position].contains(where: {
      $0.column.field == column.column.field && $0.column.isFolded == column.column.isFolded
    }) {
      let name = assembly.fields[column.column.field.index].name
      report("P105", column.mark, "`\(name)` stands twice in the index. Keep one.")
    }
    return columns.count == elements.count ? .columns(columns.map(\.column)) : nil
  }

  private mutating func readColumn(
    _ node: YAMLNode, _ assembly: FieldAssembly
  ) -> (column: CollectionSchema.Index.Column, mark: Mark)? {
    let words = (node.text ?? "").split(separator: " ").map(String.init)
    guard let first = words.first, words.count == 1 || words == [first, "desc"] else {
      report("P403", node.mark, "expected a field, perhaps with `desc`, found \(node.kind).")
      return nil
    }
    let isFolded = first.hasPrefix("lower(") && first.hasSuffix(")")
    let name = isFolded ? String(first.dropFirst("lower(".count).dropLast()) : first
    let mark = isFolded ? node.places["lower(".count] : node.mark
    guard let field = field(named: name, at: mark, assembly) else { return nil }
    let column = CollectionSchema.Index.Column(
      field: field.number, isDescending: words.count == 2, isFolded: isFolded)
    switch field.type {
    case .set, .json:
      let key = if case .set = field.type { "elements" } else { "path" }
      report("P403", mark, "`\(name)` is `\(self.name(of: field.type))`: index it with `\(key): \(name)`.")
      return nil
    case .text: return (column, node.mark)
    default:
      guard isFolded else { return (column, node.mark) }
      report("P403", mark, "`lower` is for texts; `\(name)` is `\(self.name(of: field.type))`.")
      return nil
    }
  }
}
