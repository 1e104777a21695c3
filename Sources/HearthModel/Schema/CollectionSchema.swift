/// A collection of an app: its fields, how they merge, and what happens to its records.
///
/// A class, though it never changes, as ``Pack`` and ``Field`` are: the hub passes them on hundreds of times for one
/// change set, and a reference is one count where a structure of arrays is ten
/// (docs/decisions/0022-schemas-are-references.md).
public final class CollectionSchema: Hashable, Sendable {
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
  /// Whether its records come from the pack's catalogue, the same in every household; no device writes them.
  public let isShared: Bool
  /// The fields whose values make the record's id; empty when ids are random.
  public let key: [FieldNumber]
  /// The indexes for queries.
  public let indexes: [Index]
  /// The rule of each slot, in the order of `slots`.
  public let rules: [MergeRule]
  /// Who may do what, and what follows from it.
  public let behavior: Behavior
  /// The positions of the slots that are groups.
  let groups: [Int]
  /// The fields that leave the hub.
  package let publishedFields: FieldSet
  /// The fields that change by moves alone, and those that are grouped with one.
  package let movedFields: FieldSet

  /// Makes a collection of checked parts.
  package init(
    number: CollectionNumber, name: String, fields: [Field], slots: [Slot], deletes: DeletePolicy,
    isAppendOnly: Bool, isStrict: Bool, isShared: Bool = false, key: [FieldNumber], indexes: [Index],
    behavior: Behavior = .open
  ) {
    self.number = number
    self.name = name
    self.fields = fields
    self.slots = slots
    self.deletes = deletes
    self.isAppendOnly = isAppendOnly
    self.isStrict = isStrict
    self.isShared = isShared
    self.key = key
    self.indexes = indexes
    rules = slots.map(\.rule)
    groups = slots.indices.filter { slots[$0].isGroup }
    self.behavior = behavior
    publishedFields = FieldSet(fields.lazy.filter(\.isPublished).map(\.number))
    movedFields = FieldSet(
      behavior.moves.lazy.filter { fields.indices.contains($0.field.index) }
        .flatMap { slots[fields[$0.field.index].slot].fields })
  }

  /// The collection with a behavior, and perhaps other indexes.
  package func with(_ behavior: Behavior, indexes: [Index]? = nil) -> CollectionSchema {
    CollectionSchema(
      number: number, name: name, fields: fields, slots: slots, deletes: deletes, isAppendOnly: isAppendOnly,
      isStrict: isStrict, isShared: isShared, key: key, indexes: indexes ?? self.indexes, behavior: behavior)
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

  /// Equal in everything.
  public static func == (left: CollectionSchema, right: CollectionSchema) -> Bool {
    left === right
      || (left.number == right.number && left.name == right.name && left.fields == right.fields
        && left.slots == right.slots && left.deletes == right.deletes && left.isAppendOnly == right.isAppendOnly
        && left.isStrict == right.isStrict && left.isShared == right.isShared && left.key == right.key
        && left.indexes == right.indexes && left.behavior == right.behavior)
  }

  /// Feeds what names it.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(number)
    hasher.combine(name)
  }

  /// What merges as one.
  public final class Slot: Hashable, Sendable {
    /// The name of the group, or of the only field.
    public let name: String
    /// The fields, in the order of the collection; more than one in a group.
    public let fields: [FieldNumber]
    /// How it merges.
    public let rule: MergeRule
    /// Whether the fields were declared as a group; then the register's value is a list of their values.
    public let isGroup: Bool
    /// The order in which siblings are preferred; nil for rules that keep none.
    package let preference: Preference?

    /// Makes a slot.
    package init(name: String, fields: [FieldNumber], rule: MergeRule, isGroup: Bool) {
      self.name = name
      self.fields = fields
      self.rule = rule
      self.isGroup = isGroup
      preference = rule.preference
    }

    /// Equal in everything.
    public static func == (left: Slot, right: Slot) -> Bool {
      left === right
        || (left.name == right.name && left.fields == right.fields && left.rule == right.rule
          && left.isGroup == right.isGroup)
    }

    /// Feeds what names it.
    public func hash(into hasher: inout Hasher) {
      hasher.combine(name)
      hasher.combine(fields)
    }
  }

  /// An index for queries on the hub's tables.
  public struct Index: Hashable, Sendable {
    /// What is indexed.
    public enum Content: Hashable, Sendable {
      /// Columns in their order.
      case columns([Column])
      /// The elements of a set.
      case elements(FieldNumber)
      /// The leaves of a JSON field.
      case path(FieldNumber)
      /// The words of a text.
      case words(FieldNumber)
    }

    /// A column of an index.
    public struct Column: Hashable, Sendable {
      /// The field.
      public let field: FieldNumber
      /// Whether the largest value stands first.
      public let isDescending: Bool
      /// Whether a text stands there in small letters, as the store makes them.
      public let isFolded: Bool

      /// Makes a column.
      package init(field: FieldNumber, isDescending: Bool = false, isFolded: Bool = false) {
        self.field = field
        self.isDescending = isDescending
        self.isFolded = isFolded
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
    /// Fields that stand behind the columns, so that a query that asks no others need not look at the record.
    public let covers: [FieldNumber]
    /// Which records it holds; nil for all.
    public let condition: IndexCondition?

    /// Makes an index.
    package init(
      name: String, content: Content, isGlobal: Bool, serves: [String], covers: [FieldNumber] = [],
      condition: IndexCondition? = nil
    ) {
      self.name = name
      self.content = content
      self.isGlobal = isGlobal
      self.serves = serves
      self.covers = covers
      self.condition = condition
    }

    /// The index over the records that meet a condition.
    package func with(_ condition: IndexCondition) -> Index {
      Index(
        name: name, content: content, isGlobal: isGlobal, serves: serves, covers: covers, condition: condition)
    }
  }
}
