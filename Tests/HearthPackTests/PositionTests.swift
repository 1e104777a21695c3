import HearthModel
import HearthPack
import Testing

/// A message points at the word that is wrong, however the line is written.
@Suite("Places in messages")
struct PositionTests {
  private func place(_ lines: String...) -> [String] {
    packDiagnostics(smallPack(fields: lines.joined(separator: "\n        "))).map(\.place)
  }

  @Test func `plain, quoted and escaped lines point at the same word`() {
    #expect(place("a: text(5), wrong") == ["15:21 P301"])
    #expect(place("a: 'text(5), wrong'") == ["15:22 P301"])
    #expect(place("a: \"text(5), wrong\"") == ["15:22 P301"])
    #expect(place("'a': text(5), wrong") == ["15:23 P301"])
    #expect(place(#"a: "text(5)\x2C wrong""#) == ["15:25 P301"])
    #expect(place(#"a: "\u0074ext(5), wrong""#) == ["15:27 P301"])
  }

  @Test func `a doubled quote counts as the one character that it is`() {
    #expect(place("a: 'text matches ''[a-z]+'', wrong'") == ["15:38 P301"])
  }

  @Test func `a folded line points at the line where the word stands`() {
    #expect(place("a: text(5),", "  wrong") == ["16:11 P301"])
    #expect(place("a: text(5), personal,", "", "    wrong") == ["17:13 P301"])
    #expect(place("a: 'text(5),", "  wrong'") == ["16:11 P301"])
    #expect(place(#"a: "text(5),\"#, #"  wrong""#) == ["16:11 P301"])
  }

  @Test func `a block points at the line where the word stands`() {
    #expect(place("a: |", "  text(5), wrong") == ["16:20 P301"])
    #expect(place("a: >", "  text(5),", "  wrong") == ["17:11 P301"])
  }

  @Test func `a line in braces points at its word`() {
    let text = smallPack(things: "fields: { a: bool, b: txet, c: 'set(bool, 0)' }")
    #expect(packDiagnostics(text).map(\.place) == ["14:27 P202", "14:37 P203"])
  }

  @Test func `columns count Unicode scalars`() {
    #expect(place("a: text = 👩‍👧é, wrong") == ["15:25 P301"])
  }

  @Test func `a byte order mark and other line ends move nothing`() throws {
    let text = smallPack(fields: "a: text(5), wrong")
    let expected = packDiagnostics(text).map(\.place)
    #expect(packDiagnostics("\u{FEFF}" + text).map(\.place) == expected)
    #expect(packDiagnostics(text.replacing("\n", with: "\r\n")).map(\.place) == expected)
    #expect(packDiagnostics(text.replacing("\n", with: "\r")).map(\.place) == expected)
  }

  @Test func `a mistake at the end of the file points into the file`() {
    #expect(packDiagnostics("pack: [a").map(\.place) == ["1:9 P001"])
    #expect(packDiagnostics("pack: [a\n\n").map(\.place) == ["2:1 P001"])
  }

  @Test func `a message is one line, whatever the file holds`() throws {
    let diagnostics = packDiagnostics(smallPack(fields: #""a\nb": text"#, #"c: "text(5)\n\n(""#))
    #expect(diagnostics.count == 2)
    #expect(diagnostics.allSatisfy { !$0.message.contains(where: \.isNewline) })
    #expect(diagnostics[0].message.hasPrefix(#"`a\u{a}b` is no name"#))
  }

  @Test func `the nearest right name is offered, also for swapped letters`() {
    #expect(suggestion(for: "tittle", among: ["title", "due"]) == " Did you mean `title`?")
    #expect(suggestion(for: "titel", among: ["title", "due"]) == " Did you mean `title`?")
    #expect(suggestion(for: "x", among: ["title", "due"]) == " Known: `due`, `title`.")
    #expect(suggestion(for: "x", among: (0..<20).map { "name\($0)" }) == "")
  }
}
