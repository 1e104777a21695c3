internal import HearthModel

extension SeedReader {
  /// Reads the records of one collection.
  mutating func readRecords(_ pair: YAMLNode.Pair, into household: inout HouseholdReading) {
    guard let collection = pack.collection(named: pair.key) else {
      let hint = collector.suggestion(for: pair.key, among: pack.collections.map(\.name))
      report("P104", pair.keyMark, "`\(pair.key)` is no collection of `\(pack.name)`.\(hint)")
      return
    }
    guard collection.isShared == isCatalogue else {
      let belongs = collection.isShared ? "is shared: its rows stand in `catalogue.yaml`" : "is each household's own"
      report("S107", pair.keyMark, "`\(collection.name)` \(belongs). Move these records.")
      return
    }
    for node in list(pair.value, "records") ?? [] {
      guard let record = readRecord(node, collection, &household) else { continue }
      let place = RecordPlace(collection: collection.number, id: record.id)
      if let first = household.places[place] {
        let what = collection.key.isEmpty ? "id" : "key"
        let message = "a record of `\(collection.name)` has this \(what) already, on line \(first.line). Remove one."
        report("S105", node["id"]?.mark ?? node.mark, message)
        continue
      }
      household.places[place] = node["id"]?.mark ?? node.mark
      if let name = node["id"]?.text { household.names[collection.number, default: []].append(name) }
      household.records.append(record)
    }
  }

  private mutating func readRecord(
    _ node: YAMLNode, _ collection: CollectionSchema, _ household: inout HouseholdReading
  ) -> Seed.Record? {
    guard let pairs = mapping(node, "a record, as `{ id: eva, display_name: Eva }`") else { return nil }
    var values = [RecordPatch.FieldValue]()
    var given = Set<FieldNumber>()
    for pair in pairs where pair.key != "id" {
      guard let field = collection.field(named: pair.key) else {
        let hint = collector.suggestion(for: pair.key, among: collection.fields.map(\.name))
        report("P104", pair.keyMark, "`\(pair.key)` is no field of `\(collection.name)`.\(hint)")
        continue
      }
      given.insert(field.number)
      guard let value = readValue(pair.value, field) else { continue }
      values.append(RecordPatch.FieldValue(field.number, value))
      noteReferences(pair.value, field, "\(collection.name).\(field.name)", &household)
    }
    checkRequired(given, collection, at: node.mark)
    guard let id = readRecordID(node, collection, household.id, values) else { return nil }
    return Seed.Record(
      collection: collection.number, id: id, values: values.sorted { $0.field < $1.field }, line: node.mark.line)
  }

  // MARK: Values

  private mutating func readValue(_ node: YAMLNode, _ field: Field) -> Value? {
    if node.isNull {
      if field.isNullable { return .null }
      report("S104", node.mark, "`\(field.name)` may not be null. Give a value, or leave the line out for its default.")
      return nil
    }
    guard case .set(let element, let maximum) = field.type, let elements = node.elements else {
      return readValue(node, field, field.type)
    }
    var values = Set<Value>()
    for node in elements {
      guard let value = readValue(node, field, element) else { continue }
      if !values.insert(value).inserted {
        report("P105", node.mark, "\(node.kind) stands twice in the set. Keep one.")
      }
    }
    if elements.count > maximum {
      let (expected, found) = (name(of: field.type), "a list of \(elements.count)")
      report("S104", elements[maximum].mark, "`\(field.name)`: expected `\(expected)`, found \(found).")
    }
    return .list(values.sorted())
  }

  private mutating func readValue(_ node: YAMLNode, _ field: Field, _ type: FieldType) -> Value? {
    do {
      return try ValueReader.value(node, type: type)
    } catch {
      // The fault names a type by numbers where the pack's file has names.
      let expected = error.expected == type.name ? "`\(name(of: type))`" : error.expected
      report("S104", node.mark, "`\(field.name)`: expected \(expected), found \(error.found).")
      return nil
    }
  }

  private func name(of type: FieldType) -> String { type.name { collectionName($0) } }

  private func noteReferences(
    _ node: YAMLNode, _ field: Field, _ name: String, _ household: inout HouseholdReading
  ) {
    guard let target = field.type.target else { return }
    for node in node.elements ?? [node] {
      guard let text = node.text, let id = RecordID(readable: text), !node.isNull else { continue }
      household.references.append(
        SeedReference(field: name, text: text, target: RecordPlace(collection: target, id: id), mark: node.mark))
    }
  }

  /// A seed is written by the hub: nobody is there for whom the default `member` could stand.
  private mutating func checkRequired(_ given: Set<FieldNumber>, _ collection: CollectionSchema, at mark: Mark) {
    for field in collection.fields where !given.contains(field.number) {
      if field.isRequired {
        report("S104", mark, "`\(collection.name)` needs a value for `\(field.name)`.")
      } else if field.defaultValue == .member, !field.isNullable || collection.key.contains(field.number) {
        report(
          "S104", mark, "`\(collection.name)` needs a value for `\(field.name)`: no member creates a record of a seed.")
      }
    }
  }

  // MARK: Ids

  private mutating func readRecordID(
    _ node: YAMLNode, _ collection: CollectionSchema, _ household: HouseholdID, _ values: [RecordPatch.FieldValue]
  ) -> RecordID? {
    let isKeyed = collection.followsKey { field in values.first { $0.field == field.number }?.value }
    guard isKeyed else {
      if let id = node["id"] { return readID(id) }
      report("S105", node.mark, "a record of `\(collection.name)` needs an `id`: a UUID, or a name.")
      return nil
    }
    if let id = node.pair("id") {
      report("S105", id.keyMark, "the id of a `\(collection.name)` record follows from its key. Remove it.")
    }
    return collection.keyedID(household: household, values: values)
  }
}
