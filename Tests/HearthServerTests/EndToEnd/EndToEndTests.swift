import Foundation
import HearthModel
import HearthPack
import HearthReplica
import HearthScenario
import Testing

/// One body over all transports: what a device and a hub make of each other must not depend on the way between them.
@Suite("From device to device, over each transport")
struct EndToEndTests {
  private static let parent = "eva-phone"
  private static let child = "noah-tablet"
  private static let both = Fixture.eva.devices.filter { [parent, child].contains($0.name) }

  @Test(arguments: Transport.allCases)
  func `P1 P6: what a parent and a child did offline to one task comes together, and both know why`(
    _ transport: Transport
  ) async throws {
    try await EndToEnd.running(transport, Fixture.eva, devices: Self.both) { family in
      let dishes = RecordID(name: "dishes")
      try await family.connect(Self.parent, Self.child)
      try await family.world.disconnect(Self.parent)
      try await family.world.disconnect(Self.child)
      let parents = try await family.edit(Self.parent) {
        $0.set("tasks", dishes, "title", .text("Afwas doen"))
        $0.insert("tasks", dishes, "assignees", .id(RecordID(name: "sam")))
        $0.set("users", RecordID(name: "eva"), "theme", .text("sea"))
      }
      let childs = try await family.edit(Self.child) {
        $0.set("tasks", dishes, "title", .text("Vaatwasser 🏠"))
        $0.set("tasks", dishes, "description", .text("na het eten"))
        $0.insert("tasks", dishes, "assignees", .id(RecordID(name: "luna")))
      }
      #expect(try await family.value("tasks", "dishes", "title", on: Self.child) == .text("Vaatwasser 🏠"))
      try await family.connect(Self.child)
      try await family.connect(Self.parent)

      #expect(try await family.verdict(childs, of: Self.child) == .accepted)
      guard case .merged(let decisions) = try await family.verdict(parents, of: Self.parent) else {
        Issue.record("the parent's device was not told of the decision")
        return
      }
      #expect(decisions.map(\.conflict.rule) == ["guardian"])
      for device in [Self.parent, Self.child] {
        let record = try await family.record("tasks", "dishes", on: device)
        let title = Fixture.famquest.field("tasks", "title")
        #expect(record[title] == .text("Afwas doen"), "\(device)")
        #expect(record[Fixture.famquest.field("tasks", "description")] == .text("na het eten"), "\(device)")
        let assignees = record[Fixture.famquest.field("tasks", "assignees")].elements ?? []
        #expect(Set(assignees).isSuperset(of: [.id(RecordID(name: "sam")), .id(RecordID(name: "luna"))]), "\(device)")
        #expect(
          try await family.explanations("tasks", "dishes", on: device) == [
            "noah-tablet's title `Vaatwasser 🏠` lost to eva-phone's `Afwas doen`: concurrent, guardian rule: "
              + "parent outranks child"
          ], "\(device)")
        #expect(try await family.value("users", "eva", "theme", on: device) == .text("sea"), "\(device)")
        #expect(try await family.world.replica(device).outbox.isEmpty, "\(device)")
      }
      try await Self.expectEqualViews(family)
    }
  }

  @Test(arguments: Transport.allCases)
  func `P6: a losing value is brought back by an edit that has seen the conflict, and the conflict closes`(
    _ transport: Transport
  ) async throws {
    try await EndToEnd.running(transport, Fixture.eva, devices: Self.both) { family in
      let dishes = RecordID(name: "dishes")
      try await family.connect(Self.parent, Self.child)
      try await family.world.cut(Self.child)
      try await family.edit(Self.parent) { $0.set("tasks", dishes, "title", .text("Afwas doen")) }
      try await family.edit(Self.child) { $0.set("tasks", dishes, "title", .text("Vaatwasser")) }
      try await family.connect(Self.parent, Self.child)
      let conflict = try #require(try await family.record("tasks", "dishes", on: Self.child).conflicts.first)
      let lost = try #require(conflict.losers.first?.write.value)
      try await family.edit(Self.child) { $0.set("tasks", dishes, "title", lost) }
      try await family.world.settle()
      for device in [Self.parent, Self.child] {
        let record = try await family.record("tasks", "dishes", on: device)
        #expect(record[Fixture.famquest.field("tasks", "title")] == .text("Vaatwasser"), "\(device)")
        #expect(record.conflicts.isEmpty, "\(device)")
      }
    }
  }

  @Test(arguments: Transport.allCases)
  func `P3 P11: after a cut a device goes on from its cursor, and what it had not heard of is decided once`(
    _ transport: Transport
  ) async throws {
    try await EndToEnd.running(transport, Fixture.eva, devices: Self.both) { family in
      let dishes = RecordID(name: "dishes")
      try await family.connect(Self.parent, Self.child)
      let before = try await family.world.replica(Self.parent).identity
      let version = try await family.value("tasks", "dishes", "version", on: Self.parent)
      try await family.world.cut(Self.parent)
      for round in 1...3 {
        try await family.edit(Self.child) { $0.set("tasks", dishes, "description", .text("Ronde \(round)")) }
      }
      try await family.world.settle()
      try await family.edit(Self.parent) { $0.set("tasks", dishes, "title", .text("Afwas")) }
      try await family.world.restart(Self.parent)
      try await family.connect(Self.parent)
      try await family.world.resend(Self.parent)
      try await family.world.settle()

      let after = try await family.world.replica(Self.parent).identity
      #expect(after.replica == before.replica)
      #expect(after.cursor.epoch == before.cursor.epoch)
      #expect(after.cursor.revision.rawValue == before.cursor.revision.rawValue + 4)
      for device in [Self.parent, Self.child] {
        #expect(try await family.value("tasks", "dishes", "description", on: device) == .text("Ronde 3"))
        #expect(try await family.value("tasks", "dishes", "title", on: device) == .text("Afwas"))
        // One version for each change set that was decided: nothing counted twice.
        #expect(
          try await family.value("tasks", "dishes", "version", on: device) == .int((version.int ?? 0) + 4), "\(device)")
      }
      try await Self.expectEqualViews(family)
    }
  }

  /// P1: both devices show the same, and it is what the hub's store holds.
  private static func expectEqualViews(_ family: EndToEnd) async throws {
    for collection in Fixture.famquest.collections {
      for record in Fixture.eva.records where record.collection == collection.number {
        let key = ReplicaKey(collection.number, record.id)
        let parents = try await family.world.view(key, on: parent)
        let childs = try await family.world.view(key, on: child)
        let state = try family.store.state(family.household.id, Fixture.famquest, collection.name, record.id)
        for field in collection.fields where field.isPublished {
          let hubs = state?.value(of: field, in: collection)
          #expect(parents?[field] == hubs, "\(collection.name).\(field.name) of the parent")
          #expect(childs?[field] == hubs, "\(collection.name).\(field.name) of the child")
        }
      }
    }
  }
}

