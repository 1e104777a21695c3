internal import HashTreeCollections
package import HearthModel

// What the person sees: what the hub confirmed, with the device's own undecided changes laid over it.

extension Replica {
  /// A record as the person sees it: as the hub confirmed it, with the device's own undecided changes laid over it.
  package func view(_ key: ReplicaKey, _ reader: some ReplicaReader) throws -> VisibleRecord? {
    let key = meant(key)
    return laidOver(try reader.confirmed(key), key)
  }

  /// All records of a collection as the person sees them, ascending by id; those that are not there too.
  package func view(of collection: CollectionSchema, _ reader: some ReplicaReader) throws -> [(RecordID, VisibleRecord)]
  {
    var known = Set<RecordID>()
    var records = [(RecordID, VisibleRecord)]()
    for (id, confirmed) in try reader.confirmed(in: collection.number) {
      known.insert(id)
      if let record = laidOver(confirmed, ReplicaKey(collection.number, id)) { records.append((id, record)) }
    }
    for key in pending.keys where key.collection == collection.number && !known.contains(key.record) {
      if let record = laidOver(nil, key) { records.append((key.record, record)) }
    }
    return records.sorted { $0.0 < $1.0 }
  }

  /// Whether changes of the device's own to a record wait for the hub.
  package func isPending(_ key: ReplicaKey) -> Bool {
    pending[meant(key)]?.contains { $0 > identity.confirmedCounter } ?? false
  }

  private func laidOver(_ confirmed: VisibleRecord?, _ key: ReplicaKey) -> VisibleRecord? {
    guard let collection = pack.collection(key.collection) else { return nil }
    var record = confirmed
    for counter in pending[key] ?? [] where counter > identity.confirmedCounter {
      // Undecided as far as this device was told, and yet part of what it was sent.
      if let replica = identity.replica, confirmed?.versions.covers(Dot(replica, counter)) == true { continue }
      guard let entry = outbox[counter] else { continue }
      for change in entry.changeSet.changes where change.collection == key.collection {
        let change = meant(change)
        // An edit of a record that is not there any more shows nothing.
        guard change.record == key.record, record != nil || change.kind == .create else { continue }
        var shown = record ?? VisibleRecord(in: collection)
        shown.apply(change, by: author(of: entry), fillIn: fillIn(at: entry.madeAt), in: collection)
        record = shown
      }
    }
    return record
  }

  func author(of entry: OutboxEntry) -> Authorship {
    Authorship(
      dot: Dot(identity.replica ?? .hub, entry.changeSet.counter), stamp: entry.changeSet.stamp,
      rank: pack.roles.rank(of: identity.role) ?? Rank(rawValue: 0))
  }

  /// The device's guess of what the hub fills in at creation; it does not guess the household's day.
  func fillIn(at now: Instant) -> EditShape.FillIn {
    EditShape.FillIn(now: now, today: nil, household: identity.household, member: identity.member)
  }
}
