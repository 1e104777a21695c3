import Foundation
import HearthDevice
import HearthModel
import HearthReplica
import HearthTesting
import Testing

/// What an app can tell a person about an edit and about the device.
@Suite("Status", .serialized)
struct StatusTests {
  @Test(arguments: TestHub.Route.allCases)
  func `an edit waits, is sent, is accepted, and is seen by another device, by name`(
    _ route: TestHub.Route
  ) async throws {
    try await TestHub.with { hub in
      let phone = try await hub.liveDevice("phone", route)
      let tablet = try await hub.liveDevice("tablet", route)
      await phone.disconnect()
      let ticket = try await phone.vote()
      #expect(try await phone.status(of: ticket) == .local)
      hub.store.close()
      await phone.connect()
      try await eventually("it is sent") { try await phone.status(of: ticket) == .sent }
      #expect(try await tablet.value("tasks", TestHub.dishes, "votes") == .int(0), "nobody is told before the decision")
      hub.store.open()
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      let status = try await phone.status(of: ticket)
      let settled = try #require(status.settled)
      #expect(settled.verdict == .accepted)
      #expect(settled.ticket == ticket)
      try await eventually("the tablet has seen it") { try await phone.status(of: ticket).seenBy == ["tablet"] }
    }
  }

  @Test func `a rejection names its reason in a sentence, and the edit is kept to look at`() async throws {
    try await TestHub.with { hub in
      let phone = try await hub.liveDevice("phone")
      let tablet = try await hub.liveDevice("tablet")
      await phone.disconnect()
      try await tablet.edit { $0.delete("boxes", RecordID(name: "box")) }
      try await tablet.waitUntilSynced(timeout: TestHub.patience)
      let ticket = try await phone.edit {
        $0.create("lids", RecordID(name: "lid"), [("box", .id(RecordID(name: "box")))])
      }
      await phone.connect()
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      guard case .settled(let settled) = try await phone.status(of: ticket),
        case .rejected(let rejection) = settled.verdict
      else { return #expect(Bool(false), "not rejected") }
      #expect(rejection.message.hasSuffix("."))
      #expect(rejection.record == RecordID(name: "lid"))
      let kept = try await phone.rejected()
      #expect(kept.map(\.ticket) == [ticket])
      #expect(kept[0].rejection == rejection)
      #expect(kept[0].changes.map(\.kind) == [.create])
      #expect(try await phone.record("lids", RecordID(name: "lid")) == nil, "nothing of it counts")
      #expect(try await phone.status().rejectedCount == 1)
    }
  }

  @Test func `a merge tells the decision`() async throws {
    try await TestHub.with { hub in
      let (phone, tablet) = (try await hub.liveDevice("phone"), try await hub.liveDevice("tablet"))
      await tablet.disconnect()
      try await phone.rename("By Eva")
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      let ticket = try await tablet.rename("By Noah")
      await tablet.connect()
      try await tablet.waitUntilSynced(timeout: TestHub.patience)
      guard case .merged(let decisions) = try await tablet.status(of: ticket).settled?.verdict else {
        return #expect(Bool(false), "not merged")
      }
      #expect(decisions.map(\.conflict.winner.value) == [.text("By Eva")])
      #expect(decisions.first?.conflict.losers.map(\.reason) == [.rank])
      #expect(try await tablet.value("tasks", TestHub.dishes, "title") == .text("By Eva"))
    }
  }

  @Test func `a ticket goes on meaning its change set when the device has to go on as a new install`() async throws {
    try await TestHub.with { hub in
      let phone = try await hub.liveDevice("phone")
      let first = try await phone.vote(1)
      try await phone.waitUntilSynced(timeout: TestHub.patience)
      await phone.abandon()
      let backup = hub.folder.appending(path: "backup.db").path
      try copyReplica(from: hub.folder.appending(path: "phone.db").path, to: backup)
      let again = try await hub.device("phone")
      await again.connect()
      try await again.vote(10)
      try await again.waitUntilSynced(timeout: TestHub.patience)
      await again.abandon()

      // The backup knows nothing of the second vote, under whose number it makes its own.
      let restored = try Device(await hub.configuration("phone", path: backup))
      let ticket = try await restored.vote(100)
      #expect(try await restored.status(of: ticket) == .local)
      await restored.connect()
      try await restored.waitUntilSynced(timeout: TestHub.patience)
      #expect(try await restored.status(of: ticket).settled?.ticket == ticket)
      #expect(try await restored.status(of: first).settled?.ticket == first)
      #expect(try await restored.value("tasks", TestHub.dishes, "votes") == .int(111))
    }
  }

  // MARK: The device

  /// The status is asked after each of many random steps and compared with what the parts say.
  @Test(arguments: 0..<4) func `G05: the status agrees with the truth at every step`(_ seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let hub = try TestHub()
    try await hub.start()
    var device = try await hub.device("phone", random.pick(TestHub.Route.allCases))
    var isWanted = false
    var undecided = 0
    for step in 0..<60 {
      switch random.below(8) {
      case 0:
        await device.connect()
        isWanted = true
      case 1:
        await device.disconnect()
        isWanted = false
      case 2:
        await device.abandon()
        device = try await hub.device("phone", random.pick(TestHub.Route.allCases))
        isWanted = false
      case 3 where isWanted:
        try await device.waitUntilSynced(timeout: TestHub.patience)
        undecided = 0
      default:
        try await device.edit { $0.create("tasks", Self.id(random.next()), [("title", .text("Task \(step)"))]) }
        undecided += 1
      }
      let outbox = await device.outbox()
      let status = try await device.status()
      // The hub may have decided some between the two questions.
      #expect(status.outboxCount <= outbox.count, "step \(step)")
      if !isWanted {
        #expect(status.link == .offline)
        #expect(status.outboxCount == outbox.count)
        #expect(status.oldestInOutbox == outbox.first?.madeAt)
        #expect(status.need == (outbox.isEmpty ? nil : "\(outbox.count) changes wait for a connection."))
      }
      #expect(outbox.count <= undecided, "step \(step)")
      #expect(try await status.rejectedCount == device.rejected().count)
    }
    await hub.stop()
  }

  private static func id(_ number: UInt64) -> RecordID { RecordID(high: number, low: ~number) }

  @Test func `G05: the status says what is needed, and why the last connection ended`() async throws {
    try await TestHub.with { hub in
      var configuration = await hub.configuration("phone")
      configuration.token = TestHub.strangersToken
      let stranger = try Device(configuration)
      #expect(try await stranger.status().need == nil, "nothing is to be done offline with nothing made")
      try await stranger.edit { $0.create("tasks", RecordID(name: "lamp"), [("title", .text("Lamp"))]) }
      #expect(try await stranger.status().need == "1 changes wait for a connection.")
      await stranger.connect()
      try await eventually("it is refused") {
        if case .refused = try await stranger.status().link { true } else { false }
      }
      let status = try await stranger.status()
      #expect(status.lastFault?.action == .pairAgain)
      #expect(status.lastFault?.number == 1102)
      #expect(status.need?.hasPrefix("Pair this device again: ") == true)
      #expect(status.outboxCount == 1, "what the person typed stays")
    }
  }

  @Test func `G05: a hub that is away is told from a hub that refuses, and from what is no hub`() async throws {
    let hub = try TestHub()
    try await hub.start()
    let webSocket = await hub.configuration("phone", .webSocket)
    await hub.stop()
    let away = try Device(webSocket)
    await away.connect()
    try await eventually("it waits") { if case .waiting = try await away.status().link { true } else { false } }
    #expect(try await away.status().need == "The hub cannot be reached.")
    await away.disconnect()
    try await hub.start()
    var wrongPath = webSocket
    wrongPath.hub += "/elsewhere"
    wrongPath.path = ":memory:"
    let lost = try Device(wrongPath)
    await lost.connect()
    try await eventually("it says what answers") { try await lost.status().lastFault?.number == 3004 }
    #expect(try await lost.status().lastFault?.message.contains("is no hub") == true)
    await lost.disconnect()
    await hub.stop()
  }

  // MARK: Waiting

  /// The hub's own records are asked after each return.
  @Test(arguments: 0..<6)
  func `G06: waitUntilSynced returns when the hub has decided every edit made before it`(_ seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    try await TestHub.with { hub in
      var device = try await hub.liveDevice("phone", random.pick(TestHub.Route.allCases))
      for round in 0..<25 {
        var tickets = [ChangeTicket]()
        for _ in 0..<(1 + random.below(5)) { tickets.append(try await device.vote()) }
        if random.oneIn(3) {
          await device.abandon()
          device = try await hub.device("phone", random.pick(TestHub.Route.allCases))
        }
        await device.connect()
        try await device.waitUntilSynced(timeout: TestHub.patience)
        #expect(await device.outbox().isEmpty)
        let replica = try #require(await device.replica.identity.replica)
        for ticket in tickets {
          #expect(try hub.decision(replica, ticket.counter) != nil, "round \(round), \(ticket)")
        }
      }
    }
  }

  @Test func `G06: it does not return while one edit is undecided, and says so when time is up`() async throws {
    try await TestHub.with { hub in
      let device = try await hub.liveDevice("phone")
      hub.store.close()
      let ticket = try await device.vote()
      let fault = await #expect(throws: DeviceError.self) {
        try await device.waitUntilSynced(timeout: .milliseconds(200))
      }
      #expect(fault?.code == .timeout)
      #expect(try await device.status(of: ticket) == .sent)
      let waiting = Task { try await device.waitUntilSynced(timeout: TestHub.patience) }
      hub.store.open()
      try await waiting.value
      #expect(try await device.status(of: ticket).settled != nil)
    }
  }

