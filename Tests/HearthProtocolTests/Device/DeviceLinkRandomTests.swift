import Testing

/// Random events; every rule of protocol/wire.md, section 7, is checked after each (G12).
@Suite("DeviceLink: random conversations")
struct DeviceLinkRandomTests {
  @Test(arguments: 0..<20)
  func `no sequence of events breaks a rule (L1, L2, L3, L4, L5, L6, L7)`(_ part: UInt64) {
    for seed in part * 50..<part * 50 + 50 {
      var world = LinkWorld(seed: seed)
      for _ in 0..<300 {
        guard let fault = world.step() else { continue }
        Issue.record("seed \(seed): \(fault)\n\(world.story.joined(separator: "\n"))")
        return
      }
    }
  }

  @Test func `the random conversations reach everything that a link can do`() {
    var census: [String: Int] = [:]
    for seed: UInt64 in 0..<400 {
      var world = LinkWorld(seed: seed)
      for _ in 0..<300 { _ = world.step() }
      census.merge(world.census) { $0 + $1 }
    }
    let expected = [
      "open", "Hello", "adopt", "note", "stage", "applyStaged", "apply", "push", "Ack", "Ping", "Pong", "Goodbye",
      "seen", "renew", "wipe", "close", "wake",
    ]
    #expect(expected.filter { census[$0, default: 0] == 0 } == [])
  }
}
