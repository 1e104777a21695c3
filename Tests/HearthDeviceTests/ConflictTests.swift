import HearthModel
import Testing

@testable import HearthDevice

/// What a person can do about what was rejected, what lost, and what was deleted.
@Suite("Nothing is lost", .serialized)
struct ConflictTests {
  private let box = RecordID(name: "box")
  private let lid = RecordID(name: "lid")

  /// A phone whose lid was rejected because somebody deleted the box meanwhile, and the tablet that did.
  private func rejection(_ hub: TestHub) async throws -> (phone: Device, tablet: Device, change: RejectedChange) {
    let (phone, tablet) = (try await hub.liveDevice("phone"), try await hub.liveDevice("tablet"))
    await phone.disconnect()
    try await tablet.edit { $0.delete("boxes", box) }
    try await tablet.waitUntilSynced(timeout: TestHub.patience)
    try await phone.edit { $0.create("lids", lid, [("box", .id(box))]) }
    await phone.connect()
    try await phone.waitUntilSynced(timeout: TestHub.patience)
    return (phone, tablet, try #require(try await phone.rejected().first))
  }

  @Test func `P6: a rejected change stays until it is dismissed, over restarts`() async throws {
    try await TestHub.with { hub in
      let (phone, _, change) = try await rejection(hub)
      await phone.abandon()
      let again = try await hub.device("phone")
      #expect(try await again.rejected() == [change])
      try await again.dismiss(change)
      #expect(try await again.rejected().isEmpty)
      #expect(try await again.status().rejectedCount == 0)
      guard case .rejected = try await again.status(of: change.ticket).settled?.verdict else {
        return #expect(Bool(false), "its fate is known as before")
      }
      await again.abandon()
      let third = try await hub.device("phone")
      #expect(try await third.rejected().isEmpty, "over a restart, too")
      try await third.dismiss(change)
    }
  }

  @Test func `a rejected change is made anew as one that has seen what the device shows`() async throws {
    try await TestHub.with { hub in
      let (phone, tablet, change) = try await rejection(hub)
      let doomed = await #expect(throws: Rejection.self) { try await phone.retry(change) }
      #expect(doomed?.code == .gone)
      #expect(try await phone.rejected() == [change], "a doomed one stays in the list")
      try await tablet.edit { $0.restore("boxes", box) }
      try await tablet.waitUntilSynced(timeout: TestHub.patience)
      try await eventually("the box is back") { try await phone.record("boxes", box)?.isLive == true }
      let ticket = try await phone.retry(change)
      #expect(ticket != change.ticket)
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await phone.status(of: ticket).settled?.verdict == .accepted)
      #expect(try await phone.rejected().isEmpty)
      #expect(try await phone.value("lids", lid, "box") == .id(box))
    }
  }