/// The scenarios of the fixtures, over each transport. One after the other: an edit waits for the slowest handshake,
/// and handshakes are slow where hundreds of hubs run.
@Suite("The scenarios, over each transport", .serialized)
struct TransportScenarioTests {
  static let files: [String] = {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: Fixture.path("famquest/scenarios"))) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  @Test func `there are scenarios`() {
    #expect(Self.files.count >= 40)
  }

  @Test(arguments: files, Transport.allCases)
  func `passes`(_ file: String, _ transport: Transport) async throws {
    let pack = Fixture.famquestWithRules
    let scenario = try ScenarioLoader.load(
      Fixture.text("famquest/scenarios/\(file)"), file: file, pack: pack, seed: Fixture.seed)
    // Services, days that pass and forged change sets need the hub in this process.
    guard !scenario.isLocal || transport == .memory else { return }
    let household = try #require(Fixture.seed.households.first { $0.id == scenario.household })
    try await EndToEnd.running(transport, household, devices: scenario.devices, pack: pack) { family in
      var runner = ScenarioRunner(scenario, pack: pack, world: family.world) { 0 }
      let result = await runner.run { _ in }
      if let failure = result.failure {
        Issue.record("\(file):\(failure.step.mark.line): \(failure.step.text)\n\(failure.failure!)")
      }
    }
  }
}
