/// A collection of an app: its fields, how they merge, and what happens to its records.
public struct CollectionSchema: Hashable, Sendable {
  /// Its place in the pack.
  public let number: CollectionNumber
  /// Its name.
  public let name: String
  /// The fields without the implied `id`; the one with number `n` stands at `n - 1`.
  public let fields: [Field]
  /// What merges as one: each field alone, or the fields of a group.
  public let slots: [Slot]
  /// What wins when a delete and an edit had not seen each other.
  public let deletes: DeletePolicy
  /// Whether devices only create records.
  public let isAppendOnly: Bool
  /// Whether every update is judged as if it expected the record unchanged.
  public let isStrict: Bool
  /// The fields whose values make the record's id; empty when ids are random.
  public let key: [FieldNumber]
  /// The indexes for queries.
  public let indexes: [Index]
  /// The rule of each slot, in the order of `slots`.
  public let rules: [MergeRule]
  /// Who may do what, and what follows from it.
  public internal(set) var behavior: Behavior

  /// Makes a collection of checked parts.
  package init(
    number: CollectionNumber, name: String, fields: [Field], slots: [Slot], deletes: DeletePolicy,
    isAppendOnly: Bool, isStrict: Bool, key: [FieldNumber], indexes: [Index]
  ) {
    self.number = number
    self.name = name
    self.fields = fields
    self.slots = slots
    self.deletes = deletes
    self.isAppendOnly = isAppendOnly
    self.isStrict = isStrict
    self.key = key
    self.indexes = indexes
    rules = slots.map(\.rule)
    behavior = .open
  }

  /// The collection with a behavior.
  package func with(_ behavior: Behavior) -> CollectionSchema {
    var collection = self
    collection.behavior = behavior
    return collection
  }

  /// The collection with everything open. What it derives and how its ids are made belong to its shape.
  var withoutRules: CollectionSchema {
    var open = Behavior.open
    open.derived = behavior.derived
    open.keyCondition = behavior.keyCondition
    return with(open)
  }

  /// The field with a number; nil when the collection has none, as with numbers from the wire.
  public func field(_ number: FieldNumber) -> Field? {
    fields.indices.contains(number.index) ? fields[number.index] : nil
  }

  /// The field with a name; nil when the collection has none.
  public func field(named name: String) -> Field? {
    fields.first { $0.name == name }
  }

  /// What merges as one.
  public struct Slot: Hashable, Sendable {
    /// The name of the group, or of the only field.
    public let name: String
    /// The fields, in the order of the collection; more than one in a group.
    public let fields: [FieldNumber]
    /// How it merges.
    public let rule: MergeRule
    /// Whether the fields were declared as a group; then the register's value is a list of their values.
    public let isGroup: Bool

    /// Makes a slot.
    package init(name: String, fields: [FieldNumber], rule: MergeRule, isGroup: Bool) {
      self.name = name
      self.fields = fields
      self.rule = rule
      self.isGroup = isGroup
    }
  }

  /// An index for queries on the hub's tables.
  public struct Index: Hashable, Sendable {
    /// What is indexed.
    public enum Content: Hashable, Sendable {
      /// Columns, each perhaps descending.
      case columns([(field: FieldNumber, isDescending: Bool)])
      /// The elements of a set.
      case elements(FieldNumber)
      /// The leaves of a JSON field.
      case path(FieldNumber)

      /// Equal in kind and columns.
      public static func == (left: Content, right: Content) -> Bool {
        switch (left, right) {
        case (.columns(let left), .columns(let right)): left.elementsEqual(right, by: ==)
        case (.elements(let left), .elements(let right)), (.path(let left), .path(let right)): left == right
        default: false
        }
      }

      /// Feeds the columns.
      public func hash(into hasher: inout Hasher) {
        switch self {
        case .columns(let columns):
          for column in columns {
            hasher.combine(column.field)
            hasher.combine(column.isDescending)
          }
        case .elements(let field), .path(let field): hasher.combine(field)
        }
      }
    }

