package import HearthModel
package import HearthProtocol

/// The address of a record on a device.
package struct ReplicaKey: Hashable, Comparable, Sendable {
  package let collection: CollectionNumber
  package let record: RecordID

  package init(_ collection: CollectionNumber, _ record: RecordID) {
    self.collection = collection
    self.record = record
  }

  package static func < (left: ReplicaKey, right: ReplicaKey) -> Bool {
    (left.collection, left.record) < (right.collection, right.record)
  }
}

/// A change set that waits for its outcome.
package struct OutboxEntry: Hashable, Sendable {
  package var changeSet: ChangeSet
  /// When it was made, by the device's clock.
  package let madeAt: Instant
  /// Whether it was ever sent.
  package var isSent: Bool

  package init(changeSet: ChangeSet, madeAt: Instant, isSent: Bool) {
    self.changeSet = changeSet
    self.madeAt = madeAt
    self.isSent = isSent
  }

  /// What was decided waits again.
  ///
  /// - Parameter isRenamed: whether it is going to have another dot.
  init(decided entry: SettledEntry, isRenamed: Bool) {
    self.init(
      changeSet: entry.changeSet, madeAt: Instant(milliseconds: entry.changeSet.stamp.milliseconds), isSent: true)
    if isRenamed { rename(from: entry.replica) }
  }

  /// Names the dot that the change set had until now.
  mutating func rename(from replica: ReplicaNumber) {
    changeSet.formerly.append(Dot(replica, changeSet.counter))
  }
}

/// A change set that the hub has decided; kept so that a rejected one can be looked at and sent anew, and an accepted
/// one sent again to a hub that was restored from a backup.
package struct SettledEntry: Hashable, Sendable {
  /// The install that sent it. A number alone may have been given to two, by a hub that was put back in between.
  package let incarnation: UInt64
  package let replica: ReplicaNumber
  package let changeSet: ChangeSet
  package let revision: Revision
  package let at: Instant
  package let verdict: Outcome.Verdict

  package init(
    incarnation: UInt64, replica: ReplicaNumber, changeSet: ChangeSet, revision: Revision, at: Instant,
    verdict: Outcome.Verdict
  ) {
    self.incarnation = incarnation
    self.replica = replica
    self.changeSet = changeSet
    self.revision = revision
    self.at = at
    self.verdict = verdict
  }

  /// Whether the hub refused it.
  package var isRejected: Bool {
    if case .rejected = verdict { true } else { false }
  }
}

/// What a device keeps, as its logic reads it.
package protocol ReplicaReader {
  /// A record as the hub confirmed it.
  func confirmed(_ key: ReplicaKey) throws -> VisibleRecord?
  /// The addresses of all records that the hub confirmed.
  func confirmedKeys() throws -> [ReplicaKey]
  /// All records of a collection as the hub confirmed them, ascending by id.
  func confirmed(in collection: CollectionNumber) throws -> [(RecordID, VisibleRecord)]
  /// The records of an unfinished catch-up, in the order they came.
  func staged() throws -> [RecordPatch]
  /// Decided change sets of an incarnation behind a counter, ascending.
  func settled(of incarnation: UInt64, after counter: UInt64) throws -> [SettledEntry]
  /// Decided change sets of all other incarnations, in the order of their stamps.
  func settled(besides incarnation: UInt64) throws -> [SettledEntry]
}

/// Where a device keeps its replica.
package protocol ReplicaStorage: ReplicaReader {
  /// Writes what one step has changed, in one transaction.
  func write(_ writes: ReplicaWrites) throws
}

/// What one step of the device changes of what it keeps; written as one transaction, or not at all.
package struct ReplicaWrites: Sendable {
  package var identity: ReplicaIdentity?
  package var roster: [RosterEntry] = []
  /// Remove all confirmed records before writing.
  package var clearsConfirmed = false
  package var confirmed: [ReplicaKey: VisibleRecord] = [:]
  /// Confirmed records to remove, none of which stands in `confirmed`.
  package var forgotten: Set<ReplicaKey> = []
  /// Replaces the whole outbox.
  package var outbox: [OutboxEntry]?
  package var addedToOutbox: [OutboxEntry] = []
  package var removedFromOutbox: [UInt64] = []
  package var sent: ClosedRange<UInt64>?
  package var settled: [SettledEntry] = []
  /// Decided change sets that wait again, because the hub has forgotten them.
  package var unsettled: [SettledEntry] = []
  package var clearsStaged = false
  package var staged: [RecordPatch] = []
  /// Remove everything but what the person typed and the hub never took in.
  package var wipes = false

  package init() {}
}
