package import HearthModel

/// What one transaction writes: the result of deciding a batch.
package struct Commit: Sendable {
  /// Households to add before anything else.
  package var founded: [Founded] = []
  /// Household by household, each at most once.
  package var households: [HouseholdCommit] = []

  package init(founded: [Founded] = [], households: [HouseholdCommit] = []) {
    self.founded = founded
    self.households = households
  }

  /// A new household and its devices.
  package struct Founded: Sendable {
    package let state: HouseholdState
    /// What people call it.
    package let label: String
    package let devices: [DeviceEntry]

    package init(state: HouseholdState, label: String, devices: [DeviceEntry]) {
      self.state = state
      self.label = label
      self.devices = devices
    }
  }
}

/// What a transaction writes of one household.
package struct HouseholdCommit: Sendable {
  package let household: HouseholdID
  package let app: String
  /// The head that the decision was based on; a store that finds another one throws `staleHead`.
  package let expectedHead: Revision
  package let head: Revision
  /// Each record once, with its last state of the batch, ascending by collection and id.
  package let records: [RecordEntry]
  /// The change sets that were decided, in the order of their decision.
  package let changes: [ChangeEntry]
  /// References that came, each record's at most once.
  package let addedReferences: [Reference]
  /// References that went.
  package let removedReferences: [Reference]
  /// Values of `unique` rules that records of this household took; written after all households' `releasedUniques`.
  package let takenUniques: [UniqueEntry]
  /// Values that they gave up and that nobody took.
  package let releasedUniques: [UniqueKey]

  package init(
    household: HouseholdID, app: String, expectedHead: Revision, head: Revision, records: [RecordEntry],
    changes: [ChangeEntry], addedReferences: [Reference], removedReferences: [Reference],
    takenUniques: [UniqueEntry] = [], releasedUniques: [UniqueKey] = []
  ) {
    self.household = household
    self.app = app
    self.expectedHead = expectedHead
    self.head = head
    self.records = records
    self.changes = changes
    self.addedReferences = addedReferences
    self.removedReferences = removedReferences
    self.takenUniques = takenUniques
    self.releasedUniques = releasedUniques
  }
}

/// A record to write.
package struct RecordEntry: Sendable {
  package let collection: CollectionNumber
  package let record: RecordID
  package let state: RecordState
  /// The last revision that changed it.
  package let revision: Revision
  /// Whether the store has no row of it yet.
  package let isNew: Bool
  /// The fields whose shown values may have changed, ascending; the other columns need not be written.
  package let changedFields: [FieldNumber]

  package init(
    collection: CollectionNumber, record: RecordID, state: RecordState, revision: Revision, isNew: Bool,
    changedFields: [FieldNumber]
  ) {
    self.collection = collection
    self.record = record
    self.state = state
    self.revision = revision
    self.isNew = isNew
    self.changedFields = changedFields
  }
}

/// What the hub keeps of a change set it has decided: history, outcome and identity in one row.
package struct ChangeEntry: Hashable, Sendable {
  package let dot: Dot
  /// The revision that commits it; for a rejection the head at the time.
  package let revision: Revision
  /// The hub's time of the decision.
  package let at: Instant
  /// The stamp that counts.
  package let stamp: HybridTime
  /// How far the device's clock was ahead.
  package let offset: ClockOffset
  /// The member who made it; nil for the hub.
  package let member: RecordID?
  package let rank: Rank
  package let verdict: Outcome.Verdict
  /// SHA-256 of `contentBytes`, the first 16 bytes.
  package let contentHash: [UInt8]
  /// The change set as it came.
  package let changeSet: ChangeSet

  package init(
    dot: Dot, revision: Revision, at: Instant, stamp: HybridTime, offset: ClockOffset, member: RecordID?, rank: Rank,
    verdict: Outcome.Verdict, contentHash: [UInt8], changeSet: ChangeSet
  ) {
    self.dot = dot
    self.revision = revision
    self.at = at
    self.stamp = stamp
    self.offset = offset
    self.member = member
    self.rank = rank
    self.verdict = verdict
    self.contentHash = contentHash
    self.changeSet = changeSet
  }
}
