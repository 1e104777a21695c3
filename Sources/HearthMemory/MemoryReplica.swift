package import HearthModel
internal import HearthProtocol
package import HearthReplica

/// The simplest correct storage of a device: everything in dictionaries. For tests, scenarios and the simulator.
package final class MemoryReplica: ReplicaStorage {
  private var identity: ReplicaIdentity
  private var records: [ReplicaKey: VisibleRecord] = [:]
  private var outbox: [OutboxEntry] = []
  /// The change sets that the hub has decided, of every replica number that this device ever had.
  package private(set) var settledEntries: [SettledEntry] = []
  private var stagedRecords: [RecordPatch] = []
  private var roster: [ReplicaNumber: RosterEntry] = [:]

  package init(identity: ReplicaIdentity) {
    self.identity = identity
  }

  /// A replica with the same content and a life of its own, as a backup of a phone is.
  package func copy() -> MemoryReplica {
    let copy = MemoryReplica(identity: identity)
    copy.records = records
    copy.outbox = outbox
    copy.settledEntries = settledEntries
    copy.stagedRecords = stagedRecords
    copy.roster = roster
    return copy
  }

  /// The replica as a device that starts anew finds it.
  package func load(pack: Pack) -> Replica {
    Replica(pack: pack, identity: identity, outbox: outbox, roster: Array(roster.values))
  }

  package func confirmed(_ key: ReplicaKey) -> VisibleRecord? { records[key] }

  package func confirmedKeys() -> [ReplicaKey] { records.keys.sorted() }

  package func confirmed(in collection: CollectionNumber) -> [(RecordID, VisibleRecord)] {
    records.filter { $0.key.collection == collection }.map { ($0.key.record, $0.value) }.sorted { $0.0 < $1.0 }
  }

  package func staged() -> [RecordPatch] { stagedRecords }

  package func settled(of incarnation: UInt64, after counter: UInt64) -> [SettledEntry] {
    settledEntries.filter { $0.incarnation == incarnation && $0.changeSet.counter > counter }
      .sorted { $0.changeSet.counter < $1.changeSet.counter }
  }

  package func settled(besides incarnation: UInt64) -> [SettledEntry] {
    settledEntries.filter { $0.incarnation != incarnation }.sorted { $0.changeSet.stamp < $1.changeSet.stamp }
  }

  package func write(_ writes: ReplicaWrites) {
    if writes.wipes {
      records = [:]
      stagedRecords = []
      settledEntries.removeAll { !$0.isRejected }
      roster = [:]
    }
    if let identity = writes.identity { self.identity = identity }
    for entry in writes.roster { roster[entry.replica] = entry }
    if writes.clearsConfirmed { records = [:] }
    for key in writes.forgotten { records[key] = nil }
    records.merge(writes.confirmed) { $1 }
    if writes.clearsStaged { stagedRecords = [] }
    stagedRecords += writes.staged
    if let outbox = writes.outbox { self.outbox = outbox }
    outbox += writes.addedToOutbox
    outbox.removeAll { writes.removedFromOutbox.contains($0.changeSet.counter) }
    for position in outbox.indices where writes.sent?.contains(outbox[position].changeSet.counter) == true {
      outbox[position].isSent = true
    }
    settledEntries.removeAll { writes.unsettled.contains($0) }
    settledEntries += writes.settled
  }
}
