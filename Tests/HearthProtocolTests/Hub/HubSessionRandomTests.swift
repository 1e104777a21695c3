import Testing

/// Random events; every invariant of protocol/wire.md, section 6, is checked after each.
@Suite("HubSession: random conversations")
struct HubSessionRandomTests {
  @Test(arguments: 0..<20)
  func `no sequence of events breaks an invariant (I1, I2, I3, I4, I5, I6, I7, I8, I9)`(_ part: UInt64) {
    for seed in part * 100..<part * 100 + 100 {
      var world = SessionWorld(seed: seed)
      for _ in 0..<200 {
        guard let fault = world.step() else { continue }
        Issue.record("seed \(seed): \(fault)\n\(world.story.joined(separator: "\n"))")
        return
      }
    }
  }

  @Test func `the random conversations reach everything that a session can do`() {
    var census: [String: Int] = [:]
    for seed: UInt64 in 0..<400 {
      var world = SessionWorld(seed: seed)
      for _ in 0..<200 { _ = world.step() }
      census.merge(world.census) { $0 + $1 }
    }
    let expected = [
      "authenticate", "Welcome", "Roster", "read", "CatchUp", "CaughtUp", "submit", "Updates", "note", "Seen", "Ping",
      "Pong", "Goodbye", "close", "E1001", "E1004", "E1101", "E1102", "E1201", "E1202", "E1203", "E1301", "E1302",
      "E1303",
      "E1305",
    ]
    #expect(expected.filter { census[$0, default: 0] == 0 } == [])
  }
}
