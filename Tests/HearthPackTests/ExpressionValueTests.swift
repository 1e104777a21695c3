import HearthModel
import HearthPack
import Testing

/// What expressions mean: each row is a text and the value that it has.
@Suite("Values of expressions")
struct ExpressionValueTests {
  private let bench: ExpressionBench

  init() throws { bench = try ExpressionBench() }

  private static let values: [String: Value] = [
    "points": .int(10), "title": .text("Dishes"), "claimable": .bool(true), "status": .text("open"),
    "old.status": .text("done"), "attempt": .int(3), "attempts_left": .int(0), "id": .id(7), "member": .id(1),
    "member.role": .text("teen"), "claimed_by": .id(1), "claimed_by.display_name": .text("Ann"),
    "assignees": .list([.id(1), .id(2)]), "proof_photos": .list([]), "occurrence_date": .day("2025-11-10"),
    "metadata.colour": .text("#ff0000"), "today": .day("2025-11-11"), "changed(points)": .bool(true),
    "changed(title)": .bool(false), "creating": .bool(false), "household.active_parents": .int(2),
    "member.active_days": .list([.day("2025-11-08"), .day("2025-11-10"), .day("2025-11-11")]),
    "member.points_balance": .int(-17), "metadata.tags.red": .bool(true),
    "now": .instant(Instant("2025-11-11T18:30:00Z")!),
  ]

  @Test(arguments: [
    // Precedence, from weak to strong.
    ("if claimable then 1 else 2", Value.int(1)),
    ("if not claimable then 1 else if points == 10 then 2 else 3", .int(2)),
    ("claimable implies points == 11", .bool(false)),
    ("not claimable implies points == 11", .bool(true)),
    ("false implies false implies false", .bool(true)),
    ("(true implies false) implies false", .bool(true)),
    ("false and false implies true", .bool(true)),
    ("true or false and false", .bool(true)),
    ("(true or false) and false", .bool(false)),
    ("not false and false", .bool(false)),
    ("not (false and false)", .bool(true)),
    ("not not true", .bool(true)),
    ("not points == 10 or true", .bool(true)),
    ("points + 2 * 3 == 16", .bool(true)),
    ("(points + 2) * 3 == 36", .bool(true)),
    ("points - 2 - 3 == 5", .bool(true)),
    ("100 div 7 div 2 == 7", .bool(true)),
    ("due otherwise now == now", .bool(true)),
    ("completed_by otherwise claimed_by otherwise member == member", .bool(true)),
    // Comparison.
    ("points == 10", .bool(true)), ("points != 10", .bool(false)), ("points < 11", .bool(true)),
    ("points <= 10", .bool(true)), ("points > 10", .bool(false)), ("points >= 11", .bool(false)),
    ("10 == points", .bool(true)), ("status == open", .bool(true)), ("open == status", .bool(true)),
    ("status == 'open'", .bool(true)), ("status != done", .bool(true)), ("status == old.status", .bool(false)),
    ("title < 'E'", .bool(true)), ("claimable == true", .bool(true)), ("occurrence_date < today", .bool(true)),
    ("occurrence_date == 2025-11-10", .bool(true)), ("claimed_by == member", .bool(true)),
    ("claimed_by != null", .bool(true)), ("completed_by == null", .bool(true)), ("null == completed_by", .bool(true)),
    ("completed_by == member", .bool(false)), ("now >= '2025-11-11T00:00:00Z'", .bool(true)),
    ("points > -1", .bool(true)),
    // Roles.
    ("member.role == teen", .bool(true)), ("member.role >= teen", .bool(true)), ("member.role > teen", .bool(false)),
    ("member.role < parent", .bool(true)), ("helper < member.role", .bool(true)),
    ("member.role >= parent", .bool(false)),
    ("member.role in (parent, teen)", .bool(true)), ("member.role in family", .bool(true)),
    ("member.role in (family, helper)", .bool(true)), ("member.role in (helper)", .bool(false)),
    // Membership.
    ("member in assignees", .bool(true)), ("assignees contains member", .bool(true)),
    ("not (member in assignees)", .bool(false)),
    ("status in (open, done)", .bool(true)), ("points in (1, 2)", .bool(false)), ("points in (1, points)", .bool(true)),
    ("member in (assignees)", .bool(true)),
    // Is.
    ("completed_by is null", .bool(true)), ("completed_by is not null", .bool(false)),
    ("claimed_by is set", .bool(true)),
    ("claimed_by is not set", .bool(false)), ("proof_photos is empty", .bool(true)),
    ("assignees is empty", .bool(false)),
    ("assignees is not empty", .bool(true)), ("title is empty", .bool(false)),
    ("metadata.colour is empty", .bool(false)),
    ("metadata.tags.red otherwise false", .bool(true)), ("metadata.tags.blue otherwise false", .bool(false)),
    ("title matches 'D[a-z]+'", .bool(true)), ("title matches 'd[a-z]+'", .bool(false)),
    // Sets.
    ("any(x in assignees where x == member)", .bool(true)), ("every(x in assignees where x == member)", .bool(false)),
    ("count(x in assignees where x != member)", .int(1)), ("any(x in proof_photos where true)", .bool(false)),
    ("every(x in proof_photos where false)", .bool(true)),
    // Steps, old, changed.
    ("claimed_by is set and claimed_by.display_name == 'Ann'", .bool(true)),
    ("household.active_parents >= 1", .bool(true)), ("changed(points) and not changed(title)", .bool(true)),
    ("not creating", .bool(true)),
    ("old.status is set and old.status == done", .bool(true)),
  ])
  func `a text has its value`(text: String, expected: Value) throws {
    #expect(try bench.value(text, Self.values) == expected, "\(text)")
  }

