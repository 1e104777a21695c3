import HearthEngine
import HearthModel
import HearthPack
import Testing

extension StoreConformance {
  /// Rows H1 to H6 of docs/internals/compaction.md, on every store.
  @Suite("compaction")
  struct Compaction {
    private static let dishes = RecordID(name: "dishes")

    /// A family whose devices have said to have everything, and which has renamed a task so many times.
    private static func family(_ kind: StoreKind, renamed times: Int = 3) throws -> (TestHousehold, TestDevice) {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let phone = try eva.device("eva-phone")
      for number in 0..<times { try eva.submit(phone, eva.set("tasks", dishes, "title", .text("Title \(number)"))) }
      try eva.acknowledge(phone, try eva.state().revision)
      return (eva, phone)
    }

    @Test(arguments: StoreKind.allCases)
    func `H1: what is younger than the retention stays`(kind: StoreKind) throws {
      let (eva, phone) = try Self.family(kind)
      let before = try StoreDump(eva.store, [eva])
      // The change sets came 3, 2 and 1 seconds ago as of one second from now.
      let now = Instant(milliseconds: eva.now.milliseconds + 1000)
      try eva.compact(retention: 4000, now: now)
      #expect(try StoreDump(eva.store, [eva]) == before)
      try eva.compact(retention: 2000, now: now)
      #expect(try eva.kept(phone) == [2, 3])
    }

    @Test(arguments: StoreKind.allCases)
    func `H2: what a live device has not acknowledged stays, what only a lapsed one lacks goes`(kind: StoreKind) throws
    {
      let (eva, phone) = try Self.family(kind, renamed: 5)
      let tablet = try eva.device("noah-tablet")
      try eva.open(tablet)
      // Founding is revision 1, the phone's change sets are 2 to 6.
      try eva.acknowledge(tablet, Revision(rawValue: 3))
      try eva.compact(lapse: 1000)
      #expect(try eva.kept(phone) == [3, 4, 5])
      let later = Instant(milliseconds: eva.now.milliseconds + 1001)
      try eva.acknowledge(phone, Revision(rawValue: 4), now: later)
      try eva.compact(lapse: 1000, now: later)
      #expect(try eva.kept(phone) == [4, 5])
    }

    @Test(arguments: StoreKind.allCases)
    func `H3: the last change set of each replica stays, and the household goes on from there`(kind: StoreKind) throws {
      let (eva, phone) = try Self.family(kind)
      let before = try eva.state()
      try eva.compact()
      try (eva.store as? TemporaryStore)?.reopen()
      #expect(try eva.state() == before)
      #expect(try eva.kept(phone) == [3])
      #expect(try eva.store.change(eva.id, Dot(.hub, 1)) != nil)
      try eva.submit(phone, eva.set("tasks", Self.dishes, "title", .text("Next")))
      #expect(try eva.state().revision == before.revision.next)
      #expect(try eva.value("tasks", Self.dishes, "title") == .text("Next"))
    }

