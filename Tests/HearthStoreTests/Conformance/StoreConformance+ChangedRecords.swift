import HearthEngine
import HearthModel
import HearthPack
import Testing

extension StoreConformance {
  @Suite("records that changed")
  struct Changed {
    /// A household with a few revisions of which some touch several records of several collections.
    private func makeHousehold(_ kind: StoreKind) throws -> TestHousehold {
      let eva = try TestHousehold(Fixture.eva, in: kind.makeStore())
      let phone = try eva.device("eva-phone")
      let tasks = ["dishes", "water-plants", "tidy-room"].map { RecordID(name: $0) }
      for (round, task) in (tasks + tasks).enumerated() {
        try eva.submit(
          phone, eva.set("tasks", task, "title", .text("Round \(round)")),
          eva.set("events", RecordID(name: ["dentist", "gym-class"][round % 2]), "title", .text("Round \(round)")))
      }
      return eva
    }

    @Test(arguments: StoreKind.allCases)
    func `they come once, in the order of revision, collection and id`(kind: StoreKind) throws {
      let eva = try makeHousehold(kind)
      let page = try eva.changed()
      let order = page.entries.map { ($0.revision, $0.collection, $0.record) }
      #expect(zip(order, order.dropFirst()).allSatisfy { $0 < $1 })
      #expect(Set(page.entries.map { RecordKey(eva.id, $0.collection, $0.record) }).count == Fixture.eva.records.count)
      #expect(page.through == Revision(rawValue: 7))
      #expect(!page.hasMore)
      for entry in page.entries {
        #expect(try eva.store.record(RecordKey(eva.id, entry.collection, entry.record)) == entry.state)
      }
    }

    @Test(arguments: StoreKind.allCases)
    func `only those after the cursor come`(kind: StoreKind) throws {
      let eva = try makeHousehold(kind)
      let all = try eva.changed().entries
      for revision in UInt64(0)...8 {
        let page = try eva.changed(after: revision)
        #expect(page.entries.map(\.record) == all.filter { $0.revision.rawValue > revision }.map(\.record))
        #expect(page.through == Revision(rawValue: 7))
      }
      #expect(try eva.changed(after: .max).entries.isEmpty)
    }

    @Test(arguments: StoreKind.allCases, [1, 500, 2000, 10_000])
    func `pages end between revisions and together are everything`(kind: StoreKind, bytesMax: Int) throws {
      let eva = try makeHousehold(kind)
      let all = try eva.changed().entries
      var pages = [ChangedRecords]()
      var cursor = Revision.zero
      repeat {
        pages.append(try eva.store.changedRecords(of: eva.id, after: cursor, bytesMax: bytesMax))
        try #require(pages.last!.through > cursor || !pages.last!.hasMore)
        cursor = pages.last!.through
      } while pages.last!.hasMore
      #expect(pages.flatMap(\.entries).map(\.record) == all.map(\.record))
      #expect(cursor == Revision(rawValue: 7))
      for page in pages.dropLast() {
        #expect(page.entries.last?.revision == page.through)
        let bytes = page.entries.dropLast().filter { $0.revision != page.through }.map(\.state.encoded.count).reduce(
          0, +)
        #expect(bytes < bytesMax)
      }
    }

    @Test(arguments: StoreKind.allCases)
    func `records of another household do not come`(kind: StoreKind) throws {
      let store = try kind.makeStore()
      let (eva, mark) = (try TestHousehold(Fixture.eva, in: store), try TestHousehold(Fixture.mark, in: store))
      let ids = { (household: TestHousehold) in Set(try household.changed().entries.map(\.record)) }
      #expect(try ids(eva) == Set(Fixture.eva.records.map(\.id)))
      #expect(try ids(mark) == Set(Fixture.mark.records.map(\.id)))
      let dishes = RecordKey(mark.id, mark.pack.collection(named: "tasks")!.number, RecordID(name: "dishes"))
      #expect(try store.record(dishes) == nil)
    }

    @Test(arguments: StoreKind.allCases)
    func `a deleted record and those that hang on it come with their state`(kind: StoreKind) throws {
      let eva = try makeHousehold(kind)
      let phone = try eva.device("eva-phone")
      let noah = RecordID(name: "noah")
      let seen = try #require(try eva.record("users", noah)).versions
      try eva.submit(phone, eva.pack.change("users", noah, .delete, seen: seen))
      let entries = try eva.changed(after: 7).entries
      #expect(entries.contains { $0.record == noah && !$0.state.tombstones.isEmpty })
      #expect(entries.contains { $0.state.derived.isHidden })
      #expect(entries.contains { $0.state.derived.missingTargets == [noah] })
    }
  }
}
