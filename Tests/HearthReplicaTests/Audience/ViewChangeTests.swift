import HearthEngine
import HearthMemory
import HearthModel
import HearthProtocol
import HearthReplica
import Testing

/// A view that changes as a whole: another role, another own record, another household's record, nobody any more.
@Suite("Audiences: a view that changes as a whole")
struct ViewChangeTests {
  let world: AudienceTests
  var lab: Lab { world.lab }

  init() throws {
    world = try AudienceTests()
    try world.makeTask()
    try world.assign(Lab.noah)
  }

  @Test(arguments: [true, false])
  func `another role takes away and gives`(_ isAway: Bool) throws {
    let noah = world.noah
    if isAway { try lab.disconnect(noah) }
    try world.set("people", Lab.noah, "role", .text("helper"))
    if !isAway { #expect(noah.fault?.code == .viewChanged) }
    try lab.calmDown()
    #expect(noah.core.replica.identity.role == "helper")
    #expect(noah.storage.confirmed(lab.key("tasks/task")) == nil)
    try world.check()
    try world.set("people", Lab.noah, "role", .text("parent"))
    try lab.calmDown()
    #expect(lab.confirmed(noah, "tasks/task.diary") == .text("the diary"))
    try world.check()
  }

  @Test(arguments: [true, false])
  func `the member's own record opens and closes`(_ isAway: Bool) throws {
    let noah = world.noah
    try lab.edit(world.eva) {
      $0.create("plans", RecordID(name: "plan"), [("team", .text("red")), ("text", .text("go"))])
    }
    try lab.settle()
    for (team, isVisible) in [("red", true), ("blue", false)] {
      if isAway { try lab.disconnect(noah) }
      try world.set("people", Lab.noah, "team", .text(team))
      try lab.calmDown()
      #expect((noah.storage.confirmed(lab.key("plans/plan")) != nil) == isVisible)
      try world.check()
    }
    #expect(!world.hasHeard(world.luna, "go"))
  }

  @Test func `the household's own record opens and closes for everybody`() throws {
    try lab.edit(world.eva) { $0.create("notices", RecordID(name: "notice"), [("text", .text("hear"))]) }
    try lab.settle()
    for isOpen in [true, false] {
      try world.set("homes", lab.household.record, "is_open", .bool(isOpen))
      try lab.calmDown()
      for phone in [world.noah, world.luna, world.marie] {
        #expect((phone.storage.confirmed(lab.key("notices/notice")) != nil) == isOpen)
      }
      try world.check()
    }
  }

  @Test func `a change of another's record leaves the sessions alone`() throws {
    try world.set("people", Lab.noah, "pin", .text("1234"))
    try world.set("people", AudienceTests.luna, "team", .text("red"))
    #expect(world.noah.fault == nil && world.noah.core.link.condition == .live)
    #expect(!world.hasHeard(world.noah, "1234"))
  }

  @Test(arguments: [true, false])
  func `who may not come in any more is evicted, and keeps what was typed`(_ isAway: Bool) throws {
    let noah = world.noah
    if isAway { try lab.disconnect(noah) }
    try world.set("people", Lab.noah, "is_active", .bool(false))
    if isAway {
      try lab.edit(noah) { $0.set("tasks", world.task, "note", .text("typed")) }
      try lab.connect(noah)
      try lab.settle()
    }
    #expect(noah.fault?.code == .evicted)
    #expect(noah.storage.confirmedKeys().isEmpty)
    #expect(noah.core.replica.outbox.count == (isAway ? 1 : 0))
    try lab.connect(noah)
    try lab.settle()
    #expect(noah.storage.confirmedKeys().isEmpty, "and does not get in again")
    try world.set("people", Lab.noah, "is_active", .bool(true))
    try lab.calmDown()
    #expect(lab.confirmed(noah, "tasks/task.note") == (isAway ? .text("typed") : .null))
    try world.check()
  }

  @Test func `a page is not filled with the rights of a moment before`() throws {
    try lab.disconnect(world.noah)
    try world.set("tasks", world.task, "note", .text("a note"))
    try lab.edit(world.eva) { $0.set("people", Lab.noah, "role", .text("helper")) }
    while let connection = lab.busy.toHub.first { try lab.deliverToHub(connection) }
    lab.beforeRead = { try lab.decideQuietly() }
    try lab.connect(world.noah)
    try lab.settle()
    #expect(world.noah.fault?.code == .viewChanged)
    try lab.tellHeld()
    try lab.calmDown()
    #expect(!world.hasHeard(world.noah, "a note"))
    try world.check()
  }
}
