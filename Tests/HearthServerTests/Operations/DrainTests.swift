import Foundation
import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthSQLite
import HearthServer
import Testing

@Suite("A hub that goes down")
struct DrainTests {
  @Test(arguments: Wire.allCases)
  func `I8 I9: outcomes that are owed come first, then Goodbye with a time to come back, then the end`(
    _ wire: Wire
  ) async throws {
    let store = StoreDouble()
    try await TestHub.running(store: store, configure: { $0.drainSeconds = 60 }) { hub in
      let owed = try await hub.live("eva-phone", over: wire)
      let idle = try await hub.live("mark-phone", over: wire)
      store.hold()
      try await owed.push((1...3).map { Fixture.famquest.titled($0, "Titel \($0)") })
      try await eventually("the commit waits for the disk") { store.heldCommits == 1 }
      async let stopped: Void = hub.stop()
      // Whoever is owed nothing leaves at once; that Goodbye shows that the drain has begun.
      let farewell = try await Self.farewell(idle)
      #expect(farewell.outcomes.isEmpty)
      try await owed.push([Fixture.famquest.titled(4, "Te laat")])
      store.release()
      let last = try await Self.farewell(owed)
      #expect(last.outcomes.map(\.counter) == [1, 2, 3])
      #expect(last.outcomes.allSatisfy { $0.rejection == nil })
      for leaving in [farewell, last] {
        #expect((1000...5000).contains(leaving.retryAfter ?? 0))
      }
      if wire != .tcp { #expect([owed.closeCode, idle.closeCode] == [1001, 1001]) }
      owed.socket.close()
      idle.socket.close()
      try await stopped
      #expect(try hub.title(of: "dishes") == "Titel 3")
      #expect(throws: WaitedInVain.self) { try Socket(port: hub.addresses.tcpPort) }
    }
  }

  /// What a peer hears until the connection ends; a Goodbye has to be the last of it.
  private static func farewell(_ peer: Peer) async throws -> (outcomes: [Outcome], retryAfter: UInt32?) {
    var heard = (outcomes: [Outcome](), retryAfter: UInt32?.none)
    while let message = try await peer.next() {
      #expect(heard.retryAfter == nil, "\(message) came behind Goodbye")
      switch message {
      case .updates(let updates): for case .outcome(let outcome) in updates { heard.outcomes.append(outcome) }
      case .goodbye(_, let retryAfter): heard.retryAfter = retryAfter
      case .roster, .seen, .ping: break
      case .welcome, .catchUp, .caughtUp, .pong, .error, .answer: Issue.record("unexpected: \(message)")
      }
    }
    return heard
  }

  @Test func `P2: what was acknowledged before or during a drain is there when the store is opened again`() async throws
  {
    let folder = try TemporaryFolder()
    let packs = [Fixture.famquest.name: Fixture.famquest]
    let store = try SQLiteStore.open(at: folder.path, packs: packs)
    var outcomes = [Outcome]()
    var replica = ReplicaNumber.hub
    try await TestHub.running(store: store, configure: { $0.batchMax = 8 }) { hub in
      let eva = try await hub.live("eva-phone")
      replica = try #require(eva.welcome).replica
      try await eva.push((1...250).map { Fixture.famquest.titled($0, "Titel \($0)") })
      outcomes += try await eva.outcomes(20)
      async let stopped: Void = hub.stop()
      let farewell = try await Self.farewell(eva)
      outcomes += farewell.outcomes
      #expect(farewell.retryAfter != nil)
      eva.socket.close()
      try await stopped
    }
    // What was taken in was answered, all of it.
    #expect(outcomes.map(\.counter) == Array(1...250))
    try store.close()
    let reopened = try SQLiteStore.open(at: folder.path, packs: packs)
    defer { try? reopened.close() }
    try reopened.read { reader in
      for outcome in outcomes {
        let entry = try reader.change(Fixture.eva.id, Dot(replica, outcome.counter))
        #expect(entry?.revision == outcome.revision)
      }
    }
    let title = try reopened.value(Fixture.eva.id, Fixture.famquest, "tasks", RecordID(name: "dishes"), "title")
    #expect(title == .text("Titel 250"))
  }

  @Test func `P10: who neither reads nor leaves cannot hold up the end`() async throws {
    try await TestHub.running(configure: { $0.drainSeconds = 1 }) { hub in
      let stalled = try await hub.live("noah-tablet", receiveBuffer: 4096)
      let silent = try await Peer(hub, over: .webSocket)
      let eva = try await hub.live("eva-phone")
      try await Flood.fill(from: eva, changeSets: 120)
      try await hub.stop()
      withExtendedLifetime((stalled, silent)) {}
    }
  }
}
