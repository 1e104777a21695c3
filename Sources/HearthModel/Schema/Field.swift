/// A field of a collection.
public final class Field: Hashable, Sendable {
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
  /// Whether the hub writes the field of its own accord: a time stamp or the version.
  public let isHubWritten: Bool

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

  /// Equal in everything.
  public static func == (left: Field, right: Field) -> Bool {
    left === right
      || (left.number == right.number && left.name == right.name && left.type == right.type
        && left.isNullable == right.isNullable && left.defaultValue == right.defaultValue && left.slot == right.slot
        && left.place == right.place && left.marks == right.marks && left.onDelete == right.onDelete
        && left.isHubWritten == right.isHubWritten)
  }

  /// Feeds what names it.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(number)
    hasher.combine(name)
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
