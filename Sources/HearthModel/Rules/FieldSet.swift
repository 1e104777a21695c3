/// Some fields of one collection, as bits.
public struct FieldSet: Hashable, Sendable {
  /// The fields below 64, which are all in most collections.
  private var first: UInt64 = 0
  /// The others, 64 by 64; the last word is not zero, so that equal sets are stored the same.
  private var rest: [UInt64] = []

  /// No field.
  public init() {}

  /// These fields.
  public init(_ fields: some Sequence<FieldNumber>) {
    self.init()
    for field in fields { insert(field) }
  }

  /// Whether no field is in it.
  public var isEmpty: Bool { first == 0 && rest.isEmpty }

  /// Adds a field.
  public mutating func insert(_ field: FieldNumber) {
    let (word, bit) = Self.place(of: field)
    if word == 0 { return first |= bit }
    while rest.count < word { rest.append(0) }
    rest[word - 1] |= bit
  }

  /// Takes a field out.
  public mutating func remove(_ field: FieldNumber) {
    let (word, bit) = Self.place(of: field)
    if word == 0 { return first &= ~bit }
    guard word <= rest.count else { return }
    rest[word - 1] &= ~bit
    trim()
  }

  /// Whether the field is in it.
  public func contains(_ field: FieldNumber) -> Bool {
    let (word, bit) = Self.place(of: field)
    if word == 0 { return first & bit != 0 }
    return word <= rest.count && rest[word - 1] & bit != 0
  }

  /// Adds the other's fields.
  public mutating func formUnion(_ other: FieldSet) {
    first |= other.first
    while rest.count < other.rest.count { rest.append(0) }
    for (position, word) in other.rest.enumerated() { rest[position] |= word }
  }

  /// Without the other's fields.
  public func subtracting(_ other: FieldSet) -> FieldSet {
    var result = self
    result.first &= ~other.first
    for position in rest.indices.prefix(other.rest.count) { result.rest[position] &= ~other.rest[position] }
    result.trim()
    return result
  }

  /// The fields that are in both.
  public func intersection(_ other: FieldSet) -> FieldSet { subtracting(subtracting(other)) }

  /// Whether all its fields are in the other.
  public func isSubset(of other: FieldSet) -> Bool {
    subtracting(other).isEmpty
  }

  /// Whether they have no field in common.
  public func isDisjoint(with other: FieldSet) -> Bool {
    first & other.first == 0 && zip(rest, other.rest).allSatisfy { $0 & $1 == 0 }
  }

  /// The fields, ascending.
  public var numbers: [FieldNumber] {
    var numbers = [FieldNumber]()
    for (position, var word) in ([first] + rest).enumerated() {
      while word != 0 {
        numbers.append(FieldNumber(rawValue: UInt16(position * 64 + word.trailingZeroBitCount)))
        word &= word - 1
      }
    }
    return numbers
  }

  private static func place(of field: FieldNumber) -> (word: Int, bit: UInt64) {
    (Int(field.rawValue) / 64, 1 << (UInt64(field.rawValue) % 64))
  }

  private mutating func trim() {
    while rest.last == 0 { rest.removeLast() }
  }
}
