import HearthTesting
import Testing

@testable import HearthCommands

/// How a typed line falls into words.
@Suite struct WordsTests {
  @Test(arguments: [
    ("show tasks", ["show", "tasks"]), ("  show   tasks  ", ["show", "tasks"]),
    ("\tshow\u{a0}tasks", ["show", "tasks"]),
    ("", []), ("   ", []), ("# a comment", []), ("show # tasks", ["show"]), ("show tasks#1", ["show", "tasks#1"]),
    ("set a/b c='x y'", ["set", "a/b", "c=x y"]), ("set a/b c=\"x y\"", ["set", "a/b", "c=x y"]),
    ("set a/b 'c=x # y'", ["set", "a/b", "c=x # y"]), ("x ''", ["x", ""]), ("x \"\"", ["x", ""]),
    (#"x a\ b"#, ["x", "a b"]), (#"x \"a"#, ["x", "\"a"]), (#"x "a\"b""#, ["x", "a\"b"]),
    (#"x 'a\b'"#, ["x", #"a\b"#]),
    (#"x '"'"#, ["x", "\""]), (#"x "'""#, ["x", "'"]), (#"x a'b c'd"#, ["x", "ab cd"]),
    (##"x \#  y"##, ["x", "#", "y"]),
    ("x 家族", ["x", "家族"]), ("x title=👨‍👩‍👧", ["x", "title=👨‍👩‍👧"]), ("x e\u{301}", ["x", "é"]),
  ])
  func `a line falls into words`(_ line: String, _ words: [String]) throws {
    #expect(try CommandWords.split(line) == words)
  }

  @Test(arguments: ["'", "x 'a", "x \"a", "x \"a\\\"", "x a\\", "\\"]) func `a line that does not end is refused`(
    _ line: String
  ) {
    #expect(throws: CommandWords.Fault.self) { try CommandWords.split(line) }
  }

  /// Whatever the words are, quoted they come back.
  @Test func `quoted words come back`() throws {
    var random = SeededGenerator(seed: 7)
    let alphabet: [Character] = ["a", " ", "'", "\"", "\\", "#", "é", "👍🏽", "\t", "家", "="]
    for _ in 0..<2000 {
      let words = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        String((0..<Int.random(in: 0...6, using: &random)).map { _ in alphabet.randomElement(using: &random)! })
      }
      let single = words.map { "'" + $0.replacing("'", with: #"'\''"#) + "'" }
      let double = words.map { "\"" + $0.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#) + "\"" }
      #expect(try CommandWords.split(single.joined(separator: " ")) == words)
      #expect(try CommandWords.split(double.joined(separator: "\t")) == words)
    }
  }
}
