internal import HearthModel

extension TrialReader {
  private static let kinds: [(name: String, kind: RecordOperation.Kind)] = [
    ("create", .create), ("update", .update), ("delete", .delete), ("restore", .restore),
  ]

  /// Reads `{ update: { status: done } }`, `{ create: ... }`, `delete` or `restore`.
  mutating func readChange(
    _ node: YAMLNode, _ collection: CollectionSchema, _ before: Trial.KnownRecord?
  ) -> (kind: RecordOperation.Kind, id: RecordID?, edits: [Edit])? {
    if let text = node.text, text == "delete" || text == "restore" {
      if before == nil { report("P102", node.mark, "`\(text)` needs the `record` as it is.") }
      return (text == "delete" ? .delete : .restore, nil, [])
    }
    guard let pairs = mapping(node, "`{ update: { status: done } }`, `{ create: ... }`, `delete` or `restore`"),
      let pair = pairs.first
    else { return nil }
    guard let kind = Self.kinds.first(where: { $0.name == pair.key })?.kind, pairs.count == 1 else {
      let mark = pairs.count == 1 ? pair.keyMark : pairs[1].keyMark
      let hint = collector.suggestion(for: pair.key, among: Self.kinds.map(\.name))
      report("P101", mark, "a change is one of `create`, `update`, `delete` and `restore`.\(hint)")
      return nil
    }
    if kind != .create, before == nil { report("P102", pair.keyMark, "`\(pair.key)` needs the `record` as it is.") }
    guard kind == .create || kind == .update else { return (kind, nil, []) }
    let id = kind == .create ? pair.value["id"].flatMap { readID($0) } : nil
    var edits = [Edit]()
    for part in mapping(pair.value, "fields and values") ?? [] where part.key != "id" || kind == .update {
      edits += readEdits(part, collection, kind == .create ? nil : before)
    }
    return (kind, id, completed(edits, collection, kind == .create ? nil : before))
  }

  private mutating func readEdits(
    _ pair: YAMLNode.Pair, _ collection: CollectionSchema, _ before: Trial.KnownRecord?
  ) -> [Edit] {
    let keys = pair.key.split(separator: ".").map(String.init)
    guard let name = keys.first, let field = readField(name, collection, pair.keyMark) else { return [] }
    if keys.count > 1 {
      let path = Array(keys.dropFirst())
      return [Edit(field.number, pair.value.isNull ? .drop(path) : .put(path, ValueReader.json(pair.value)))]
    }
    switch collection.slots[field.slot].rule {
    case .counter:
      guard let text = pair.value.text, text.hasPrefix("add "), let amount = Int64(text.dropFirst(4)) else {
        report("S104", pair.value.mark, "`\(field.name)` is a counter: write `add 5`, or `add -5`.")
        return []
      }
      return [Edit(field.number, .add(amount))]
    case .set:
      guard let value = readValue(pair.value, field), let wanted = value.elements else { return [] }
      let had = before?.values[field.number]?.elements ?? []
      return wanted.filter { !had.contains($0) }.map { Edit(field.number, .insert($0)) }
        + had.filter { !wanted.contains($0) }.map { Edit(field.number, .remove($0)) }
    case .register, .extreme, .json, .hub:
      return readValue(pair.value, field).map { [Edit(field.number, .set($0))] } ?? []
    }
  }

  /// The fields of a group are written together, as devices do it.
  private func completed(
    _ edits: [Edit], _ collection: CollectionSchema, _ before: Trial.KnownRecord?
  ) -> [Edit] {
    var edits = edits
    let given = Set(edits.map(\.field))
    for slot in collection.slots where slot.isGroup && slot.fields.contains(where: given.contains) {
      for number in slot.fields where !given.contains(number) {
        guard let field = collection.field(number), !field.marks.contains(.system) else { continue }
        edits.append(Edit(number, .set(before?.values[number] ?? field.unwrittenValue)))
      }
    }
    return edits
  }
}