  @Test(arguments: [
    ("length(title)", Value.int(6)), ("length(assignees)", .int(2)), ("size(assignees)", .int(2)),
    ("lower(title)", .text("dishes")), ("startsWith(title, 'Di')", .bool(true)),
    ("abs(member.points_balance)", .int(17)),
    ("min(points, 3)", .int(3)), ("max(points, 3, 40)", .int(40)), ("clamp(points, 0, 5)", .int(5)),
    ("isqrt(points)", .int(3)), ("step(points, 0, 100, 10, 200, 20, 300)", .int(200)),
    ("step(points, 50, 100) otherwise 7", .int(7)), ("day(now)", .day("2025-11-11")), ("weekday(today)", .int(2)),
    ("days(occurrence_date, today)", .int(1)), ("addDays(today, 30)", .day("2025-12-11")),
    ("addMonths(2025-01-31, 1)", .day("2025-02-28")), ("age(2010-11-12)", .int(14)),
    ("next('FREQ=DAILY;INTERVAL=3', today, occurrence_date)", .day("2025-11-13")),
    ("only(assignees) is null", .bool(true)), ("following(assignees, member)", .id(2)),
    ("streak(member.active_days)", .int(2)), ("longestStreak(member.active_days)", .int(2)), ("17 mod 5", .int(2)),
    ("0 - 17 div 5", .int(-3)), ("1.50 + 2.25", .decimal(FixedDecimal(units: 375, scale: 2))),
    ("1.50 * 3", .decimal(FixedDecimal(units: 450, scale: 2))),
    ("3 * 1.50", .decimal(FixedDecimal(units: 450, scale: 2))),
    ("round(2.50)", .int(3)), ("1.5 < 2.0", .bool(true)), ("'it''s'", .text("it's")),
  ])
  func `a function has its value`(text: String, expected: Value) throws {
    #expect(try bench.value(text, Self.values) == expected, "\(text)")
  }

  @Test func `false decides an and, true an or, whatever is not known`() throws {
    let unknown: Set<String> = ["points"]
    let value = { try bench.value($0, Self.values, unknown: unknown) }
    #expect(try value("points > 1 and false") == .bool(false))
    #expect(try value("false and points > 1") == .bool(false))
    #expect(try value("points > 1 or true") == .bool(true))
    #expect(try value("points > 1 and true") == nil)
    #expect(try value("points > 1 implies true") == .bool(true))
    #expect(try value("if points > 1 then true else true") == nil)
    #expect(try value("points + 1") == nil)
    #expect(try value("any(x in assignees where points > 1)") == nil)
    #expect(try value("any(x in proof_photos where points > 1)") == .bool(false))
  }

  @Test func `long chains are joined as a tree of small depth in their order`() throws {
    let long = (0..<100).map { "points != \($0 + 20)" }.joined(separator: " and ")
    #expect(try bench.value(long, Self.values) == .bool(true))
    #expect(try bench.value(long, ["points": .int(119)]) == .bool(false))
    let either = (0..<100).map { "points == \($0)" }.joined(separator: " or ")
    #expect(try bench.value(either, ["points": .int(99)]) == .bool(true))
    #expect(try bench.value(either, ["points": .int(100)]) == .bool(false))
  }

  @Test func `an expression reads each input once and has its root last`() throws {
    let expression = try bench.compile("points > 1 and points < 9 or old.points == points")
    #expect(expression.inputs.map { bench.name(of: $0) } == ["points", "old.points"])
    guard case .or = expression.nodes.last else { return #expect(Bool(false)) }
    #expect(expression.text == "points > 1 and points < 9 or old.points == points")
  }

  @Test(arguments: [
    ("points", 1), ("points > 1", 3), ("claimable and claimable", 3), ("claimed_by is set", 3),
    ("claimed_by is set and claimed_by.is_active", 10), ("title matches 'a'", 402),
    ("any(x in assignees where x == member)", 62), ("count(x in assignees where true)", 22),
  ])
  func `the cost is known`(text: String, cost: Int) throws {
    #expect(try bench.compile(text).cost == cost, "\(text)")
  }
}
