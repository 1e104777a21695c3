internal import HearthModel
internal import HearthPack
internal import HearthReplica

/// Reads what a device does in a step into a draft.
struct EditReader {
  enum Verb: String {
    case sets
    case creates
    case deletes
    case restores
    case adds
    case removes
    case increments
    case puts
    case drops
    /// Several of the others as one change set.
    case edits
  }

  var reader: ScenarioReader

  mutating func read(_ verb: Verb, _ node: YAMLNode, at mark: Mark, into draft: inout Draft) {
    switch verb {
    case .edits: readList(node, into: &draft)
    case .deletes: for (key, name) in records(node) { draft.delete(name, key.record) }
    case .restores: for (key, name) in records(node) { draft.restore(name, key.record) }
    case .creates: readCreations(node, into: &draft)
    case .sets, .adds, .removes, .increments, .puts, .drops: readFields(verb, node, into: &draft)
    }
  }

  mutating func expectUnchanged(_ node: YAMLNode, _ draft: inout Draft) {
    for (key, name) in records(node) { draft.expectUnchanged(name, key.record) }
  }

  private mutating func readList(_ node: YAMLNode, into draft: inout Draft) {
    guard let elements = node.elements else {
      reader.report(
        "N105", node.mark,
        "expected a list of edits, as `[ { sets: { ... } }, { deletes: tasks/x } ]`, found \(node.kind).")
      return
    }
    for element in elements {
      guard let pair = element.pairs?.first, element.pairs?.count == 1, let verb = Verb(rawValue: pair.key),
        verb != .edits
      else {
        reader.report(
          "N105", element.mark,
          "expected one edit, as `sets: { tasks/dishes: { title: Afwas } }`, found \(element.kind).")
        continue
      }
      read(verb, pair.value, at: pair.keyMark, into: &draft)
    }
  }

  private mutating func records(_ node: YAMLNode) -> [(ReplicaKey, String)] {
    (node.elements ?? [node]).compactMap { element in
      reader.key(element.text ?? "", at: element.mark).map { ($0.0, $0.1.name) }
    }
  }

  private mutating func readCreations(_ node: YAMLNode, into draft: inout Draft) {
    for pair in pairs(node) {
      // A record whose id follows from its key is created by its collection's name alone.
      let keyed = reader.pack.collection(named: pair.key)
      let found =
        keyed.map { (id: RecordID?.none, collection: $0) }
        ?? reader.key(pair.key, at: pair.keyMark).map { (id: $0.0.record, collection: $0.1) }
      guard let found else { continue }
      var values = [(String, Value)]()
      for part in pairs(pair.value) {
        guard let (field, path) = reader.field(part, in: found.collection), path.isEmpty,
          let value = reader.value(part.value, field, path)
        else { continue }
        values.append((field.name, value))
      }
      draft.create(found.collection.name, found.id, values)
    }
  }

  private mutating func readFields(_ verb: Verb, _ node: YAMLNode, into draft: inout Draft) {
    for pair in pairs(node) {
      guard let (key, collection) = reader.key(pair.key, at: pair.keyMark) else { continue }
      for part in pairs(pair.value) {
        guard let (field, path) = reader.field(part, in: collection) else { continue }
        read(verb, part, key, collection, field, path, into: &draft)
      }
    }
  }

  private mutating func read(
    _ verb: Verb, _ part: YAMLNode.Pair, _ key: ReplicaKey, _ collection: CollectionSchema, _ field: Field,
    _ path: [String], into draft: inout Draft
  ) {
    switch verb {
    case .adds, .removes:
      for node in part.value.elements ?? [part.value] {
        guard let element = reader.element(node, field) else { continue }
        if verb == .adds {
          draft.insert(collection.name, key.record, field.name, element)
        } else {
          draft.remove(collection.name, key.record, field.name, element)
        }
      }
    case .increments:
      guard let increment = increment(part.value, field) else { return }
      draft.increment(collection.name, key.record, field.name, by: increment)
    case .drops: draft.drop(collection.name, key.record, field.name, path)
    case .sets, .puts:
      guard let value = reader.value(part.value, field, path) else { return }
      if path.isEmpty {
        draft.set(collection.name, key.record, field.name, value)
      } else {
        draft.put(collection.name, key.record, field.name, path, value)
      }
    case .creates, .deletes, .restores, .edits: preconditionFailure("\(verb) has no fields")
    }
  }

  private mutating func increment(_ node: YAMLNode, _ field: Field) -> Int64? {
    if case .decimal(_, let scale) = field.type, let text = node.text, let number = FixedDecimal(text, scale: scale) {
      return number.units
    }
    if let number = node.text.flatMap({ Int64($0) }) { return number }
    reader.report("N111", node.mark, "expected a number to add to `\(field.name)`, found \(node.kind).")
    return nil
  }

  private mutating func pairs(_ node: YAMLNode) -> [YAMLNode.Pair] {
    if let pairs = node.pairs { return pairs }
    reader.report("N105", node.mark, "expected a mapping, as `{ tasks/dishes: { title: Afwas } }`, found \(node.kind).")
    return []
  }
}
