import HearthEngine
import HearthModel
import HearthPack
import Testing

extension StoreConformance {
  @Suite("transactions")
  struct Transactions {
    private struct Interruption: Error {}

    @Test(arguments: StoreKind.allCases)
    func `what a commit wrote is read by the next decision and outside of it`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let phone = try eva.device("eva-phone")
      let dishes = RecordID(name: "dishes")
      for (round, title) in ["A", "B", "C"].enumerated() {
        #expect(try eva.submit(phone, eva.set("tasks", dishes, "title", .text(title))) == .accepted)
        #expect(try eva.value("tasks", dishes, "title") == .text(title))
        #expect(try eva.value("tasks", dishes, "version") == .int(Int64(round + 2)))
        #expect(try eva.state().revision == Revision(rawValue: UInt64(round + 2)))
      }
    }

    @Test(arguments: StoreKind.allCases)
    func `a decision reads the state before its batch`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let phone = try eva.device("eva-phone")
      let change = try eva.set("tasks", RecordID(name: "dishes"), "title", .text("X"))
      let submission = try eva.submission(phone, [change])
      let before = try eva.state()
      try store.commit { reader in
        let decided = try eva.engine.decide([submission], reader: reader, now: eva.now)
        #expect(try reader.household(eva.id) == before)
        return decided.commit
      }
      #expect(try eva.state().revision == before.revision.next)
    }

    @Test(arguments: StoreKind.allCases)
    func `when the decision throws, its error comes through and nothing is written`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let before = try StoreDump(store, [eva])
      #expect(throws: Interruption.self) {
        try store.commit { reader in
          _ = try reader.household(eva.id)
          throw Interruption()
        }
      }
      #expect(throws: Interruption.self) { try store.read { _ in throw Interruption() } }
      #expect(try StoreDump(store, [eva]) == before)
    }

    @Test(arguments: StoreKind.allCases)
    func `a commit on another head is refused`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let phone = try eva.device("eva-phone")
      let change = try eva.set("tasks", RecordID(name: "dishes"), "title", .text("X"))
      let submission = try eva.submission(phone, [change])
      let before = try StoreDump(store, [eva])
      for wrong in [UInt64(0), 2, .max] {
        expectFault(.staleHead) {
          try store.commit { reader in
            var commit = try eva.engine.decide([submission], reader: reader, now: eva.now).commit
            commit.households[0] = commit.households[0].expecting(Revision(rawValue: wrong))
            return commit
          }
        }
      }
      #expect(try StoreDump(store, [eva]) == before)
    }

    @Test(arguments: StoreKind.allCases)
    func `of many households in one commit all are written or none`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let households = [try TestHousehold(Fixture.eva, in: store), try TestHousehold(Fixture.mark, in: store)]
      let submissions = try households.enumerated().map { position, household in
        let task = RecordID(name: ["dishes", "walk-dog"][position])
        return try household.submission(household.devices[0], [household.set("tasks", task, "title", .text("X"))])
      }
      let before = try StoreDump(store, households)
      expectFault(.staleHead) {
        try store.commit { reader in
          var commit = try households[0].engine.decide(submissions, reader: reader, now: households[1].now).commit
          #expect(commit.households.count == 2)
          commit.households[1] = commit.households[1].expecting(Revision(rawValue: 77))
          return commit
        }
      }
      #expect(try StoreDump(store, households) == before)
      _ = try TestHousehold.commit(submissions, in: store, engine: households[0].engine, now: households[1].now)
      #expect(try households[0].value("tasks", RecordID(name: "dishes"), "title") == .text("X"))
      #expect(try households[1].value("tasks", RecordID(name: "walk-dog"), "title") == .text("X"))
    }

    @Test(arguments: StoreKind.allCases)
    func `a record that one batch touches twice has its last state`(kind: StoreKind) throws {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let (phone, tablet) = (try eva.device("eva-phone"), try eva.device("noah-tablet"))
      let dishes = RecordID(name: "dishes")
      let title = try eva.set("tasks", dishes, "title", .text("X"))
      let points = try eva.set("tasks", dishes, "points", .int(30))
      try eva.commit([eva.submission(phone, [title]), eva.submission(tablet, [points])])
      #expect(try eva.value("tasks", dishes, "title") == .text("X"))
      #expect(try eva.value("tasks", dishes, "points") == .int(30))
      #expect(try eva.changed(after: 1).entries.map(\.revision) == [Revision(rawValue: 3)])
    }

    @Test(arguments: StoreKind.allCases)
    func `an empty commit writes nothing`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let eva = try TestHousehold(Fixture.eva, in: store)
      let before = try StoreDump(store, [eva])
      try store.commit { _ in Commit() }
      try store.commit { _ in Commit(households: [.empty(eva.id, app: "famquest", head: Revision(rawValue: 1))]) }
      try store.tidy()
      #expect(try StoreDump(store, [eva]) == before)
    }
  }
}
