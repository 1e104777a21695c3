internal import HearthModel
internal import HearthProtocol
internal import HearthReplica

/// What a driven device keeps: its records, in memory. It forgets what was decided, which a load test does not look at
/// again.
final class LoadStorage: ReplicaStorage {
  private(set) var records: [ReplicaKey: VisibleRecord] = [:]
  private var stagedPatches: [RecordPatch] = []

  func confirmed(_ key: ReplicaKey) -> VisibleRecord? { records[key] }

  func confirmedKeys() -> [ReplicaKey] { records.keys.sorted() }

  func confirmed(in collection: CollectionNumber) -> [(RecordID, VisibleRecord)] {
    records.filter { $0.key.collection == collection }.map { ($0.key.record, $0.value) }.sorted { $0.0 < $1.0 }
  }

  func staged() -> [RecordPatch] { stagedPatches }

  func settled(of incarnation: UInt64, after counter: UInt64) -> [SettledEntry] { [] }

  func settled(besides incarnation: UInt64) -> [SettledEntry] { [] }

  func write(_ writes: ReplicaWrites) {
    if writes.wipes || writes.clearsConfirmed { records = [:] }
    for key in writes.forgotten { records[key] = nil }
    for (key, record) in writes.confirmed { records[key] = record }
    if writes.wipes || writes.clearsStaged { stagedPatches = [] }
    stagedPatches += writes.staged
  }
}
