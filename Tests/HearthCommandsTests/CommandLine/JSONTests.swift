import Foundation
import Testing

/// What `--json` prints is what docs/reference/schemas says (G14).
@Suite(.serialized) struct JSONTests {
  private static let schemas = Repository.file("docs/reference/schemas")

  /// Checks one document against a schema, and that its keys ascend.
  static func check(
    _ text: String, _ schema: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let document = try JSON(text)
    let faults = try JSONSchema(schema, in: schemas).faults(of: document)
    #expect(faults.isEmpty, "\(schema): \(faults.joined(separator: "\n"))", sourceLocation: sourceLocation)
    #expect(unsorted(document).isEmpty, "\(unsorted(document))", sourceLocation: sourceLocation)
  }

  private static func unsorted(_ document: JSON) -> [String] {
    let inside = (document.elements ?? []).flatMap(unsorted) + (document.members ?? []).flatMap { unsorted($0.value) }
    let keys = (document.members ?? []).map(\.key)
    return inside + (keys == keys.sorted() ? [] : ["the keys \(keys) do not ascend"])
  }

  @Test func `every schema is checked whole, and described`() throws {
    let page = try Repository.text("docs/reference/json.md")
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.schemas.path).sorted()
    #expect(files.count == 17)
    for file in files {
      #expect(try JSONSchema(file, in: Self.schemas).unchecked().isEmpty)
      #expect(page.contains("(schemas/\(file))"), "json.md does not mention \(file)")
    }
  }

  @Test func `every command that finds something has --json`() async throws {
    for command in [
      ["serve"], ["stop"], ["compact"], ["household", "create"], ["household", "list"], ["device"], ["scenario"],
      ["demo"],
      ["error"], ["conflicts"], ["explain"], ["history"], ["deleted"], ["restore"], ["restore-value"],
      ["pack", "check"], ["pack", "show"], ["pack", "who"], ["pack", "try"], ["pack", "cost"],
    ] {
      let help = try await Workplace().hearth(command + ["--help"])
      #expect(help.output.contains("--json"), "\(command)")
      #expect(help.output.contains("Example"), "\(command) has no example")
    }
  }

  @Test func settings() async throws {
    let run = try await Workplace().hearth("serve", "--show-settings", "--json")
    try Self.check(run.output, "settings.schema.json")
  }

  @Test func `errors and lists of errors`() async throws {
    let place = try Workplace()
    for arguments in [["error", "E2104", "--json"], ["error", "P104", "--json"], ["error", "--json"]] {
      try Self.check(try await place.hearth(arguments).output, "error.schema.json")
    }
  }

  @Test(arguments: [
    ["stop", "--json"], ["device", "x", "--json"], ["serve", "--json", "--nonsense"],
    ["serve", "--json", "--queue-max", "0"],
  ])
  func `a failure is JSON as well, on standard error`(_ arguments: [String]) async throws {
    let run = try await Workplace().hearth(arguments)
    #expect(run.output.isEmpty)
    try Self.check(run.errors, "failure.schema.json")
    #expect(try JSON(run.errors)["error"]?["exit_code"]?.number == Double(run.status))
  }

  @Test func `a wrong file is JSON as well`() async throws {
    let place = try Workplace()
    try place.write("pack: [", to: "packs/famquest/schema.yaml")
    let run = try await place.hearth("serve", "--packs", "packs", "--json")
    try Self.check(run.errors, "failure.schema.json")
    #expect(run.status == 2)
  }

  @Test func `a hub, its households, and its end`() async throws {
    let place = try Workplace()
    _ = try await place.serve()
    try Self.check(try place.text("hearth-data/hub.json"), "serve.schema.json")
    let created = try await place.hearth("household", "create", "--app", "famquest", "--json")
    try Self.check(created.output, "household-create.schema.json")
    try Self.check(try await place.hearth("household", "list", "--json").output, "household-list.schema.json")
    try Self.check(try await place.hearth("stop", "--json").output, "stop.schema.json")
  }

  @Test func `the demo`() async throws {
    let place = try Workplace()
    let run = try await place.hearth("demo", "--json")
    #expect(run.status == 0, "\(run.errors)")
    try Self.check(run.output, "demo.schema.json")
    #expect(try JSON(run.output)["converged"]?.bool == true)
    _ = try await place.hearth("stop", "--data", "hearth-demo/hub")
  }

  @Test func `scenarios`() async throws {
    let run = try await Workplace().hearth("scenario", "fixtures/famquest/scenarios", "--json")
    #expect(run.status == 0, "\(run.errors)")
    try Self.check(run.output, "scenario.schema.json")
  }
}