    /// Its name in the pack.
    public let name: String
    /// What is indexed.
    public let content: Content
    /// Whether it runs over all households.
    public let isGlobal: Bool
    /// Names under which other documents know it.
    public let serves: [String]

    /// Makes an index.
    package init(name: String, content: Content, isGlobal: Bool, serves: [String]) {
      self.name = name
      self.content = content
      self.isGlobal = isGlobal
      self.serves = serves
    }
  }
}

/// A field of a collection.
public struct Field: Hashable, Sendable {
  /// Its place in the collection.
  public let number: FieldNumber
  /// Its name.
  public let name: String
  /// What values it takes.
  public let type: FieldType
  /// Whether it may be null.
  public let isNullable: Bool
  /// What it shows, or gets, when the creation says nothing; nil when a value is required.
  public let defaultValue: DefaultValue?
  /// The slot it belongs to, as a position in `CollectionSchema.slots`.
  public let slot: Int
  /// Its place among the fields of the slot.
  public let place: Int
  /// Who may see and write it, as far as the field alone says.
  public let marks: Marks
  /// What happens to the record when the target of this reference is deleted; nil when the field is no reference.
  public let onDelete: ReferencePolicy?

  /// Makes a field of checked parts.
  package init(
    number: FieldNumber, name: String, type: FieldType, isNullable: Bool, defaultValue: DefaultValue?, slot: Int,
    place: Int, marks: Marks, onDelete: ReferencePolicy?, isHubWritten: Bool
  ) {
    self.number = number
    self.name = name
    self.type = type
    self.isNullable = isNullable
    self.defaultValue = defaultValue
    self.slot = slot
    self.place = place
    self.marks = marks
    self.onDelete = onDelete
    self.isHubWritten = isHubWritten
  }

  /// What a field shows or gets when nobody has written it.
  public enum DefaultValue: Hashable, Sendable {
    /// A constant; shown as long as the field is not written.
    case literal(Value)
    /// The time of the creation.
    case now
    /// The day of the creation in the household's zone.
    case today
    /// The household's record.
    case household
    /// The member who creates the record.
    case member
  }

  /// Marks that restrict who sees and writes a field.
  public struct Marks: OptionSet, Hashable, Sendable {
    /// The set as bits.
    public let rawValue: UInt8

    /// Makes a set of its bits.
    public init(rawValue: UInt8) {
      self.rawValue = rawValue
    }

    /// Written only by the hub and its services.
    public static let system = Marks(rawValue: 1)
    /// Never leaves the hub.
    public static let isPrivate = Marks(rawValue: 2)
    /// Leaves the hub only towards the device that wrote it.
    public static let device = Marks(rawValue: 4)
    /// Classified as personal.
    public static let personal = Marks(rawValue: 8)
    /// Classified as sensitive.
    public static let sensitive = Marks(rawValue: 16)
    /// A UUID that points outside the app.
    public static let external = Marks(rawValue: 32)
  }

  /// What happens to a record when the target of its reference is deleted.
  public enum ReferencePolicy: String, Hashable, Sendable {
    /// It is hidden until the target is restored.
    case cascade
    /// The reference shows null, or drops the element, until the target is restored.
    case setNull
    /// The delete of the target is refused.
    case restrict
  }

  /// Whether the hub writes the field of its own accord: a time stamp or the version.
  public let isHubWritten: Bool

  /// Whether devices get the field's value from the hub.
  public var isPublished: Bool { marks.isDisjoint(with: [.isPrivate, .device]) }
}

extension Field {
  /// Whether the creation of a record has to give a value: it may not be null, has no default, is not empty by nature
  /// (sets and JSON objects are), and is not the hub's to write.
  public var isRequired: Bool {
    guard !isNullable, defaultValue == nil else { return false }
    switch type {
    case .set, .json: return false
    case .text, .int, .decimal, .float, .bool, .date, .time, .uuid, .choice, .reference: return !isHubWritten
    }
  }
}
