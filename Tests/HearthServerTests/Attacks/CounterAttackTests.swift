import HearthModel
import HearthPack
import HearthProtocol
import HearthWire
import Testing

/// Counters that jump, repeat, run backwards and overflow; protocol/wire.md calls the rules I4 and P3.
@Suite("Strangers who cannot count")
struct CounterAttackTests {
  private static func titled(_ counter: UInt64, _ title: String = "Titel") -> ChangeSet {
    Fixture.famquest.titled(counter, title)
  }

  @Test(arguments: Wire.allCases)
  func `I4: a jump is answered with the counter that is due, once, and the connection goes on`(
    _ wire: Wire
  ) async throws {
    try await TestHub.running { hub in
      let bystander = try await hub.live("mark-phone")
      let eva = try await hub.live("eva-phone", over: wire)
      for jump in [3, 1000, UInt64.max] {
        try await eva.push(Self.titled(jump), Self.titled(jump == .max ? jump : jump + 1))
        guard case .error(let fault)? = try await eva.answer() else {
          Issue.record("a jump to \(jump) was not answered")
          return
        }
        #expect(fault.code == .gap)
        #expect(fault.expectedCounter == 1)
        // What comes behind a gap is passed over until the due one comes.
        try await eva.push(Self.titled(jump))
        #expect(try await eva.saidSoFar().isEmpty)
        #expect(try hub.title(of: "dishes") == "Afwas doen")
        // The due one is a repeated one from the second round on, so each round has a peer of its own.
        guard jump != .max else { break }
        eva.socket.close()
        return try await Self.again(hub, wire, bystander)
      }
    }
  }

  private static func again(_ hub: TestHub, _ wire: Wire, _ bystander: Peer) async throws {
    let eva = try await hub.live("eva-phone", over: wire, incarnation: 2)
    try await eva.push(titled(2), titled(.max))
    guard case .error(let fault)? = try await eva.answer() else {
      Issue.record("a jump was not answered")
      return
    }
    #expect(fault.expectedCounter == 1)
    try await eva.push(titled(1, "Eerst"), titled(2, "Dan"))
    #expect(try await eva.outcomes(2).map(\.counter) == [1, 2])
    #expect(try hub.title(of: "dishes") == "Dan")
    try await bystander.roundTrip(1, task: "walk-dog")
  }

  @Test func `P3: what runs backwards with the same content is answered as it was`() async throws {
    try await TestHub.running { hub in
      let eva = try await hub.live("eva-phone")
      try await eva.push(Self.titled(1, "Een"), Self.titled(2, "Twee"), Self.titled(3, "Drie"))
      let first = try await eva.outcomes(3)
      try await eva.push(Self.titled(3, "Drie"), Self.titled(1, "Een"), Self.titled(1, "Een"), Self.titled(4, "Vier"))
      let again = try await eva.outcomes(4)
      #expect(again.map(\.counter) == [3, 1, 1, 4])
      #expect(again.map(\.revision).prefix(3) == [first[2].revision, first[0].revision, first[0].revision])
      #expect(try hub.title(of: "dishes") == "Vier")
    }
  }

  @Test(arguments: [UInt64(2), 1 << 63, .max])
  func `a next counter that the hub does not know opens the session all the same`(_ next: UInt64) async throws {
    try await TestHub.running { hub in
      let eva = try await Peer(hub, over: .tcp)
      let welcome = try await eva.signIn(Peer.hello(hub.token("eva-phone"), nextCounter: next))
      #expect(welcome.lastCounter == 0)
      try await eva.push(Self.titled(1, "Een"))
      #expect(try await eva.outcomes(1)[0].rejection == nil)
    }
  }

  @Test func `P5: contexts, dots and stamps at the ends of their ranges are no trap`() async throws {
    let ends: [UInt64] = [0, 1, 1 << 31, 1 << 32 - 1, 1 << 63, .max]
    try await TestHub.running { hub in
      let eva = try await hub.live("eva-phone")
      let noah = try await hub.live("noah-tablet")
      var counter: UInt64 = 0
      for end in ends {
        counter += 1
        let replica = ReplicaNumber(rawValue: UInt32(truncatingIfNeeded: end))
        let changeSet = ChangeSet(
          counter: counter, stamp: HybridTime(rawValue: end),
          formerly: (0..<40).map { _ in Dot(replica, end) },
          content: .changes([
            Fixture.famquest.change(
              "tasks", RecordID(name: "dishes"),
              seen: VersionVector(
                (0..<50).map { Dot(ReplicaNumber(rawValue: $0), end) } + [Dot(replica, end), Dot(.hub, 1)]),
              [("title", .set(.text("Einde \(counter)")))])
          ]))
        try await eva.push(changeSet)
        #expect(try await eva.outcomes(1)[0].rejection == nil, "\(end)")
        #expect(try hub.title(of: "dishes") == "Einde \(counter)", "\(end)")
      }
      let state = try hub.store.state(Fixture.eva.id, Fixture.famquest, "tasks", RecordID(name: "dishes"))
      #expect(state?.versions.entries.map(\.counter).max() == counter)
      // A stamp from the year 10889 has not made Eva's device the last writer for ever.
      try await noah.push(Fixture.famquest.titled(1, "Noah", seen: .founding))
      _ = try await noah.outcomes(1)
      try await eva.roundTrip(counter + 1, task: "dishes")
    }
  }
}
