import Foundation
import Testing

@testable import HearthCommands

/// The commands as a person and a program call them: exit codes, JSON, mistakes.
@Suite("hearth pack", .serialized) struct PackCommandTests {
  private static let broken = """
    pack: small
    version: 1
    languge: 1

    """

  private static func place() throws -> Workplace {
    let place = try Workplace()
    let rights = "access: { read: { family: all }, create: { parent: all }, update: { parent: all } }"
    try place.write(SmallPack.text("fields: { n: 'int(0..10) = 0' }\n\(rights)"), to: "good/schema.yaml")
    try place.write(
      SmallPack.text("fields: { n: 'int(0..10) = 0' }\n\(rights)\nrules: { r: { check: n > 10 } }"),
      to: "dead/schema.yaml")
    try place.write(
      SmallPack.text("fields: { n: 'int(0..10) = 0' }\n\(rights)\nrules: { r: { check: n >= 0 } }"),
      to: "idle/schema.yaml")
    try place.write(broken, to: "broken/schema.yaml")
    try place.write(
      """
      pack: ../good/schema.yaml
      collection: things
      member: { id: noah, role: child }
      record: { n: 1 }
      change: { update: { n: 2 } }
      """, to: "trials/refused.yaml")
    return place
  }

  @Test(arguments: [
    (["check", "good"], 0), (["check", "good", "--strict"], 0), (["check", "dead"], 1), (["check", "idle"], 0),
    (["check", "idle", "--strict"], 1), (["check", "broken"], 1), (["check", "nowhere"], 2), (["check", "trials"], 2),
    (["try", "trials/refused.yaml"], 1), (["try", "trials/none.yaml"], 2), (["who", "things.n", "--pack", "good"], 0),
    (["who", "thigns", "--pack", "good"], 1), (["who", "things.m", "--pack", "good"], 1), (["show", "good"], 0),
    (["show", "broken"], 2), (["show", "good", "--collection", "thing"], 1), (["show", "good", "--mermaid"], 0),
    (["cost", "good"], 0), (["docs", "good"], 0), (["schema"], 0),
  ])
  func exits(_ arguments: [String], _ status: Int) async throws {
    let run = try await Self.place().hearth(["pack"] + arguments)
    #expect(Int(run.status) == status, "\(run.output)\(run.errors)")
  }

  @Test func `the pack of a folder with one is found`() async throws {
    let run = try await Workplace().hearth("pack", "cost")
    #expect(run.status == 0 && run.output.contains("tasks.claim needs"), "\(run.errors)")
  }

  @Test(arguments: [
    (["check", "fixtures/famquest"], "pack-check"), (["check", "dead"], "pack-check"),
    (["check", "broken"], "pack-check"), (["who", "tasks.status", "--pack", "fixtures/famquest"], "pack-who"),
    (["who", "users", "--pack", "fixtures/famquest"], "pack-who"), (["try", "trials/refused.yaml"], "pack-try"),
    (["cost", "fixtures/famquest"], "pack-cost"), (["show", "fixtures/famquest"], "pack-show"),
  ])
  func `JSON fits its schema`(_ arguments: [String], _ schema: String) async throws {
    let run = try await Self.place().hearth(["pack"] + arguments + ["--json"])
    #expect(run.errors.isEmpty)
    try JSONTests.check(run.output, "\(schema).schema.json")
  }

  @Test func `every finding has its page`() async throws {
    let run = try await Workplace().hearth("error", "A101")
    #expect(run.status == 0 && run.output.contains("neverHolds"), "\(run.errors)")
  }

  @Test func `a watched pack is checked again when it changes`() async throws {
    let place = try Self.place()
    let out = place.folder.appending(path: "watch.out")
    let script = "hearth pack check good --watch --json > watch.out & echo $! > watch.pid; wait"
    async let run = place.shell(script)
    let lines = { (try? String(contentsOf: out, encoding: .utf8))?.split(separator: "\n").count ?? 0 }
    _ = try await eventually { lines() >= 1 ? true : nil }
    try place.write(Self.broken, to: "good/schema.yaml")
    let again = try await eventually { lines() >= 2 ? true : nil }
    #expect(again == true)
    if let process = Int32(try place.text("watch.pid").trimmingCharacters(in: .whitespacesAndNewlines)) {
      kill(process, SIGTERM)
    }
    _ = try await run
    let last = try #require(try place.text("watch.out").split(separator: "\n").last)
    #expect(try JSON(String(last))["errors"]?.number != 0)
  }
}
