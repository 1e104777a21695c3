internal import HearthModel

/// Where an expression stands, and thereby which names it may use (docs/reference/pack-language.md, section 8.2).
struct ExpressionScope: Hashable, Sendable {
  /// Names and steps that not every place has.
  struct Names: OptionSet, Hashable, Sendable {
    let rawValue: Int

    /// The record's own fields, `id`.
    static let record = Names(rawValue: 1)
    /// `old`, `changed(field)`, `creating`.
    static let old = Names(rawValue: 2)
    /// `seen`.
    static let seen = Names(rawValue: 4)
    /// `member`.
    static let member = Names(rawValue: 8)
    /// `device`.
    static let device = Names(rawValue: 16)
    /// `household`.
    static let household = Names(rawValue: 32)
    /// `now`, `today`.
    static let clock = Names(rawValue: 64)
    /// `written`.
    static let written = Names(rawValue: 128)
    /// Steps through references.
    static let follow = Names(rawValue: 256)
    /// Names of `who`.
    static let relations = Names(rawValue: 512)
    /// Functions that ask for the day, as `age`.
    static let day = Names(rawValue: 1024)
  }

  /// The place in words, for messages.
  let name: String
  let names: Names
  /// Paths that hold a value wherever the expression is evaluated.
  private(set) var facts: Set<Expression.Input> = []

  private init(_ name: String, _ names: Names) {
    self.name = name
    self.names = names
  }

  private static let onlooker: Names = [.record, .member, .device, .household, .follow, .relations]

  static let read = ExpressionScope("`read`", onlooker)
  static let access = ExpressionScope("`access`", onlooker.union([.clock, .day]))
  static let relation = ExpressionScope("`who`", onlooker.union([.clock, .day]))
  static let check = ExpressionScope("a check", [.record, .old, .member, .household, .clock, .day])
  /// A check in an `append` collection.
  static let entry = ExpressionScope("a check", [.record, .old, .member, .household, .clock, .day, .follow])
  static let effect = ExpressionScope(
    "an effect", [.record, .old, .seen, .member, .household, .clock, .day, .written, .follow])
  /// One side of a move: no names, only values.
  static let literal = ExpressionScope("a move's change", [])
  static let move = ExpressionScope("a move", effect.names).behindRecord
  static let derived = ExpressionScope("a derived field", [.record, .household, .follow, .day])
  static let condition = ExpressionScope("`where`", [.record])
  static let session = ExpressionScope("`session`", [.member])

  /// All names but those of `who`.
  static let anywhere = ExpressionScope(
    "an expression", effect.names.union([.device]))

  /// The same place where more is known.
  func knowing(_ more: Set<Expression.Input>) -> ExpressionScope {
    var scope = self
    scope.facts.formUnion(more)
    return scope
  }

  /// A place where the record is at the hub already, so that `old` and `seen` hold its fields.
  var behindRecord: ExpressionScope { knowing([Expression.Input(.old)]) }
}

/// What expressions can name: the collections and roles of a pack, perhaps of one with mistakes.
struct PackNames {
  /// A collection; without schema when its lines cannot be read.
  struct Entry {
    let name: String
    let schema: CollectionSchema?
    /// Names of lines that made no field.
    let failed: Set<String>
  }

  let collections: [Entry]
  let roles: Roles
  let household: CollectionNumber?
  let members: CollectionNumber?
  /// The field of the members' collection that holds the role.
  let roleField: FieldNumber?

  func schema(_ number: CollectionNumber) -> CollectionSchema? {
    collections.indices.contains(number.index) ? collections[number.index].schema : nil
  }

  func name(_ number: CollectionNumber) -> String {
    collections.indices.contains(number.index) ? collections[number.index].name : "#\(number.rawValue)"
  }

  func number(named name: String) -> CollectionNumber? {
    collections.firstIndex { $0.name == name }.map { CollectionNumber(rawValue: UInt16($0 + 1)) }
  }

  /// The type of a field's values.
  func type(of field: Field, in collection: CollectionNumber) -> ExpressionType {
    collection == members && field.number == roleField ? .role : ExpressionType(field.type)
  }

  /// All roles, those of services too.
  var roleNames: [String] { roles.ranked + roles.beside + roles.service }

  func name(of type: ExpressionType) -> String { type.name { name($0) } }
}

extension PackNames {
  /// The names of a pack without mistakes.
  init(_ pack: Pack) {
    collections = pack.collections.map { Entry(name: $0.name, schema: $0, failed: []) }
    roles = pack.roles
    household = pack.householdCollection
    members = pack.memberCollection
    roleField = pack.roleField
  }
}
