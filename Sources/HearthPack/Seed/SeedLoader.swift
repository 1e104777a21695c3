public import HearthModel

/// Reads seed files against their pack: every name, type and reference is checked.
public enum SeedLoader {
  /// Reads the text of a `seed.yaml`.
  ///
  /// - Parameters:
  ///   - text: the file's text.
  ///   - file: its name, for messages.
  ///   - pack: the pack of the app that the seed is for.
  /// - Throws: ``Diagnostics`` with all mistakes that one run can see.
  public static func load(_ text: String, file: String, pack: Pack) throws(Diagnostics) -> Seed {
    let root = try YAMLNode.read(text, file: file)
    var reader = SeedReader(pack: pack, file: file)
    let seed = reader.read(root)
    try reader.collector.throwIfAny()
    return seed
  }
}

/// Reads one seed; what it cannot read it reports, and goes on.
struct SeedReader: NodeReader {
  let pack: Pack
  /// Whether a catalogue is read: the rows of the shared collections, and no others.
  let isCatalogue: Bool
  var collector: DiagnosticCollector
  private(set) var names: [RecordID: String] = [:]
  private var householdLines: [HouseholdID: Int] = [:]
  private var deviceLines: [String: Int] = [:]

  init(pack: Pack, file: String, isCatalogue: Bool = false) {
    self.pack = pack
    self.isCatalogue = isCatalogue
    collector = DiagnosticCollector(file: file)
  }

  mutating func read(_ root: YAMLNode) -> Seed {
    let pairs = mapping(root, "a seed: `app: name`, `households: [...]`") ?? []
    checkKeys(of: pairs, known: ["app", "households"], required: ["app", "households"], what: "a seed", at: root.mark)
    checkApp(root, "seed")
    let nodes = root["households"].flatMap { list($0, "households") } ?? []
    if let node = root["households"], node.elements?.isEmpty == true {
      report("S102", node.mark, "a seed has at least one household.")
    }
    let households = nodes.compactMap { readHousehold($0) }
    return Seed(app: pack.name, households: households, names: names)
  }

  mutating func checkApp(_ root: YAMLNode, _ what: String) {
    guard let app = root["app"], app.text != pack.name else { return }
    report(
      "S101", app.mark, "expected a \(what) for `\(pack.name)`, found \(app.kind). Take the \(what) of this pack.")
  }

  private mutating func readHousehold(_ node: YAMLNode) -> Seed.Household? {
    guard let pairs = mapping(node, "a household, as `{ id: eva-family, records: ... }`") else { return nil }
    checkKeys(
      of: pairs, known: ["label", "id", "devices", "records"], required: ["id", "records"], what: "a household",
      at: node.mark)
    let id = node["id"].flatMap { readID($0) }
    if let id, let mark = node["id"]?.mark, let line = householdLines.updateValue(mark.line, forKey: HouseholdID(id)) {
      report("S102", mark, "a household has this id already, on line \(line). Give it one of its own.")
    }
    // Without an id the records are read all the same, so that their mistakes are seen in this run.
    let household = HouseholdID(id ?? RecordID(high: 0, low: 0))
    var reading = HouseholdReading(id: household)
    for pair in node["records"].flatMap({ mapping($0, "records by collection") }) ?? [] {
      readRecords(pair, into: &reading)
    }
    if id != nil, let idNode = node["id"], let records = node["records"], records.pairs != nil {
      checkHouseholdRecord(reading, idNode, in: records)
    }
    checkReferences(reading)
    let devices = (node["devices"].flatMap { list($0, "devices") } ?? []).compactMap { readDevice($0, reading) }
    let label = node["label"].flatMap { readText($0, "the label of the household") }
    guard let id else { return nil }
    return Seed.Household(
      label: label ?? id.description, id: household, devices: devices, records: reading.records)
  }

  // MARK: Devices

  private mutating func readDevice(_ node: YAMLNode, _ household: HouseholdReading) -> Seed.Device? {
    guard let pairs = mapping(node, "a device, as `{ name: eva-phone, member: eva }`") else { return nil }
    checkKeys(of: pairs, known: ["name", "member"], required: ["name", "member"], what: "a device", at: node.mark)
    guard let nameNode = node["name"], let name = readText(nameNode, "the name of the device"),
      let memberNode = node["member"], let member = readID(memberNode)
    else { return nil }
    if let line = deviceLines.updateValue(nameNode.mark.line, forKey: name) {
      report("S103", nameNode.mark, "a device is called `\(name)` already, on line \(line). Give it a name of its own.")
    }
    guard household.places[RecordPlace(collection: pack.memberCollection, id: member)] != nil else {
      let hint = collector.suggestion(for: memberNode.text ?? "", among: household.names[pack.memberCollection] ?? [])
      report("S103", memberNode.mark, "`\(memberNode.text ?? "")` is no member of this household.\(hint)")
      return nil
    }
    return Seed.Device(name: name, member: member)
  }

