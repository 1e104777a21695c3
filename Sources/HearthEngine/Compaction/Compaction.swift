package import HearthModel

/// What one transaction collects of a household: the result of looking at a bounded part of its past.
package struct Compaction: Hashable, Sendable {
  package let household: HouseholdID
  /// Change sets of which only this stays, ascending by replica and counter, of each replica without a gap.
  package var remnants: [Remnant] = []
  /// Rows of decided conflicts that go, ascending.
  package var decisions: [DecidedRecord] = []
  /// Deleted records that go, with all that depends on them.
  package var records: [CollectedRecord] = []

  package init(household: HouseholdID) {
    self.household = household
  }

  package var isEmpty: Bool { remnants.isEmpty && decisions.isEmpty && records.isEmpty }
}

/// A deleted or hidden record that goes for ever. Its id stays, so that nobody makes it again.
package struct CollectedRecord: Hashable, Sendable {
  package let collection: CollectionNumber
  package let record: RecordID
  /// Its last revision.
  package let revision: Revision
  /// What it points to, as the store holds it.
  package let references: [Reference]

  init(_ entry: ChangedRecords.Entry, references: [Reference]) {
    (collection, record, revision) = (entry.collection, entry.record, entry.revision)
    self.references = references
  }
}

/// How far a walk through the past of a household has come.
package enum CompactionMark: Hashable, Sendable {
  /// Change sets are next.
  case history
  /// Conflicts are next that were decided at or before a revision, behind the last one that was looked at.
  case decisions(through: Revision, after: DecidedRecord?)
  /// The same of deleted records.
  case records(through: Revision, after: ChangedMark?)
}

/// What a bounded part of a walk found, and where the next part begins; nil when the household is done.
package struct CompactionStep: Sendable {
  package let compaction: Compaction
  package let next: CompactionMark?
}

/// What decides what is collected: all from the moment in which it is written.
package protocol CompactionReader: StoreReader {
  /// The installs of a household, ascending by replica.
  func installs(of household: HouseholdID) throws -> [InstallStanding]

  /// Shows the change sets of a replica that have not been collected, ascending, as long as they are asked for.
  func changes(
    of household: HouseholdID, by replica: ReplicaNumber, while body: (ChangeEntry) throws -> Bool
  ) throws

  /// The oldest rows of decided conflicts, ascending.
  ///
  /// - Parameters:
  ///   - revision: the last one whose rows are wanted.
  ///   - mark: only rows behind this one.
  func decisions(
    of household: HouseholdID, through revision: Revision, after mark: DecidedRecord?, limit: Int
  ) throws -> [DecidedRecord]

  /// The deleted records that changed last, the oldest first; also some that an edit has kept alive.
  ///
  /// - Parameters:
  ///   - revision: the last one whose records are wanted.
  ///   - mark: only records behind this one.
  func deletedRecords(
    of household: HouseholdID, through revision: Revision, after mark: ChangedMark?, limit: Int
  ) throws -> [ChangedRecords.Entry]

  /// A record with its last revision; nil when the household has none with this id.
  func entry(_ key: RecordKey) throws -> ChangedRecords.Entry?
}

/// A store from which the past can be collected.
package protocol StoreCompaction {
  /// Decides what to collect and collects it, in one transaction: after a crash all of it is gone or nothing is.
  ///
  /// - Parameter decide: called once.
  /// - Throws: ``StoreFault``, or what `decide` threw. Nothing has been collected then.
  func compact(_ decide: (any CompactionReader) throws -> Compaction) throws
}