  @Test func `a change of every kind of edit is made anew as it was`() async throws {
    try await TestHub.with { hub in
      let (phone, tablet) = (try await hub.liveDevice("phone"), try await hub.liveDevice("tablet"))
      await phone.disconnect()
      try await tablet.rename("Moved on")
      try await tablet.waitUntilSynced(timeout: TestHub.patience)
      try await phone.edit {
        $0.set("tasks", TestHub.dishes, "note", .text("soon"))
        $0.increment("tasks", TestHub.dishes, "votes", by: 2)
        $0.insert("tasks", TestHub.dishes, "tags", .text("kitchen"))
        $0.remove("tasks", TestHub.dishes, "tags", .text("garden"))
        $0.put("tasks", TestHub.dishes, "extra", ["color"], .text("red"))
        $0.drop("tasks", TestHub.dishes, "extra", ["size"])
        $0.expectUnchanged("tasks", TestHub.dishes)
        $0.create("tasks", lid, [("title", .text("Lid"))])
        $0.delete("boxes", box)
      }
      await phone.connect()
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      let change = try #require(try await phone.rejected().first)
      #expect(change.rejection.code == .staleVersion)
      await phone.disconnect()
      try await phone.retry(change)
      let repeated = try #require(await phone.outbox().first)
      #expect(repeated.changes.map(\.kind) == change.changes.map(\.kind))
      #expect(repeated.changes.map(\.edits) == change.changes.map(\.edits))
      #expect(repeated.changes.map(\.expectation) == change.changes.map(\.expectation))
      #expect(repeated.changes[0].context != change.changes[0].context, "it has seen the newer title")
      await phone.connect()
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await phone.rejected().isEmpty)
      #expect(try await phone.value("tasks", TestHub.dishes, "votes") == .int(2))
    }
  }

  // MARK: Conflicts

  /// Both have renamed the task; Eva's title is shown.
  private func conflict(_ hub: TestHub) async throws -> (phone: Device, tablet: Device, open: OpenConflict) {
    let (phone, tablet) = (try await hub.liveDevice("phone"), try await hub.liveDevice("tablet"))
    await tablet.disconnect()
    try await phone.rename("By Eva")
    try await phone.waitUntilSynced(timeout: TestHub.patience)
    try await tablet.rename("By Noah")
    await tablet.connect()
    try await tablet.waitUntilSynced(timeout: TestHub.patience)
    return (phone, tablet, try #require(try await tablet.conflicts(in: "tasks", TestHub.dishes).first))
  }

  @Test func `a conflict says what, who, when, and by which rule`() async throws {
    try await TestHub.with { hub in
      let before = Instant.current
      let (_, tablet, open) = try await conflict(hub)
      #expect(open.subject == "title")
      #expect(open.rule == "guardian")
      #expect(open.shown.value == .text("By Eva"))
      #expect(open.shown.author == Author(member: TestHub.eva, device: "phone"))
      #expect(open.lost.map(\.value) == [.text("By Noah")])
      #expect(open.lost[0].author == Author(member: TestHub.noah, device: "tablet"))
      #expect(open.lost[0].reason == .rank)
      #expect(
        open.lost[0].sentence == "tablet's title `By Noah` lost to phone's `By Eva`: concurrent, guardian rule: "
          + "parent outranks child")
      for version in [open.shown] + open.lost {
        #expect(
          version.at.milliseconds >= before.milliseconds && version.at.milliseconds <= Instant.current.milliseconds)
      }
      #expect(try await tablet.conflicts().map(\.id) == [TestHub.dishes])
      #expect(try await tablet.conflicts(in: "tasks", RecordID(name: "nothing")).isEmpty)
    }
  }

  @Test func `"use mine" brings the value that lost back on every device and settles the conflict`() async throws {
    try await TestHub.with { hub in
      let (phone, tablet, open) = try await conflict(hub)
      try await tablet.settle(open, with: open.lost[0])
      #expect(try await tablet.conflicts(in: "tasks", TestHub.dishes).isEmpty, "at once")
      try await tablet.waitUntilSynced(timeout: TestHub.patience)
      try await eventually("the phone shows it") {
        try await phone.value("tasks", TestHub.dishes, "title") == .text("By Noah")
      }
      #expect(try await phone.conflicts().isEmpty)
    }
  }

  @Test func `"keep this" settles the conflict, too`() async throws {
    try await TestHub.with { hub in
      let (phone, tablet, open) = try await conflict(hub)
      try await tablet.settle(open, with: open.shown)
      try await tablet.waitUntilSynced(timeout: TestHub.patience)
      try await eventually("the phone has no conflict") { try await phone.conflicts().isEmpty }
      #expect(try await phone.value("tasks", TestHub.dishes, "title") == .text("By Eva"))
    }
  }

  @Test func `a conflict that has changed since the person looked is not settled unseen`() async throws {
    try await TestHub.with { hub in
      let (phone, tablet, open) = try await conflict(hub)
      try await phone.rename("Newer")
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      try await eventually("the tablet has it") {
        try await tablet.value("tasks", TestHub.dishes, "title") == .text("Newer")
      }
      let stale = await #expect(throws: Rejection.self) { try await tablet.settle(open, with: open.lost[0]) }
      #expect(stale?.code == .staleVersion)
      #expect(stale?.message == "The conflict about `title` has changed. Look at it again.")
      #expect(await tablet.outbox().isEmpty)
    }
  }

  @Test func `elements, paths and lives are brought back as well`() async throws {
    try await TestHub.with { hub in
      let (phone, tablet) = (try await hub.liveDevice("phone"), try await hub.liveDevice("tablet"))
      for device in [phone, tablet] { await device.disconnect() }
      try await phone.edit { $0.put("tasks", TestHub.dishes, "extra", ["color"], .text("red")) }
      try await phone.edit { $0.delete("boxes", box) }
      try await Task.sleep(for: .milliseconds(2))
      try await tablet.edit { $0.put("tasks", TestHub.dishes, "extra", ["color"], .text("blue")) }
      try await tablet.edit { $0.set("boxes", box, "name", .text("Chest")) }
      for device in [phone, tablet] {
        await device.connect()
        try await device.waitUntilLive()
        try await device.waitUntilSynced(timeout: TestHub.patience)
      }
      let path = try #require(try await tablet.conflicts(in: "tasks", TestHub.dishes).first)
      #expect(path.subject == "extra.color")
      try await tablet.settle(path, with: path.lost[0])
      let life = try #require(try await tablet.conflicts(in: "boxes", box).first)
      #expect(life.subject == "record")
      #expect(life.shown.value == nil, "the delete has won")
      try await tablet.settle(life, with: life.lost[0])
      try await tablet.waitUntilSynced(timeout: TestHub.patience)
      try await eventually("the phone shows it") { try await phone.status().revision == hub.head() }
      #expect(try await phone.value("boxes", box, "name") == .text("Chest"))
      #expect(try await phone.record("boxes", box)?.isLive == true)
      #expect(
        try await phone.value("tasks", TestHub.dishes, "extra")
          == .object(ValueObject([(key: "color", value: path.lost[0].value!)])))
      #expect(try await phone.conflicts().isEmpty)
    }
  }

  // MARK: Deletes

  @Test func `a deleted record is listed, and comes back with its values`() async throws {
    try await TestHub.with { hub in
      let (phone, tablet) = (try await hub.liveDevice("phone"), try await hub.liveDevice("tablet"))
      try await phone.edit { $0.set("tasks", TestHub.dishes, "note", .text("with care")) }
      try await phone.edit { $0.delete("tasks", TestHub.dishes) }
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await phone.records(in: "tasks").isEmpty)
      let gone = try #require(try await phone.records(in: "tasks", includingGone: true).first)
      #expect(!gone.isLive)
      try await phone.edit { $0.restore("tasks", gone.id) }
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      try await eventually("it is back") {
        try await tablet.value("tasks", TestHub.dishes, "note") == .text("with care")
      }
      #expect(try await tablet.record("tasks", TestHub.dishes)?.isLive == true)
    }
  }
}
