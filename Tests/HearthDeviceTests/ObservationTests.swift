import HearthDevice
import HearthModel
import Testing

/// Async sequences: the state first, then each change, nothing lost, nothing doubled, and an end with the task.
@Suite("Observation", .serialized)
struct ObservationTests {
  @Test func `a collection is delivered as it is, and then each time it changes`() async throws {
    let hub = try TestHub()
    let device = try await hub.device("phone")
    let lamp = RecordID(name: "lamp")
    try await device.edit { $0.create("tasks", lamp, [("title", .text("Lamp"))]) }
    var states = try await device.observe("tasks").makeAsyncIterator()
    #expect(try await states.next()?.map(\.id) == [lamp])
    try await device.edit { $0.set("tasks", lamp, "title", .text("Light")) }
    #expect(try await states.next()?.map { $0["title"] } == [.text("Light")])
    try await device.edit { $0.create("boxes", RecordID(name: "crate"), [("name", .text("Crate"))]) }
    try await device.edit { $0.delete("tasks", lamp) }
    #expect(try await states.next()?.isEmpty == true, "the change of another collection is not told")
  }

  @Test func `an edit between the subscription and the first state is in the first state, once`() async throws {
    let hub = try TestHub()
    let device = try await hub.device("phone")
    let lamp = RecordID(name: "lamp")
    var states = try await device.observe("tasks").makeAsyncIterator()
    try await device.edit { $0.create("tasks", lamp, [("title", .text("Lamp"))]) }
    #expect(try await states.next()?.count == 1)
    try await device.edit { $0.set("tasks", lamp, "title", .text("Light")) }
    #expect(try await states.next()?.map { $0["title"] } == [.text("Light")], "the creation is not told again")
  }

  @Test func `one record is followed from nothing over its creation to its end`() async throws {
    let hub = try TestHub()
    let device = try await hub.device("phone")
    let lamp = RecordID(name: "lamp")
    var states = try await device.observe("tasks", lamp).makeAsyncIterator()
    #expect(try await states.next() == .some(nil))
    try await device.edit { $0.create("tasks", lamp, [("title", .text("Lamp"))]) }
    #expect(try await states.next()??["title"] == .text("Lamp"))
    try await device.edit { $0.create("tasks", RecordID(name: "other"), [("title", .text("Other"))]) }
    try await device.edit { $0.delete("tasks", lamp) }
    #expect(try await states.next()??.isLive == false)
  }

  /// Votes rise, so a state that came twice or out of order would show.
  @Test func `a slow observer skips states and gets the last one; none comes twice or out of order`() async throws {
    try await TestHub.with { hub in
      let (phone, tablet) = (try await hub.liveDevice("phone"), try await hub.liveDevice("tablet"))
      let states = try await tablet.observe("tasks", TestHub.dishes)
      async let observed = inTime("the last vote is shown") {
        var seen = [Record]()
        for try await state in states {
          guard let state else { continue }
          seen.append(state)
          if state["votes"] == .int(300) { break }
        }
        return seen
      }
      for _ in 0..<300 { try await phone.vote() }
      let seen = try await observed
      let votes = seen.compactMap { $0["votes"]?.int }
      #expect(votes.last == 300)
      #expect(zip(votes, votes.dropFirst()).allSatisfy { $0 < $1 })
      #expect(zip(seen, seen.dropFirst()).allSatisfy { $0 != $1 })
    }
  }

  @Test func `changes that an observer did not fetch come as one, with the ids of all`() async throws {
    let hub = try TestHub()
    let device = try await hub.device("phone")
    let changes = await device.changes()
    let ids = (1...50).map { RecordID(name: "task-\($0)") }
    for id in ids { try await device.edit { $0.create("tasks", id, [("title", .text("Task"))]) } }
    try await device.edit { $0.create("boxes", ids[0], [("name", .text("Box"))]) }
    let told = try await inTime("the box is told") {
      var told: [String: Set<RecordID>] = [:]
      for await change in changes {
        told.merge(change) { $0.union($1) }
        if told["boxes"] != nil { break }
      }
      return told
    }
    #expect(told == ["tasks": Set(ids), "boxes": [ids[0]]])
  }

  @Test func `every decision is told once and in order`() async throws {
    try await TestHub.with { hub in
      let device = try await hub.liveDevice("phone")
      let settlements = await device.settlements()
      var tickets = [ChangeTicket]()
      for _ in 0..<300 { tickets.append(try await device.vote()) }
      try await device.waitUntilSynced(timeout: TestHub.patience)
      await device.resend()
      let last = try await device.vote()
      let told = try await inTime("the last decision is told") {
        var told = [ChangeTicket]()
        for await settlement in settlements {
          told.append(settlement.ticket)
          if settlement.ticket == last { break }
        }
        return told
      }
      #expect(told == tickets + [last])
    }
  }

  @Test func `the status comes at once, and then each time it changes`() async throws {
    try await TestHub.with { hub in
      let device = try await hub.device("phone")
      let stream = await device.statuses()
      let last = try await inTime("it is live and has nothing to send") {
        var statuses = stream.makeAsyncIterator()
        let first = await statuses.next()
        #expect(first?.link == .offline)
        #expect(first?.outboxCount == 0)
        try await device.edit { $0.create("tasks", RecordID(name: "lamp"), [("title", .text("Lamp"))]) }
        #expect(await statuses.next()?.outboxCount == 1)
        await device.connect()
        var status = await statuses.next()
        while let current = status, current.link != .live || current.outboxCount > 0 { status = await statuses.next() }
        return status
      }
      #expect(last?.lastSettled?.verdict == .accepted)
    }
  }

  // MARK: The end

  @Test func `an observation ends with its task`() async throws {
    let hub = try TestHub()
    let device = try await hub.device("phone")
    let states = try await device.observe("tasks")
    let (started, start) = AsyncStream.makeStream(of: Void.self)
    let observer = Task {
      var count = 0
      for try await _ in states {
        count += 1
        start.yield()
      }
      return count
    }
    for await _ in started { break }
    observer.cancel()
    #expect(try await observer.value == 1)
    try await eventually("the device has let go of it") { await device.observerCount <= 1 }
  }

  @Test func `G13: ten thousand observations that start and stop leave nothing behind`() async throws {
    let hub = try TestHub()
    let device = try await hub.device("phone")
    for round in 0..<10_000 {
      switch round % 4 {
      case 0: _ = try await device.observe("tasks")
      case 1: _ = await device.statuses()
      case 2: _ = await device.settlements()
      default:
        var states = try await device.observe("tasks").makeAsyncIterator()
        _ = try await states.next()
      }
    }
    try await eventually("all are gone") { await device.observerCount == 0 }
  }

  @Test func `G13: a device that nobody holds is gone, with its connection and its waits`() async throws {
    try await TestHub.with { hub in
      weak var gone: Device?
      do {
        let device = try await hub.liveDevice("phone")
        gone = device
        _ = try await device.observe("tasks")
      }
      try await eventually("it is gone") { gone == nil }
    }
  }
}
