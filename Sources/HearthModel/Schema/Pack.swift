/// The description of one app, checked: every number in it points to something that is there.
///
/// Made by `PackLoader` in HearthPack; the language is in docs/reference/pack-language.md.
public final class Pack: Hashable, Sendable {
  /// The app's name.
  public let name: String
  /// The shape that devices speak, from 1.
  public let version: Int
  /// The collections; the one with number `n` stands at `n - 1`.
  public let collections: [CollectionSchema]
  /// The collection with one record for the household itself.
  public let householdCollection: CollectionNumber
  /// The collection of the household's members.
  public let memberCollection: CollectionNumber
  /// The field of the household's record that holds its time zone.
  public let zoneField: FieldNumber
  /// The field of a member's record that holds the role.
  public let roleField: FieldNumber
  /// Roles and their ranks.
  public let roles: Roles
  /// What the pack wants proved about rights.
  public let expectations: [Expectation]
  /// The rows of the shared collections; nil where they are not known, as on devices.
  public let catalogue: Catalogue?

  /// Makes a pack of checked parts.
  package init(
    name: String, version: Int, collections: [CollectionSchema], householdCollection: CollectionNumber,
    memberCollection: CollectionNumber, zoneField: FieldNumber, roleField: FieldNumber, roles: Roles,
    expectations: [Expectation] = [], catalogue: Catalogue? = nil
  ) {
    self.name = name
    self.version = version
    self.collections = collections
    self.householdCollection = householdCollection
    self.memberCollection = memberCollection
    self.zoneField = zoneField
    self.roleField = roleField
    self.roles = roles
    self.expectations = expectations
    self.catalogue = catalogue
  }

  /// The same shapes and merge rules with everything open: no rights, rules, moves or effects. For measuring what rules
  /// cost, and for tests of merging alone.
  package var withoutRules: Pack {
    Pack(
      name: name, version: version, collections: collections.map { $0.withoutRules },
      householdCollection: householdCollection, memberCollection: memberCollection, zoneField: zoneField,
      roleField: roleField,
      roles: Roles(ranked: roles.ranked, beside: roles.beside, service: roles.service, groups: roles.groups),
      catalogue: catalogue)
  }

  /// Whether it has shared collections, so that a hub needs a catalogue.
  public var hasShared: Bool { collections.contains(where: \.isShared) }

  /// The pack with the rows of its shared collections.
  public func with(_ catalogue: Catalogue) -> Pack {
    Pack(
      name: name, version: version, collections: collections, householdCollection: householdCollection,
      memberCollection: memberCollection, zoneField: zoneField, roleField: roleField, roles: roles,
      expectations: expectations, catalogue: catalogue)
  }

  /// Equal in everything.
  public static func == (left: Pack, right: Pack) -> Bool {
    left === right
      || (left.name == right.name && left.version == right.version && left.collections == right.collections
        && left.householdCollection == right.householdCollection && left.memberCollection == right.memberCollection
        && left.zoneField == right.zoneField && left.roleField == right.roleField && left.roles == right.roles
        && left.expectations == right.expectations && left.catalogue == right.catalogue)
  }

  /// Feeds what names it.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(version)
  }

  /// The collection with a number; nil when the pack has none, as with numbers from the wire.
  public func collection(_ number: CollectionNumber) -> CollectionSchema? {
    collections.indices.contains(number.index) ? collections[number.index] : nil
  }

  /// The collection with a name; nil when the pack has none.
  public func collection(named name: String) -> CollectionSchema? {
    collections.first { $0.name == name }
  }
}

/// The place of a collection in its pack, from 1, as on the wire.
public struct CollectionNumber: RawRepresentable, Hashable, Comparable, Sendable {
  /// The place, from 1.
  public let rawValue: UInt16

  /// Makes a number; whether a pack has such a collection is for ``Pack/collection(_:)`` to say.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// The position in `Pack.collections`; negative for the number 0, which no collection has.
  public var index: Int { Int(rawValue) - 1 }

  /// Earlier in the pack.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The place of a field in its collection, from 1, as on the wire.
public struct FieldNumber: RawRepresentable, Hashable, Comparable, Sendable {
  /// The place, from 1.
  public let rawValue: UInt16

  /// Makes a number; whether a collection has such a field is for ``CollectionSchema/field(_:)`` to say.
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// The position in `CollectionSchema.fields`; negative for the number 0, which no field has.
  public var index: Int { Int(rawValue) - 1 }

  /// Earlier in the collection.
  public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// The roles of an app and their order of authority.
public struct Roles: Hashable, Sendable {
  /// Roles from high to low.
  public let ranked: [String]
  /// Roles below all ranked ones.
  public let beside: [String]
  /// Workers at the hub.
  public let service: [String]
  /// Named sets of roles.
  public let groups: [String: [String]]
  /// What must hold of a member who comes in, over `member` alone; nil when nothing.
  public let session: Expression?

  /// Makes roles of checked names.
  package init(
    ranked: [String], beside: [String], service: [String], groups: [String: [String]], session: Expression? = nil
  ) {
    self.ranked = ranked
    self.beside = beside
    self.service = service
    self.groups = groups
    self.session = session
  }

  /// The rank of a role: 1 for roles beside, rising from 2 for the lowest ranked; the hub's for services; nil for a
  /// name that is no role.
  public func rank(of role: String) -> Rank? {
    if let place = ranked.firstIndex(of: role) { return Rank(rawValue: UInt8(ranked.count - place) + 1) }
    if beside.contains(role) { return Rank(rawValue: 1) }
    return service.contains(role) ? .hub : nil
  }

  /// All roles.
  package var all: [String] { ranked + beside + service }

  /// The roles that have a rank, from high to low, as `explain` names them.
  public func names(of rank: Rank) -> [String] {
    rank == .hub ? ["hub"] : (ranked + beside).filter { self.rank(of: $0) == rank }
  }
}
