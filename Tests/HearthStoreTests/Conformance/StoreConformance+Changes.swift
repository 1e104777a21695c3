import HearthEngine
import HearthModel
import HearthPack
import Testing

extension StoreConformance {
  @Suite("change sets and references")
  struct Changes {
    @Test(arguments: StoreKind.allCases)
    func `a change set is found by its dot as it was decided, whatever the verdict`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let (phone, tablet) = (try eva.device("eva-phone"), try eva.device("noah-tablet"))
      let dishes = RecordID(name: "dishes")
      let seen = try #require(try eva.record("tasks", dishes)).versions
      let rename = { (title: String) in
        eva.pack.change("tasks", dishes, seen: seen, [("title", .set(.text(title)))])
      }
      let batch = [
        try eva.submission(phone, [rename("A")]),
        try eva.submission(tablet, [rename("B")]),
        try eva.submission(
          tablet, [eva.pack.change("tasks", RecordID(name: "nothing"), [("title", .set(.text("C")))])]),
      ]
      var written = [ChangeEntry]()
      try store.commit { reader in
        let commit = try eva.engine.decide(batch, reader: reader, now: eva.now).commit
        written = commit.households.flatMap(\.changes)
        return commit
      }
      let verdicts = written.map { entry in
        switch entry.verdict {
        case .accepted: "accepted"
        case .merged: "merged"
        case .rejected: "rejected"
        }
      }
      #expect(verdicts == ["accepted", "merged", "rejected"])
      for entry in written {
        let found = try store.change(eva.id, entry.dot)
        #expect(found == entry)
      }
    }

    @Test(arguments: StoreKind.allCases)
    func `a change set that was never decided is not found`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      for dot in [Dot(.hub, 0), Dot(.hub, 2), Dot(.hub, .max), Dot(ReplicaNumber(rawValue: .max), 1)] {
        #expect(try store.change(eva.id, dot) == nil)
      }
      #expect(try store.change(eva.id, Dot(.hub, 1)) != nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `a resend gets the stored outcome, and raises nothing`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let phone = try eva.device("eva-phone")
      let submission = try eva.submission(phone, [eva.set("tasks", RecordID(name: "dishes"), "title", .text("X"))])
      guard case .decided(let first, _)? = try eva.commit([submission]).first else { return #expect(Bool(false)) }
      let before = try StoreDump(store, [eva])
      guard case .repeated(let again)? = try eva.commit([submission]).first else { return #expect(Bool(false)) }
      #expect(again.verdict == first.verdict && again.revision == first.revision && again.at == first.at)
      #expect(try StoreDump(store, [eva]) == before)
    }

    @Test(arguments: StoreKind.allCases)
    func `a rejection uses up its counter and does not raise the head`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let phone = try eva.device("eva-phone")
      let missing = eva.pack.change("tasks", RecordID(name: "nothing"), [("title", .set(.text("C")))])
      guard case .rejected = try eva.submit(phone, missing) else { return #expect(Bool(false)) }
      let state = try eva.state()
      #expect(state.revision == Revision(rawValue: 1))
      #expect(state.replicas[phone.replica!]?.counter == 1)
      #expect(try eva.changed().through == Revision(rawValue: 1))
    }

    @Test(arguments: StoreKind.allCases)
    func `a change set without records raises the head`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let phone = try eva.device("eva-phone")
      try eva.commit([eva.submission(phone, [])])
      #expect(try eva.state().revision == Revision(rawValue: 2))
      let page = try eva.changed(after: 1)
      #expect(page.entries.isEmpty && !page.hasMore)
      #expect(page.through == Revision(rawValue: 2))
    }

    @Test(arguments: StoreKind.allCases)
    func `the same content under a new number keeps its revision, and the head stays`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let phone = try eva.device("eva-phone")
      let dishes = RecordID(name: "dishes")
      let first = try eva.submission(phone, [eva.set("tasks", dishes, "title", .text("X"))])
      try eva.commit([first])
      for title in ["Y", "Z"] { try eva.submit(phone, eva.set("tasks", dishes, "title", .text(title))) }
      // The device is restored from a backup: a new incarnation sends the first change set again.
      let former = first.changeSet
      (phone.incarnation, phone.replica) = (2, nil)
      try eva.open(phone)
      let again = Submission(
        household: eva.id, replica: phone.replica!, device: phone.entry.id, member: phone.entry.member, offset: .zero,
        changeSet: ChangeSet(
          counter: 1, stamp: former.stamp, formerly: [Dot(first.replica, former.counter)], content: former.content))
      guard case .decided(let outcome, nil)? = try eva.commit([again]).first else { return #expect(Bool(false)) }
      #expect(outcome.revision == Revision(rawValue: 2))
      #expect(try eva.state().revision == Revision(rawValue: 4))
      #expect(try eva.changed().through == Revision(rawValue: 4))
      #expect(try eva.value("tasks", dishes, "title") == .text("Z"))
    }

    @Test(arguments: StoreKind.allCases)
    func `references are found by their target while a record holds them`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let phone = try eva.device("eva-phone")
      let (finn, dishes, plants) = (RecordID(name: "finn"), RecordID(name: "dishes"), RecordID(name: "water-plants"))
      let tasks = eva.pack.collection(named: "tasks")!
      let assignees = tasks.field(named: "assignees")!.number
      let toTasks = { try store.referrers(eva.id, to: finn).filter { $0.collection == tasks.number } }
      #expect(try toTasks() == [])
      for task in [plants, dishes] {
        let seen = try #require(try eva.record("tasks", task)).versions
        try eva.submit(phone, eva.pack.change("tasks", task, seen: seen, [("assignees", .insert(.id(finn)))]))
      }
      let both = [dishes, plants].sorted().map {
        Reference(target: finn, collection: tasks.number, record: $0, field: assignees)
      }
      #expect(try toTasks() == both)
      let all = try store.referrers(eva.id, to: finn)
      #expect(all == all.sorted())
      let seen = try #require(try eva.record("tasks", dishes)).versions
      try eva.submit(phone, eva.pack.change("tasks", dishes, seen: seen, [("assignees", .remove(.id(finn)))]))
      #expect(try toTasks() == both.filter { $0.record == plants })
    }
  }
}
