/// What was decided where writes had not seen each other: shown to people until a later write settles it.
public struct Conflict: Hashable, Sendable {
  /// What the writes were about.
  public let subject: Subject
  /// The rule that decided, by its name in the pack language or of the delete policy.
  public let rule: String
  /// The write that is shown.
  public let winner: Write
  /// The writes that are not.
  public let losers: [Loser]

  /// What writes can be about.
  public enum Subject: Hashable, Sendable {
    /// Whether the record lives.
    case record
    /// A field, or the fields of a group; the value is then a list.
    case fields([FieldNumber])
    /// An element of a set.
    case element(FieldNumber, Value)
    /// A path of a JSON field.
    case path(FieldNumber, Document.Path)

    /// The fields meant; empty for the record.
    public var fields: [FieldNumber] {
      switch self {
      case .record: []
      case .fields(let fields): fields
      case .element(let field, _), .path(let field, _): [field]
      }
    }
  }

  /// Makes a conflict.
  public init(subject: Subject, rule: String, winner: Write, losers: [Loser]) {
    self.subject = subject
    self.rule = rule
    self.winner = winner
    self.losers = losers
  }

  init(_ subject: Subject, rule: String, _ resolution: Resolution) {
    self.init(subject: subject, rule: rule, winner: resolution.winner, losers: resolution.losers)
  }
}

/// A conflict and the record it is in.
public struct Decision: Hashable, Sendable {
  /// The collection.
  public let collection: CollectionNumber
  /// The record.
  public let record: RecordID
  /// What was decided.
  public let conflict: Conflict

  /// Makes a decision.
  public init(collection: CollectionNumber, record: RecordID, conflict: Conflict) {
    self.collection = collection
    self.record = record
    self.conflict = conflict
  }
}