  // MARK: The household as a whole

  /// - Parameter records: the records by collection, as written.
  private mutating func checkHouseholdRecord(_ reading: HouseholdReading, _ id: YAMLNode, in records: YAMLNode) {
    let collection = pack.householdCollection
    let (name, expected) = (collectionName(collection), id.text ?? "")
    let own = RecordPlace(collection: collection, id: reading.id.record)
    let others = reading.places.filter { $0.key.collection == collection && $0.key != own }
    for mark in others.values {
      report("S102", mark, "`\(name)` has one record, and its id is that of the household: expected `\(expected)`.")
    }
    let isMistaken = records[name].map { $0.elements == nil } ?? false
    if reading.places[own] == nil, others.isEmpty, !isMistaken {
      report("S102", id.mark, "the household has no record of its own: `\(name)` needs one with the id `\(expected)`.")
    }
  }

  mutating func checkReferences(_ reading: HouseholdReading) {
    for reference in reading.references {
      guard reading.places[reference.target] == nil, !isShared(reference.target) else { continue }
      let collection = reference.target.collection
      let isShared = pack.collection(collection)?.isShared ?? false
      let known = isShared && !isCatalogue ? catalogueNames(collection) : reading.names[collection] ?? []
      let hint = collector.suggestion(for: reference.text, among: known)
      let place = isShared ? "the catalogue" : "this household"
      report(
        "S106", reference.mark,
        "`\(reference.field)` points to `\(reference.text)`, "
          + "no record of `\(collectionName(collection))` in \(place).\(hint)")
    }
  }

  /// Whether a seed's reference points to a row of the catalogue; also where the catalogue is not known.
  private func isShared(_ place: RecordPlace) -> Bool {
    guard !isCatalogue, pack.collection(place.collection)?.isShared == true else { return false }
    return pack.catalogue?.contains(place.id, in: place.collection) ?? true
  }

  private func catalogueNames(_ collection: CollectionNumber) -> [String] {
    (pack.catalogue?.rows(of: collection) ?? []).compactMap { pack.catalogue?.names[$0.id] }
  }
}

/// What has been read of a household.
struct HouseholdReading {
  let id: HouseholdID
  var records: [Seed.Record] = []
  /// Where each record stands.
  var places: [RecordPlace: Mark] = [:]
  /// The ids of records as they are written.
  var names: [CollectionNumber: [String]] = [:]
  var references: [SeedReference] = []
}

/// A record of a household.
struct RecordPlace: Hashable {
  let collection: CollectionNumber
  let id: RecordID
}

/// A reference in a seed, as written.
struct SeedReference {
  let field: String
  let text: String
  let target: RecordPlace
  let mark: Mark
}

// MARK: - Shared steps

extension SeedReader {
  func collectionName(_ number: CollectionNumber) -> String { pack.collections[number.index].name }

  mutating func readText(_ node: YAMLNode, _ what: String) -> String? {
    if let text = node.text, !text.isEmpty { return text }
    report("P005", node.mark, "expected \(what), found \(node.kind).")
    return nil
  }

  mutating func readID(_ node: YAMLNode) -> RecordID? {
    if let text = node.text, let id = RecordID(readable: text) {
      if RecordID.isName(text) { names[id] = text }
      return id
    }
    report(
      "S105", node.mark,
      "expected a UUID, or a name (a small letter, then small letters, digits and `-`), found \(node.kind).")
    return nil
  }

  mutating func checkKeys(
    of pairs: [YAMLNode.Pair], known: [String], required: [String], what: String, at mark: Mark
  ) {
    for pair in pairs where !known.contains(pair.key) {
      let hint = collector.suggestion(for: pair.key, among: known)
      report("P101", pair.keyMark, "`\(pair.key)` is no key of \(what).\(hint)")
    }
    for key in required where !pairs.contains(where: { $0.key == key }) {
      report("P102", mark, "\(what) needs the key `\(key)`.")
    }
  }
}
