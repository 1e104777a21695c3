import HearthDevice
import HearthModel
import Testing

/// The connection, as the app meets it; the states are tested with the link itself.
@Suite("Link", .serialized)
struct LinkTests {
  /// The same story on each way; what is shown at its end is compared as a whole.
  @Test(arguments: TestHub.Route.allCases, TestHub.Route.allCases)
  func `two devices meet in a conflict and show the same, on every way`(
    _ phoneRoute: TestHub.Route, _ tabletRoute: TestHub.Route
  ) async throws {
    try await TestHub.with { hub in
      let phone = try await hub.liveDevice("phone", phoneRoute)
      let tablet = try await hub.liveDevice("tablet", tabletRoute)
      for device in [phone, tablet] { await device.disconnect() }
      try await phone.edit {
        $0.set("tasks", TestHub.dishes, "title", .text("Afwassen"))
        $0.insert("tasks", TestHub.dishes, "tags", .text("kitchen"))
        $0.put("tasks", TestHub.dishes, "extra", ["color"], .text("red"))
      }
      try await tablet.edit {
        $0.set("tasks", TestHub.dishes, "title", .text("Vaatwasser"))
        $0.insert("tasks", TestHub.dishes, "tags", .text("evening"))
        $0.put("tasks", TestHub.dishes, "extra", ["size"], .int(3))
        $0.increment("tasks", TestHub.dishes, "votes", by: 2)
      }
      for device in [tablet, phone] {
        await device.connect()
        try await device.waitUntilLive()
        try await device.waitUntilSynced(timeout: TestHub.patience)
      }
      let head = try hub.head()
      try await eventually("both are there") {
        let revisions = [try await phone.status().revision, try await tablet.status().revision]
        return revisions == [head, head]
      }
      let (one, two) = (
        try #require(try await phone.record("tasks", TestHub.dishes)),
        try #require(try await tablet.record("tasks", TestHub.dishes))
      )
      #expect(one.content == two.content)
      #expect(one["title"] == .text("Afwassen"))
      #expect(one["tags"] == .list([.text("evening"), .text("kitchen")]))
      #expect(one["votes"] == .int(2))
      let conflicts = try await tablet.conflicts(in: "tasks", TestHub.dishes)
      #expect(conflicts.map(\.subject) == ["title"])
      #expect(conflicts[0].lost.map(\.value) == [.text("Vaatwasser")])
    }
  }

  @Test(arguments: TestHub.Route.allCases)
  func `G12: a device comes back by itself when the hub has been away, and brings what was made meanwhile`(
    _ route: TestHub.Route
  ) async throws {
    try await TestHub.with { hub in
      let phone = try await hub.liveDevice("phone", route)
      await hub.stop()
      try await eventually("it has noticed") { try await phone.status().link != .live }
      let ticket = try await phone.vote()
      #expect(try await phone.status(of: ticket) == .local)
      try await hub.start()
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await phone.status(of: ticket).settled?.verdict == .accepted)
      #expect(try await phone.status().link == .live)
    }
  }

  @Test func `G12: a second connect is harmless`() async throws {
    try await TestHub.with { hub in
      let phone = try await hub.device("phone")
      for _ in 0..<5 { await phone.connect() }
      try await phone.waitUntilLive()
      for _ in 0..<5 { await phone.connect() }
      try await phone.vote()
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      #expect(try hub.head().rawValue == 2, "one connection has pushed it once")
      #expect(try await phone.status().link == .live)
    }
  }

  @Test(arguments: TestHub.Route.allCases)
  func `G12: disconnect is final: neither an edit nor the hub's return makes a connection`(
    _ route: TestHub.Route
  ) async throws {
    try await TestHub.with { hub in
      let phone = try await hub.liveDevice("phone", route)
      await phone.disconnect()
      #expect(try await phone.status().link == .offline)
      await hub.stop()
      try await hub.start()
      let ticket = try await phone.vote()
      // Another device on the same hub goes through a whole conversation in the meantime.
      let tablet = try await hub.liveDevice("tablet", route)
      try await tablet.vote()
      try await tablet.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await phone.status().link == .offline)
      #expect(try await phone.status(of: ticket) == .local)
      await phone.connect()
      try await phone.waitUntilSynced(timeout: TestHub.patience)
    }
  }

  @Test func `G12: connecting and disconnecting in quick turns ends in what was asked last`() async throws {
    try await TestHub.with { hub in
      let phone = try await hub.device("phone")
      for _ in 0..<30 {
        await phone.connect()
        await phone.disconnect()
      }
      #expect(try await phone.status().link == .offline)
      await phone.connect()
      try await phone.waitUntilLive()
      try await phone.vote()
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      #expect(try hub.head().rawValue == 2)
    }
  }
}
