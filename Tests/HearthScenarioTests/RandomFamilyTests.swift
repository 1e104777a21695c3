import Foundation
import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import Testing

/// Random families converge. `HEARTH_RANDOM_FAMILIES` asks for more of them than the usual few.
@Suite("Random families") struct RandomFamilyTests {
  static let pack = try! PackLoader.load(text("schema.yaml"), file: "schema.yaml")
  static let seed = try! SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack)
  static let count = ProcessInfo.processInfo.environment["HEARTH_RANDOM_FAMILIES"].flatMap(Int.init) ?? 40

  private static func text(_ name: String) -> String {
    try! String(contentsOf: FixtureScenarioTests.famquest.appending(path: name), encoding: .utf8)
  }

  @Test("P1: after 150 random steps every device shows what a newcomer shows", arguments: 1...count)
  func converges(seed: Int) throws {
    let household = Self.seed.households[0]
    var family = try RandomFamily(Self.pack, household, seed: seed)
    for _ in 0..<150 { try family.step() }
    try family.settle()
    let convergence = try Convergence(
      family.world, Self.pack, member: RecordID(name: RandomFamily.members[0]), household: household.id)
    for device in RandomFamily.devices {
      #expect(try family.world.condition(device) == .live)
      #expect(try family.world.replica(device).outbox.isEmpty)
      let differences = try convergence.differences(of: device)
      #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }
  }
}
