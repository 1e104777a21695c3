import HearthDevice
import HearthModel
import Testing

/// A device works from its first launch on, whether or not there is a hub.
@Suite("Offline", .serialized)
struct OfflineTests {
  let lamp = RecordID(name: "lamp")

  @Test(arguments: TestHub.Route.allCases)
  func `a device that never saw a hub takes edits, keeps them over restarts, and syncs later`(
    _ route: TestHub.Route
  ) async throws {
    let hub = try TestHub()
    try await hub.start()
    await hub.stop()
    let first = try await hub.device("phone", route)
    await first.connect()
    try await first.edit { $0.create("tasks", lamp, [("title", .text("Lamp"))]) }
    try await first.edit { $0.insert("tasks", lamp, "tags", .text("light")) }
    #expect(try await first.value("tasks", lamp, "title") == .text("Lamp"))
    #expect(try await first.records(in: "tasks").map(\.isPending) == [true])
    await first.abandon()

    let second = try await hub.device("phone", route)
    #expect(await second.outbox().map(\.ticket.counter) == [1, 2])
    #expect(try await second.value("tasks", lamp, "tags") == .list([.text("light")]))
    try await second.edit { $0.set("tasks", lamp, "note", .text("in the hall")) }
    try await hub.start()
    await second.connect()
    try await second.waitUntilSynced(timeout: TestHub.patience)
    let other = try await hub.liveDevice("tablet", route)
    let seen = try #require(try await other.record("tasks", lamp))
    #expect(seen["title"] == .text("Lamp"))
    #expect(seen["tags"] == .list([.text("light")]))
    #expect(seen["note"] == .text("in the hall"))
    #expect(try await second.record("tasks", lamp)?.isPending == false)
    #expect(try await second.record("tasks", TestHub.dishes) != nil, "it has received what it never had")
    await hub.stop()
  }

  /// More than fits into the window and into one frame.
  @Test(arguments: TestHub.Route.allCases)
  func `P3: a full outbox survives a restart and is taken in once`(_ route: TestHub.Route) async throws {
    try await TestHub.with { hub in
      let first = try await hub.liveDevice("phone", route)
      await first.disconnect()
      let long = String(repeating: "x", count: 200)
      for number in 1...600 {
        try await first.edit {
          $0.increment("tasks", TestHub.dishes, "votes", by: 1)
          $0.set("tasks", TestHub.dishes, "note", .text(number.isMultiple(of: 2) ? long : "short"))
        }
      }
      await first.abandon()
      let second = try await hub.device("phone", route)
      #expect(await second.outbox().count == 600)
      #expect(try await second.value("tasks", TestHub.dishes, "votes") == .int(600))
      await second.connect()
      try await second.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await second.value("tasks", TestHub.dishes, "votes") == .int(600))
      await second.resend()
      try await second.waitUntilSynced(timeout: TestHub.patience)
      let other = try await hub.liveDevice("tablet", route)
      #expect(try await other.value("tasks", TestHub.dishes, "votes") == .int(600))
    }
  }

  @Test func `an edit that the hub would refuse in any case is refused at once, in words`() async throws {
    let hub = try TestHub()
    let device = try await hub.device("phone")
    let refused = await #expect(throws: Rejection.self) {
      try await device.edit { $0.create("tasks", RecordID(name: "lamp"), [("titel", .text("Lamp"))]) }
    }
    #expect(refused?.code == .unknownField)
    #expect(refused?.message == "`tasks` has no field `titel`.")
    #expect(await device.outbox().isEmpty)
  }

  @Test func `what was decided while the device was dying counts once after the restart`() async throws {
    try await TestHub.with { hub in
      let first = try await hub.liveDevice("phone")
      hub.store.close()
      try await first.vote(3)
      try await eventually("the hub has it") { await first.outbox().first?.isSent == true }
      await first.abandon()
      hub.store.open()
      try await eventually("the hub has decided") { try hub.head().rawValue >= 2 }
      let second = try await hub.device("phone")
      #expect(try await second.value("tasks", TestHub.dishes, "votes") == .int(3))
      await second.connect()
      try await second.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await second.value("tasks", TestHub.dishes, "votes") == .int(3))
      #expect(try hub.head().rawValue == 2)
    }
  }
}
