internal import HearthScenario

/// Changes to texts, word by word: a parser reads on behind a wrong word where it would stop at a wrong byte.
enum TextMutation {
  /// Words that a corpus need not hold: numbers at the ends of their ranges, and what YAML, JSON and Unicode make of
  /// odd ones.
  private static let odd: [[UInt8]] = [
    "0", "-1", "1", "255", "256", "65535", "65536", "2147483647", "2147483648", "4294967295", "4294967296",
    "9223372036854775807", "-9223372036854775808", "9223372036854775808", "18446744073709551615", "1e308", "1e999",
    "-0.0", "0.00000000000000000001", "NaN", "Infinity", "-Infinity", "null", "~", "true", "false", "{}", "[]", "\"\"",
    "''", "9999-12-31", "0000-00-00", "2025-02-30", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "\u{FEFF}",
    "\u{202E}", "\u{0}", "\u{85}", "\u{2028}", "e\u{301}", "👨‍👩‍👧", "𝄞", "\\ud800", "\\u0000", "&a", "*a", "!a", "<<",
    "---",
    "...", "|", ">", "? ", "- ", ": ", "#",
  ].map { Array($0.utf8) }

  private enum Kind {
    case word
    case space
    case sign
  }

  /// Cuts a text into words, spaces and single signs; together they are the text.
  static func tokens(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    var tokens = [ArraySlice<UInt8>]()
    var start = text.startIndex
    while start < text.endIndex {
      let kind = kind(of: text[start])
      var end = start + 1
      if kind != .sign { while end < text.endIndex, self.kind(of: text[end]) == kind { end += 1 } }
      tokens.append(text[start..<end])
      start = end
    }
    return tokens
  }

  private static func kind(of byte: UInt8) -> Kind {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...0xff:
      .word
    case UInt8(ascii: " "), UInt8(ascii: "\n"): .space
    default: .sign
    }
  }

  /// The words that a corpus uses, which are those of its language, and the odd ones.
  static func words(of corpus: [[UInt8]]) -> [[UInt8]] {
    var words = Set<ArraySlice<UInt8>>()
    for text in corpus { words.formUnion(tokens(of: text).filter { $0.count <= 40 }) }
    return words.map { Array($0) }.sorted { $0.lexicographicallyPrecedes($1) }
  }

  static func step(_ input: [UInt8], _ other: [UInt8], _ words: [[UInt8]], _ random: inout SplitMix64) -> [UInt8] {
    if random.below(3) == 0 { return lines(input, other, &random) }
    var tokens = tokens(of: input)
    guard !tokens.isEmpty else { return other }
    let (here, there) = (random.below(tokens.count), random.below(tokens.count))
    switch random.below(8) {
    case 0: tokens.remove(at: here)
    case 1: tokens.insert(tokens[here], at: there)
    case 2: tokens.swapAt(here, there)
    case 3: tokens[here] = tokens[there]
    case 4: tokens[here] = odd[random.below(odd.count)][...]
    case 5: tokens.insert(odd[random.below(odd.count)][...], at: here)
    default:
      let word = words.isEmpty ? odd[random.below(odd.count)] : words[random.below(words.count)]
      if random.below(2) == 0 { tokens[here] = word[...] } else { tokens.insert(word[...], at: here) }
    }
    return Array(tokens.joined())
  }

  /// Lines come twice, in another order, not at all, from another text, or further in.
  private static func lines(_ input: [UInt8], _ other: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    let newline = UInt8(ascii: "\n")
    var lines = input.split(separator: newline, omittingEmptySubsequences: false)
    let others = other.split(separator: newline, omittingEmptySubsequences: false)
    let (here, there) = (random.below(lines.count), random.below(lines.count))
    let end = min(lines.count, here + 1 + random.below(8))
    switch random.below(6) {
    case 0: lines.removeSubrange(here..<end)
    case 1: lines.insert(contentsOf: lines[here..<end], at: there)
    case 2: lines.swapAt(here, there)
    case 3: lines[here] = others[random.below(others.count)]
    case 4: lines[here] = lines[here].first == UInt8(ascii: " ") ? lines[here].dropFirst() : [32] + lines[here]
    default:
      let from = random.below(others.count)
      lines.insert(contentsOf: others[from..<min(others.count, from + 6)], at: here)
    }
    return Array(lines.joined(separator: [newline]))
  }
}
