import HearthEngine
import HearthHub
import HearthMemory
import HearthModel
import Testing

/// How a catalogue reaches households that are there already (decision 0021).
@Suite("Catalogues at the hub")
struct CatalogueTests {
  /// The fixture's catalogue with another title.
  private static let renamed = """
      subjects:
        - { id: arithmetic, title: Sums }
        - { id: nature, title: Nature }
      quests:
        - id: tables
          subject_id: arithmetic
          title: The tables of ten
          level: 2
          points: 20
          hints: { first: Begin with five., then: Double it. }
          answer: '100'
        - { id: fractions, subject_id: arithmetic, title: Halves and quarters, level: 4, needs: [tables] }
        - { id: birds, subject_id: nature, title: Ten birds, opens: 2025-03-01, closes: 2025-06-01 }
    """
  private static let withoutBirds = renamed.split(separator: "\n").dropLast().joined(separator: "\n")

  @Test func `a household is founded with all rows, under the same ids everywhere`() throws {
    let hub = try AcademyHub()
    try hub.found(with: hub.engine())
    for family in ["eva-family", "mark-family"] {
      #expect(try hub.value(family, "quests", "tables", "title") == .text("The tables of ten"))
      #expect(try hub.value(family, "quests", "tables", "answer") == .text("100"))
      #expect(try hub.revision(family) == Revision(rawValue: 1))
    }
    #expect(try hub.value("eva-family", "quests", "birds", "taken") == .int(1))
    #expect(try hub.value("mark-family", "quests", "birds", "taken") == .int(0))
  }

  @Test func `the catalogue that a household has is not written again`() throws {
    let hub = try AcademyHub()
    let engine = try hub.engine()
    try hub.found(40, with: engine)
    #expect(try hub.renew(engine).steps == 0)
    #expect(try hub.revision("family-7") == Revision(rawValue: 1))
    #expect(try hub.store.catalogueMark(of: "academy") == engine.catalogueMarks["academy"])
  }

  @Test func `a row that changed is one change set in each household, some households to a transaction`() throws {
    let hub = try AcademyHub()
    try hub.found(40, with: hub.engine())
    let engine = try hub.engine(Self.renamed)
    let (steps, refused) = try hub.renew(engine)
    #expect(steps == 2)  // 42 households, 32 in a transaction
    #expect(refused.isEmpty)
    for family in ["eva-family", "mark-family", "family-0", "family-39"] {
      #expect(try hub.value(family, "subjects", "arithmetic", "title") == .text("Sums"))
      #expect(try hub.revision(family) == Revision(rawValue: 2))
    }
    #expect(try hub.renew(engine).steps == 0)
    #expect(try hub.revision("family-3") == Revision(rawValue: 2))
  }

  @Test func `a hub that stopped half-way goes on with the households that are left`() throws {
    let hub = try AcademyHub()
    try hub.found(40, with: hub.engine())
    let engine = try hub.engine(Self.renamed)
    var keeper = CatalogueKeeper()
    #expect(try keeper.step(hub.store, engine, now: hub.now) { _ in })
    #expect(try hub.store.catalogueMark(of: "academy") == nil)
    let done = try hub.revision("family-0")
    #expect(try hub.revision("family-39") == Revision(rawValue: 1))
    #expect(try hub.renew(engine).steps == 1)
    #expect(try hub.revision("family-0") == done)
    #expect(try hub.revision("family-39") == Revision(rawValue: 2))
  }

  @Test func `two hubs that begin alike end alike`() throws {
    let states = try (0..<2).map { _ in
      let hub = try AcademyHub()
      try hub.found(with: hub.engine())
      try hub.renew(hub.engine(Self.withoutBirds))
      try hub.renew(hub.engine(Self.renamed))
      let schema = try #require(hub.pack.collection(named: "quests"))
      return try hub.store.read { reader in
        try ["tables", "birds"].map {
          try reader.record(RecordKey(HouseholdID(RecordID(name: "eva-family")), schema.number, RecordID(name: $0)))
        }
      }
    }
    #expect(states[0] == states[1])
    #expect(!states[0].contains(nil))
  }

  @Test func `a household whose rules need a row keeps it and says so, and gets the rest`() throws {
    let hub = try AcademyHub {
      $0.replacing(
        "done: bool = false\n", with: "done: bool = false\n    rules: { of_something: { check: quest_id is set } }\n")
    }
    try hub.found(with: hub.engine())
    let engine = try hub.engine(Self.withoutBirds)
    let (_, refused) = try hub.renew(engine)
    #expect(refused.map(\.household) == [HouseholdID(RecordID(name: "eva-family"))])
    #expect(refused.map(\.record) == [RecordID(name: "birds")])
    #expect(refused.map(\.rejection.code) == [.checkFailed])
    #expect(try hub.value("eva-family", "quests", "birds", "title") == .text("Ten birds"))
    #expect(try hub.value("mark-family", "quests", "birds", "title") == nil)
    #expect(try hub.value("eva-family", "subjects", "arithmetic", "title") == .text("Sums"))
    // What was refused has left no trace, and is tried again at the next start.
    #expect(try hub.revision("eva-family") == Revision(rawValue: 2))
    #expect(try hub.store.catalogueMark(of: "academy") == nil)
    #expect(try hub.renew(engine).refused.count == 1)
    #expect(try hub.revision("eva-family") == Revision(rawValue: 2))
    #expect(try hub.ownChanges("eva-family") == 2)
  }

  @Test func `a hub that does not know the catalogue leaves households as they are`() throws {
    let hub = try AcademyHub()
    try hub.found(with: hub.engine())
    let bare = Engine(packs: ["academy": try AcademyHub().bare]) { _, _ in nil }
    #expect(bare.catalogueMarks.isEmpty)
    #expect(try hub.renew(bare).steps == 0)
    #expect(try hub.value("eva-family", "quests", "birds", "title") == .text("Ten birds"))
  }
}
