import HearthEngine
import HearthMemory
import HearthModel
import HearthPack
import HearthProtocol
import HearthWire
import Testing

@testable import HearthHub
@testable import HearthServer

@Suite("A hub under pressure")
struct PressureTests {
  @Test(arguments: [Wire.tcp, .webSocket])
  func `P10: a reader that does not read is cut off at its budget, and goes on from its cursor`(
    _ wire: Wire
  ) async throws {
    try await TestHub.running(configure: { $0.outboundBytesMax = 256 * 1024 }) { hub in
      let slow = try await hub.live("noah-tablet", over: wire, receiveBuffer: 4096)
      let cursorAtStart = Cursor(epoch: try #require(slow.welcome).epoch, revision: slow.head)
      let eva = try await hub.live("eva-phone")
      var counter: UInt64 = 0
      // What the system buffers for the reader does not count; some megabytes on the loopback.
      while try await hub.metric("hearth_slow_readers_total") == 0, counter < 2000 {
        try await Flood.fill(from: eva, changeSets: 20, startingWith: counter + 1)
        counter += 20
      }
      #expect(try await hub.metric("hearth_slow_readers_total") == 1)
      try await eventually("its connection is gone") { try await hub.metric("hearth_connections") == 1 }
      // What did reach it is whole frames in order; from the last of them it goes on.
      var reached = cursorAtStart
      while let message = try? await slow.next() {
        guard case .updates(let updates) = message else { continue }
        for case .patch(let patch) in updates {
          #expect(patch.revision == reached.revision.next)
          reached = Cursor(epoch: reached.epoch, revision: patch.revision)
        }
      }
      #expect(reached.revision < Revision(rawValue: cursorAtStart.revision.rawValue + counter))
      let again = try await Peer(hub, over: wire)
      try await again.signIn(Peer.hello(hub.token("noah-tablet"), cursor: reached))
      #expect(again.welcome?.isSnapshot == false)
      #expect(again.head == Revision(rawValue: cursorAtStart.revision.rawValue + counter))
      try await eva.roundTrip(counter + 1, task: "dishes")
      #expect(try await again.patch().revision == again.head.next)
    }
  }

  @Test func `P10: a full commit queue stops the reading of sockets, and all goes on when it has drained`() async throws
  {
    let store = StoreDouble()
    try await TestHub.running(store: store, configure: { $0.queueMax = 16 }) { hub in
      let eva = try await hub.live("eva-phone")
      let bystander = try await hub.live("mark-phone")
      let flooder = try await hub.live("noah-tablet")
      store.hold()
      try await eva.push((1...100).map { Fixture.famquest.titled($0, "Titel \($0)") })
      try await eventually("the hub has stopped reading") { try await hub.metric("hearth_reading") == 0 }
      let readiness = try await hub.http("/readyz")
      #expect(readiness.status == 503)
      #expect(readiness.text.contains("queue"))
      #expect(try await hub.http("/healthz").status == 200)
      // A flood stays in the systems' buffers, which have an end, and does not come into the hub.
      let taken = try await Self.flood(flooder)
      #expect(taken < 64 << 20)
      let received = try await hub.metric("hearth_frames_received_total")
      try await bystander.push(Fixture.famquest.titled(1, "Wandelen", of: RecordID(name: "walk-dog")))
      #expect(try await hub.metric("hearth_frames_received_total") == received)
      store.release()
      #expect(try await eva.outcomes(100).count == 100)
      #expect(try await bystander.outcomes(1)[0].rejection == nil)
      try await eventually("the hub reads again") { try await hub.metric("hearth_reading") == 1 }
      #expect(try await hub.http("/readyz").status == 200)
      try await eva.roundTrip(101, task: "dishes")
    }
  }

  @Test func `P10: a household at full tilt has its share of each batch, and the others do not wait for the rest`()
    async throws
  {
    let store = StoreDouble()
    try await TestHub.running(store: store) { hub in
      let eva = try await hub.live("eva-phone")
      let bystander = try await hub.live("mark-phone")
      let before = store.changeSets
      store.hold()
      try await eva.push((1...200).map { Fixture.famquest.titled($0, "Titel \($0)") })
      try await eventually("the first batch is held") { store.heldCommits == 1 }
      try await bystander.push(Fixture.famquest.titled(1, "Wandelen", of: RecordID(name: "walk-dog")))
      try await eventually("all of it waits") { try await hub.metric("hearth_commit_queue") == 201 }
      store.releaseOne()
      #expect(try await eva.outcomes(64).count == 64)
      store.releaseOne()
      #expect(try await bystander.outcomes(1)[0].rejection == nil)
      #expect(store.changeSets - before == 64 + 64 + 1)
      store.release()
      #expect(try await eva.outcomes(136).count == 136)
    }
  }

  /// Writes pings until the socket takes no more; gives how many bytes it took.
  private static func flood(_ peer: Peer) async throws -> Int {
    let pings = Array(repeating: peer.framed(peer.codec.encode(DeviceMessage.ping(1))), count: 5000).flatMap { $0 }
    var taken = 0
    while taken < 64 << 20 {
      // Whole bytes of whole frames are not needed: nobody reads them before the end.
      guard let count = peer.socket.writeSome(pings[...]), count > 0 else { break }
      taken += count
      guard count == pings.count else { break }
    }
    return taken
  }

  /// Otherwise the loop may look at the queue before the batch has left it, and sockets stay unread for ever.
  @Test func `a batch that is reported waits no longer`() async throws {
    let desk = try Desk()
    let lengths = Box<[Int]>([])
    let committer = Box<Committer?>(nil)
    let compaction = ServerConfiguration().compaction
    let made = Committer(engine: Fixture.engine, store: desk.store, batchMax: 2, compaction: compaction) { _ in
      lengths.change { $0.append(committer.value!.queueLength) }
    }
    committer.change { $0 = made }
    made.submit(
      (1...5).map { counter in
        HubCore.Ticket(
          connection: HubCore.ConnectionID(rawValue: 1),
          submission: desk.submission("eva-phone", Fixture.famquest.titled(counter, "Titel")))
      })
    made.start()
    try await eventually("all are decided") { lengths.value.count == 3 }
    #expect(lengths.value == [3, 1, 0])
    made.stop {}
    committer.change { $0 = nil }
  }

  @Test func `P10: a stalled peer that is closed for its silence gives its connection back`() async throws {
    // More than the buffers of both systems take, so that even the fault cannot go out.
    let household = try Fixture.eva(withTasks: 1000)
    let desk = try Desk(household)
    let text = Value.text(String(repeating: "x", count: 9_900))
    let changes = (0..<1000).map { number in
      Fixture.famquest.change(
        "tasks", RecordID(name: "task-\(number)"), seen: .founding, [("description", .set(text))])
    }
    #expect(try desk.decide(("eva-phone", ChangeSet(1, changes: changes)))[0].rejection == nil)
    try await TestHub.running(
      [household], store: desk.store,
      configure: { configuration in
        configuration.connectionsMax = 1
        configuration.limits.idleSeconds = 1
      }
    ) { hub in
      let stalled = try await Peer(hub, over: .tcp, receiveBuffer: 4096)
      try await stalled.send(.hello(Peer.hello(hub.token("noah-tablet"))))
      try await eventually("the session is open") { try await hub.metric("hearth_sessions_opened_total") == 1 }
      try await eventually("the silence is noticed") { try await hub.metric("hearth_connections") == 0 }
      try await eventually("its place is free") {
        let next = try await Peer(hub, over: .tcp)
        try await next.send(message: [])
        return try await next.fault()?.code == .malformedFrame
      }
      withExtendedLifetime(stalled) {}
    }
  }

  @Test func `P10: a hub that has all its connections closes a new one, and takes one when there is room`() async throws
  {
    try await TestHub.running(configure: { $0.connectionsMax = 2 }) { hub in
      let first = try await hub.live("eva-phone")
      let second = try await hub.live("noah-tablet")
      let third = try await Peer(hub, over: .tcp)
      #expect(try await third.next() == nil)
      #expect(try await hub.metric("hearth_connections_refused_total") == 1)
      try await first.roundTrip(1, task: "dishes")
      second.socket.close()
      try await eventually("there is room") { try await hub.metric("hearth_connections") == 1 }
      let next = try await hub.live("luna-tablet")
      try await next.roundTrip(1, task: "water-plants")
    }
  }
}
