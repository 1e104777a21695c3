/// One value of a field, an element of a set, or a node of a JSON document.
///
/// Two values are equal when a stranger's implementation would see the same bytes: text is compared by its UTF-8, not
/// by canonical equivalence as `String` does, and the two zeros of `Double` are one.
public enum Value: Sendable {
  /// No value.
  case null
  /// True or false.
  case bool(Bool)
  /// A 64-bit integer.
  case int(Int64)
  /// An exact decimal.
  case decimal(FixedDecimal)
  /// A finite 64-bit binary float.
  case float(Double)
  /// Text without U+0000.
  case text(String)
  /// A UUID: a reference or an external id.
  case id(RecordID)
  /// A day without a time.
  case day(Day)
  /// A moment in UTC.
  case instant(Instant)
  /// An ordered list: the elements of a set in ascending order, a JSON array, or the fields of a group.
  case list([Value])
  /// A JSON object.
  case object(ValueObject)
}

/// A JSON object: members with distinct keys, ascending by the UTF-8 of the key.
public struct ValueObject: Hashable, Sendable {
  /// One key and its value.
  public struct Member: Hashable, Sendable {
    /// The key.
    public let key: String
    /// The value.
    public var value: Value

    /// Makes a member.
    public init(key: String, value: Value) {
      self.key = key
      self.value = value
    }

    /// Equal when the key has the same UTF-8 and the value is equal.
    public static func == (left: Member, right: Member) -> Bool {
      left.key.isSameUTF8(as: right.key) && left.value == right.value
    }
  }

  /// The members in ascending order of their keys.
  public private(set) var members: [Member]

  /// The empty object.
  public init() {
    members = []
  }

  /// Makes an object of members in any order; of members with the same key the last one stays.
  public init(_ members: some Sequence<(key: String, value: Value)>) {
    self.init()
    for member in members { self[member.key] = member.value }
  }

  /// Makes an object of members that are in ascending order of distinct keys.
  package init(sorted members: [(key: String, value: Value)]) {
    self.members = members.map { Member(key: $0.key, value: $0.value) }
  }

  /// The value under a key; setting nil removes the member.
  public subscript(key: String) -> Value? {
    get { members.first { $0.key.isSameUTF8(as: key) }?.value }
    set {
      let position = members.firstIndex { !$0.key.precedes(key) } ?? members.endIndex
      let found = position < members.endIndex && members[position].key.isSameUTF8(as: key)
      switch (newValue, found) {
      case (let value?, true): members[position].value = value
      case (let value?, false): members.insert(Member(key: key, value: value), at: position)
      case (nil, true): members.remove(at: position)
      case (nil, false): break
      }
    }
  }
}

/// An exact decimal: a whole number of units of 10^-scale.
public struct FixedDecimal: Hashable, Sendable {
  /// The number in units of the last digit.
  public let units: Int64
  /// Digits behind the point, 0 to 18.
  public let scale: UInt8

  /// Makes a decimal.
  public init(units: Int64, scale: UInt8) {
    self.units = units
    self.scale = scale
  }
}

// MARK: - Equality and order

