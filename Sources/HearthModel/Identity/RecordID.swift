internal import Crypto

/// The id of a record: 16 bytes, written as a UUID.
///
/// Ids are scoped by household: the same id in two households names two unrelated records.
public struct RecordID: Hashable, Sendable {
  /// Bytes 0 to 7, most significant first.
  public let high: UInt64
  /// Bytes 8 to 15, most significant first.
  public let low: UInt64

  /// Makes an id of its two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Makes an id of exactly 16 bytes; any other count gives nil.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 16 else { return nil }
    var halves: (UInt64, UInt64) = (0, 0)
    for (position, byte) in bytes.enumerated() {
      if position < 8 { halves.0 = halves.0 << 8 | UInt64(byte) } else { halves.1 = halves.1 << 8 | UInt64(byte) }
    }
    self.init(high: halves.0, low: halves.1)
  }

  /// The 16 bytes in network order.
  public var bytes: [UInt8] {
    var bytes = [UInt8]()
    bytes.reserveCapacity(16)
    for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: high >> UInt64(shift))) }
    for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: low >> UInt64(shift))) }
    return bytes
  }
}

extension RecordID: Comparable {
  /// Orders ids as their bytes; the order has no meaning but is the same everywhere.
  public static func < (left: RecordID, right: RecordID) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

// MARK: - Text

extension RecordID: CustomStringConvertible {
  /// Lower-case UUID text, `8-4-4-4-12` hexadecimal digits.
  public var description: String {
    var text = ""
    text.reserveCapacity(36)
    for (position, byte) in bytes.enumerated() {
      if [4, 6, 8, 10].contains(position) { text.append("-") }
      text.append(Self.digits[Int(byte >> 4)])
      text.append(Self.digits[Int(byte & 15)])
    }
    return text
  }

  /// Reads UUID text in either case; nil for anything else.
  public init?(_ text: some StringProtocol) {
    let characters = Array(text.utf8)
    guard characters.count == 36 else { return nil }
    var bytes = [UInt8]()
    bytes.reserveCapacity(16)
    var position = 0
    while position < 36 {
      if [8, 13, 18, 23].contains(position) {
        guard characters[position] == UInt8(ascii: "-") else { return nil }
        position += 1
        continue
      }
      guard let upper = Self.digit(characters[position]), let lower = Self.digit(characters[position + 1]) else {
        return nil
      }
      bytes.append(upper << 4 | lower)
      position += 2
    }
    self.init(bytes: bytes)
  }

  private static let digits = Array("0123456789abcdef")

  private static func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

// MARK: - Deterministic ids

extension RecordID {
  /// The UUIDv5 of a name in a namespace (RFC 9562, section 5.5).
  public init(namespace: RecordID, name: some Sequence<UInt8>) {
    var hasher = Insecure.SHA1()
    hasher.update(data: namespace.bytes)
    hasher.update(data: Array(name))
    var bytes = Array(hasher.finalize().prefix(16))
    bytes[6] = bytes[6] & 0x0f | 0x50
    bytes[8] = bytes[8] & 0x3f | 0x80
    self.init(bytes: bytes)!
  }

  /// The id for which a readable name stands in seeds, scenarios and the test client: UUIDv5 of the name.
  public init(name: String) {
    self.init(namespace: .nameNamespace, name: Array(name.utf8))
  }

  /// Reads what people type for an id: UUID text, or a name `[a-z][a-z0-9-]*` that stands for its UUIDv5.
  public init?(readable text: String) {
    if let id = RecordID(text) {
      self = id
    } else if Self.isName(text) {
      self.init(name: text)
    } else {
      return nil
    }
  }

  /// Whether the text is a name `[a-z][a-z0-9-]*` of at most 64 characters.
  public static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first), text.utf8.count <= 64
    else { return false }
    return text.utf8.allSatisfy { character in
      switch character {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"): true
      default: false
      }
    }
  }

  /// Namespace of readable names: the UUIDv5 of `hearth.v1` in the DNS namespace of RFC 9562.
  static let nameNamespace = RecordID(
    namespace: RecordID(high: 0x6ba7_b810_9dad_11d1, low: 0x80b4_00c0_4fd4_30c8), name: Array("hearth.v1".utf8))
}

/// The id of a household, which is also the id of its record in the pack's household collection.
public struct HouseholdID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The household's own record.
  public let record: RecordID

  /// Makes the id of the household whose own record has the given id.
  public init(_ record: RecordID) {
    self.record = record
  }

  /// Orders as the record ids.
  public static func < (left: HouseholdID, right: HouseholdID) -> Bool { left.record < right.record }

  /// The UUID text.
  public var description: String { record.description }
}
