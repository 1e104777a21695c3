package import HearthModel

/// Where a hub keeps its households. A store brings no policy: it keeps and finds what the engine hands it.
///
/// One conformance suite runs on every store (Tests/HearthStoreTests). All methods but those of ``StoreSnapshots`` and
/// ``StoreInquiries`` are called by one thread at a time.
package protocol Store: AnyObject, StoreSnapshots, StoreInquiries, StoreCompaction {
  /// Decides and writes a batch in one transaction.
  ///
  /// - Parameter decide: reads through the reader and returns what to write; called once.
  /// - Throws: ``StoreFault``, or what `decide` threw. Nothing has been written then. When it returns, what was written
  ///   is on the disk (P2).
  func commit(_ decide: (any StoreReader) throws -> Commit) throws

  /// The same for what passes by many households one after the other, such as the beginning of a day: what it reads
  /// does not drive out what the store keeps in memory because it is used all the time.
  func sweep(_ decide: (any StoreReader) throws -> Commit) throws

  /// A sweep has come to its end: lets go of the memory that it took.
  func endSweep() throws

  /// Adds a device and the hash of its token.
  func addDevice(_ device: DeviceEntry) throws

  /// The device whose token has this hash.
  func device(tokenHash: [UInt8]) throws -> DeviceEntry?

  /// All devices of a household, in the order they were added.
  func devices(of household: HouseholdID) throws -> [DeviceEntry]

  /// All households, in the order they were added.
  func households() throws -> [HouseholdEntry]

  /// Gives a replica number of the household to an install of a device.
  ///
  /// - Returns: the number that this incarnation of the device has already, else the next free one.
  func openReplica(household: HouseholdID, device: RecordID, incarnation: UInt64) throws -> ReplicaNumber

  /// Reads outside of a commit; like a sweep, since those who decide something use ``commit(_:)``.
  func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result

  /// Begins a life of the store, as a hub does that has opened it (P12). The newest ``Lineage/livesMax`` are kept.
  func beginLife(_ epoch: Epoch) throws

  /// Remembers up to which revision a device has everything, and when it was heard of (feeds the frontier).
  ///
  /// - Parameter now: the hub's clock.
  func acknowledge(_ acknowledgements: [Acknowledgement], now: Instant) throws

  /// The mark of the catalogue that all households of an app were brought up to; nil when none was noted.
  func catalogueMark(of app: String) throws -> [UInt8]?

  /// Notes that all households of an app have the catalogue with this mark, so that they need not be asked.
  func noteCatalogue(_ mark: [UInt8], of app: String) throws

  /// Does what may wait until outcomes have been sent, such as copying a log into a file.
  ///
  /// The shell calls it after the outcomes of a commit went out and before the next commit. A store whose ``tidy()`` is
  /// never called still works; it then does the same inside commits.
  /// - Throws: ``StoreFault`` `.failed` when the disk failed. What has been acknowledged is safe; nothing more may be.
  func tidy() throws
}

extension Store {
  /// A store that keeps everything in memory has nothing to drive out.
  package func sweep(_ decide: (any StoreReader) throws -> Commit) throws { try commit(decide) }

  /// Nothing was taken.
  package func endSweep() throws {}

  /// Nothing waits.
  package func tidy() throws {}
}

/// What may be asked at any time from any thread, beside a running commit.
package protocol StoreSnapshots: Sendable {
  /// The records of a household that changed after a revision, with the state they have now, in the order of their last
  /// revision (P11: an index finds them, whatever the size of the household or its history).
  ///
  /// - Parameters:
  ///   - revision: only records whose last change came after it.
  ///   - bytesMax: stop behind the record that reaches this many stored bytes.
  func changedRecords(
    of household: HouseholdID, after revision: Revision, bytesMax: Int
  ) throws -> ChangedRecords

  /// The same page, with a look at the household's other records as of the same moment.
  func changedRecords<Result>(
    of household: HouseholdID, after revision: Revision, bytesMax: Int,
    _ body: (ChangedRecords, @escaping (RecordKey) throws -> RecordState?) throws -> Result
  ) throws -> Result
}

