internal import HearthModel

// A `restrict` reference that restricts points to a record that is there: so a delete is refused while one does
// (`Stage+References`), and no record comes to restrict what is gone, by a change of what its condition asks, by its
// restore, or by the restore of what hid it.

extension Stage {
  /// Whether a reference restricts, in a state of its record.
  typealias Restricts = (RecordKey, FieldNumber, RecordState) throws -> Bool

  /// Refuses records that have come to restrict what is gone since references were last followed.
  func checkRestricting(_ restricts: Restricts) throws {
    for touch in touches where !touch.isSettled {
      let key = touch.key
      for field in touch.collection.fields where field.onDelete == .restrict {
        let before = try touch.settled.map { try restricted(by: field, $0, key, restricts) } ?? []
        let after = try restricted(by: field, touch.after, key, restricts)
        for target in after.subtracting(before).sorted() { try checkIsThere(target, field, key) }
      }
    }
  }

  /// The records that a record restricts with a reference.
  private func restricted(
    by field: Field, _ state: RecordState, _ key: RecordKey, _ restricts: Restricts
  ) throws -> Set<RecordID> {
    guard let collection = pack.collection(key.collection), isVisible(state, key),
      try restricts(key, field.number, state)
    else { return [] }
    return Self.targets(of: field, state, collection)
  }

  /// Refuses a reference that restricts and points to what is deleted.
  func checkIsThere(_ target: RecordID, _ field: Field, _ key: RecordKey) throws {
    guard let collection = field.type.target.flatMap({ pack.collection($0) }),
      let state = try state(of: RecordKey(household, collection.number, target)), !state.isLive(in: collection)
    else { return }
    throw Rejection(
      .gone, collection: key.collection, record: key.record, field: field.number,
      message: "`\(field.name)` points to a record of `\(collection.name)` that is deleted.")
  }
}
