package import HearthModel

/// What a member may see of the records of a household, as far as answers to questions go.
///
/// Everything that an answer holds passes through here: what is not let through leaves no trace in it, not even that it
/// is there.
package struct InquirySight {
  package let pack: Pack
  /// The fields that the member may see of a record as it stands; nil when not even the record.
  package let visibleFields: (RecordKey, RecordState) throws -> FieldSet?

  package init(pack: Pack, visibleFields: @escaping (RecordKey, RecordState) throws -> FieldSet?) {
    self.pack = pack
    self.visibleFields = visibleFields
  }

  /// A record as the member may see it.
  struct SeenRecord {
    let key: RecordKey
    let schema: CollectionSchema
    let state: RecordState
    let fields: FieldSet

    /// Whether the member may see every field of the slot: of a group that is seen in part nothing is told, since its
    /// writes are lists of all its values.
    func sees(_ slot: CollectionSchema.Slot) -> Bool { slot.fields.allSatisfy { fields.contains($0) } }

    /// Whether the member may see what a conflict is about.
    func sees(_ conflict: Conflict) -> Bool {
      conflict.subject.fields.allSatisfy { number in
        schema.field(number).map { sees(schema.slots[$0.slot]) } ?? false
      }
    }

    func sees(_ edit: Edit) -> Bool {
      schema.field(edit.field).map { sees(schema.slots[$0.slot]) } ?? false
    }

    /// The open conflicts that the member may see.
    var conflicts: [Conflict] { state.conflicts(in: schema).filter(sees) }

    /// What people may know the record by: its first text, clipped.
    var label: String {
      for field in schema.fields {
        guard case .text = field.type, fields.contains(field.number),
          let text = state.value(of: field, in: schema).text, !text.isEmpty
        else { continue }
        return String(text.prefix(Self.labelCharacters))
      }
      return ""
    }

    private static let labelCharacters = 60
  }

  /// A record as the member may see it; nil when there is none for them.
  func record(_ key: RecordKey, _ reader: any InquiryReader) throws -> SeenRecord? {
    guard let state = try reader.record(key) else { return nil }
    return try record(key, state)
  }

  func record(_ key: RecordKey, _ state: RecordState) throws -> SeenRecord? {
    guard let schema = pack.collection(key.collection), let fields = try visibleFields(key, state) else { return nil }
    return SeenRecord(key: key, schema: schema, state: state, fields: fields)
  }
}
