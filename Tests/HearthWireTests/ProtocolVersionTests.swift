import Crypto
import Foundation
import HearthProtocol
import Testing

/// The history of the protocol in protocol/wire.md, section 17: whoever changes the messages has to say so there.
@Suite("Protocol version")
struct ProtocolVersionTests {
  @Test func `the last line of the history has the hash of hearth.proto`() throws {
    #expect(try Self.history().last?.hash == Self.hash(of: "protocol/hearth.proto"))
  }

  @Test func `the last line of the history has the version that Hello carries`() throws {
    #expect(try Self.history().last?.version == ProtocolVersion.current)
  }

  @Test func `versions rise in the history, and no hash stands twice`() throws {
    let history = try Self.history()
    #expect(zip(history, history.dropFirst()).allSatisfy { $0.version <= $1.version })
    #expect(Set(history.map(\.hash)).count == history.count)
  }

  @Test func `the generated code was made of this hearth.proto by scripts/generate-wire`() throws {
    let generated = try Packs.text("Sources/HearthWire/Generated/hearth.pb.swift")
    let lines = generated.split(separator: "\n").filter { $0.hasPrefix("// hearth.proto sha256: ") }
    #expect(lines == ["// hearth.proto sha256: \(try Self.hash(of: "protocol/hearth.proto"))"])
  }

  private static func hash(of path: String) throws -> String {
    SHA256.hash(data: Array(try Packs.text(path).utf8)).map { String(format: "%02x", $0) }.joined()
  }

  private static func history() throws -> [(version: UInt32, hash: String)] {
    let page = try Packs.text("protocol/wire.md")
    let table = try #require(page.split(separator: "<!-- table: versions -->", maxSplits: 1).last)
    return table.matches(of: /(?m)^\| ([0-9]+) \| [0-9-]+ \| `([0-9a-f]{64})` \|/).map {
      (UInt32($0.1) ?? 0, String($0.2))
    }
  }
}
