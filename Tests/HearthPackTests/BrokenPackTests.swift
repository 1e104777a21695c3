import Foundation
import HearthModel
import HearthPack
import Testing

@Suite("Wrong packs and seeds")
struct BrokenPackTests {
  @Test(arguments: try BrokenPacks.names())
  func `each example reports exactly what its head expects`(name: String) throws {
    let expected = try BrokenPacks.text(name).split(separator: "\n")
      .prefix { $0.hasPrefix("#") }
      .filter { $0.hasPrefix("# expect: ") }
      .map { String($0.dropFirst("# expect: ".count)) }
    let found = try BrokenPacks.diagnostics(of: name)
    #expect(found.map(\.place) == expected, "\(name): \(found.map(\.description).joined(separator: "\n"))")
    #expect(expected.isEmpty == name.hasPrefix("right"))
  }

  @Test func `an example is named after the code that it shows`() throws {
    for name in try BrokenPacks.names() where !name.hasPrefix("right") && !name.hasPrefix("many") {
      let codes = Set(try BrokenPacks.diagnostics(of: name).map(\.code))
      #expect(codes == [String(name.prefix(4))], "\(name)")
    }
  }

  @Test func `a file with many mistakes reports all of them in one run in the order of the lines`() throws {
    let found = try BrokenPacks.diagnostics(of: "many.yaml")
    #expect(found.count == 26)
    #expect(found.map(\.line) == found.map(\.line).sorted())
    #expect(Set(found.map(\.code)).count == 16)
  }

  @Test func `a mistake in a trait or a named type is reported once however often it is used`() {
    let text = """
      pack: small
      version: 1
      language: 1
      household: homes
      members: homes
      zone: household.zone
      roles: { ranked: [owner] }
      traits: { stamped: { fields: { created_at: tiem } } }
      types: { Code: text(0) }
      collections:
        homes: { use: [stamped], fields: { zone: zone = UTC, role: enum(owner), code: Code } }
        things: { use: [stamped], fields: { code: Code } }
      open: true

      """
    #expect(packDiagnostics(text).map(\.place) == ["8:44 P202", "9:21 P203"])
  }
}

/// The page docs/reference/pack-errors.md cannot drift from what the loader prints.
@Suite("The page of mistakes")
struct PackErrorsPageTests {
  /// One row of the page's tables.
  private struct Row {
    let code: String
    let line: String
    /// The example file; nil for the two codes without one.
    let file: String?
    let message: String
  }

  /// Codes without an example file: P009 cannot be provoked, P404 takes a thousand lines.
  private static let withoutFile: Set<String> = ["P009", "P404"]

  private static func rows() throws -> [Row] {
    try Repository.text("docs/reference/pack-errors.md").split(separator: "\n").compactMap { line in
      guard let match = line.wholeMatch(of: /\| ([PS]\d{3}) \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|/) else { return nil }
      let example = String(match.3)
      guard let link = example.wholeMatch(of: /\[`(.+)`\]\(..\/..\/fixtures\/packs\/broken\/(.+)\)/) else {
        let line = example.trimmingPrefix("`").prefix { $0 != "`" }
        return Row(code: String(match.1), line: String(line), file: nil, message: String(match.4))
      }
      return Row(
        code: String(match.1), line: String(link.1), file: String(link.2),
        message: String(match.4).replacing("\\|", with: "|"))
    }
  }

  private static func codesInSources() throws -> Set<String> {
    var codes = Set<String>()
    for file in try Repository.files(in: "Sources/HearthPack", ending: ".swift") {
      let text = try Repository.text("Sources/HearthPack/\(file)")
      codes.formUnion(text.matches(of: /"([PS]\d{3})"/).map { String($0.1) })
    }
    return codes
  }

  @Test func `every code of the sources has one row and every row a code of the sources`() throws {
    let codes = try Self.rows().map(\.code)
    let expected = try Self.codesInSources()
    #expect(Set(codes) == expected)
    #expect(codes.count == Set(codes).count)
    #expect(codes == codes.sorted())
  }

  @Test func `every code has an example file`() throws {
    let names = try BrokenPacks.names().filter { $0.hasPrefix("P") || $0.hasPrefix("S") }
    let expected = try Self.codesInSources().subtracting(Self.withoutFile)
    #expect(Set(names.map { String($0.prefix(4)) }) == expected)
  }

  @Test func `the messages of the page are what the loader prints for the examples`() throws {
    for row in try Self.rows() {
      guard let file = row.file else {
        #expect(Self.withoutFile.contains(row.code))
        continue
      }
      let diagnostic = try #require(try BrokenPacks.diagnostics(of: file).first, "\(file)")
      let lines = try BrokenPacks.text(file).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(diagnostic.code == row.code, "\(file)")
      #expect(diagnostic.message == row.message, "\(file)")
      #expect(lines[diagnostic.line - 1].trimmingCharacters(in: .whitespaces) == row.line, "\(file)")
    }
  }

  @Test func `the message of P404 is what the loader prints`() throws {
    let row = try #require(try Self.rows().first { $0.code == "P404" })
    let fields = (0...1000).map { "f\($0): bool" }.joined(separator: "\n        ")
    let diagnostics = packDiagnostics(smallPack(fields: fields))
    #expect(diagnostics.map(\.place) == ["1015:9 P404"])
    #expect(diagnostics.map(\.message) == [row.message])
    #expect(row.line == "f1000: bool")
  }
}
