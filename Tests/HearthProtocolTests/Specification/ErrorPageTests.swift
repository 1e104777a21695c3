import HearthModel
import HearthProtocol
import Testing

/// protocol/errors.md, the codes, and what `hearth error` says: the same numbers, names and words in all three.
@Suite("protocol/errors.md")
struct ErrorPageTests {
  @Test func `every fault has a row and every row is a fault, with its name and action (G07)`() throws {
    let rows = try Page("protocol/errors.md").table("faults").dropFirst().map { Array($0.prefix(3)) }
    #expect(
      rows == FaultCode.allCases.map { ["E\($0.rawValue)", "`\($0.name)`", Self.words[$0.action.rawValue] ?? ""] })
  }

  @Test func `every rejection has a row and every row is a rejection, with its name (G07)`() throws {
    let rows = try Page("protocol/errors.md").table("rejections").dropFirst().map { Array($0.prefix(2)) }
    #expect(rows == RejectionCode.allCases.map { ["E\($0.rawValue)", "`\($0.name)`"] })
  }

  @Test func `every action has a row, under its name on the wire`() throws {
    let rows = try Page("protocol/errors.md").table("actions").dropFirst()
    #expect(rows.map { $0[0] } == FaultAction.allCases.map { Self.words[$0.rawValue] ?? "" })
    let proto = try Page("protocol/hearth.proto").text
    for row in rows { #expect(proto.contains("    \(row[0].dropFirst().dropLast()) = ")) }
  }

  @Test(arguments: [("FaultCode", "faults", 3), ("RejectionCode", "rejections", 2)])
  func `the page says what the command line says (G07)`(_ type: String, _ table: String, _ column: Int) throws {
    let catalog = try Self.catalog(of: type)
    for row in try Page("protocol/errors.md").table(table).dropFirst() {
      let name = String(row[1].dropFirst().dropLast())
      #expect([row[column], row[column + 1]] == catalog[name], "\(row[0])")
    }
  }

  /// The actions as the wire names them.
  private static let words = [
    "giveUp": "`GIVE_UP`", "retry": "`RETRY`", "resend": "`RESEND`", "newIncarnation": "`NEW_INCARNATION`",
    "pairAgain": "`PAIR_AGAIN`", "updateApp": "`UPDATE_APP`", "wipe": "`WIPE`",
  ]

  /// Meaning and remedy by name, from the source of the command line's catalog.
  private static func catalog(of type: String) throws -> [String: [String]] {
    let source = try Page("Sources/HearthCommands/Help/ErrorCatalog.swift").text
    let parts = source.split(separator: "words(_ code: \(type)) -> (String, String) {", maxSplits: 1)
    let body = try #require(parts.last).split(separator: "\n  }\n", maxSplits: 1)[0]
    let cases = body.matches(of: /case \.([A-Za-z]+):\s*\("([^"]*)",\s*"([^"]*)"\)/)
    return Dictionary(cases.map { (String($0.1), [String($0.2), String($0.3)]) }, uniquingKeysWith: { $1 })
  }
}
