import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthSQLite
import Testing

@Suite("P11: catch-up costs what changed")
struct P11CatchUpTests {
  /// What a device is sent between Hello and CaughtUp.
  private struct Cost: Equatable {
    var records = 0
    var bytes = 0
  }

  private static func reconnect(_ hub: TestHub, _ cursor: Cursor) async throws -> Cost {
    let peer = try await Peer(hub, over: .tcp)
    try await peer.send(.hello(Peer.hello(hub.token("noah-tablet"), cursor: cursor)))
    var cost = Cost()
    while let message = try await peer.next() {
      switch message {
      case .catchUp(let records, _, _):
        cost.records += records.count
        cost.bytes += peer.frames.last!.count
      case .caughtUp: return cost
      default: break
      }
    }
    throw WaitedInVain(description: "the connection ended before CaughtUp")
  }

  private static func cursor(_ hub: TestHub, _ household: Seed.Household) throws -> Cursor {
    let state = try hub.store.read { try $0.household(household.id)! }
    return Cursor(epoch: state.lineage.epoch, revision: state.revision)
  }

  /// Edits records in turn, `count` times in all; waits until all are decided.
  private static func edit(_ peer: Peer, from counter: UInt64, count: Int, of tasks: Int) async throws {
    var next = counter
    while next < counter + UInt64(count) {
      let end = min(next + 200, counter + UInt64(count))
      let changeSets = (next..<end).map {
        Fixture.famquest.titled($0, "Titel \(1000 + $0)", of: RecordID(name: "task-\($0 % UInt64(tasks))"))
      }
      try await peer.send(.push(changeSets))
      _ = try await peer.outcomes(changeSets.count)
      next = end
    }
  }

  /// Measures a catch-up of three changed records behind so much history in a household of so many tasks.
  private static func cost(tasks: Int, history: Int) async throws -> Cost {
    let folder = try TemporaryFolder()
    let household = try Fixture.eva(withTasks: tasks)
    let store = try SQLiteStore.open(at: folder.path, packs: [Fixture.famquest.name: Fixture.famquest])
    return try await TestHub.running([household], store: store) { hub in
      let eva = try await hub.live("eva-phone")
      if history > 0 { try await edit(eva, from: 1, count: history, of: 5) }
      let cursor = try cursor(hub, household)
      try await edit(eva, from: UInt64(history) + 1, count: 3, of: 3)
      return try await reconnect(hub, cursor)
    }
  }

  @Test func `P11: three changed records cost the same in a household of 5 tasks and of 1,500`() async throws {
    let small = try await Self.cost(tasks: 5, history: 10)
    let large = try await Self.cost(tasks: 1500, history: 10)
    #expect(small.records == 3)
    #expect(large.records == 3)
    #expect(abs(large.bytes - small.bytes) <= 32, "\(small.bytes) and \(large.bytes) bytes")
  }

  @Test func `P11: three changed records cost the same behind 10 change sets and behind 1,500`() async throws {
    let short = try await Self.cost(tasks: 5, history: 10)
    let long = try await Self.cost(tasks: 5, history: 1500)
    #expect(short.records == 3)
    #expect(long.records == 3)
    // Counters and revisions take a byte or two more.
    #expect(abs(long.bytes - short.bytes) <= 64, "\(short.bytes) and \(long.bytes) bytes")
  }

  @Test func `P11: a record that changed 300 times is sent once, and nothing when nothing changed`() async throws {
    let household = try Fixture.eva(withTasks: 50)
    try await TestHub.running([household]) { hub in
      let eva = try await hub.live("eva-phone")
      let before = try Self.cursor(hub, household)
      try await Self.edit(eva, from: 1, count: 300, of: 1)
      #expect(try await Self.reconnect(hub, before).records == 1)
      #expect(try await Self.reconnect(hub, Self.cursor(hub, household)) == Cost())
    }
  }

  /// Stores are asked for pages behind a revision; the hub never asks for more than the cursor says.
  @Test func `P11: a device without a cursor gets each record once`() async throws {
    let household = try Fixture.eva(withTasks: 400)
    try await TestHub.running([household]) { hub in
      let cost = try await Self.reconnect(hub, .start)
      #expect(cost.records == household.records.count)
    }
  }
}