/// What a decision may read: the state as of before the batch.
package protocol StoreReader {
  /// A household; nil when the hub has none with this id.
  func household(_ id: HouseholdID) throws -> HouseholdState?

  /// A record; nil when the household has none with this id.
  func record(_ key: RecordKey) throws -> RecordState?

  /// Whether there was a record with this id that was deleted and has been collected.
  func isGone(_ key: RecordKey) throws -> Bool

  /// What was decided about a change set; nil when nothing was, or when it was collected.
  func change(_ household: HouseholdID, _ dot: Dot) throws -> ChangeEntry?

  /// What stays of a change set that was collected; nil for any other.
  func remnant(_ household: HouseholdID, _ dot: Dot) throws -> Remnant?

  /// The dot under which a change set of this content was decided first that named former dots; nil when none was.
  func dot(_ household: HouseholdID, of content: RenewedContent) throws -> Dot?

  /// The records whose references, as stored, point to a record, ascending.
  func referrers(_ household: HouseholdID, to target: RecordID) throws -> [Reference]

  /// The record that has the values of a `unique`; nil when none has.
  func holder(of key: UniqueKey) throws -> UniqueHolder?

  /// All records of a collection, deleted ones included, ascending; for what happens once a day.
  func records(of household: HouseholdID, in collection: CollectionNumber) throws -> [RecordID]
}

/// The address of a record at the hub.
package struct RecordKey: Hashable, Sendable {
  package let household: HouseholdID
  package let collection: CollectionNumber
  package let record: RecordID

  package init(_ household: HouseholdID, _ collection: CollectionNumber, _ record: RecordID) {
    self.household = household
    self.collection = collection
    self.record = record
  }
}

/// That a field of a record points to a target.
package struct Reference: Hashable, Comparable, Sendable {
  package let target: RecordID
  package let collection: CollectionNumber
  package let record: RecordID
  package let field: FieldNumber

  package init(target: RecordID, collection: CollectionNumber, record: RecordID, field: FieldNumber) {
    self.target = target
    self.collection = collection
    self.record = record
    self.field = field
  }

  package static func < (left: Reference, right: Reference) -> Bool {
    (left.target, left.collection, left.record, left.field) < (
      right.target, right.collection, right.record, right.field
    )
  }
}

/// A page of records that changed, and whether there are more.
package struct ChangedRecords: Sendable {
  package struct Entry: Sendable {
    package let collection: CollectionNumber
    package let record: RecordID
    package let revision: Revision
    package let state: RecordState

    package init(collection: CollectionNumber, record: RecordID, revision: Revision, state: RecordState) {
      self.collection = collection
      self.record = record
      self.revision = revision
      self.state = state
    }
  }

  package let entries: [Entry]
  /// The revision up to which the page is complete: of its last record when there are more, else the household's head
  /// when the page was read.
  package let through: Revision
  package let hasMore: Bool
  /// ``HouseholdState/horizon`` when the page was read.
  package let horizon: Revision

  package init(entries: [Entry], through: Revision, hasMore: Bool, horizon: Revision) {
    self.entries = entries
    self.through = through
    self.hasMore = hasMore
    self.horizon = horizon
  }
}

/// Up to which revision a device has everything.
package struct Acknowledgement: Hashable, Sendable {
  package let household: HouseholdID
  package let replica: ReplicaNumber
  package let revision: Revision

  package init(household: HouseholdID, replica: ReplicaNumber, revision: Revision) {
    self.household = household
    self.replica = replica
    self.revision = revision
  }
}

/// A store cannot do what it was asked; the message says what to do.
package struct StoreFault: Error, Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Hashable, Sendable {
    /// There is one already.
    case exists
    /// The household or device is unknown.
    case unknown
    /// The head is not the one that the commit expects: somebody else writes to this store.
    case staleHead
    /// The file is not a Hearth database.
    case notADatabase
    /// The file is damaged.
    case corrupt
    /// The file was written by another version of Hearth, or with another shape of a pack.
    case otherVersion
    /// The file or its folder cannot be written.
    case readOnly
    /// Another process has the file open.
    case inUse
    /// There is no space left; reading goes on.
    case diskFull
    /// The disk failed; nothing may be acknowledged any more.
    case failed
  }

  package let kind: Kind
  package let message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }

  /// There is no such household.
  package static func unknown(_ household: HouseholdID) -> StoreFault {
    StoreFault(.unknown, "There is no household \(household).")
  }
}
