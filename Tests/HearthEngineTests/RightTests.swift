import HearthModel
import Testing

@Suite("Rights (pack language, section 10)")
struct RightTests {
  private let desk = RuleDesk()

  private func code(_ member: String, _ change: RecordChange) throws -> RejectionCode? {
    try desk.submit(member, change).rejection?.code
  }

  @Test(
    "nobody may what no grant says",
    arguments: [
      ("noah", "tasks/dishes", "title"), ("luna", "users/luna", "role"), ("sam", "users/sam", "permissions"),
      ("mira", "tasks/clean-bathroom", "points"), ("noah", "rewards/movie-night", "cost"),
      ("noah", "families/eva-family", "name"),
    ])
  func denied(_ member: String, _ record: String, _ field: String) throws {
    let values: [String: Edit.Action] = [
      "title": .set(.text("x")), "role": .set(.text("parent")), "permissions": .put(["tasks", "create"], .bool(true)),
      "points": .set(.int(1000)), "cost": .set(.int(1)), "name": .set(.text("x")),
    ]
    let rejection = try desk.submit(member, desk.change(record, .update, [(field, values[field]!)])).rejection
    #expect(rejection.map { [.forbidden, .recordUnknown].contains($0.code) } == true)
  }

  @Test("who has several grants has all of them; one edit beyond them refuses the whole change set (P4)")
  func union() throws {
    let own = desk.change(
      "users/sam", .update, [("theme", .set(.text("dark"))), ("display_name", .set(.text("Sammie")))])
    #expect(try code("sam", own) == nil)
    let beyond = desk.change(
      "users/sam", .update, [("theme", .set(.text("light"))), ("is_active", .set(.bool(false)))])
    #expect(try code("sam", beyond) == .forbidden)
    #expect(desk.value("users/sam", "theme") == .text("dark"))
  }

  @Test("a member's toggle widens the right, judged as the hub has it when it decides (G09, FQ-P18)")
  func toggles() throws {
    let edit = desk.change("tasks/dishes", .update, [("title", .set(.text("Vaat")))], seen: .founding)
    #expect(try code("luna", edit) == .forbidden)
    let grant = desk.change(
      "users/luna", .update, [("permissions", .put(["tasks"], .object(ValueObject([("edit", .bool(true))]))))])
    #expect(try code("eva", grant) == nil)
    #expect(try code("luna", edit) == nil)
  }

  @Test("nobody gives themselves a right in the change set that uses it")
  func selfService() throws {
    let changes = [
      desk.change("users/luna", .update, [("permissions", .put(["tasks", "edit"], .bool(true)))]),
      desk.change("tasks/dishes", .update, [("title", .set(.text("Vaat")))]),
    ]
    #expect(try desk.submit("luna", changes).rejection?.code == .forbidden)
  }

  @Test("a right is asked for before and after, so that nobody hands over what is theirs")
  func handOver() throws {
    let item = desk.change("study_items/sam-maths", .update, [("user_id", .set(desk.person("luna")))])
    #expect(try code("sam", item) != nil)
    let foreign = desk.change(
      "study_items/new", .create, [("user_id", .set(desk.person("sam"))), ("subject", .set(.text("Biologie")))])
    #expect(try code("luna", foreign) == .forbidden)
  }

  @Test("what a member may not see is answered as if it did not exist")
  func unseen() throws {
    let edit = desk.change("study_items/sam-maths", .update, [("subject", .set(.text("x")))])
    let unknown = desk.change("study_items/none", .update, [("subject", .set(.text("x")))])
    let (hidden, missing) = try (desk.submit("luna", edit).rejection, desk.submit("luna", unknown).rejection)
    #expect(hidden?.code == .recordUnknown)
    #expect(hidden?.message == missing?.message)
    #expect(hidden?.holder == nil)
  }

  @Test("private fields are written by name only")
  func privateFields() throws {
    let secret = desk.change("users/luna", .update, [("pin", .set(.text("hash")))])
    #expect(try code("luna", secret) == .forbidden)
    #expect(try code("eva", secret) == nil)
  }

  @Test("system and derived fields are nobody's to write")
  func systemFields() throws {
    for (record, field, value) in [
      ("users/sam", "points_balance", Value.int(1_000_000)), ("tasks/dishes", "attempt", .int(9)),
      ("families/eva-family", "active_parents", .int(5)),
    ] {
      let change = desk.change(record, .update, [(field, .set(value))])
      #expect(try code("eva", change) == .notWritable)
    }
  }

  @Test("deletes and restores need the right to delete")
  func deletes() throws {
    #expect(try code("sam", desk.change("tasks/dishes", .delete)) == .forbidden)
    #expect(try code("eva", desk.change("tasks/dishes", .delete)) == nil)
    #expect(try code("sam", desk.change("tasks/dishes", .restore)) == .forbidden)
    #expect(try code("eva", desk.change("tasks/dishes", .restore)) == nil)
  }

  @Test("who does not meet `session` is refused whatever they send (FQ-X33)")
  func session() throws {
    let helperEdit = desk.change("tasks/clean-bathroom", .update, [("status", .set(.text("done")))], seen: .founding)
    #expect(try code("eva", desk.change("users/mira", .update, [("is_active", .set(.bool(false)))])) == nil)
    #expect(try code("mira", helperEdit) == .forbidden)
  }

  @Test("a record of another household is unknown, by any verb")
  func otherHousehold() throws {
    for kind in [RecordChange.Kind.update, .delete, .restore] {
      #expect(try code("eva", desk.change("users/mark", kind)) == .recordUnknown)
    }
  }
}
