internal import HearthModel

/// The records that a change set calls by another id than they have (docs/reference/pack-language.md, section 11.1).
struct AliasBook {
  /// The ids that are meant, by the names that the change set uses.
  private(set) var targets: [RecordKey: RecordID] = [:]
  /// Ids that were looked up and are no names.
  private(set) var plain: Set<RecordKey> = []
  /// The names that the change set makes, in its order.
  private(set) var made: [RecordKey] = []
  /// The records into which it folds creations.
  private var folded: Set<RecordKey> = []
  /// The names under which it changes records, in its order.
  private var changed: [RecordKey] = []
  /// The slots in which a reference came by another name.
  private(set) var rewritten: [RecordKey: PositionSet] = [:]

  // MARK: Filling

  mutating func note(_ name: RecordKey, means target: RecordID?) {
    if let target { targets[name] = target } else { plain.insert(name) }
  }

  /// Makes a name of an id that a device gave.
  mutating func make(_ name: RecordKey, of target: RecordID, isFolded: Bool) {
    targets[name] = target
    made.append(name)
    if isFolded { folded.insert(name.of(target)) }
  }

  /// Notes what became of a change, and which of its slots its writer's device has to be told.
  mutating func note(
    _ written: RecordChange, as change: RecordChange, _ key: RecordKey, in collection: CollectionSchema
  ) {
    if written.record != change.record { changed.append(key.of(written.record)) }
    for edit in change.edits where !written.edits.contains(edit) {
      if let field = collection.field(edit.field) { rewritten[key, default: PositionSet()].insert(field.slot) }
    }
  }

  // MARK: Asking

  /// Whether a creation of the change set is folded into the record.
  func isFolded(_ key: RecordKey) -> Bool { folded.contains(key) }

  /// Whether the change set names the record by another id.
  func isMeant(_ key: RecordKey) -> Bool { targets.contains { $0.key.of($0.value) == key } }

  /// The records that it changes under another id.
  var renamed: Set<RecordKey> { Set(changed.map(record(of:))) }

  /// What the writer's device drops: it holds the record under another id.
  var forgotten: [RecordPatch] { changed.map { .forgotten($0.collection, $0.record) } }

  /// The record behind a name.
  func record(of name: RecordKey) -> RecordKey { targets[name].map { name.of($0) } ?? name }

  /// The rejection with the id that the writer knows.
  func named(_ rejection: Rejection) -> Rejection {
    guard let collection = rejection.collection, let record = rejection.record,
      let name = changed.first(where: { $0.collection == collection && targets[$0] == record })
    else { return rejection }
    return Rejection(
      rejection.code, collection: collection, record: name.record, field: rejection.field, message: rejection.message,
      holder: rejection.holder, rule: rejection.rule, failed: rejection.failed)
  }
}

extension RecordKey {
  /// The same with another id.
  func of(_ record: RecordID) -> RecordKey { RecordKey(household, collection, record) }
}
