import HearthConsole
import HearthModel
import HearthPack
import Testing

@testable import HearthCommands

/// Expressions written back, who may what, costs, diagrams; FamQuest in golden files.
@Suite("Packs in words") struct PackTextTests {
  private static let things = """
    fields:
      a: int(0..9) = 0
      b: int(0..9)?
      on: bool = false
      tags: set(ref people, 7)
      word: text(30)?
      state: enum(open, half-way, end) = open
    moves:
      go: { change: state open -> half-way, by: [parent, child], needs: { ready: on } }
      stop: { change: state half-way -> end, by: parent }
    access:
      read: { family: all }
      create: { parent: all }
      update: { parent: all, child: { if: on, fields: [word] } }
    """

  @Test(arguments: [
    "a + 1 > 3 and on", "(a + 1) * 2 > 3 or not on", "not (on or a == 1)", "b otherwise 3 < a",
    "if on then a == 1 else a == 2", "word is set and word matches '[a-z]+'", "tags is not empty",
    "member in tags", "any(x in tags where x == member)", "count(x in tags where x != member) < 3",
    "length(word otherwise 'none') > 2", "state == half-way", "a - (a - 1) == 1", "old.a == a and changed(b)",
    "household.limit < max(a, 3)", "member.toggles.things.edit otherwise false",
  ])
  func `an expression is written back so that it means the same`(_ text: String) throws {
    let pack = try SmallPack.load(Self.things)
    let things = try #require(pack.collection(named: "things"))
    let first = try PackLoader.expression(text, in: things.number, of: pack)
    let written = ExpressionText(first, in: things, of: pack).text(of: first.nodes.count - 1)
    let second = try PackLoader.expression(written, in: things.number, of: pack)
    #expect(first.nodes == second.nodes && first.inputs == second.inputs, "\(text) became \(written)")
  }

  @Test func `every expression of FamQuest is written back so that it means the same`() throws {
    let pack = try FamQuestPack.load()
    var count = 0
    for entry in PackExpressions(pack).all {
      guard let collection = entry.collection else { continue }
      let text = ExpressionText(entry.expression, in: collection, of: pack).text(of: entry.expression.nodes.count - 1)
      // What stands alone has lost the type of the field that it is written into, and names of `who` are written out.
      guard let again = try? PackLoader.expression(text, in: collection.number, of: pack) else { continue }
      #expect(again.inputs == entry.expression.inputs, "\(entry.name): \(text)")
      count += 1
    }
    #expect(count > 150)
  }

  @Test func `who may make which step`() throws {
    let pack = try SmallPack.load(Self.things)
    let things = try #require(pack.collection(named: "things"))
    let table = WhoTable(things.field(named: "state"), things, pack)
    #expect(table.roles == ["parent", "child", "helper"])
    #expect(table.steps.map { "\($0.from) \($0.move) \($0.to)" } == ["open go half-way", "half-way stop end"])
    #expect(table.steps[0].cells.map(\.isPossible) == [true, true, false])
    #expect(table.steps[0].cells[0].needs == ["ready"])
    #expect(table.final == ["end"])
    let word = WhoTable(things.field(named: "word"), things, pack)
    let update = try #require(word.verbs.first { $0.verb == "update" })
    #expect(update.cells[0] == WhoTable.Cell(isPossible: true))
    #expect(update.cells[1] == WhoTable.Cell(isPossible: true, who: ["`on`"]))
    #expect(!update.cells[2].isPossible)
  }

  @Test func `a need that the state or the role decides is not asked`() throws {
    let pack = try SmallPack.load(
      """
      fields: { state: 'enum(a, b) = a', on: bool = false }
      moves:
        go: { change: state a -> b, by: family, needs: { free: member.role == parent or on, there: old.state == a } }
        back: { change: state b -> a, by: family, needs: { never: old.state == a } }
      access: { read: { family: all }, create: { parent: all }, update: { parent: all } }
      """)
    let things = try #require(pack.collection(named: "things"))
    let table = WhoTable(things.field(named: "state"), things, pack)
    #expect(table.steps[0].cells[0] == WhoTable.Cell(isPossible: true))
    #expect(table.steps[0].cells[1].needs == ["free"])
    #expect(table.steps[1].cells.map(\.isPossible) == [false, false, false])
  }

  @Test func `what makes an expression dear`() throws {
    let pack = try SmallPack.load(
      Self.things + "\nrules: { r: { check: \"any(x in tags where on and a < 5) or a > 0\" } }")
    let line = try #require(PackCosts(pack).lines.first)
    #expect(line.name == "things.rule r" && line.because == ["`tags` holds up to 7"])
    #expect(PackCosts(pack).lines.map(\.cost) == PackCosts(pack).lines.map(\.cost).sorted(by: >))
  }

  @Test func `diagrams name what Mermaid cannot`() throws {
    let picture = PackPicture(try SmallPack.load(Self.things))
    let things = try #require(picture.collections.first { $0.name == "things" })
    let states = MermaidText.states(things.moves, start: "open")
    #expect(states.contains("  state \"half-way\" as s_half_way\n"))
    #expect(states.contains("  [*] --> open\n") && states.contains("  s_half_way --> s_end : stop\n"))
    #expect(MermaidText.entities(picture).contains("  people }o--o{ things : tags\n"))
  }

  // MARK: FamQuest

  @Test func `FamQuest in tables`() throws {
    try Golden.check(ShowText(.plain).text(PackPicture(try FamQuestPack.load()), only: nil), "pack-show.txt")
  }

  @Test func `FamQuest as a diagram`() throws {
    try Golden.check(MermaidText.entities(PackPicture(try FamQuestPack.load())), "pack-mermaid.txt")
  }

  @Test func `FamQuest as a page`() throws {
    try Golden.check(PackPage(PackPicture(try FamQuestPack.load())).text, "pack-docs.md")
  }

  @Test func `what FamQuest costs`() throws {
    try Golden.check(CostText(.plain, showsAll: true).text(PackCosts(try FamQuestPack.load())), "pack-cost.txt")
  }

  @Test func `who may what in FamQuest`() throws {
    let pack = try FamQuestPack.load()
    var text = ""
    for (collection, field) in [("tasks", "status"), ("tasks", "claimed_by"), ("tasks", "title"), ("users", "role")] {
      let schema = try #require(pack.collection(named: collection))
      text += "\(collection).\(field)\n\n"
      text += WhoText(.plain).text(WhoTable(schema.field(named: field), schema, pack)) + "\n"
    }
    try Golden.check(text, "pack-who.txt")
  }

  @Test func `FamQuest has no errors and all its sentences are proved`() throws {
    let report = PackCheckReport(try Repository.text(FamQuestPack.path), file: FamQuestPack.path)
    #expect(report.errors == 0, "\(report.findings.map(\.message))")
    #expect(report.expect.allSatisfy { $0.result == "proved" })
    try Golden.check(PackCheckText(.plain).text(report), "pack-check.txt")
  }
}
