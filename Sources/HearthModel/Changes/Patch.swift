/// The hub's number for a committed change set in a household: 1, 2, 3, ...; 0 is the empty household.
public struct Revision: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number.
  public let rawValue: UInt64

  /// Makes a revision.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Nothing committed.
  public static let zero = Revision(rawValue: 0)

  /// The next revision. One household cannot commit 2^64 change sets.
  public var next: Revision { Revision(rawValue: rawValue + 1) }

  /// Committed earlier.
  public static func < (left: Revision, right: Revision) -> Bool { left.rawValue < right.rawValue }

  /// The number as text.
  public var description: String { String(rawValue) }
}

/// The random id of a store's life; new after a restore from backup.
public struct Epoch: RawRepresentable, Hashable, Sendable {
  /// 64 random bits; 0 is "none".
  public let rawValue: UInt64

  /// Makes an epoch.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }
}

/// Up to which a device has everything.
public struct Cursor: Hashable, Sendable {
  /// The life of the store that counted.
  public let epoch: Epoch
  /// The last revision that the device has.
  public let revision: Revision

  /// Makes a cursor.
  public init(epoch: Epoch, revision: Revision) {
    self.epoch = epoch
    self.revision = revision
  }

  /// A device that has nothing.
  public static let start = Cursor(epoch: Epoch(rawValue: 0), revision: .zero)
}

/// What the hub sends of one revision: the resolved state of what changed.
public struct Patch: Hashable, Sendable {
  /// The revision.
  public let revision: Revision
  /// The change set that it commits.
  public let dot: Dot
  /// The hub's time of the commit.
  public let at: Instant
  /// The records that changed.
  public let records: [RecordPatch]

  /// Makes a patch.
  public init(revision: Revision, dot: Dot, at: Instant, records: [RecordPatch]) {
    self.revision = revision
    self.dot = dot
    self.at = at
    self.records = records
  }
}

/// The resolved state of one record, or of the fields of it that changed.
public struct RecordPatch: Hashable, Sendable {
  /// The collection.
  public let collection: CollectionNumber
  /// The record.
  public let record: RecordID
  /// Whether `fields` is all there is of the record, so that what is not named shows its default.
  public let isWhole: Bool
  /// The record's version vector; nil when it follows by joining the patch's dot.
  public let versions: VersionVector?
  /// Whether the record is there.
  public let life: RecordLife
  /// Fields and their resolved values, ascending by field. Empty when the record is not there.
  public let fields: [FieldValue]
  /// All open conflicts of the named fields, and of the record's life.
  public let conflicts: [Conflict]
  /// Whether the record has left the member's view: the device drops it, and nothing else in the patch counts.
  public let isForgotten: Bool

  /// A field and its resolved value.
  public struct FieldValue: Hashable, Sendable {
    /// The field.
    public let field: FieldNumber
    /// Its value; a set is an ascending list.
    public let value: Value

    /// Makes a pair.
    public init(_ field: FieldNumber, _ value: Value) {
      self.field = field
      self.value = value
    }
  }

  /// Makes a patch of a record.
  public init(
    collection: CollectionNumber, record: RecordID, isWhole: Bool, versions: VersionVector? = nil,
    life: RecordLife = .live, fields: [FieldValue] = [], conflicts: [Conflict] = []
  ) {
    self.collection = collection
    self.record = record
    self.isWhole = isWhole
    self.versions = versions
    self.life = life
    self.fields = fields
    self.conflicts = conflicts
    isForgotten = false
  }

  private init(forgotten collection: CollectionNumber, _ record: RecordID) {
    self.collection = collection
    self.record = record
    (isWhole, versions, life, fields, conflicts) = (false, nil, .live, [], [])
    isForgotten = true
  }

  /// That a record has left the member's view.
  public static func forgotten(_ collection: CollectionNumber, _ record: RecordID) -> RecordPatch {
    RecordPatch(forgotten: collection, record)
  }
}

/// Whether a record is there.
public enum RecordLife: Hashable, Sendable {
  /// It is.
  case live
  /// It was deleted.
  case deleted(Authorship)
  /// A record on which it depends was deleted.
  case hidden
}

/// The fate of a change set.
public struct Outcome: Hashable, Sendable {
  /// Whose fate: the counter at the session's replica.
  public let counter: UInt64
  /// The revision that commits it; for a rejection the head at the time of the decision.
  public let revision: Revision
  /// The hub's time of the decision.
  public let at: Instant
  /// The fate.
  public let verdict: Verdict
  /// Where the hub's result differs from what the device computes for itself. Empty in the outcome of a resend: the
  /// device has then received the records by catching up.
  public let records: [RecordPatch]

  /// The fates there are.
  public enum Verdict: Hashable, Sendable {
    /// As written.
    case accepted
    /// Taken in, with decisions between it and what its author had not seen.
    case merged([Decision])
    /// Not taken in, in no part.
    case rejected(Rejection)
  }

  /// Makes an outcome.
  public init(counter: UInt64, revision: Revision, at: Instant, verdict: Verdict, records: [RecordPatch] = []) {
    self.counter = counter
    self.revision = revision
    self.at = at
    self.verdict = verdict
    self.records = records
  }
}
