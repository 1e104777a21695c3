import HearthConsole
import Testing

/// Columns line up, whatever stands in them.
@Suite struct TableTests {
  private static let names = [
    "noah", "", "家族", "Zoë", "e\u{301}", "👨‍👩‍👧‍👦", "🇳🇱", "Семья", "한국어", "ｆｕｌｌ", "❤️", "two\nlines", "a\tb", "عائلة",
    "\u{1b}[31mred", "a\u{200b}b",
  ]

  /// The columns at which the cells of a line begin are the same in every line.
  @Test func `cells of a column begin at the same place`() {
    var table = Table(["name", "says", "#"])
    for name in Self.names { table.add([name, "|" + name, "|"]) }
    let lines = table.text(.plain).split(separator: "\n")
    #expect(lines.count == Self.names.count + 1)
    let places = lines.dropFirst().map { line in
      line.indices.filter { line[$0] == "|" }.map { String(line[..<$0]).displayWidth }
    }
    #expect(places.allSatisfy { $0.count == 2 && $0 == places[0] }, "\(places)")
  }

  @Test func `right-aligned cells end at the same place`() {
    var table = Table([("n", .right), ("x", .left)])
    for name in ["1", "22", "家", "👍🏽", "4444"] { table.add([name, "|"]) }
    let ends = table.text(.plain).split(separator: "\n").dropFirst().map { line in
      String(line[..<line.firstIndex(of: "|")!]).displayWidth
    }
    #expect(Set(ends).count == 1, "\(ends)")
  }

  @Test func `a table as text`() {
    var table = Table([("#", .right), ("member", .left), ("device", .left)])
    table.add(["1", "noah", "noah-tablet"])
    table.add(["12", "家族", ""])
    #expect(table.text(.plain) == " #  member  device\n 1  noah    noah-tablet\n12  家族\n")
  }

  @Test func `no line ends in spaces, and missing cells are empty`() {
    var table = Table(["a", "b", "c"])
    table.add(["x"])
    table.add(["x", "y", "z", "more"])
    #expect(table.text(.plain) == "a  b  c\nx\nx  y  z\n")
  }

  @Test func `colours change nothing but colours`() {
    var table = Table(["name", "device"])
    for name in Self.names { table.add([name, "d"], styles: [.good, .bad]) }
    let colourful = table.text(Terminal(isInteractive: true, hasColour: true))
    #expect(colourful.contains("\u{1b}[32m"))
    #expect(colourful.replacing(/\u{1b}\[[0-9]*m/, with: "").contains("noah"))
    let plain = table.text(.plain)
    #expect(!plain.contains("\u{1b}"))
    let bare = colourful.replacing(/\u{1b}\[[0-9]+m/, with: "")
    #expect(bare == plain)
  }
}

/// Colours are for terminals, and for those who want them.
@Suite struct TerminalTests {
  @Test func `styles are only written where there are colours`() {
    let colourful = Terminal(isInteractive: true, hasColour: true)
    #expect(colourful.styled("x", .bad) == "\u{1b}[31mx\u{1b}[0m")
    #expect(colourful.styled("", .bad).isEmpty)
    #expect(Terminal(isInteractive: true, hasColour: false).styled("x", .bad) == "x")
    #expect(Terminal.plain.styled("x", .bad) == "x")
  }

  @Test func `a test's output is no terminal`() {
    // Tests run with their output in a pipe or a file, on a terminal these two cannot be asked.
    let output = Terminal.standardOutput(environment: ["TERM": "xterm"])
    guard !output.isInteractive else { return }
    #expect(!output.hasColour && output.width == 100)
  }
}
