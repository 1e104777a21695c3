/// A set of small positions, as bits: those below 64 cost no memory of their own.
package struct PositionSet: Hashable, Sendable {
  /// The positions below 64, which are all in most collections.
  private var first: UInt64 = 0
  /// The others, 64 by 64; the last word is not zero, so that equal sets are stored the same.
  private var rest: [UInt64] = []

  /// No position.
  package init() {}

  /// These positions.
  package init(_ positions: some Sequence<Int>) {
    self.init()
    for position in positions { insert(position) }
  }

  package var isEmpty: Bool { first == 0 && rest.isEmpty }

  /// Adds a position.
  ///
  /// - Returns: whether it was not in the set.
  @discardableResult
  package mutating func insert(_ position: Int) -> Bool {
    let (word, bit) = Self.place(of: position)
    guard word > 0 else {
      defer { first |= bit }
      return first & bit == 0
    }
    while rest.count < word { rest.append(0) }
    defer { rest[word - 1] |= bit }
    return rest[word - 1] & bit == 0
  }

  package mutating func remove(_ position: Int) {
    let (word, bit) = Self.place(of: position)
    if word == 0 { return first &= ~bit }
    guard word <= rest.count else { return }
    rest[word - 1] &= ~bit
    trim()
  }

  package func contains(_ position: Int) -> Bool {
    let (word, bit) = Self.place(of: position)
    if word == 0 { return first & bit != 0 }
    return word <= rest.count && rest[word - 1] & bit != 0
  }

  package mutating func formUnion(_ other: PositionSet) {
    first |= other.first
    guard !other.rest.isEmpty else { return }
    while rest.count < other.rest.count { rest.append(0) }
    for (position, word) in other.rest.enumerated() { rest[position] |= word }
  }

  package func subtracting(_ other: PositionSet) -> PositionSet {
    var result = self
    result.first &= ~other.first
    guard !rest.isEmpty else { return result }
    for position in rest.indices.prefix(other.rest.count) { result.rest[position] &= ~other.rest[position] }
    result.trim()
    return result
  }

  package func isDisjoint(with other: PositionSet) -> Bool {
    first & other.first == 0 && zip(rest, other.rest).allSatisfy { $0 & $1 == 0 }
  }

  private static func place(of position: Int) -> (word: Int, bit: UInt64) {
    (position >> 6, 1 << UInt64(position & 63))
  }

  private mutating func trim() {
    while rest.last == 0 { rest.removeLast() }
  }
}

extension PositionSet: Sequence {
  /// The positions, ascending.
  package struct Iterator: IteratorProtocol {
    private var word: UInt64
    private var number = 0
    private let rest: [UInt64]

    fileprivate init(_ first: UInt64, _ rest: [UInt64]) {
      word = first
      self.rest = rest
    }

    package mutating func next() -> Int? {
      while word == 0 {
        guard number < rest.count else { return nil }
        word = rest[number]
        number += 1
      }
      defer { word &= word - 1 }
      return number * 64 + word.trailingZeroBitCount
    }
  }

  package func makeIterator() -> Iterator { Iterator(first, rest) }
}
