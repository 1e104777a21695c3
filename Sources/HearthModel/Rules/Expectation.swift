/// A sentence about rights that a pack wants proved, as `child may not write users.role`.
public struct Expectation: Hashable, Sendable {
  /// What somebody may or may not do.
  public enum Verb: String, Hashable, Sendable, CaseIterable {
    case read
    case create
    case update
    case delete
    /// Create or update.
    case write
  }

  /// The sentence as the pack has it.
  public let text: String
  /// The roles that are meant, those of `nobody` and of groups written out.
  public let roles: Set<String>
  /// Whether they may; else they may not.
  public let isAllowed: Bool
  /// What.
  public let verb: Verb
  /// Of which collection.
  public let collection: CollectionNumber
  /// Which field; nil for records as a whole.
  public let field: FieldNumber?

  /// Makes an expectation.
  package init(
    text: String, roles: Set<String>, isAllowed: Bool, verb: Verb, collection: CollectionNumber, field: FieldNumber?
  ) {
    self.text = text
    self.roles = roles
    self.isAllowed = isAllowed
    self.verb = verb
    self.collection = collection
    self.field = field
  }
}
