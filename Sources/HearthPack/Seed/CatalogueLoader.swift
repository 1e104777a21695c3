public import HearthModel

/// Reads the rows of a pack's shared collections: every name, type and reference is checked.
public enum CatalogueLoader {
  /// Reads the text of a `catalogue.yaml`.
  ///
  /// - Parameters:
  ///   - text: the file's text.
  ///   - file: its name, for messages.
  ///   - pack: the pack of the app that the catalogue is for.
  /// - Throws: ``Diagnostics`` with all mistakes that one run can see.
  public static func load(_ text: String, file: String, pack: Pack) throws(Diagnostics) -> Catalogue {
    let root = try YAMLNode.read(text, file: file)
    var reader = SeedReader(pack: pack, file: file, isCatalogue: true)
    let catalogue = reader.readCatalogue(root)
    try reader.collector.throwIfAny()
    return catalogue
  }

  /// Reads the records of a catalogue that stands in another file, as in a scenario.
  package static func load(records: YAMLNode, file: String, pack: Pack) throws(Diagnostics) -> Catalogue {
    var reader = SeedReader(pack: pack, file: file, isCatalogue: true)
    let catalogue = reader.readRows(records)
    try reader.collector.throwIfAny()
    return catalogue
  }
}

extension SeedReader {
  mutating func readCatalogue(_ root: YAMLNode) -> Catalogue {
    let pairs = mapping(root, "a catalogue: `app: name`, `records: { badges: [...] }`") ?? []
    checkKeys(of: pairs, known: ["app", "records"], required: ["app", "records"], what: "a catalogue", at: root.mark)
    checkApp(root, "catalogue")
    return root["records"].map { readRows($0) } ?? Catalogue(rows: [])
  }

  mutating func readRows(_ records: YAMLNode) -> Catalogue {
    // No household's id is in a row: a shared collection has no key and points to shared collections alone.
    var reading = HouseholdReading(id: HouseholdID(RecordID(high: 0, low: 0)))
    for pair in mapping(records, "rows by collection") ?? [] { readRecords(pair, into: &reading) }
    if records.pairs != nil { checkCompleteness(records) }
    checkReferences(reading)
    return Catalogue(
      rows: reading.records.map { Catalogue.Row(collection: $0.collection, id: $0.id, values: $0.values) },
      names: names)
  }

  /// What the file leaves out is withdrawn everywhere, so that a collection without rows has to say so.
  private mutating func checkCompleteness(_ records: YAMLNode) {
    for collection in pack.collections where collection.isShared && records[collection.name] == nil {
      report("P102", records.mark, "a catalogue needs the key `\(collection.name)`; without rows, write `[]`.")
    }
  }
}
