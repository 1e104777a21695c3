import Foundation
import Testing

/// The rows D, I, L and V of protocol/wire.md: each is in the name of a test, those of the hub in its code too, and no
/// others.
@Suite("Rows of protocol/wire.md")
struct RuleRowTests {
  @Test func `every invariant of the hub's session stands in its code and in the name of a test`() throws {
    let rows = try Self.rows("invariants")
    #expect(rows == Set((1...9).map { "I\($0)" }))
    #expect(try Self.tags(in: "Sources/HearthProtocol/Hub", /\/\/.*/, letter: "I") == rows)
    #expect(try Self.tags(in: "Tests/HearthProtocolTests/Hub", /func `.*\)`/, letter: "I") == rows)
  }

  @Test func `every rule of the device's link stands in the name of a test`() throws {
    let rows = try Self.rows("link rules")
    #expect(rows == Set((1...7).map { "L\($0)" }))
    #expect(try Self.tags(in: "Tests/HearthProtocolTests/Device", /func `.*\)`/, letter: "L") == rows)
  }

  @Test func `every rule of views stands in the name of a test`() throws {
    let rows = try Self.rows("views")
    #expect(rows == Set((1...4).map { "V\($0)" }))
    #expect(try Self.tags(in: "Tests/HearthReplicaTests/Audience", /func `.*\)`/, letter: "V") == rows)
  }

  @Test func `every rule of Deflated stands in the name of a test`() throws {
    let rows = try Self.rows("deflated")
    #expect(rows == Set((1...6).map { "D\($0)" }))
    #expect(try Self.tags(in: "Tests/HearthWireTests", /func `.*\)`/, letter: "D") == rows)
  }

  private static func rows(_ table: String) throws -> Set<String> {
    let ids = try Page("protocol/wire.md").table(table).dropFirst().map { $0[0] }
    #expect(Set(ids).count == ids.count, "a row stands twice")
    return Set(ids)
  }

  private static func tags(in folder: String, _ part: Regex<Substring>, letter: Character) throws -> Set<String> {
    var tags = Set<String>()
    let files = FileManager.default.enumerator(at: Page.root.appending(path: folder), includingPropertiesForKeys: nil)
    for case let file as URL in files! where file.pathExtension == "swift" {
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        for match in line.matches(of: part) {
          tags.formUnion(
            match.output.matches(of: /\b[DILV][0-9]\b/).map { String($0.output) }.filter { $0.first == letter })
        }
      }
    }
    return tags
  }
}
