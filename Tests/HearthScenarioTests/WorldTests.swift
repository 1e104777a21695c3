import Foundation
import HearthModel
import HearthPack
import HearthReplica
import HearthScenario
import Testing

@Suite("A hub and its devices in one process")
struct WorldTests {
  @Test func `a parent's and a child's offline edits converge with the conflict explained`() throws {
    let (pack, seed) = (FamQuest.open, FamQuest.seed)
    let world = InProcessWorld(pack: pack) { instant, _ in
      Day(rawValue: Int32(instant.milliseconds / 86_400_000))
    }
    let household = seed.households[0]
    for device in try world.found(household) { world.addDevice(device, household: household.id) }
    try world.connect("eva-phone")
    try world.connect("noah-tablet")
    try world.settle()
    let tasks = pack.collection(named: "tasks")!
    #expect(try world.view("eva-phone", of: tasks).count == 5)
    #expect(try world.view("noah-tablet", of: tasks).count == 5)
    try world.disconnect("eva-phone")
    try world.disconnect("noah-tablet")
    let dishes = RecordID(name: "dishes")
    var draft = Draft()
    draft.set("tasks", dishes, "title", .text("Afwas doen"))
    _ = try world.commit(draft, on: "eva-phone")
    world.advance(by: 1000)
    draft = Draft()
    draft.set("tasks", dishes, "title", .text("Vaatwasser"))
    draft.set("tasks", dishes, "description", .text("na het eten"))
    _ = try world.commit(draft, on: "noah-tablet")
    try world.connect("noah-tablet")
    try world.settle()
    try world.connect("eva-phone")
    try world.settle()
    let title = tasks.field(named: "title")!
    for device in ["eva-phone", "noah-tablet"] {
      let record = try #require(try world.view(device, ReplicaKey(tasks.number, dishes)))
      #expect(record[title] == .text("Afwas doen"))
      #expect(record[tasks.field(named: "description")!] == .text("na het eten"))
      #expect(record.conflicts.map(\.rule) == ["guardian"])
    }
  }
}
