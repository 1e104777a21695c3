import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthSQLite
import Testing

@Suite("P3: exactly once")
struct P3ExactlyOnceTests {
  private static func version(_ hub: TestHub) throws -> Int64? {
    try hub.store.value(Fixture.eva.id, Fixture.famquest, "tasks", RecordID(name: "dishes"), "version")?.int
  }

  /// Three change sets with three fates: accepted, merged with a decision, rejected.
  private static let changeSets = [
    Fixture.famquest.titled(1, "Eerst", of: RecordID(name: "water-plants")),
    Fixture.famquest.titled(2, "Vaatwasser"),
    Fixture.famquest.titled(3, "Onbekend", of: RecordID(name: "nowhere")),
  ]

  @Test(arguments: Wire.allCases)
  func `P3: sent again over any number of connections, it has its effect once and the same outcome`(
    _ wire: Wire
  ) async throws {
    try await TestHub.running { hub in
      let eva = try await hub.live("eva-phone")
      try await eva.push(Fixture.famquest.titled(1, "Afwas"))
      _ = try await eva.outcomes(1)
      let before = try Self.version(hub)
      var first = [Outcome]()
      for round in 0..<5 {
        let noah = try await Peer(hub, over: wire)
        try await noah.signIn(Peer.hello(hub.token("noah-tablet"), nextCounter: 4))
        for _ in 0...round {
          try await noah.send(.push(Self.changeSets))
          let outcomes = try await noah.outcomes(3)
          if first.isEmpty { first = outcomes }
          #expect(outcomes.map(\.counter) == first.map(\.counter), "round \(round)")
          #expect(outcomes.map(\.revision) == first.map(\.revision), "round \(round)")
          #expect(outcomes.map(\.at) == first.map(\.at), "round \(round)")
          #expect(outcomes.map(\.verdict) == first.map(\.verdict), "round \(round)")
        }
        noah.socket.close()
      }
      #expect(first.map { $0.rejection?.code } == [nil, nil, .recordUnknown])
      #expect(try Self.version(hub) == (before ?? 0) + 1)
      // The other device was told of each once.
      #expect(try await eva.saidSoFar().updates.count == 2)
    }
  }

  @Test func `P3: a hub that has started anew gives the same outcome`() async throws {
    let folder = try TemporaryFolder()
    let packs = [Fixture.famquest.name: Fixture.famquest]
    var first = [Outcome]()
    for _ in 0..<3 {
      let store = try SQLiteStore.open(at: folder.file("hub"), packs: packs)
      try await TestHub.running(store: store) { hub in
        let noah = try await Peer(hub, over: .tcp)
        try await noah.signIn(Peer.hello(hub.token("noah-tablet"), nextCounter: 4))
        try await noah.send(.push(Self.changeSets))
        let outcomes = try await noah.outcomes(3)
        if first.isEmpty { first = outcomes }
        #expect(outcomes.map(\.verdict) == first.map(\.verdict))
        #expect(outcomes.map(\.revision) == first.map(\.revision))
        #expect(outcomes.map(\.at) == first.map(\.at))
      }
      try store.close()
    }
  }

  @Test(arguments: [
    Fixture.famquest.titled(1, "Anders"), Fixture.famquest.titled(1, "Een", of: RecordID(name: "water-plants")),
    Fixture.famquest.titled(1, "Een", stamp: 1), Fixture.famquest.titled(1, "Een", seen: VersionVector()),
    ChangeSet(1, changes: []),
  ])
  func `P3: the same dot with another content is a typed error and changes nothing`(
    _ other: ChangeSet
  ) async throws {
    try await TestHub.running { hub in
      let eva = try await hub.live("eva-phone")
      try await eva.push(Fixture.famquest.titled(1, "Een"))
      _ = try await eva.outcomes(1)
      try await eva.push(other)
      #expect(try await eva.fault()?.code == .forked)
      #expect(try hub.title(of: "dishes") == "Een")
      #expect(try hub.title(of: "water-plants") == "Planten water geven")
    }
  }

