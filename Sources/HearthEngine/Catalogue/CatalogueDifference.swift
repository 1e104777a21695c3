internal import HearthModel

/// What a household's records of the shared collections lack to be the rows of the catalogue.
///
/// Worked out from the records alone, so that it may be asked any number of times, and goes on where it stopped.
struct CatalogueDifference {
  /// Rows that are new, that changed, or that are back.
  private(set) var standing: [RecordChange] = []
  /// Rows that the catalogue has no more.
  private(set) var withdrawn: [RecordChange] = []

  var isEmpty: Bool { standing.isEmpty && withdrawn.isEmpty }

  init(_ catalogue: Catalogue, of pack: Pack, in household: HouseholdID, _ work: WorkingSet) throws {
    for collection in pack.collections where collection.isShared {
      let rows = catalogue.rows(of: collection.number)
      for row in rows {
        let state = try work.state(of: RecordKey(household, collection.number, row.id))
        if let change = Self.change(row, state, collection) { standing.append(change) }
      }
      let known = Set(rows.map(\.id))
      for id in try work.records(of: household, in: collection.number) where !known.contains(id) {
        guard let state = try work.state(of: RecordKey(household, collection.number, id)) else { continue }
        if case .deleted = state.recordLife(in: collection) { continue }
        withdrawn.append(
          RecordChange(collection: collection.number, record: id, kind: .delete, context: state.versions))
      }
    }
  }

  private static func change(
    _ row: Catalogue.Row, _ state: RecordState?, _ collection: CollectionSchema
  ) -> RecordChange? {
    guard let state else { return row.creation(in: collection) }
    if case .deleted = state.recordLife(in: collection) {
      // What else has changed is seen when the record is back: a restore carries no edits.
      return RecordChange(collection: collection.number, record: row.id, kind: .restore, context: state.versions)
    }
    let edits = collection.slots.flatMap { Self.edits($0, row, state, collection) }
    guard !edits.isEmpty else { return nil }
    return RecordChange(
      collection: collection.number, record: row.id, kind: .update, context: state.versions, edits: edits)
  }

  /// The edits that a slot lacks; a group is written whole.
  private static func edits(
    _ slot: CollectionSchema.Slot, _ row: Catalogue.Row, _ state: RecordState, _ collection: CollectionSchema
  ) -> [Edit] {
    if case .hub = slot.rule { return [] }
    let fields = slot.fields.map { collection.fields[$0.index] }
    let values = fields.map { (wanted: row.value(of: $0), present: state.storedValue(of: $0, in: collection)) }
    guard values.contains(where: { $0.wanted != $0.present }) else { return [] }
    if case .set = slot.rule {
      let (wanted, present) = (values[0].wanted.elements ?? [], values[0].present.elements ?? [])
      return present.filter { !wanted.contains($0) }.map { Edit(fields[0].number, .remove($0)) }
        + wanted.filter { !present.contains($0) }.map { Edit(fields[0].number, .insert($0)) }
    }
    return zip(fields, values).map { field, value in Edit(field.number, .set(value.wanted)) }
  }
}
