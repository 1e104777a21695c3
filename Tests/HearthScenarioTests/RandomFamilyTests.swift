import Foundation
import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import Testing

/// Random families converge. `HEARTH_RANDOM_FAMILIES` asks for more of them than the usual few.
@Suite("Random families") struct RandomFamilyTests {
  static let count = ProcessInfo.processInfo.environment["HEARTH_RANDOM_FAMILIES"].flatMap(Int.init) ?? 40

  @Test("P1: after 150 random steps every device shows what a newcomer shows", arguments: 1...count)
  func converges(seed: Int) throws {
    let household = FamQuest.seed.households[0]
    var family = try RandomFamily(FamQuest.open, household, seed: seed)
    for _ in 0..<150 { try family.step() }
    try family.settle()
    let convergence = try Convergence(
      family.world, FamQuest.open, member: RecordID(name: RandomFamily.members[0]), household: household.id)
    for device in RandomFamily.devices {
      #expect(try family.world.condition(device) == .live)
      #expect(try family.world.replica(device).outbox.isEmpty)
      let differences = try convergence.differences(of: device)
      #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }
  }
}