  @Test func `P3: an install that got another number names its old ones, and what was taken in is not doubled`() throws
  {
    let desk = try Desk()
    let sent = Fixture.famquest.titled(1, "Een")
    let first = try desk.decide(("eva-phone", sent))[0]
    let version = try desk.value("tasks", "dishes", "version")
    // The same device under a new incarnation, with its old outbox.
    let old = desk.submission("eva-phone", sent)
    let replica = try desk.store.openReplica(household: desk.household.id, device: old.device!, incarnation: 2)
    #expect(replica != old.replica)
    var again = sent
    again.formerly = [Dot(old.replica, 1)]
    let repeated = try desk.decide([
      Submission(
        household: desk.household.id, replica: replica, device: old.device, member: old.member, offset: .zero,
        changeSet: again)
    ])[0]
    #expect(repeated.outcome?.revision == first.outcome?.revision)
    #expect(repeated.outcome?.verdict == first.outcome?.verdict)
    #expect(try desk.value("tasks", "dishes", "version") == version)
  }

  @Test func `P3: of a former dot the counter counts, since a hub that was put back gives numbers anew`() throws {
    let desk = try Desk()
    let sent = Fixture.famquest.titled(1, "Een")
    let first = try desk.decide(("eva-phone", sent))[0]
    let old = desk.submission("eva-phone", sent)
    var revisions = [UInt64?]()
    // A life of the hub that is over knew the install by 40, another one by 50: the two name no dot in common.
    for (incarnation, number) in [(UInt64(2), UInt32(40)), (3, 50)] {
      let replica = try desk.store.openReplica(
        household: desk.household.id, device: old.device!, incarnation: incarnation)
      var again = Fixture.famquest.titled(1, "Twee")
      again.formerly = [Dot(ReplicaNumber(rawValue: number), 7)]
      var known = sent
      (known.counter, known.formerly) = (2, [Dot(ReplicaNumber(rawValue: number), 1)])
      for changeSet in [again, known] {
        let submission = Submission(
          household: desk.household.id, replica: replica, device: old.device, member: old.member, offset: .zero,
          changeSet: changeSet)
        revisions.append(try desk.decide([submission])[0].outcome?.revision.rawValue)
      }
    }
    #expect(revisions[1] == first.outcome?.revision.rawValue)
    #expect(revisions[3] == first.outcome?.revision.rawValue)
    #expect(revisions[0] != revisions[1])
    #expect(revisions[2] == revisions[0])
  }

  @Test(arguments: [false, true])
  func `P3: what a twin sent first as a new install is not doubled`(isInOneBatch: Bool) throws {
    let desk = try Desk()
    let sent = Fixture.famquest.titled(1, "Een")
    let old = desk.submission("eva-phone", sent)
    let renamed = try desk.store.openReplica(household: desk.household.id, device: old.device!, incarnation: 2)
    var again = sent
    again.formerly = [Dot(old.replica, 1)]
    let first = Submission(
      household: desk.household.id, replica: renamed, device: old.device, member: old.member, offset: .zero,
      changeSet: again)
    let third = try desk.store.openReplica(household: desk.household.id, device: old.device!, incarnation: 3)
    let other = Submission(
      household: desk.household.id, replica: third, device: old.device, member: old.member, offset: .zero,
      changeSet: again)
    // Another member's content under the same dot is his own.
    let stranger = desk.submission("noah-tablet", sent)
    let submissions = [first, old, other, stranger]
    let results = try isInOneBatch ? desk.decide(submissions) : submissions.flatMap { try desk.decide([$0]) }
    let revisions = results.map { $0.outcome?.revision.rawValue }
    #expect(revisions[0] == revisions[1] && revisions[1] == revisions[2], "\(revisions)")
    #expect(revisions[3] != revisions[0])
  }
}
