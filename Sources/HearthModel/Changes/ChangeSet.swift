/// What one device did as one atomic unit: a list of record changes with one fate (P4).
public struct ChangeSet: Hashable, Sendable {
  /// Its place among the change sets of its replica, from 1.
  public var counter: UInt64
  /// The device's clock when it was made.
  public let stamp: HybridTime
  /// The dots under which the same content may already have been sent, before the device got new replica numbers;
  /// oldest first.
  public var formerly: [Dot]
  /// What it does, each record at most once.
  public let content: Content

  /// The changes, or what made them unreadable.
  ///
  /// A change set that cannot be read is still answered and still uses up its counter (P9).
  public enum Content: Hashable, Sendable {
    /// Record changes; their order has no meaning.
    case changes([RecordChange])
    /// It could not be read.
    case unreadable(Rejection)
  }

  /// Makes a change set.
  public init(counter: UInt64, stamp: HybridTime, formerly: [Dot] = [], content: Content) {
    self.counter = counter
    self.stamp = stamp
    self.formerly = formerly
    self.content = content
  }

  /// The changes; empty when it could not be read.
  public var changes: [RecordChange] {
    if case .changes(let changes) = content { changes } else { [] }
  }
}

/// What a change set does to one record.
public struct RecordChange: Hashable, Sendable {
  /// What happens to the record as a whole.
  public typealias Kind = RecordOperation.Kind

  /// Its collection.
  public let collection: CollectionNumber
  /// Its id.
  public let record: RecordID
  /// What happens to the record as a whole.
  public let kind: Kind
  /// The record's version vector at the device when it made the edit.
  public let context: VersionVector
  /// What must not have changed in the meantime.
  public let expectation: Expectation
  /// What happens to which field; empty for deletes and restores.
  public let edits: [Edit]

  /// What must not have changed since the context, for optimistic locking.
  public enum Expectation: Hashable, Sendable {
    /// Nothing is expected.
    case none
    /// The whole record is unchanged.
    case recordUnchanged
    /// These fields are unchanged.
    case fieldsUnchanged([FieldNumber])
  }

  /// Makes a change.
  public init(
    collection: CollectionNumber, record: RecordID, kind: Kind, context: VersionVector = VersionVector(),
    expectation: Expectation = .none, edits: [Edit] = []
  ) {
    self.collection = collection
    self.record = record
    self.kind = kind
    self.context = context
    self.expectation = expectation
    self.edits = edits
  }
}

/// What a change does to one field.
public struct Edit: Hashable, Sendable {
  /// The field.
  public let field: FieldNumber
  /// What happens to it.
  public let action: Action

  /// What can happen to a field; which of these a field takes follows from its merge rule.
  public enum Action: Hashable, Sendable {
    /// It gets a value. For registers, `max`, `min`; for JSON the whole document.
    case set(Value)
    /// A counter grows by this; decimals count in units of their last digit.
    case add(Int64)
    /// An element joins the set.
    case insert(Value)
    /// An element leaves the set.
    case remove(Value)
    /// A value is written at a JSON path.
    case put(Document.Path, Value)
    /// A JSON path goes, with what stands below it.
    case drop(Document.Path)
  }

  /// Makes an edit.
  public init(_ field: FieldNumber, _ action: Action) {
    self.field = field
    self.action = action
  }
}
