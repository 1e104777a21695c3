import HearthModel
import HearthPack
import Testing

@Suite("Seeds")
struct SeedTests {
  private static let right = """
    app: garden
    households:
      - label: Our garden
        id: our-home
        devices:
          - { name: ann-phone, member: ann }
        records:
          homes:
            - { id: our-home, name: Our garden }
          people:
            - { id: ann, name: Ann, role: owner }
          beds:
            - { id: herbs, title: Herbs, helpers: [ann], waterer: ann, notes: { sunny: true, soil: '7' }, area: 12 }

    """

  private func load(_ text: String) throws -> Seed {
    try SeedLoader.load(text, file: "seed.yaml", pack: BrokenPacks.garden())
  }

  private func record(_ seed: Seed, _ collection: String) throws -> Seed.Record {
    let number = try #require(try BrokenPacks.garden().collection(named: collection)).number
    return try #require(seed.households.first?.records.first { $0.collection == number })
  }

  private func value(_ field: String, _ record: Seed.Record) throws -> Value? {
    let collection = try #require(try BrokenPacks.garden().collection(record.collection))
    let number = try #require(collection.field(named: field)).number
    return record.values.first { $0.field == number }?.value
  }

  @Test func `a name stands for its UUIDv5 wherever an id is written`() throws {
    // Computed with Python: uuid5(uuid5(NAMESPACE_DNS, "hearth.v1"), name).
    #expect(RecordID(name: "eva").description == "10f5e1c7-d8f0-5593-948c-2fa8b6483824")
    #expect(RecordID(name: "eva-family").description == "90fc3961-36a1-5b8e-a489-d2508053d89f")
    let seed = try load(Self.right)
    let household = try #require(seed.households.first)
    #expect(household.id == HouseholdID(RecordID(name: "our-home")))
    #expect(seed.names[RecordID(name: "ann")] == "ann")
    #expect(household.devices.map(\.name) == ["ann-phone"])
    #expect(household.devices.map(\.member) == [RecordID(name: "ann")])
    let bed = try record(seed, "beds")
    #expect(bed.id == RecordID(name: "herbs"))
    #expect(try value("waterer", bed) == .id(RecordID(name: "ann")))
    #expect(try value("helpers", bed) == .list([.id(RecordID(name: "ann"))]))
  }

  @Test func `a UUID stands for itself, in either case`() throws {
    let text = Self.right.replacing("id: herbs", with: "id: 10F5E1C7-D8F0-5593-948C-2FA8B6483824")
    #expect(try record(load(text), "beds").id == RecordID(name: "eva"))
  }

  @Test func `FQ-C04 and FQ-C05 - an id of a key is the UUIDv5 of household, collection and values`() throws {
    let pack = try FamQuest.pack()
    let household = try #require(try FamQuest.seed().households.first)
    // Computed with Python: uuid5(household, '["badges","<id of sam>","week_streak_7"]').
    let first = { (name: String) in
      household.records.first { $0.collection == pack.collection(named: name)?.number }
    }
    #expect(first("badges")?.id.description == "9914a513-60a3-5903-bf86-726cd1969405")
    #expect(first("user_streaks")?.id.description == "64f1467b-b3f7-5dc9-8dfe-10508c4469e6")
  }

  /// A pack whose `things` have these fields, the immutable ones as their key.
  private func keyedPack(_ fields: String...) throws -> Pack {
    let key = fields.filter { $0.contains("immutable") }.map { $0.prefix { $0 != ":" } }
    let lines = ["key: [\(key.joined(separator: ", "))]", "fields:"]
    let things = (lines + fields.map { "  " + $0 }).joined(separator: "\n    ")
    return try PackLoader.load(smallPack(things: things), file: "schema.yaml")
  }

  private func keyedSeed(_ things: String) -> String {
    """
    app: small
    households:
      - id: home
        records:
          homes: [{ id: home, role: owner }]
          things: \(things)

    """
  }