extension Value: Hashable {
  /// Equal when of the same kind and the same bytes; the two zeros are one, and so is all that is no number: no field
  /// takes it, but a stranger may send it, and a value that differs from itself breaks sets and sorting.
  public static func == (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.decimal(let left), .decimal(let right)): left == right
    case (.float(let left), .float(let right)): left == right || (left.isNaN && right.isNaN)
    case (.text(let left), .text(let right)): left.isSameUTF8(as: right)
    case (.id(let left), .id(let right)): left == right
    case (.day(let left), .day(let right)): left == right
    case (.instant(let left), .instant(let right)): left == right
    case (.list(let left), .list(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  /// Feeds the kind and the content.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(kindOrder)
    switch self {
    case .null: break
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .decimal(let value): hasher.combine(value)
    case .float(let value): hasher.combine(value.isNaN ? .nan : value)
    case .text(let value): for byte in value.utf8 { hasher.combine(byte) }
    case .id(let value): hasher.combine(value)
    case .day(let value): hasher.combine(value)
    case .instant(let value): hasher.combine(value)
    case .list(let values): hasher.combine(values)
    case .object(let object): hasher.combine(object)
    }
  }
}

extension Value: Comparable {
  /// A total order that is the same everywhere: by kind, then by content; text by its UTF-8; what is no number comes
  /// before all numbers.
  public static func < (left: Value, right: Value) -> Bool {
    switch (left, right) {
    case (.bool(let left), .bool(let right)): !left && right
    case (.int(let left), .int(let right)): left < right
    case (.decimal(let left), .decimal(let right)): left < right
    case (.float(let left), .float(let right)): left < right || (left.isNaN && !right.isNaN)
    case (.text(let left), .text(let right)): left.precedes(right)
    case (.id(let left), .id(let right)): left < right
    case (.day(let left), .day(let right)): left < right
    case (.instant(let left), .instant(let right)): left < right
    case (.list(let left), .list(let right)): left.lexicographicallyPrecedes(right)
    case (.object(let left), .object(let right)):
      left.members.lexicographicallyPrecedes(right.members) { left, right in
        left.key.isSameUTF8(as: right.key) ? left.value < right.value : left.key.precedes(right.key)
      }
    default: left.kindOrder < right.kindOrder
    }
  }

  private var kindOrder: Int {
    switch self {
    case .null: 0
    case .bool: 1
    case .int: 2
    case .decimal: 3
    case .float: 4
    case .text: 5
    case .id: 6
    case .day: 7
    case .instant: 8
    case .list: 9
    case .object: 10
    }
  }
}

extension FixedDecimal: Comparable {
  /// Orders by scale first; within one field the scale is fixed, so this is the order of the numbers.
  public static func < (left: FixedDecimal, right: FixedDecimal) -> Bool {
    (left.scale, left.units) < (right.scale, right.units)
  }
}

extension String {
  /// Whether both are the same UTF-8; `==` would also equate canonically equivalent text.
  package func isSameUTF8(as other: String) -> Bool {
    utf8.elementsEqual(other.utf8)
  }

  /// Whether this text comes first in the order of UTF-8, which is the order of Unicode scalars.
  package func precedes(_ other: String) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }
}

// MARK: - Parts

extension Value {
  /// Whether this is `.null`.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The elements of a list; nil for other kinds.
  public var elements: [Value]? {
    if case .list(let elements) = self { elements } else { nil }
  }

  /// The object; nil for other kinds.
  public var object: ValueObject? {
    if case .object(let object) = self { object } else { nil }
  }

  /// The id; nil for other kinds.
  public var id: RecordID? {
    if case .id(let id) = self { id } else { nil }
  }

  /// The text; nil for other kinds.
  public var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// The integer; nil for other kinds.
  public var int: Int64? {
    if case .int(let number) = self { number } else { nil }
  }

  /// The decimal; nil for other kinds.
  public var decimal: FixedDecimal? {
    if case .decimal(let number) = self { number } else { nil }
  }

  /// The day; nil for other kinds.
  public var day: Day? {
    if case .day(let day) = self { day } else { nil }
  }

  /// The moment; nil for other kinds.
  public var instant: Instant? {
    if case .instant(let instant) = self { instant } else { nil }
  }

  /// The truth value; nil for other kinds.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The depth of nesting: 0 for a scalar, 1 for a list or object of scalars.
  package var depth: Int {
    switch self {
    case .list(let values): 1 + (values.map(\.depth).max() ?? 0)
    case .object(let object): 1 + (object.members.map(\.value.depth).max() ?? 0)
    case .null, .bool, .int, .decimal, .float, .text, .id, .day, .instant: 0
    }
  }
}
