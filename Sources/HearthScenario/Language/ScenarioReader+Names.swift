internal import HearthModel
internal import HearthPack
internal import HearthReplica

/// What the names in a scenario stand for: records, fields, values.
extension ScenarioReader {
  mutating func key(_ text: String, at mark: Mark) -> (ReplicaKey, CollectionSchema)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else {
      report("N110", mark, "expected `collection/record`, as `tasks/dishes`, found `\(text)`.")
      return nil
    }
    guard let collection = pack.collection(named: parts[0]) else {
      report(
        "P104", mark, "`\(parts[0])` is no collection.\(suggestion(for: parts[0], among: pack.collections.map(\.name)))"
      )
      return nil
    }
    // Where only some records have the id of their key, the others are called by their names.
    let isNamed = collection.key.isEmpty || collection.behavior.keyCondition != nil && !parts[1].contains("+")
    guard let id = isNamed ? id(parts[1], at: mark) : keyedID(parts[1], in: collection, at: mark) else { return nil }
    return (ReplicaKey(collection.number, id), collection)
  }

  private mutating func id(_ text: String, at mark: Mark) -> RecordID? {
    guard let id = RecordID(readable: text) else {
      report("N110", mark, "`\(text)` is neither a UUID nor a name.")
      return nil
    }
    if RecordID.isName(text) { names[id] = text }
    return id
  }

  /// The id of a record that has a key: the key's values with `+` between them, as `badges/sam+first_task`.
  private mutating func keyedID(_ text: String, in collection: CollectionSchema, at mark: Mark) -> RecordID? {
    guard let household else { return nil }
    let fields = collection.key.map { collection.fields[$0.index] }.filter { $0.defaultValue != .household }
    let texts = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    var values: [FieldNumber: Value] = [:]
    for (field, text) in zip(fields, texts) { values[field.number] = ValueText.value(text, type: field.type) }
    let name = Scenario.RecordName(collection: collection.number, values: values)
    guard texts.count == fields.count, values.count == fields.count, let id = name.id(in: household, pack) else {
      let form = fields.map(\.name).joined(separator: "+")
      report("N110", mark, "a record of `\(collection.name)` is named by its key, as `<\(form)>`; found `\(text)`.")
      return nil
    }
    names[id] = text
    keyed[id] = name
    return id
  }

  mutating func field(_ pair: YAMLNode.Pair, in collection: CollectionSchema) -> (Field, [String])? {
    let parts = pair.key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let field = collection.field(named: parts[0]) else {
      let hint = suggestion(for: parts[0], among: collection.fields.map(\.name))
      report("P104", pair.keyMark, "`\(parts[0])` is no field of `\(collection.name)`.\(hint)")
      return nil
    }
    if parts.count > 1, case .json = field.type { return (field, Array(parts.dropFirst())) }
    guard parts.count == 1 else {
      report("N110", pair.keyMark, "`\(field.name)` is no json field, so it has no path.")
      return nil
    }
    return (field, [])
  }

  mutating func value(_ node: YAMLNode, _ field: Field, _ path: [String]) -> Value? {
    if !path.isEmpty { return ValueReader.json(node) }
    if case .scalar(let text, isPlain: true) = node.content, text == "null" || text.isEmpty { return .null }
    do {
      noteNames(node)
      return try ValueReader.value(node, type: field.type)
    } catch {
      report("N111", node.mark, "`\(field.name)`: expected \(error.expected), found \(error.found).")
      return nil
    }
  }

  /// Reads an element of a set.
  mutating func element(_ node: YAMLNode, _ field: Field) -> Value? {
    guard case .set(let type, _) = field.type else {
      report("N111", node.mark, "`\(field.name)` is no set.")
      return nil
    }
    do {
      noteNames(node)
      return try ValueReader.value(node, type: type)
    } catch {
      report("N111", node.mark, "`\(field.name)`: expected \(error.expected), found \(error.found).")
      return nil
    }
  }

  private mutating func noteNames(_ node: YAMLNode) {
    for text in (node.elements ?? [node]).compactMap(\.text) where RecordID.isName(text) {
      names[RecordID(name: text)] = text
    }
  }
}
