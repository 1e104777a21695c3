import HearthEngine
import HearthHub
import HearthModel
import HearthReplica
import Testing

extension Conversation {
  /// A record as the hub would show it to a device that has nothing.
  func truth(_ collection: CollectionSchema, _ id: RecordID) throws -> VisibleRecord? {
    let key = RecordKey(household, collection.number, id)
    guard let state = try store.read({ try $0.record(key) }) else { return nil }
    var record = VisibleRecord(in: collection)
    record.apply(.whole(collection.number, id, state, in: collection), dot: nil, in: collection)
    return record
  }

  /// All records that the hub has.
  func allRecords() throws -> [(CollectionSchema, RecordID)] {
    try store.changedRecords(of: household, after: .zero, bytesMax: .max).entries
      .compactMap { entry in pack.collection(entry.collection).map { ($0, entry.record) } }
  }

  /// P1: every device shows what the hub has, and nothing else.
  func expectAgreement(_ comment: @autoclosure () -> String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let comment = comment()
    let records = try allRecords()
    for (name, unit) in devices.sorted(by: { $0.key < $1.key }) {
      for (collection, id) in records {
        let key = ReplicaKey(collection.number, id)
        let shown = try #require(
          try unit.core.replica.view(key, unit.storage), "\(name) lacks \(collection.name). \(comment)",
          sourceLocation: sourceLocation)
        let truth = try #require(try truth(collection, id))
        let difference = Self.difference(shown, truth, collection)
        #expect(difference == nil, "\(name), \(collection.name) \(id). \(comment)", sourceLocation: sourceLocation)
      }
      for collection in pack.collections {
        let known = try unit.core.replica.view(of: collection, unit.storage).map(\.0)
        let expected = records.filter { $0.0.number == collection.number }.map(\.1).sorted()
        #expect(known == expected, "\(name), \(collection.name). \(comment)", sourceLocation: sourceLocation)
      }
    }
  }

  /// What a device shows otherwise than the hub, in words; nil when nothing.
  private static func difference(
    _ shown: VisibleRecord, _ truth: VisibleRecord, _ collection: CollectionSchema
  ) -> String? {
    if shown.life != truth.life { return "life: shows \(shown.life), is \(truth.life)" }
    if shown.versions != truth.versions { return "versions: shows \(shown.versions), is \(truth.versions)" }
    if Set(shown.conflicts) != Set(truth.conflicts) {
      return "conflicts: shows \(shown.conflicts), is \(truth.conflicts)"
    }
    guard case .live = truth.life else { return nil }
    for field in collection.fields where field.isPublished && shown[field] != truth[field] {
      return "`\(field.name)`: shows \(shown[field]), is \(truth[field])"
    }
    return nil
  }

  /// P3: a counter holds what it held at first and what accepted change sets added, each once.
  func expectCounter(
    _ collectionName: String, _ id: RecordID, _ fieldName: String, startingFrom start: Int64,
    _ comment: @autoclosure () -> String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let collection = pack.collection(named: collectionName)!
    let field = collection.field(named: fieldName)!
    var sum = start
    for unit in devices.values {
      // After a hub was restored, a change set may have been decided a second time: the last time counts.
      let last = Dictionary(unit.settled.map { (Dot($0.replica, $0.changeSet.counter), $0) }) { $1 }
      for entry in last.values where !entry.isRejected {
        for change in entry.changeSet.changes where change.record == id {
          for edit in change.edits where edit.field == field.number {
            if case .add(let increment) = edit.action { sum += increment }
          }
        }
      }
    }
    let truth = try #require(try truth(collection, id))
    #expect(truth[field] == .int(sum), "\(comment())", sourceLocation: sourceLocation)
  }
}
