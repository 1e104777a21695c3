/// Some fields of one collection, as bits.
public struct FieldSet: Hashable, Sendable {
  private var words: [UInt64]

  /// No field.
  public init() {
    words = []
  }

  /// These fields.
  public init(_ fields: some Sequence<FieldNumber>) {
    self.init()
    for field in fields { insert(field) }
  }

  /// Whether no field is in it.
  public var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

  /// Adds a field.
  public mutating func insert(_ field: FieldNumber) {
    let (word, bit) = (Int(field.rawValue) / 64, Int(field.rawValue) % 64)
    while words.count <= word { words.append(0) }
    words[word] |= 1 << bit
  }

  /// Takes a field out.
  public mutating func remove(_ field: FieldNumber) {
    let (word, bit) = (Int(field.rawValue) / 64, Int(field.rawValue) % 64)
    if words.indices.contains(word) { words[word] &= ~(1 << bit) }
  }

  /// Whether the field is in it.
  public func contains(_ field: FieldNumber) -> Bool {
    let (word, bit) = (Int(field.rawValue) / 64, Int(field.rawValue) % 64)
    return words.indices.contains(word) && words[word] & (1 << bit) != 0
  }

  /// Adds the other's fields.
  public mutating func formUnion(_ other: FieldSet) {
    while words.count < other.words.count { words.append(0) }
    for (position, word) in other.words.enumerated() { words[position] |= word }
  }

  /// Without the other's fields.
  public func subtracting(_ other: FieldSet) -> FieldSet {
    var result = self
    for position in words.indices.prefix(other.words.count) { result.words[position] &= ~other.words[position] }
    return result
  }

  /// Whether they have no field in common.
  public func isDisjoint(with other: FieldSet) -> Bool {
    zip(words, other.words).allSatisfy { $0 & $1 == 0 }
  }

  /// The fields, ascending.
  public var numbers: [FieldNumber] {
    words.indices.flatMap { word in
      (0..<64).filter { words[word] & (1 << $0) != 0 }.map { FieldNumber(rawValue: UInt16(word * 64 + $0)) }
    }
  }

  /// The same fields, however the sets came about.
  public static func == (left: FieldSet, right: FieldSet) -> Bool {
    let (short, long) = left.words.count < right.words.count ? (left, right) : (right, left)
    return long.words.starts(with: short.words) && long.words.dropFirst(short.words.count).allSatisfy { $0 == 0 }
  }

  /// Feeds the fields.
  public func hash(into hasher: inout Hasher) {
    for (position, word) in words.enumerated() where word != 0 {
      hasher.combine(position)
      hasher.combine(word)
    }
  }
}
