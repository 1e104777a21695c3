/// What the hub knows of a change set: who made it, when by which clock, and what its author had seen.
public struct ChangeAccount: Hashable, Sendable {
  /// The change set.
  public let dot: Dot
  /// The revision that committed it; of a rejection the head at the decision; 0 when it was collected.
  public let revision: Revision
  /// The hub's time of the decision; when it was collected, the stamp's.
  public let at: Instant
  /// When it was made, as the device's own clock showed it.
  public let madeAt: HybridTime
  /// The stamp that counts: corrected by the hub.
  public let stamp: HybridTime
  /// How far the device's clock was ahead when it connected.
  public let offset: ClockOffset
  /// The member who made it; nil for the hub.
  public let member: RecordID?
  /// What people call the device; empty for the hub.
  public let device: String
  /// The member's rank at the decision.
  public let rank: Rank
  /// The newest change of the record that the author had seen; nil when it had seen none, and in answers about several
  /// records.
  public let seen: Sighting?

  /// Whether the change set was collected, so that of it is known only what stands in the record itself.
  public var isCollected: Bool { revision == .zero }

  /// A change that somebody had seen.
  public struct Sighting: Hashable, Sendable {
    /// The change set.
    public let dot: Dot
    /// The revision that committed it.
    public let revision: Revision
    /// The hub's time of its decision.
    public let at: Instant

    /// Makes a sighting.
    public init(dot: Dot, revision: Revision, at: Instant) {
      self.dot = dot
      self.revision = revision
      self.at = at
    }
  }

  /// Makes an account.
  public init(
    dot: Dot, revision: Revision, at: Instant, madeAt: HybridTime, stamp: HybridTime, offset: ClockOffset,
    member: RecordID?, device: String, rank: Rank, seen: Sighting?
  ) {
    self.dot = dot
    self.revision = revision
    self.at = at
    self.madeAt = madeAt
    self.stamp = stamp
    self.offset = offset
    self.member = member
    self.device = device
    self.rank = rank
    self.seen = seen
  }
}

/// What stands behind a record: its life, and each field with the writes that it is made of.
public struct RecordAccount: Hashable, Sendable {
  /// Its collection.
  public let collection: CollectionNumber
  /// Its id.
  public let record: RecordID
  /// What people may know it by; empty when nothing serves.
  public let label: String
  /// Whether it is there.
  public let life: RecordLife
  /// The conflict about its life; nil when there is none.
  public let lifeConflict: Conflict?
  /// The deleted record that hides it; nil when none does, or when the member may not see that one.
  public let hiddenBy: HidingRecord?
  /// How many records its delete hides that the member would see otherwise.
  public let hiddenCount: Int
  /// The fields of this page, in the order of the collection.
  public let fields: [FieldAccount]

  /// A deleted record on which others depend.
  public struct HidingRecord: Hashable, Sendable {
    /// Its collection.
    public let collection: CollectionNumber
    /// Its id.
    public let record: RecordID

    /// Makes an address.
    public init(collection: CollectionNumber, record: RecordID) {
      self.collection = collection
      self.record = record
    }
  }

  /// Makes an account.
  public init(
    collection: CollectionNumber, record: RecordID, label: String, life: RecordLife, lifeConflict: Conflict?,
    hiddenBy: HidingRecord?, hiddenCount: Int, fields: [FieldAccount]
  ) {
    self.collection = collection
    self.record = record
    self.label = label
    self.life = life
    self.lifeConflict = lifeConflict
    self.hiddenBy = hiddenBy
    self.hiddenCount = hiddenCount
    self.fields = fields
  }
}

extension RecordAccount {
  /// The same with other fields.
  func with(_ fields: [FieldAccount]) -> RecordAccount {
    RecordAccount(
      collection: collection, record: record, label: label, life: life, lifeConflict: lifeConflict,
      hiddenBy: hiddenBy, hiddenCount: hiddenCount, fields: fields)
  }
}

/// What stands behind a field, or behind the fields of a group.
public struct FieldAccount: Hashable, Sendable {
  /// The fields and what they show; of a group only those that the member may see.
  public let shown: [RecordPatch.FieldValue]
  /// The merge rule, by its name in the pack language.
  public let rule: String
  /// The writes that the value is made of, each with what lost to it: one for a register, one for each element of a
  /// set and each path of a json field.
  public let standing: [Conflict]
  /// Of a counter: what each replica added in all.
  public let shares: [Counter.Share]
  /// What of the pack may have written what is shown, as `tasks.hand_in`: moves that set the field, effects, or what it
  /// is computed from; empty where a person wrote it.
  public let writtenBy: [String]

  /// Makes an account.
  public init(
    shown: [RecordPatch.FieldValue], rule: String, standing: [Conflict] = [], shares: [Counter.Share] = [],
    writtenBy: [String] = []
  ) {
    self.shown = shown
    self.rule = rule
    self.standing = standing
    self.shares = shares
    self.writtenBy = writtenBy
  }

  /// Those of the standing writes to which something lost.
  public var conflicts: [Conflict] { standing.filter { !$0.losers.isEmpty } }
}

/// A part of what happened to a record, the newest first.
public struct RecordHistory: Hashable, Sendable {
  /// Its collection.
  public let collection: CollectionNumber
  /// Its id.
  public let record: RecordID
  /// What people may know it by; empty when nothing serves.
  public let label: String
  /// The change sets.
  public let entries: [HistoryEntry]

  /// Makes a history.
  public init(collection: CollectionNumber, record: RecordID, label: String, entries: [HistoryEntry]) {
    self.collection = collection
    self.record = record
    self.label = label
    self.entries = entries
  }
}

/// A change set that was about a record, with what it did to it as far as the member may see.
public struct HistoryEntry: Hashable, Sendable {
  /// The change set; its account stands in the answer.
  public let dot: Dot
  /// What happened to the record as a whole.
  public let kind: RecordChange.Kind
  /// What happened to which field.
  public let edits: [Edit]
  /// What the pack's moves and effects wrote with it, as far as it still stands.
  public let ruleEdits: [Edit]
  /// What became of it; decisions only about this record.
  public let verdict: Outcome.Verdict

  /// Makes an entry.
  public init(dot: Dot, kind: RecordChange.Kind, edits: [Edit], ruleEdits: [Edit] = [], verdict: Outcome.Verdict) {
    self.dot = dot
    self.kind = kind
    self.edits = edits
    self.ruleEdits = ruleEdits
    self.verdict = verdict
  }
}
