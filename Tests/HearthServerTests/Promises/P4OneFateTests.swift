import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthTesting
import Testing

@Suite("P4: one fate")
struct P4OneFateTests {
  private static let titles = ["dishes", "water-plants", "clean-bathroom", "tidy-room", "set-table"]

  private static func retitled(_ task: String, _ title: String) -> RecordChange {
    Fixture.famquest.change("tasks", RecordID(name: task), [("title", .set(.text(title)))])
  }

  @Test(arguments: UInt64(1)...20)
  func `P4: one bad change among many, wherever it stands, leaves no trace of the others`(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let desk = try Desk()
    let before = try desk.everything()
    let head = try desk.store.read { try $0.household(desk.household.id)?.revision }
    for (position, poison) in Poison.all.enumerated() where random.oneIn(3) {
      var changes = Self.titles.filter { _ in random.oneIn(2) }.map { Self.retitled($0, "Titel \(position)") }
      let bad = poison.changes.filter { change in !changes.contains { $0.record == change.record } }
      for change in bad { changes.insert(change, at: random.below(changes.count + 1)) }
      guard bad.count == poison.changes.count else { continue }
      let counter =
        try desk.store.read { try $0.household(desk.household.id)! }
        .progress(of: desk.replica("eva-phone")).counter + 1
      let result = try desk.decide(("eva-phone", ChangeSet(counter, changes: changes)))[0]
      #expect(result.rejection != nil, "\(poison.name)")
      for (key, state) in before {
        #expect(try desk.store.read { try $0.record(key) } == state, "\(poison.name): \(key.record)")
      }
      #expect(try desk.store.read { try $0.household(desk.household.id)?.revision } == head, "\(poison.name)")
    }
  }

  @Test func `P4: a change set over many records becomes one revision and reaches others as one patch`() async throws {
    try await TestHub.running { hub in
      let author = try await hub.live("eva-phone")
      let other = try await hub.live("noah-tablet")
      let changes = Self.titles.map { Self.retitled($0, "Samen") }
      try await author.push(ChangeSet(1, changes: changes))
      let outcome = try await author.outcomes(1)[0]
      let patch = try await other.patch()
      #expect(patch.revision == outcome.revision)
      #expect(Set(patch.records.map(\.record)) == Set(changes.map(\.record)))
      #expect(try await other.saidSoFar().updates.isEmpty)
    }
  }

  /// What a commit that breaks halfway leaves is the store's matter; what the hub says of it is this one's.
  @Test func `P4: when the store fails, nothing of the change set is there`() async throws {
    let store = StoreDouble()
    try await TestHub.running(store: store) { hub in
      let author = try await hub.live("eva-phone")
      store.fail(StoreFault(.failed, "The disk says no."), times: 1)
      try await author.push(ChangeSet(1, changes: Self.titles.map { Self.retitled($0, "Samen") }))
      _ = try await author.fault()
      for task in Self.titles { #expect(try hub.title(of: task) != "Samen") }
    }
  }
}
