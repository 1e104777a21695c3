import Foundation
import Testing

/// Rows of protocol/merge.md, tags in the code and names of tests: each row is in all three, and nothing else is.
@Suite("Rows of protocol/merge.md")
struct RowTagTests {
  @Test func `every row stands in the code and in the name of a test, and the other way round`() throws {
    let rows = try Self.rows()
    #expect(rows.count == 45)
    #expect(try Self.tags(inComments: "Sources/HearthModel") == rows)
    #expect(try Self.tags(inTestNames: "Tests/HearthModelTests") == rows)
  }

  private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The ids in the first column of the tables.
  private static func rows() throws -> Set<String> {
    let page = try String(contentsOf: root.appending(path: "protocol/merge.md"), encoding: .utf8)
    let ids = page.matches(of: /(?m)^\| ([A-Z][0-9]) \|/).map { String($0.1) }
    #expect(Set(ids).count == ids.count, "a row id stands twice")
    return Set(ids)
  }

  private static func tags(inComments folder: String) throws -> Set<String> {
    try tags(folder, in: /\/\/.*/)
  }

  private static func tags(inTestNames folder: String) throws -> Set<String> {
    try tags(folder, in: /func `.*\)`/)
  }

  /// The ids in the parts of the Swift files that match; letters of the tables only, so that P1 or F61 is no row.
  private static func tags(_ folder: String, in part: Regex<Substring>) throws -> Set<String> {
    var tags = Set<String>()
    let files = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
    for case let file as URL in files! where file.pathExtension == "swift" {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        for match in line.matches(of: part) {
          tags.formUnion(match.output.matches(of: /\b[CRVFKNMSJDT][0-9]\b/).map { String($0.output) })
        }
      }
    }
    return tags
  }
}
