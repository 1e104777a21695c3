/// The rows of an app's shared collections: the same in every household, written by whoever runs the hub.
///
/// Made by `CatalogueLoader` in HearthPack; the language is in docs/reference/pack-language.md, section 16.
public struct Catalogue: Hashable, Sendable {
  /// The rows, ascending by collection and id.
  public let rows: [Row]
  /// The readable names that the file uses for ids.
  public let names: [RecordID: String]

  /// One record that every household has.
  public struct Row: Hashable, Sendable {
    /// Its collection.
    public let collection: CollectionNumber
    /// Its id, the same in all households.
    public let id: RecordID
    /// What the file gives, ascending by field; what is left out has its default.
    public let values: [RecordPatch.FieldValue]

    /// Makes a row of checked parts.
    public init(collection: CollectionNumber, id: RecordID, values: [RecordPatch.FieldValue]) {
      self.collection = collection
      self.id = id
      self.values = values
    }
  }

  /// Makes a catalogue of checked rows, each id at most once in a collection.
  public init(rows: [Row], names: [RecordID: String] = [:]) {
    self.rows = rows.sorted { ($0.collection, $0.id) < ($1.collection, $1.id) }
    self.names = names
  }

  /// The rows of a collection.
  public func rows(of collection: CollectionNumber) -> [Row] { rows.filter { $0.collection == collection } }

  /// Whether a record of a shared collection is a row.
  public func contains(_ id: RecordID, in collection: CollectionNumber) -> Bool {
    rows.contains { $0.collection == collection && $0.id == id }
  }
}

extension Catalogue.Row {
  /// The row as a record that is created.
  package func creation(in collection: CollectionSchema) -> RecordChange {
    RecordChange(
      collection: self.collection, record: id, kind: .create,
      edits: values.flatMap { value -> [Edit] in
        guard let field = collection.field(value.field) else { return [] }
        switch (collection.slots[field.slot].rule, value.value) {
        case (.set, .list(let elements)): return elements.map { Edit(value.field, .insert($0)) }
        default: return [Edit(value.field, .set(value.value))]
        }
      })
  }

  /// The value that a field of the row has.
  package func value(of field: Field) -> Value {
    values.first { $0.field == field.number }?.value ?? field.unwrittenValue
  }
}
