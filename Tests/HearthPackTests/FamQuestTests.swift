import Foundation
import HearthModel
import HearthPack
import Testing

@Suite("The FamQuest pack")
struct FamQuestTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "fixtures/famquest")

  static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  @Test func `the pack loads with every collection and field of its design`() throws {
    let pack = try PackLoader.load(Self.text("schema.yaml"), file: "schema.yaml")
    #expect(pack.collections.count == 16)
    #expect(pack.collections.map { $0.fields.count + 1 }.reduce(0, +) == 165)
    let references = pack.collections.flatMap(\.fields).filter { $0.type.target != nil }
    #expect(references.count == 30)
    #expect(references.allSatisfy { $0.onDelete != nil })
  }

  @Test func `the seed loads`() throws {
    let pack = try PackLoader.load(Self.text("schema.yaml"), file: "schema.yaml")
    let seed = try SeedLoader.load(Self.text("seed.yaml"), file: "seed.yaml", pack: pack)
    #expect(seed.households.map(\.label) == ["Gezin van Eva", "Gezin van Mark"])
  }
}
