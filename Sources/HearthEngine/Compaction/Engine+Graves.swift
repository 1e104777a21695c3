internal import HearthModel

// Deleted records are collected with all that depends on them, or not at all: nothing that is left points to what is
// gone, so that nothing has to be worked out anew.

extension Engine {
  /// Deleted records that one step looks at.
  static let gravesMax = 50
  /// Records that may go together; a larger grave stays.
  static let graveRecordsMax = 200

  /// Collects deleted records that nothing points to but what goes with them.
  func recordStep(
    of household: HouseholdID, _ pack: Pack, _ through: Revision, _ after: ChangedMark?, _ reader: any CompactionReader
  ) throws -> CompactionStep {
    var compaction = Compaction(household: household)
    let rows = try reader.deletedRecords(of: household, through: through, after: after, limit: Self.gravesMax)
    var gone = Set<RecordKey>()
    for row in rows {
      let key = RecordKey(household, row.collection, row.record)
      guard !gone.contains(key), let grave = try grave(of: key, through, pack, reader, gone) else { continue }
      gone.formUnion(grave.map { RecordKey(household, $0.collection, $0.record) })
      compaction.records += grave
    }
    let next =
      rows.count == Self.gravesMax
      ? rows.last.map { CompactionMark.records(through: through, after: ChangedMark($0)) } : nil
    return CompactionStep(compaction: compaction, next: next)
  }

  /// A deleted record and all that goes with it; nil when something has to stay.
  ///
  /// What points to it has to be past too, and deleted or hidden: a record that a delete hides cannot come back when
  /// the delete can never be undone.
  private func grave(
    of key: RecordKey, _ through: Revision, _ pack: Pack, _ reader: any CompactionReader, _ gone: Set<RecordKey>
  ) throws -> [CollectedRecord]? {
    var known: Set<RecordKey> = [key]
    var queue: [(key: RecordKey, field: FieldNumber?)] = [(key, nil)]
    var grave = [CollectedRecord]()
    while let (next, field) = queue.popLast() {
      guard grave.count < Self.graveRecordsMax, let plan = plans[pack.name],
        let schema = pack.collection(next.collection), let entry = try reader.entry(next), entry.revision <= through,
        !entry.state.isLive(in: schema), !plan.keepsGrave(of: entry.state, in: schema, foundBy: field)
      else { return nil }
      grave.append(CollectedRecord(entry, references: plan.references(of: entry.state, next, schema)))
      for reference in try reader.referrers(next.household, to: next.record) {
        let referrer = RecordKey(next.household, reference.collection, reference.record)
        guard !gone.contains(referrer), known.insert(referrer).inserted else { continue }
        queue.append((referrer, reference.field))
      }
    }
    return grave
  }
}

extension Plan {
  /// Whether a record that is gone is kept for ever, because something asks by its id whether it ever was: people and
  /// the household itself, what has other names, catalogues, and records with a natural key. Those go with a record
  /// that their key names: nobody can ask for them without it.
  ///
  /// - Parameter field: the reference by which it points to what goes; nil when it goes for itself.
  fileprivate func keepsGrave(
    of state: RecordState, in collection: CollectionSchema, foundBy field: FieldNumber?
  ) -> Bool {
    let number = collection.number
    if number == pack.householdCollection || number == pack.memberCollection || aliased.contains(number)
      || collection.isShared
    {
      return true
    }
    if let field, collection.key.contains(field) { return false }
    return collection.followsKey { state.storedValue(of: $0, in: collection) }
  }

  /// The rows of the index of references that a record has.
  fileprivate func references(
    of state: RecordState, _ key: RecordKey, _ collection: CollectionSchema
  ) -> [Reference] {
    collection.fields.filter { field in
      self[key.collection].references.contains(field.number) && field.type.target != pack.householdCollection
    }.flatMap { field in
      Stage.targets(of: field, state, collection).sorted().map {
        Reference(target: $0, collection: key.collection, record: key.record, field: field.number)
      }
    }
  }
}
