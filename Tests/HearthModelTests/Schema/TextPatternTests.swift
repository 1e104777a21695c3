import HearthModel
import Testing

@Suite("Text patterns")
struct TextPatternTests {
  @Test(arguments: [
    ("[a-z0-9_]+", ["a", "a_9", "zzzz"], ["", "A", "a-b", "é"]),
    ("a*", ["", "a", "aaaa"], ["b", "ab", "ba"]),
    ("ab?c", ["abc", "ac"], ["abbc", "bc", "a"]),
    ("a{3}", ["aaa"], ["aa", "aaaa", ""]),
    ("a{2,4}b", ["aab", "aaab", "aaaab"], ["ab", "aaaaab"]),
    ("a{0}b", ["b"], ["ab"]),
    ("[^a-c]x", ["dx", "éx", "\nx"], ["ax", "cx", "x"]),
    ("a.c", ["abc", "a\u{1f600}c", "a\nc"], ["ac", "abbc"]),
    (#"\[\\\]"#, [#"[\]"#], ["[]", #"\"#]),
    (#"[\]\-]+"#, ["]-", "-"], ["a", #"\"#]),
    ("[a-]+", ["a-a"], ["b"]),
    (#"[+-\]]"#, ["+", "A", "]"], ["^", "`", "*"]),
    (#"[+-\.]"#, ["+", ",", "-", "."], ["/", "0", "A", #"\"#]),
    ("", [""], ["a"]),
    ("[0-9]{2}-[0-9]*x?", ["12-", "12-3x", "12-345"], ["1-", "12-xx"]),
    ("é+", ["é", "éé"], ["e", "e\u{301}"]),
  ])
  func `a pattern takes these texts whole and refuses those`(_ source: String, _ good: [String], _ bad: [String]) throws
  {
    let pattern = try TextPattern(source)
    #expect(good.filter { !pattern.matches($0) } == [])
    #expect(bad.filter { pattern.matches($0) } == [])
  }

  @Test(arguments: [
    "(a)", "a|b", "^a", "a$", "*a", "+", "?", "{2}", "}", "]", "[", "[]", "[^]", "[a", "[b-a]", "[a-", "a{", "a{}",
    "a{x}",
    "a{1", "a{2,1}", "a{1,2,3}", "a{,2}", "a{1,}", "a{-1}", "a{64}", "a{99999999999999999999}", #"\"#, #"[\"#, "a**",
    "a+?",
  ])
  func `a pattern that says more than it can is refused`(_ source: String) {
    #expect(throws: TextPattern.Fault.self) { try TextPattern(source) }
  }

  @Test func `a pattern has at most 63 places`() throws {
    #expect(try TextPattern("a{63}").matches(String(repeating: "a", count: 63)))
    #expect(try TextPattern("a{62}b*").matches(String(repeating: "a", count: 62)))
    #expect(throws: TextPattern.Fault.self) { try TextPattern("a{63}b") }
    #expect(throws: TextPattern.Fault.self) { try TextPattern("a{0,63}b?") }
  }

  /// A matcher that backtracks would need more steps than there are atoms; this one needs length times places.
  @Test func `a hostile pattern and text cost no more than length times places (P10)`() throws {
    let stars = try TextPattern(String(repeating: "a*", count: 31) + "b")
    #expect(!stars.matches(String(repeating: "a", count: 2000)))
    let optionals = try TextPattern("a{0,31}a{31}")
    #expect(optionals.matches(String(repeating: "a", count: 31)))
    #expect(!optionals.matches(String(repeating: "a", count: 63)))
  }

  /// Every pattern of up to three items over `a` and `b`, against every text of up to five letters.
  @Test func `every small pattern agrees with a matcher that tries everything`() throws {
    let items = ["a", "b"].flatMap { letter in ["", "*", "+", "?", "{2}", "{1,2}"].map { letter + $0 } }
    let texts = (0...5).flatMap { length in
      (0..<1 << length).map { bits in String((0..<length).map { bits >> $0 & 1 == 0 ? "a" : "b" }) }
    }
    var count = 0
    for first in items {
      for second in items {
        let pattern = try TextPattern(first + second)
        for text in texts {
          count += 1
          let expected = NaiveMatcher.matches([first, second], Array(text))
          if pattern.matches(text) != expected {
            Issue.record("`\(first)\(second)` on `\(text)`: expected \(expected)")
          }
        }
      }
    }
    #expect(count == 12 * 12 * 63)
  }
}

/// Tries every way to cut a text into runs of one letter.
private enum NaiveMatcher {
  static func matches(_ items: [String], _ text: [Character]) -> Bool {
    guard let item = items.first else { return text.isEmpty }
    let letter = item.first!
    return counts(item.dropFirst()).contains { count in
      count <= text.count && text.prefix(count).allSatisfy { $0 == letter }
        && matches(Array(items.dropFirst()), Array(text.dropFirst(count)))
    }
  }

  private static func counts(_ text: Substring) -> ClosedRange<Int> {
    switch text {
    case "*": 0...9
    case "+": 1...9
    case "?": 0...1
    case "{2}": 2...2
    case "{1,2}": 1...2
    default: 1...1
    }
  }
}