    @Test(arguments: StoreKind.allCases)
    func `H4: a resend of what was collected is answered as before, another content is a fork`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let (phone, tablet) = (try eva.device("eva-phone"), try eva.device("noah-tablet"))
      let seen = try #require(try eva.record("tasks", Self.dishes)).versions
      let rename = { (title: String) in
        eva.pack.change("tasks", Self.dishes, seen: seen, [("title", .set(.text(title)))])
      }
      let sent = [
        try eva.submission(phone, [rename("A")]), try eva.submission(tablet, [rename("B")]),
        try eva.submission(phone, [eva.pack.change("tasks", RecordID(name: "nothing"), [("title", .set(.text("C")))])]),
      ]
      let first = try eva.commit(sent).map { try #require($0.outcome) }
      for device in [phone, tablet] { try eva.commit([eva.submission(device, [])]) }
      try eva.compact()
      #expect(try eva.kept(phone) == [3] && eva.kept(tablet) == [2])
      let again = try eva.commit(sent).map { try #require($0.outcome) }
      for (outcome, was) in zip(again, first) {
        #expect(outcome.revision == was.revision && outcome.at == was.at && outcome.counter == was.counter)
      }
      #expect(again[0].verdict == .accepted && again[1].verdict == .accepted)
      guard case .rejected(let reason) = again[2].verdict else { return #expect(Bool(false)) }
      #expect(reason.code == .recordUnknown && reason.message.contains("keeps no more"))
      let other = Submission(
        household: eva.id, replica: phone.replica!, device: phone.entry.id, member: phone.entry.member, offset: .zero,
        changeSet: ChangeSet(counter: 1, stamp: HybridTime(milliseconds: 1), content: .changes([rename("D")])))
      guard case .forked? = try eva.commit([other]).first else { return #expect(Bool(false)) }
    }

    @Test(arguments: StoreKind.allCases)
    func `H4: what a new install sends again of what was collected has its effect once`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let phone = try eva.device("eva-phone")
      let title = try eva.submission(phone, [eva.set("tasks", Self.dishes, "title", .text("X"))])
      try eva.commit([title])
      for name in ["Y", "Z"] { try eva.submit(phone, eva.set("tasks", Self.dishes, "title", .text(name))) }
      try eva.compact()
      let head = try eva.state().revision
      (phone.incarnation, phone.replica) = (2, nil)
      try eva.open(phone)
      let again = Submission(
        household: eva.id, replica: phone.replica!, device: phone.entry.id, member: phone.entry.member, offset: .zero,
        changeSet: ChangeSet(
          counter: 1, stamp: title.changeSet.stamp, formerly: [Dot(title.replica, 1)],
          content: title.changeSet.content))
      let outcome = try #require(try eva.commit([again]).first?.outcome)
      #expect(outcome.revision == Revision(rawValue: 2) && outcome.verdict == .accepted)
      #expect(try eva.state().revision == head)
      #expect(try eva.value("tasks", Self.dishes, "title") == .text("Z"))
    }

    @Test(arguments: StoreKind.allCases)
    func `H5: an open conflict stays in the inbox, a closed one goes`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let (phone, tablet) = (try eva.device("eva-phone"), try eva.device("noah-tablet"))
      let seen = try #require(try eva.record("tasks", Self.dishes)).versions
      for (device, name) in [(phone, "A"), (tablet, "B")] {
        try eva.submit(device, eva.pack.change("tasks", Self.dishes, seen: seen, [("title", .set(.text(name)))]))
      }
      for device in [phone, tablet] { for _ in 0..<2 { try eva.commit([eva.submission(device, [])]) } }
      try eva.compact()
      #expect(try eva.kept(phone) == [3] && eva.kept(tablet) == [3])
      #expect(try eva.inbox() == [3])
      try eva.submit(phone, eva.set("tasks", Self.dishes, "title", .text("C")))
      try eva.submit(phone, eva.set("tasks", Self.dishes, "title", .text("D")))
      try eva.compact()
      #expect(try eva.inbox() == [])
    }

    @Test(arguments: StoreKind.allCases)
    func `H6: a history says who wrote what is not kept any more`(kind: StoreKind) throws {
      let (eva, phone) = try Self.family(kind)
      try eva.commit([eva.submission(phone, [])])
      try eva.submit(phone, eva.set("tasks", RecordID(name: "water-plants"), "title", .text("Other")))
      try eva.compact()
      let answer = try eva.ask(.history(eva.pack.collection(named: "tasks")!.number, Self.dishes))
      guard case .history(let history) = answer.content else { return #expect(Bool(false)) }
      // The founding is the hub's last change set, so it is kept.
      #expect(history.entries.map(\.dot) == [Dot(.hub, 1), Dot(phone.replica!, 3)])
      let account = try #require(answer.account(of: Dot(phone.replica!, 3)))
      #expect(account.isCollected && account.device == "eva-phone" && account.member == nil)
      #expect(history.entries[1].edits.isEmpty)
      guard case .record(let record) = try eva.ask(.explain(history.collection, Self.dishes, nil)).content else {
        return #expect(Bool(false))
      }
      #expect(record.fields.contains { $0.shown.contains { $0.value == .text("Title 2") } })
    }

    @Test(arguments: StoreKind.allCases)
    func `a write that had seen only what was collected still covers it`(kind: StoreKind) throws {
      let (eva, phone) = try Self.family(kind)
      let seen = try #require(try eva.record("tasks", Self.dishes)).versions
      for _ in 0..<2 { try eva.commit([eva.submission(phone, [])]) }
      try eva.compact()
      let tablet = try eva.device("noah-tablet")
      let write = eva.pack.change("tasks", Self.dishes, seen: seen, [("title", .set(.text("Late")))])
      #expect(try eva.submit(tablet, write) == .accepted)
      #expect(try eva.value("tasks", Self.dishes, "title") == .text("Late"))
    }

    @Test(arguments: StoreKind.allCases)
    func `a step collects a bounded number of rows, and a walk ends`(kind: StoreKind) throws {
      let (eva, phone) = try Self.family(kind, renamed: Engine.compactionRowsMax + 20)
      let policy = CompactionPolicy(retention: 0, lapse: 0)
      var sizes = [Int]()
      var mark: CompactionMark? = .history
      while let next = mark {
        mark = try eva.compactionStep(from: next, policy).next
        sizes.append(try eva.kept(phone).count)
      }
      // Two steps for change sets, one for decisions, one for deleted records.
      #expect(sizes == [20, 1, 1, 1])
    }

    @Test(arguments: StoreKind.allCases)
    func `when deciding fails nothing is collected`(kind: StoreKind) throws {
      struct Failure: Error {}
      let (eva, _) = try Self.family(kind)
      let before = try StoreDump(eva.store, [eva])
      #expect(throws: Failure.self) {
        try eva.store.compact { reader in
          _ = try eva.engine.compactionStep(
            of: eva.id, from: .history, CompactionPolicy(retention: 0, lapse: 0), reader, now: eva.now)
          throw Failure()
        }
      }
      #expect(try StoreDump(eva.store, [eva]) == before)
    }

    @Test(arguments: StoreKind.allCases)
    func `a household that is not there has nothing to collect`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let before = try StoreDump(eva.store, [eva])
      try eva.store.compact { reader in
        let nobody = HouseholdID(RecordID(name: "nobody"))
        #expect(try reader.installs(of: nobody).isEmpty)
        return try eva.engine.compactionStep(
          of: nobody, from: .history, CompactionPolicy(retention: 0, lapse: 0), reader, now: eva.now
        ).compaction
      }
      #expect(try StoreDump(eva.store, [eva]) == before)
    }
  }
}
