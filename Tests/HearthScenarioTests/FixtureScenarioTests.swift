import Foundation
import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import Testing

@Suite("The scenarios of the fixtures")
struct FixtureScenarioTests {
  static let files = names(in: FamQuest.folder)
  /// Small apps for what FamQuest has no use for.
  private static let packs = FamQuest.folder.deletingLastPathComponent().appending(path: "packs")
  static let workshop = packs.appending(path: "workshop")
  static let library = packs.appending(path: "library")

  private static func names(in app: URL) -> [String] {
    let found = try? FileManager.default.contentsOfDirectory(atPath: app.appending(path: "scenarios").path)
    return (found ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
  }

  @Test func `there are scenarios`() {
    #expect(!Self.files.isEmpty)
  }

  @Test(arguments: files) func `passes in process`(_ file: String) async throws {
    try await run(file, of: FamQuest.folder, FamQuest.pack, FamQuest.seed)
  }

  @Test(arguments: names(in: workshop)) func `passes in the workshop`(_ file: String) async throws {
    try await run(file, of: Self.workshop)
  }

  @Test(arguments: names(in: library)) func `passes in the library`(_ file: String) async throws {
    try await run(file, of: Self.library)
  }

  private func run(_ file: String, of app: URL) async throws {
    let text = { (path: String) in try String(contentsOf: app.appending(path: path), encoding: .utf8) }
    let pack = try PackLoader.load(text("schema.yaml"), file: "schema.yaml")
    try await run(file, of: app, pack, SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack))
  }

  /// An app with a catalogue.
  static let academy = FamQuest.folder.deletingLastPathComponent().appending(path: "packs/academy")

  @Test(arguments: names(in: academy)) func `passes in the academy`(_ file: String) async throws {
    let text = { (path: String) in try String(contentsOf: Self.academy.appending(path: path), encoding: .utf8) }
    let schema = try PackLoader.load(text("schema.yaml"), file: "schema.yaml")
    let pack = schema.with(try CatalogueLoader.load(text("catalogue.yaml"), file: "catalogue.yaml", pack: schema))
    try await run(file, of: Self.academy, pack, SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack))
  }

  private func run(_ file: String, of app: URL, _ pack: Pack, _ seed: Seed) async throws {
    let text = try String(contentsOf: app.appending(path: "scenarios/\(file)"), encoding: .utf8)
    let scenario = try ScenarioLoader.load(text, file: file, pack: pack, seed: seed)
    let world = InProcessWorld(pack: pack) { instant, _ in Day(rawValue: Int32(instant.milliseconds / 86_400_000)) }
    let household = try #require(seed.households.first { $0.id == scenario.household })
    _ = try world.found(household)
    for device in scenario.devices { try world.addDevice(device.name, member: device.member, household: household.id) }
    var runner = ScenarioRunner(scenario, pack: pack, world: world) { 0 }
    let result = await runner.run { _ in }
    if let failure = result.failure {
      Issue.record("\(file):\(failure.step.mark.line): \(failure.step.text)\n\(failure.failure!)")
      return
    }
    try expectConvergence(world, scenario, pack, household.id)
  }

  /// P1: at the end every connected device shows what a device of the same member shows that was never there before.
  private func expectConvergence(
    _ world: InProcessWorld, _ scenario: Scenario, _ pack: Pack, _ household: HouseholdID
  ) throws {
    let connected = try scenario.devices.filter { try world.condition($0.name) == .live }
    for (member, devices) in Dictionary(grouping: connected, by: \.member) {
      let convergence = try Convergence(world, pack, member: member, household: household)
      for device in devices {
        let differences = try convergence.differences(of: device.name)
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
      }
    }
  }
}
