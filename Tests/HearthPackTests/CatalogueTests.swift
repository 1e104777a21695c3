import HearthModel
import HearthPack
import Testing

/// Section 16 of the language: collections that are the same in all households.
@Suite("Catalogues")
struct CatalogueTests {
  private let pack: Pack

  init() throws {
    pack = try BrokenPacks.sharing()
  }

  private func catalogue() throws -> Catalogue {
    try CatalogueLoader.load(BrokenPacks.text("right-shared-catalogue.yaml"), file: "catalogue.yaml", pack: pack)
  }

  private func seed(_ records: String) -> String {
    """
    app: garden
    households:
      - id: our-home
        records:
          homes: [{ id: our-home }]
          people: [{ id: ann, name: Ann, role: owner }]
    \(records)

    """
  }

  @Test func `rows are read as the records of a seed are`() throws {
    let plants = try #require(pack.collection(named: "plants"))
    let rows = try catalogue().rows(of: plants.number)
    let tomato = try #require(rows.first { $0.id == RecordID(name: "tomato") })
    let shown = { (name: String) in plants.field(named: name).map { tomato.value(of: $0) } }
    #expect(rows.count == 2)
    #expect(shown("title") == .text("Tomato"))
    #expect(shown("height") == .int(10))
    #expect(shown("family") == .id(RecordID(name: "nightshades")))
    #expect(shown("neighbours") == .list([.id(RecordID(name: "basil"))]))
    #expect(shown("secret") == .null)
    #expect(try catalogue().names[RecordID(name: "basil")] == "basil")
  }

  @Test func `a seed may point to rows of the catalogue, to no others, and has none itself`() throws {
    let full = pack.with(try catalogue())
    let right = seed("      beds: [{ id: herbs, title: Herbs, plant: basil }]")
    #expect(seedDiagnostics(right, pack: full).isEmpty)
    let wrong = seedDiagnostics(seed("      beds: [{ id: herbs, title: Herbs, plant: bazil }]"), pack: full)
    #expect(wrong.map(\.place) == ["7:48 S106"])
    #expect(
      wrong.map(\.message) == [
        "`beds.plant` points to `bazil`, no record of `plants` in the catalogue. Did you mean `basil`?"
      ])
    // A device may have the pack without its catalogue: whether the row is there is then for the hub to say.
    #expect(seedDiagnostics(seed("      beds: [{ id: herbs, title: Herbs, plant: bazil }]"), pack: pack).isEmpty)
    let row = seedDiagnostics(seed("      families: [{ id: mint, title: Mint }]"), pack: full)
    #expect(row.map(\.place) == ["7:7 S107"])
    #expect(row.first?.message.contains("`catalogue.yaml`") == true)
  }

  @Test func `nobody has a right to write, and everybody reads where an open pack says nothing`() throws {
    let text = smallPack(things: "shared: true", "fields: { title: text(10), secret: 'text(10)?, private' }")
    let things = try #require(try PackLoader.load(text, file: "schema.yaml").collection(named: "things"))
    #expect(things.isShared)
    #expect(!things.behavior.access.isOpen)
    #expect(things.behavior.access.read.map(\.fields) == [FieldSet([FieldNumber(rawValue: 1)])])
    for verb in [Access.Verb.create, .update, .delete] { #expect(things.behavior.access.grants(for: verb).isEmpty) }
  }

  @Test(arguments: ["rules: {}", "moves: {}", "effects: {}", "keep: 1 month", "strict: true", "deletes: editWins"])
  func `a shared collection has nothing that waits for a household to write`(setting: String) {
    let found = packDiagnostics(
      smallPack(things: "shared: true", "fields: { title: text(10), made: 'time, stamp created' }", setting))
    #expect(found.map(\.place) == ["16:5 P407"], "\(found)")
  }

  @Test(arguments: ["first", "claim", "immutable", "max", "guardian", "precedence a > b"])
  func `no merge rule is taken that the catalogue could not overrule`(mark: String) {
    let type = mark == "max" ? "int?" : mark.hasPrefix("precedence") ? "enum(a, b) = a" : "text(10)?"
    let found = packDiagnostics(smallPack(things: "shared: true", "fields:", "  title: \(type), \(mark)"))
    #expect(found.map(\.place) == ["16:7 P407"], "\(found)")
  }
}
