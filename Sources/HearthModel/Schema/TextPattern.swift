/// A pattern that a whole text must match: characters, classes and counts, without groups or alternatives.
///
/// Matching walks the text once with the set of places the pattern can be in, so its cost is bounded by
/// length x places whatever the text (Thompson's construction); `Regex` may backtrack without bound.
public struct TextPattern: Hashable, Sendable {
  /// Places that a pattern may have after its counts are written out.
  public static let placesMax = 63

  /// The pattern as written.
  public let source: String
  private let places: [Place]

  private struct Place: Hashable, Sendable {
    let ranges: [ClosedRange<UInt32>]
    let isNegated: Bool
    let isOptional: Bool
    let repeats: Bool

    func matches(_ scalar: Unicode.Scalar) -> Bool {
      ranges.contains { $0.contains(scalar.value) } != isNegated
    }
  }

  /// A pattern that cannot be read, and why.
  public struct Fault: Error, Hashable, Sendable {
    /// What is wrong, as a sentence part.
    public let reason: String
  }

  /// Reads a pattern.
  ///
  /// - Throws: ``Fault`` for groups, alternatives, anchors, unfinished classes or counts, and too many places.
  public init(_ source: String) throws(Fault) {
    self.source = source
    var parser = PatternParser(source)
    var places = [Place]()
    while let item = try parser.next() {
      let (ranges, isNegated) = item.set
      let place = { (isOptional: Bool, repeats: Bool) in
        Place(ranges: ranges, isNegated: isNegated, isOptional: isOptional, repeats: repeats)
      }
      switch item.maximum {
      case nil:
        places += Array(repeating: place(false, false), count: max(0, item.minimum - 1))
        places.append(place(item.minimum == 0, true))
      case let maximum?:
        places += Array(repeating: place(false, false), count: item.minimum)
        places += Array(repeating: place(true, false), count: maximum - item.minimum)
      }
      guard places.count <= Self.placesMax else {
        throw Fault(reason: "it has more than \(Self.placesMax) places once its counts are written out")
      }
    }
    self.places = places
  }

  /// Whether the whole text matches.
  public func matches(_ text: String) -> Bool {
    // Bit i: the pattern may be before place i; bit `places.count`: it may be at its end.
    var open = skippingOptional(1)
    for scalar in text.unicodeScalars {
      var next: UInt64 = 0
      for (index, place) in places.enumerated() where open & (1 << UInt64(index)) != 0 && place.matches(scalar) {
        next |= 1 << UInt64(index + 1)
        if place.repeats { next |= 1 << UInt64(index) }
      }
      open = skippingOptional(next)
      if open == 0 { return false }
    }
    return open & (1 << UInt64(places.count)) != 0
  }

  private func skippingOptional(_ open: UInt64) -> UInt64 {
    var open = open
    for (index, place) in places.enumerated() where place.isOptional && open & (1 << UInt64(index)) != 0 {
      open |= 1 << UInt64(index + 1)
    }
    return open
  }
}

/// Reads a pattern item by item: one set of characters and its count.
private struct PatternParser {
  struct Item {
    var set: (ranges: [ClosedRange<UInt32>], isNegated: Bool)
    var minimum = 1
    var maximum: Int? = 1
  }

  private var rest: ArraySlice<Unicode.Scalar>

  init(_ source: String) {
    rest = Array(source.unicodeScalars)[...]
  }

  mutating func next() throws(TextPattern.Fault) -> Item? {
    guard let first = rest.popFirst() else { return nil }
    var item: Item
    switch first {
    case "[": item = Item(set: try readClass())
    case "\\": item = Item(set: ([try readEscaped()], false))
    case ".": item = Item(set: ([], true))
    case "(", ")", "|", "^", "$", "*", "+", "?", "{", "}", "]":
      throw TextPattern.Fault(reason: "`\(first)` has no meaning here; write `\\\(first)` for the character")
    default: item = Item(set: ([first.value...first.value], false))
    }
    try readCount(into: &item)
    return item
  }

  private mutating func readEscaped() throws(TextPattern.Fault) -> ClosedRange<UInt32> {
    guard let scalar = rest.popFirst() else { throw TextPattern.Fault(reason: "it ends behind a `\\`") }
    return scalar.value...scalar.value
  }

  private mutating func readClass() throws(TextPattern.Fault) -> (ranges: [ClosedRange<UInt32>], isNegated: Bool) {
    let isNegated = rest.first == "^"
    if isNegated { rest.removeFirst() }
    var ranges = [ClosedRange<UInt32>]()
    while let scalar = rest.popFirst() {
      if scalar == "]" {
        guard !ranges.isEmpty else { throw TextPattern.Fault(reason: "a class `[...]` is empty") }
        return (ranges, isNegated)
      }
      let low = scalar == "\\" ? try readEscaped().lowerBound : scalar.value
      guard rest.first == "-", rest.dropFirst().first != "]" else {
        ranges.append(low...low)
        continue
      }
      rest.removeFirst()
      let end = rest.popFirst()
      guard let high = end == "\\" ? try readEscaped().lowerBound : end?.value, high >= low else {
        throw TextPattern.Fault(reason: "a range in a class runs backwards or does not end")
      }
      ranges.append(low...high)
    }
    throw TextPattern.Fault(reason: "a class `[...]` does not end")
  }

  private mutating func readCount(into item: inout Item) throws(TextPattern.Fault) {
    switch rest.first {
    case "*": (item.minimum, item.maximum) = (0, nil)
    case "+": (item.minimum, item.maximum) = (1, nil)
    case "?": (item.minimum, item.maximum) = (0, 1)
    case "{":
      try readBraces(into: &item)
      return
    default: return
    }
    rest.removeFirst()
  }

  private mutating func readBraces(into item: inout Item) throws(TextPattern.Fault) {
    guard let end = rest.firstIndex(of: "}") else { throw TextPattern.Fault(reason: "a count `{...}` does not end") }
    let text = String(String.UnicodeScalarView(rest[rest.index(after: rest.startIndex)..<end]))
    rest = rest[(end + 1)...]
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard let minimum = parts.first ?? nil, minimum >= 0, parts.count <= 2 else {
      throw TextPattern.Fault(reason: "a count is `{n}` or `{a,b}`")
    }
    let maximum = parts.count == 2 ? parts[1] : minimum
    guard let maximum, maximum >= minimum, maximum <= TextPattern.placesMax else {
      throw TextPattern.Fault(reason: "a count is `{n}` or `{a,b}` with a <= b <= \(TextPattern.placesMax)")
    }
    (item.minimum, item.maximum) = (minimum, maximum)
  }
}
