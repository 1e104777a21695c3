/// What values a field takes.
public indirect enum FieldType: Hashable, Sendable {
  /// Text of a form, with its length in Unicode scalars.
  case text(TextForm, length: ClosedRange<Int>)
  /// A 64-bit integer in a range.
  case int(ClosedRange<Int64>)
  /// An exact decimal with so many digits, of which so many behind the point.
  case decimal(precision: Int, scale: UInt8)
  /// A finite 64-bit float.
  case float
  /// True or false.
  case bool
  /// A day without a time.
  case date
  /// A moment in UTC.
  case time
  /// A UUID.
  case uuid
  /// One of the listed names.
  case choice([String])
  /// A record of a collection in the same household.
  case reference(CollectionNumber)
  /// A set of scalars with at most so many elements.
  case set(FieldType, maximum: Int)
  /// A JSON object, perhaps of a declared shape.
  case json(Shape?)

  /// The forms that text may have to take.
  public enum TextForm: Hashable, Sendable {
    /// Any text.
    case plain
    /// An e-mail address.
    case email
    /// A URL.
    case url
    /// `#rrggbb`.
    case color
    /// An IANA time zone.
    case zone
    /// A BCP 47 locale.
    case locale
    /// An RFC 5545 recurrence rule.
    case rrule
    /// `[a-z0-9_]+`.
    case slug
    /// `[A-Z2-7=]+`.
    case base32
    /// An IPv4 or IPv6 address in its one form.
    case ip
    /// A pattern of the pack.
    case pattern(TextPattern)
  }

  /// What a JSON object may hold: known keys, and perhaps any other.
  public struct Shape: Hashable, Sendable {
    /// What stands under a key.
    public indirect enum Node: Hashable, Sendable {
      /// A value of a type, and how it merges.
      case leaf(FieldType, LeafRule = .plain)
      /// An object.
      case object(Shape)
    }

    /// The known keys.
    public let keys: [String: Node]
    /// What any other key may hold; nil when none is allowed.
    public let others: Node?

    /// Makes a shape.
    package init(keys: [String: Node], others: Node?) {
      self.keys = keys
      self.others = others
    }

    /// What stands under a key; nil when the key is not allowed.
    public subscript(key: String) -> Node? { keys[key] ?? others }
  }
}

extension FieldType {
  /// Depth of nesting that a JSON field takes.
  public static let jsonDepthMax = 16
  /// Bytes of JSON text that a JSON field takes.
  public static let jsonBytesMax = 65_536
  /// Leaves that a JSON field takes.
  public static let jsonLeavesMax = 1024

  /// The collection that references of this type point to, alone or as elements of a set.
  public var target: CollectionNumber? {
    switch self {
    case .reference(let target): target
    case .set(let element, _): element.target
    case .text, .int, .decimal, .float, .bool, .date, .time, .uuid, .choice, .json: nil
    }
  }

  /// The type as the pack language writes it.
  public var name: String {
    switch self {
    case .text(let form, let length): form.name(length)
    case .int(let range):
      range == .min ... .max ? "int" : "int(\(range.lowerBound)..\(range.upperBound))"
    case .decimal(let precision, let scale): "decimal(\(precision),\(scale))"
    case .float: "float"
    case .bool: "bool"
    case .date: "date"
    case .time: "time"
    case .uuid: "uuid"
    case .choice(let names): "enum(\(names.joined(separator: ", ")))"
    case .reference(let target): "ref #\(target.rawValue)"
    case .set(let element, let maximum): "set(\(element.name), \(maximum))"
    case .json: "json"
    }
  }
}

extension FieldType.TextForm {
  fileprivate func name(_ length: ClosedRange<Int>) -> String {
    let bounds = length.lowerBound == 0 ? "(\(length.upperBound))" : "(\(length.lowerBound)..\(length.upperBound))"
    return switch self {
    case .plain: "text\(bounds)"
    case .email: "email\(bounds)"
    case .url: "url\(bounds)"
    case .color: "color"
    case .zone: "zone\(bounds)"
    case .locale: "locale\(bounds)"
    case .rrule: "rrule\(bounds)"
    case .slug: "slug\(bounds)"
    case .base32: "base32\(bounds)"
    case .ip: "ip"
    case .pattern(let pattern): "text\(bounds) matches '\(pattern.source)'"
    }
  }
}
