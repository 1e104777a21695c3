internal import HearthModel

/// Reads the file of a trial.
struct TrialReader: NodeReader {
  let pack: Pack
  var collector: DiagnosticCollector
  var names: [RecordID: String] = [:]

  init(pack: Pack, file: String) {
    self.pack = pack
    collector = DiagnosticCollector(file: file)
  }

  static let keys = [
    "pack", "collection", "member", "device", "household", "record", "seen", "change", "related", "now", "written",
  ]

  mutating func read(_ root: YAMLNode, now: Instant) -> Trial? {
    guard let pairs = mapping(root, "a trial: `collection: tasks`, `member: { role: parent }`, `change: ...`") else {
      return nil
    }
    checkKeys(pairs, Self.keys, required: ["collection", "member", "change"], "a trial", root.mark)
    guard let collection = root["collection"].flatMap({ readCollection($0) }),
      let members = pack.collection(pack.memberCollection), let homes = pack.collection(pack.householdCollection)
    else { return nil }
    let home = root["household"].map { readRecord($0, homes, "home") }
    let household = HouseholdID(home?.id ?? RecordID(name: "home"))
    names[household.record] = names[household.record] ?? "home"
    let member = root["member"].map { readRecord($0, members, "me", household) }
    let before = root["record"].map { readRecord($0, collection, "record", household) }
    let related = readRelated(root["related"], household)
    guard let member, let role = member.values[pack.roleField]?.text else {
      if let node = root["member"] { report("P102", node.mark, "a member needs a `role`.") }
      return nil
    }
    guard let change = root["change"].flatMap({ readChange($0, collection, before) }) else { return nil }
    let decided = root["now"].flatMap { readInstant($0) } ?? now
    return Trial(
      pack: pack, collection: collection, member: member, role: role, device: root["device"].flatMap { readID($0) },
      household: household, householdRecord: home, id: change.id ?? before?.id ?? RecordID(name: "record"),
      before: change.kind == .create ? nil : before,
      seen: root["seen"].map { readValues($0, collection, except: []) } ?? [:], kind: change.kind, edits: change.edits,
      related: related, now: decided, written: root["written"].flatMap { readInstant($0) } ?? decided, names: names)
  }

  // MARK: Records

  private mutating func readRecord(
    _ node: YAMLNode, _ collection: CollectionSchema, _ standard: String, _ household: HouseholdID? = nil
  ) -> Trial.KnownRecord {
    var values = readValues(node, collection, except: ["id"])
    for field in collection.fields where values[field.number] == nil {
      values[field.number] = standardValue(field, collection, household)
    }
    let id = node["id"].flatMap { readID($0) } ?? RecordID(name: standard)
    names[id] = names[id] ?? standard
    return Trial.KnownRecord(collection: collection, id: id, values: values)
  }

  /// What a field shows that nobody has written; nil for what only the hub knows.
  private func standardValue(_ field: Field, _ collection: CollectionSchema, _ household: HouseholdID?) -> Value? {
    if collection.behavior.derived[field.number] != nil { return nil }
    if case .counter = collection.slots[field.slot].rule, field.unwrittenValue.isNull, !field.isNullable {
      if case .decimal(_, let scale) = field.type { return .decimal(FixedDecimal(units: 0, scale: scale)) }
      return .int(0)
    }
    switch field.defaultValue {
    case .household: return household.map { .id($0.record) }
    case .now, .today, .member: return nil
    case .literal, nil:
      let value = field.unwrittenValue
      return value.isNull && !field.isNullable ? nil : value
    }
  }

  private mutating func readValues(
    _ node: YAMLNode, _ collection: CollectionSchema, except: [String]
  ) -> [FieldNumber: Value] {
    var values = [FieldNumber: Value]()
    for pair in mapping(node, "fields and values, as `{ title: Dishes }`") ?? [] where !except.contains(pair.key) {
      guard let field = readField(pair.key, collection, pair.keyMark) else { continue }
      if let value = readValue(pair.value, field) { values[field.number] = value }
    }
    return values
  }

  private mutating func readRelated(_ node: YAMLNode?, _ household: HouseholdID) -> [Trial.Place: Trial.KnownRecord] {
    var related = [Trial.Place: Trial.KnownRecord]()
    let pairs = node.flatMap { mapping($0, "records by collection, as `{ rewards: [{ id: lego, cost: 50 }] }`") }
    for pair in pairs ?? [] {
      guard let collection = pack.collection(named: pair.key) else {
        let hint = collector.suggestion(for: pair.key, among: pack.collections.map(\.name))
        report("P104", pair.keyMark, "`\(pair.key)` is no collection of `\(pack.name)`.\(hint)")
        continue
      }
      for node in list(pair.value, "records") ?? [] {
        let record = readRecord(node, collection, "record", household)
        related[Trial.Place(collection: collection.number, record: record.id)] = record
      }
    }
    return related
  }

  // MARK: Names and values

  private mutating func checkKeys(
    _ pairs: [YAMLNode.Pair], _ known: [String], required: [String], _ what: String, _ mark: Mark
  ) {
    for pair in pairs where !known.contains(pair.key) {
      let hint = collector.suggestion(for: pair.key, among: known)
      report("P101", pair.keyMark, "`\(pair.key)` is no key of \(what).\(hint)")
    }
    for key in required where !pairs.contains(where: { $0.key == key }) {
      report("P102", mark, "\(what) needs the key `\(key)`.")
    }
  }

  private mutating func readCollection(_ node: YAMLNode) -> CollectionSchema? {
    if let collection = node.text.flatMap({ pack.collection(named: $0) }) { return collection }
    let hint = collector.suggestion(for: node.text ?? "", among: pack.collections.map(\.name))
    report("P104", node.mark, "`\(node.text ?? "")` is no collection of `\(pack.name)`.\(hint)")
    return nil
  }

  mutating func readField(_ name: String, _ collection: CollectionSchema, _ mark: Mark) -> Field? {
    if let field = collection.field(named: name) { return field }
    let hint = collector.suggestion(for: name, among: collection.fields.map(\.name))
    report("P104", mark, "`\(name)` is no field of `\(collection.name)`.\(hint)")
    return nil
  }

  mutating func readValue(_ node: YAMLNode, _ field: Field) -> Value? {
    if node.isNull { return .null }
    if field.type.target != nil {
      for node in node.elements ?? [node] {
        if let text = node.text, let id = RecordID(readable: text) { names[id] = text }
      }
    }
    do {
      return try ValueReader.value(node, type: field.type)
    } catch {
      report("S104", node.mark, "`\(field.name)`: expected \(error.expected), found \(error.found).")
      return nil
    }
  }

  mutating func readID(_ node: YAMLNode) -> RecordID? {
    guard let text = node.text, let id = RecordID(readable: text) else {
      report("S105", node.mark, "expected an id, a UUID or a name, found \(node.kind).")
      return nil
    }
    names[id] = text
    return id
  }

  private mutating func readInstant(_ node: YAMLNode) -> Instant? {
    if let instant = node.text.flatMap({ Instant($0) }) { return instant }
    report("S104", node.mark, "expected a time, as `2025-11-11T18:30:00Z`, found \(node.kind).")
    return nil
  }
}
