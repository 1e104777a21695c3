package import HearthModel

/// What a question about a household reads: all from one moment, beside a running commit.
///
/// Nothing is stored for it: what was decided stands in the change sets, and the questions that walk them do so in
/// steps of bounded size (docs/decisions/0019-history-without-an-index.md).
package protocol InquiryReader {
  /// A household; nil when the hub has none with this id.
  func household(_ id: HouseholdID) throws -> HouseholdState?

  /// A record; nil when the household has none with this id.
  func record(_ key: RecordKey) throws -> RecordState?

  /// What was decided about a change set; nil when nothing was, or when it was collected.
  func change(_ household: HouseholdID, _ dot: Dot) throws -> ChangeEntry?

  /// What stays of a change set that was collected; nil for any other.
  func remnant(_ household: HouseholdID, _ dot: Dot) throws -> Remnant?

  /// Up to which counter the change sets of each replica have been collected; none where none has.
  func collected(of household: HouseholdID) throws -> [ReplicaNumber: UInt64]

  /// The records whose references, as stored, point to a record, ascending.
  func referrers(_ household: HouseholdID, to target: RecordID) throws -> [Reference]

  /// The record that has the values of a `unique`, or another name; nil when none has.
  func holder(of key: UniqueKey) throws -> UniqueHolder?

  /// The devices of a household.
  func devices(of household: HouseholdID) throws -> [DeviceEntry]

  /// The last change set of a replica below a counter that names a record, looking at no more than `stepsMax` of them.
  func lastChange(
    of household: HouseholdID, by replica: ReplicaNumber, below counter: UInt64, naming record: RecordID, stepsMax: Int
  ) throws -> ChangeSearch

  /// The records about which conflicts were decided, from the newest decision down.
  ///
  /// - Parameter mark: only decisions that stand behind this one.
  func decidedRecords(of household: HouseholdID, after mark: DecidedRecord?, limit: Int) throws -> [DecidedRecord]

  /// The deleted records of a household, the last changed first; also some that an edit has kept alive, which the
  /// caller tells apart.
  ///
  /// - Parameter mark: only records that come behind this one.
  func deletedRecords(
    of household: HouseholdID, after mark: ChangedMark?, limit: Int
  ) throws -> [ChangedRecords.Entry]
}

/// A store that can be asked at any time from any thread.
package protocol StoreInquiries: Sendable {
  /// Reads for one question.
  func inquire<Result>(_ body: (any InquiryReader) throws -> Result) throws -> Result
}

/// How far a search for a change set has come.
package enum ChangeSearch: Sendable {
  /// The change set that names the record.
  case found(ChangeEntry)
  /// None so far; nothing at or above this counter names the record, and there may be more below.
  case notYet(lookedDownTo: UInt64)
  /// There is none.
  case none
}

/// That a revision decided a conflict about a record.
package struct DecidedRecord: Hashable, Sendable {
  package let revision: Revision
  /// Its place among the decisions of the revision.
  package let ordinal: Int64
  package let collection: CollectionNumber
  package let record: RecordID

  package init(revision: Revision, ordinal: Int64, collection: CollectionNumber, record: RecordID) {
    self.revision = revision
    self.ordinal = ordinal
    self.collection = collection
    self.record = record
  }

  /// Whether both are about the same record in the same revision.
  func isSameRecord(as other: DecidedRecord) -> Bool {
    (revision, collection, record) == (other.revision, other.collection, other.record)
  }
}

/// The place of a record among all of its household: by its last revision from the newest, then by collection and id.
package struct ChangedMark: Hashable, Sendable {
  package let revision: Revision
  package let collection: CollectionNumber
  package let record: RecordID

  package init(revision: Revision, collection: CollectionNumber, record: RecordID) {
    self.revision = revision
    self.collection = collection
    self.record = record
  }

  package init(_ entry: ChangedRecords.Entry) {
    self.init(revision: entry.revision, collection: entry.collection, record: entry.record)
  }

  /// Where it stands among all, the oldest first.
  package var place: (Revision, CollectionNumber, RecordID) { (revision, collection, record) }

  /// Whether the other one comes later in the list.
  package func precedes(_ other: ChangedMark) -> Bool {
    (other.revision, collection, record) < (revision, other.collection, other.record)
  }
}