  @Test func `a key takes the household's default, and refuses an id, a second record and a gap`() throws {
    let pack = try keyedPack("home: ref homes = household, immutable, cascade", "code: slug, immutable")
    let text = keyedSeed("[{ code: a }, { code: b }]")
    let seed = try SeedLoader.load(text, file: "seed.yaml", pack: pack)
    try #require(seed.households.count == 1)
    let id = RecordID(name: "home")
    let expected = ["a", "b"].map { code in
      RecordID(namespace: id, name: Array("[\"things\",\"\(id)\",\"\(code)\"]".utf8))
    }
    #expect(seed.households[0].records.suffix(2).map(\.id) == expected)
    #expect(seedDiagnostics(keyedSeed("[{ code: a }, { code: a }]"), pack: pack).map(\.place) == ["6:29 S105"])
    #expect(seedDiagnostics(keyedSeed("[{ id: x, code: a }]"), pack: pack).map(\.place) == ["6:18 S105"])
    #expect(seedDiagnostics(keyedSeed("[{ home: home }]"), pack: pack).map(\.place) == ["6:16 S104"])
  }

  @Test func `a renamed household has its new id wherever the old one stood, also in keys and sets`() throws {
    let pack = try keyedPack(
      "home: ref homes = household, immutable, cascade", "code: slug, immutable", "homes: set(ref homes, 3)")
    let seed = try SeedLoader.load(keyedSeed("[{ code: a, homes: [home] }]"), file: "seed.yaml", pack: pack)
    let id = RecordID(name: "cottage")
    let renamed = seed.renamed(pack) { id }.households[0]
    try #require(renamed.records.count == 2)
    #expect(renamed.id.record == id)
    #expect(renamed.records[0].id == id)
    #expect(renamed.records[1].id == RecordID(namespace: id, name: Array("[\"things\",\"\(id)\",\"a\"]".utf8)))
    #expect(renamed.records[1].values.map(\.value) == [.text("a"), .list([.id(id)])])
  }

  @Test func `nobody creates a record of a seed, so the default member has to be given where needed`() throws {
    let pack = try keyedPack("maker: ref homes = member, immutable, cascade")
    #expect(seedDiagnostics(keyedSeed("[{}]"), pack: pack).map(\.place) == ["6:16 S104"])
    #expect(seedDiagnostics(keyedSeed("[{ maker: home }]"), pack: pack).isEmpty)
  }

  @Test func `an empty value is null only without quotes`() throws {
    let text = Self.right.replacing("notes: { sunny: true, soil: '7' }", with: "waterer: ''")
      .replacing("waterer: ann, ", with: "")
    #expect(try seedDiagnostics(text, pack: BrokenPacks.garden()).map(\.code) == ["S104"])
    let null = Self.right.replacing("waterer: ann", with: "waterer: ~")
    #expect(try value("waterer", record(load(null), "beds")) == .null)
    let named = Self.right.replacing("title: Herbs", with: "title: 'null'")
    #expect(try value("title", record(load(named), "beds")) == .text("null"))
  }

  @Test func `all mistakes of a seed are reported in one run, also in a household without an id`() throws {
    let text = """
      app: gardens
      households:
        - label: [a]
          devices:
            - { name: ann-phone, member: ann, colour: red }
          records:
            homes: [{ id: our-home, name: Our garden, zone: Mars }]
            beds:
              - { titel: Herbs, helpers: [rob, Rob], area: 0 }
            bedz: []

      """
    let expected = [
      "1:6 S101", "3:5 P102", "3:12 P005", "5:36 S103", "5:41 P101", "7:55 S104", "9:11 S104", "9:11 S105",
      "9:13 P104", "9:37 S106", "9:42 S104", "9:54 S104", "10:7 P104",
    ]
    let found = try seedDiagnostics(text, pack: BrokenPacks.garden())
    #expect(found.map(\.place) == expected, "\(found)")
  }
}
