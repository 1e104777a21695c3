import HearthEngine
import HearthModel
import HearthPack

extension Pack {
  /// A change that names its collection and fields.
  func change(
    _ collection: String, _ record: RecordID, _ kind: RecordChange.Kind = .update,
    seen: VersionVector = VersionVector(),
    _ edits: [(field: String, action: Edit.Action)] = []
  ) -> RecordChange {
    let schema = self.collection(named: collection)!
    return RecordChange(
      collection: schema.number, record: record, kind: kind, context: seen,
      edits: edits.map { Edit(schema.field(named: $0.field)!.number, $0.action) })
  }
}

extension Pack {
  /// An update by somebody who has seen nothing.
  func change(
    _ collection: String, _ record: RecordID, _ edits: [(field: String, action: Edit.Action)]
  ) -> RecordChange {
    change(collection, record, .update, edits)
  }
}

extension TestHousehold {
  /// An update of one field by a device that has seen all there is.
  func set(_ collection: String, _ record: RecordID, _ field: String, _ value: Value) throws -> RecordChange {
    pack.change(collection, record, seen: try self.record(collection, record)!.versions, [(field, .set(value))])
  }
}
