/// Who may do what with the records of a collection. Nobody may what no grant says; the union of the grants is the
/// right.
public struct Access: Hashable, Sendable {
  /// Who sees which records and which fields of them.
  public var read: [Grant]
  /// Who makes records, and gives which fields.
  public var create: [Grant]
  /// Who changes which fields. Judged on the record before and after the change.
  public var update: [Grant]
  /// Who deletes and restores records. Judged on the record before.
  public var delete: [Grant]
  /// Whether everybody may do everything, whatever the grants say.
  public let isOpen: Bool

  /// Makes an access of grants.
  public init(read: [Grant] = [], create: [Grant] = [], update: [Grant] = [], delete: [Grant] = []) {
    self.read = read
    self.create = create
    self.update = update
    self.delete = delete
    isOpen = false
  }

  private init(open: Void) {
    (read, create, update, delete) = ([], [], [], [])
    isOpen = true
  }

  /// Everybody may do everything.
  public static let open = Access(open: ())

  /// What can be done with a record.
  public enum Verb: String, Hashable, Sendable, CaseIterable {
    case read
    case create
    case update
    case delete
  }

  /// The grants for a verb.
  public func grants(for verb: Verb) -> [Grant] {
    switch verb {
    case .read: read
    case .create: create
    case .update: update
    case .delete: delete
    }
  }
}

/// A right: to whom, when, and to which fields.
public struct Grant: Hashable, Sendable {
  /// To whom.
  public let who: Who
  /// When; nil when always. The condition of a named relation is part of ``who``.
  public let condition: Expression?
  /// Which fields; those that `all` stands for are written out.
  public let fields: FieldSet
  /// Paths of JSON fields that may be written although their field as a whole may not.
  public let paths: [Path]

  /// Makes a grant.
  package init(to who: Who, condition: Expression? = nil, fields: FieldSet, paths: [Path] = []) {
    self.who = who
    self.condition = condition
    self.fields = fields
    self.paths = paths
  }

  /// A path of a JSON field, with everything below it.
  public struct Path: Hashable, Sendable {
    /// The field.
    public let field: FieldNumber
    /// The keys; `*` stands for any key.
    public let keys: [String]

    /// Makes a path.
    public init(field: FieldNumber, keys: [String]) {
      self.field = field
      self.keys = keys
    }

    /// Whether a path stands at or below this one.
    public func covers(_ path: Document.Path) -> Bool {
      path.count >= keys.count && zip(keys, path).allSatisfy { $0 == "*" || $0.isSameUTF8(as: $1) }
    }
  }
}

/// To whom something is granted: members of some roles, members in a relation to the record, or both.
public struct Who: Hashable, Sendable {
  /// The name as the pack writes it: a role, a group of roles, or a relation.
  public let name: String
  /// The roles; nil for a relation, which asks for none.
  public let roles: Set<String>?
  /// What must hold between the member and the record; nil for roles.
  public let relation: Expression?

  /// Makes a role, a group or a relation.
  package init(name: String, roles: Set<String>?, relation: Expression?) {
    self.name = name
    self.roles = roles
    self.relation = relation
  }

  /// Whether a member with this role may be meant.
  public func mayMean(role: String) -> Bool { roles?.contains(role) ?? true }
}
