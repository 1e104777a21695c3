public import HearthModel

/// Reads seed files against their pack: every name, type and reference is checked.
public enum SeedLoader {
  /// Reads the text of a `seed.yaml`.
  ///
  /// - Throws: ``Diagnostics`` with all mistakes that one run can see.
  public static func load(_ text: String, file: String, pack: Pack) throws(Diagnostics) -> Seed {
    let root = try YAMLNode.read(text, file: file)
    var reader = SeedReader(pack: pack, file: file)
    let seed = reader.read(root)
    try reader.collector.throwIfAny()
    return seed
  }
}

private struct SeedReader {
  let pack: Pack
  var names: [RecordID: String] = [:]
  var collector: DiagnosticCollector

  init(pack: Pack, file: String) {
    self.pack = pack
    collector = DiagnosticCollector(file: file)
  }

  mutating func read(_ root: YAMLNode) -> Seed {
    checkKeys(of: root, known: ["app", "households"], what: "a seed")
    if root["app"]?.text != pack.name {
      report("S101", root["app"]?.mark ?? root.mark, "this seed is for `\(root["app"]?.text ?? "no app")`, the pack is `\(pack.name)`.")
    }
    let households = (root["households"]?.elements ?? []).compactMap { readHousehold($0) }
    if households.isEmpty { report("S102", root.mark, "a seed has at least one household under `households`.") }
    return Seed(app: pack.name, households: households, names: names)
  }

  private mutating func readHousehold(_ node: YAMLNode) -> Seed.Household? {
    checkKeys(of: node, known: ["label", "id", "devices", "records"], what: "a household")
    guard let id = node["id"].flatMap({ readID($0) }) else {
      report("S102", node.mark, "a household needs an `id`: a UUID, or a name.")
      return nil
    }
    let household = HouseholdID(id)
    var records = [Seed.Record]()
    for pair in node["records"]?.pairs ?? [] {
      guard let collection = pack.collection(named: pair.key) else {
        report("P104", pair.keyMark, "`\(pair.key)` is no collection.\(suggestion(for: pair.key, among: pack.collections.map(\.name)))")
        continue
      }
      for element in pair.value.elements ?? [] {
        if let record = readRecord(element, collection, household) { records.append(record) }
      }
    }
    checkReferences(in: records, household, at: node.mark)
    let devices = (node["devices"]?.elements ?? []).compactMap { readDevice($0, records) }
    return Seed.Household(label: node["label"]?.text ?? id.description, id: household, devices: devices, records: records)
  }

  private mutating func readDevice(_ node: YAMLNode, _ records: [Seed.Record]) -> Seed.Device? {
    checkKeys(of: node, known: ["name", "member"], what: "a device")
    guard let name = node["name"]?.text, let member = node["member"].flatMap({ readID($0) }) else {
      report("S103", node.mark, "a device has a `name` and a `member`.")
      return nil
    }
    guard records.contains(where: { $0.id == member && $0.collection == pack.memberCollection }) else {
      report("S103", node.mark, "`\(node["member"]?.text ?? "")` is no member of this household.")
      return nil
    }
    return Seed.Device(name: name, member: member)
  }

  private mutating func readRecord(
    _ node: YAMLNode, _ collection: CollectionSchema, _ household: HouseholdID
  ) -> Seed.Record? {
    guard let pairs = node.pairs else {
      report("P005", node.mark, "expected a record, as `{ id: eva, display_name: Eva }`, found \(node.kind).")
      return nil
    }
    var values = [RecordPatch.FieldValue]()
    for pair in pairs where pair.key != "id" {
      guard let field = collection.field(named: pair.key) else {
        let hint = suggestion(for: pair.key, among: collection.fields.map(\.name))
        report("P104", pair.keyMark, "`\(pair.key)` is no field of `\(collection.name)`.\(hint)")
        continue
      }
      if let value = readValue(pair.value, field) { values.append(RecordPatch.FieldValue(field.number, value)) }
    }
    checkRequired(values, collection, at: node.mark)
    guard let id = readRecordID(node, collection, household, values) else { return nil }
    return Seed.Record(
      collection: collection.number, id: id, values: values.sorted { $0.field < $1.field }, line: node.mark.line)
  }

  private mutating func readValue(_ node: YAMLNode, _ field: Field) -> Value? {
    if node.text == "" || node.text == "null" {
      if field.isNullable { return .null }
      report("S104", node.mark, "`\(field.name)` may not be null.")
      return nil
    }
    do {
      return try ValueReader.value(node, type: field.type)
    } catch {
      report("S104", node.mark, "`\(field.name)`: expected \(error.expected), found \(error.found).")
      return nil
    }
  }

  private mutating func readRecordID(
    _ node: YAMLNode, _ collection: CollectionSchema, _ household: HouseholdID, _ values: [RecordPatch.FieldValue]
  ) -> RecordID? {
    if !collection.key.isEmpty {
      if let id = node["id"] { report("S105", id.mark, "the id of a `\(collection.name)` record follows from its key. Remove it.") }
      return collection.keyedID(household: household) { field in values.first { $0.field == field.number }?.value }
    }
    guard let id = node["id"] else {
      report("S105", node.mark, "a record of `\(collection.name)` needs an `id`: a UUID, or a name.")
      return nil
    }
    return readID(id)
  }

  private mutating func readID(_ node: YAMLNode) -> RecordID? {
    if let text = node.text, let id = RecordID(readable: text) {
      if RecordID.isName(text) { names[id] = text }
      return id
    }
    report("S105", node.mark, "expected a UUID, or a name (a small letter, then small letters, digits and `-`), found \(node.kind).")
    return nil
  }

  private mutating func checkRequired(
    _ values: [RecordPatch.FieldValue], _ collection: CollectionSchema, at mark: Mark
  ) {
    for field in collection.fields where field.isRequired && !values.contains(where: { $0.field == field.number }) {
      report("S104", mark, "`\(collection.name)` needs a value for `\(field.name)`.")
    }
  }

  private mutating func checkReferences(in records: [Seed.Record], _ household: HouseholdID, at mark: Mark) {
    let known = Set(records.map { Pair(collection: $0.collection, id: $0.id) })
    if !known.contains(Pair(collection: pack.householdCollection, id: household.record)) {
      report("S102", mark, "the household has no record of its own in `\(pack.collection(pack.householdCollection)!.name)`.")
    }
    if known.count < records.count { report("S105", mark, "two records of one collection have the same id.") }
    for record in records {
      let collection = pack.collection(record.collection)!
      for value in record.values {
        guard let field = collection.field(value.field), let target = field.type.target else { continue }
        let ids = value.value.elements ?? [value.value]
        for id in ids.compactMap(\.id) where !known.contains(Pair(collection: target, id: id)) {
          report(
            "S106", Mark(line: record.line, column: 1),
            "`\(collection.name).\(field.name)` points to a record of `\(pack.collection(target)!.name)` that this household does not have.")
        }
      }
    }
  }

  private struct Pair: Hashable {
    let collection: CollectionNumber
    let id: RecordID
  }

  private mutating func checkKeys(of node: YAMLNode, known: [String], what: String) {
    for pair in node.pairs ?? [] where !known.contains(pair.key) {
      report("P101", pair.keyMark, "`\(pair.key)` is no key of \(what).\(suggestion(for: pair.key, among: known))")
    }
  }

  private mutating func report(_ code: String, _ mark: Mark, _ message: String) {
    collector.report(code, at: mark, message)
  }
}