  @Test func `G06: an edit made while somebody waits is not waited for`() async throws {
    try await TestHub.with { hub in
      let device = try await hub.liveDevice("phone")
      hub.store.close()
      try await device.vote()
      let waiting = Task { try await device.waitUntilSynced(timeout: TestHub.patience) }
      try await eventually("somebody waits") { await device.waiterCount == 1 }
      await device.disconnect()
      try await device.vote()
      hub.store.open()
      await device.connect()
      try await waiting.value
    }
  }

  @Test func `a wait ends with its task, and with a hub that refuses the device`() async throws {
    let hub = try TestHub()
    var configuration = await hub.configuration("phone")
    let offline = try Device(configuration)
    try await offline.edit { $0.create("tasks", RecordID(name: "lamp"), [("title", .text("Lamp"))]) }
    let waiting = Task { try await offline.waitUntilSynced(timeout: .seconds(3600)) }
    try await eventually("somebody waits") { await offline.waiterCount == 1 }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    await offline.abandon()

    try await hub.start()
    configuration = await hub.configuration("phone")
    configuration.token = TestHub.strangersToken
    let refused = try Device(configuration)
    let hopeless = Task { try await refused.waitUntilSynced(timeout: .seconds(3600)) }
    await refused.connect()
    let fault = await #expect(throws: HubFault.self) { try await hopeless.value }
    #expect(fault?.action == .pairAgain)
    await hub.stop()
  }
}

extension ChangeStatus {
  /// How it was decided; nil when it was not.
  var settled: SettledChange? {
    switch self {
    case .settled(let settled), .seen(let settled, _): settled
    case .local, .sent, .unknown: nil
    }
  }

  /// The devices that have it.
  var seenBy: [String] {
    if case .seen(_, let names) = self { names } else { [] }
  }
}
