import Foundation
import GRDB
import HearthEngine
import HearthModel
import HearthSQLite
import Testing

/// Ordinary SQL on the typed tables answers FamQuest's hot queries, each by the index that was made for it.
@Suite("SQL on a hub's tables")
struct QueryTests {
  private let store: TemporaryStore
  private let eva: TestHousehold
  private let onlooker: Onlooker

  init() throws {
    store = try TemporaryStore()
    _ = try TestHousehold(Fixture.mark, in: store)
    eva = try TestHousehold(Fixture.eva, in: store)
    onlooker = try Onlooker(store)
  }

  private static let household = "(SELECT number FROM hearth_households WHERE label = 'Gezin van Eva')"

  /// A query of the checklist (FQ-H01 and so on), what it gives on the seed, and how SQLite finds it.
  struct HotQuery: CustomTestStringConvertible {
    let number: String
    let sql: String
    let found: [String]
    let plan: String

    var testDescription: String { number }
  }

  static let queries = [
    HotQuery(
      number: "FQ-H01 tasks by status",
      sql: """
        SELECT title FROM famquest_tasks WHERE _household = \(household) AND status = 'open' AND _life = 0
        ORDER BY title
        """,
      found: ["Afwas doen", "Badkamer schoonmaken", "Planten water geven"],
      plan: "famquest_tasks USING INDEX famquest_tasks_by_status (_household=? AND status=?)"),
    HotQuery(
      number: "FQ-H02 tasks by due date",
      sql: """
        SELECT title, datetime(due / 1000, 'unixepoch') FROM famquest_tasks
        WHERE _household = \(household) AND due >= 1000 * unixepoch('2025-11-11T18:00:00Z') AND _life = 0 ORDER BY due
        """,
      found: [
        "Afwas doen|2025-11-11 18:30:00", "Planten water geven|2025-11-12 17:00:00",
        "Badkamer schoonmaken|2025-11-13 11:00:00",
      ],
      plan: "famquest_tasks USING INDEX famquest_tasks_by_due (_household=? AND due>?)"),
    HotQuery(
      number: "FQ-H03 the calendar of a week",
      sql: """
        SELECT title FROM famquest_events WHERE _household = \(household)
        AND start_at >= 1000 * unixepoch('2025-11-10') AND start_at < 1000 * unixepoch('2025-11-14')
        AND _life = 0 ORDER BY start_at
        """,
      found: ["Gymles", "Tandarts"],
      plan: "famquest_events USING INDEX famquest_events_by_start (_household=? AND start_at>? AND start_at<?)"),
    HotQuery(
      number: "FQ-H04 the points of a member, summed from the book",
      sql: """
        SELECT sum(l.delta) FROM famquest_points_ledger AS l
        WHERE l._household = \(household) AND l.user_id = \(id("sam")) AND l._life = 0
        """,
      found: ["84"],
      plan: "l USING INDEX famquest_points_ledger_by_user (_household=? AND user_id=?)"),
    HotQuery(
      number: "FQ-H04 the points of a member, as the hub keeps them",
      sql: "SELECT points_balance FROM famquest_users WHERE _household = \(household) AND id = \(id("sam"))",
      found: ["84"],
      plan: "famquest_users USING PRIMARY KEY (_household=? AND id=?)"),
    HotQuery(
      number: "FQ-H05 members by role",
      sql: """
        SELECT display_name FROM famquest_users WHERE _household = \(household) AND role = 'child' AND _life = 0
        ORDER BY display_name
        """,
      found: ["Finn", "Luna", "Noah"],
      plan: "famquest_users USING INDEX famquest_users_by_role (_household=? AND role=?)"),
    HotQuery(
      number: "FQ-H06 messages that are due, of all households",
      sql: """
        SELECT count(*) > 0 FROM famquest_notifications
        WHERE status = 'pending' AND scheduled_for <= 1000 * unixepoch('2026-01-01') AND _life = 0
        """,
      found: ["1"],
      plan: "famquest_notifications USING INDEX famquest_notifications_queue (status=? AND scheduled_for<?)"),
    HotQuery(
      number: "FQ-H07 badges of a member",
      sql: """
        SELECT count(*) = (SELECT count(*) FROM famquest_badges WHERE user_id = \(id("sam"))) FROM famquest_badges AS b
        WHERE b._household = \(household) AND b.user_id = \(id("sam")) AND b._life = 0
        """,
      found: ["1"],
      plan: "b USING INDEX famquest_badges_by_user (_household=? AND user_id=?)"),
    HotQuery(
      number: "FQ-H08 anything of a household",
      sql: "SELECT name FROM famquest_rewards WHERE _household = \(household) AND _life = 0 ORDER BY cost",
      found: ["Half uur schermtijd", "Film kiezen", "Half uur later naar bed"],
      plan: "famquest_rewards USING PRIMARY KEY (_household=?)"),
    HotQuery(
      number: "FQ-H09 the streak of a member",
      sql: """
        SELECT current_streak FROM famquest_user_streaks
        WHERE _household = \(household) AND user_id = \(id("sam")) AND _life = 0
        """,
      found: ["7"],
      plan: "famquest_user_streaks USING PRIMARY KEY (_household=?)"),
    HotQuery(
      number: "FQ-H10 tasks to be claimed",
      sql: """
        SELECT title FROM famquest_tasks WHERE _household = \(household) AND status = 'open' AND claimable
        AND claimed_by IS NULL AND _life = 0 ORDER BY due
        """,
      found: ["Planten water geven"],
      plan: "famquest_tasks USING INDEX famquest_tasks_pool (_household=?)"),
    HotQuery(
      number: "FQ-I16 tasks of a member",
      sql: """
        SELECT t.title FROM famquest_tasks_by_assignee AS a
        JOIN famquest_tasks AS t ON t._household = a._household AND t.id = a.id
        WHERE a._household = \(household) AND a.element = \(id("mira")) AND t._life = 0
        """,
      found: ["Badkamer schoonmaken"],
      plan: "a USING PRIMARY KEY (_household=? AND element=?)"),
    HotQuery(
      number: "FQ-I18 members who may create tasks",
      sql: """
        SELECT u.display_name FROM famquest_users_by_permission AS p
        JOIN famquest_users AS u ON u._household = p._household AND u.id = p.id
        WHERE p._household = \(household) AND p.path = '$.tasks.create' AND p.value = 'true' AND u._life = 0
        """,
      found: ["Sam"],
      plan: "p USING PRIMARY KEY (_household=? AND path=? AND value=?)"),
  ]

  /// The id that a name of the seed stands for, as an SQL literal.
  private static func id(_ name: String) -> String {
    "x'" + RecordID(name: name).bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
  }

  @Test(arguments: queries)
  func `a hot query gives what the seed says, by the index made for it`(query: HotQuery) throws {
    #expect(try onlooker.lines(query.sql) == query.found)
    let plan = try onlooker.plan(query.sql)
    #expect(plan.contains("SEARCH \(query.plan)"), "\(plan)")
  }

  @Test func `what changed since a cursor is found by the index of revisions in every collection`() throws {
    for collection in Fixture.famquest.collections {
      let table = "famquest_\(collection.name)"
      let plan = try onlooker.plan(
        "SELECT id, _revision, _state FROM \(table) WHERE _household = 1 AND _revision > 1 ORDER BY _revision, id")
      #expect(plan == "SEARCH \(table) USING INDEX \(table)__revision (_household=? AND _revision>?)")
    }
  }

  // MARK: For people

  @Test func `the live view shows ids, times and who is there`() throws {
    let rows = try onlooker.lines(
      """
      SELECT id, title, due, assignees, claimable FROM famquest_tasks_live
      WHERE _household = '\(eva.id)' AND title = 'Afwas doen'
      """)
    let sam = RecordID(name: "sam")
    #expect(rows == ["\(RecordID(name: "dishes"))|Afwas doen|2025-11-11T18:30:00.000Z|[\"\(sam)\"]|0"])
  }

  @Test func `what is deleted or hidden leaves the live view and keeps its row`() throws {
    let logs = {
      try self.onlooker.lines(
        "SELECT count(*) FROM famquest_task_logs_live WHERE task_id = '\(RecordID(name: "dishes"))'")
    }
    #expect(try logs() == ["7"])
    let seen = try #require(try eva.record("tasks", RecordID(name: "dishes"))).versions
    try eva.submit(eva.device("eva-phone"), eva.pack.change("tasks", RecordID(name: "dishes"), .delete, seen: seen))
    #expect(try onlooker.lines("SELECT count(*) FROM famquest_tasks_live WHERE title = 'Afwas doen'") == ["0"])
    #expect(
      try onlooker.lines("SELECT _life, title FROM famquest_tasks WHERE title = 'Afwas doen'") == ["1|Afwas doen"])
    #expect(try logs() == ["0"])
    #expect(
      try onlooker.lines("SELECT DISTINCT _life FROM famquest_task_logs WHERE task_id = \(Self.id("dishes"))") == ["2"])
  }

  @Test func `every type has the form that the documentation gives`() throws {
    let home = try SamplerHome.found(in: store)
    let edits: [(String, Edit.Action)] = [
      ("total", .add(-5)), ("price", .set(.decimal(FixedDecimal(units: 123_456_789_012_345_678, scale: 4)))),
      ("weight", .set(.float(0.1))), ("count", .add(2)), ("place", .set(.text("a1"))), ("best", .set(.int(.min))),
      ("first_seen", .set(.day(Day("2024-02-29")!))), ("when", .set(.instant(Instant(milliseconds: -1)))),
      ("order", .set(.int(.max))), ("tags", .insert(.text("it's"))), ("tags", .insert(.text("é"))),
      ("days", .insert(.day(Day("0001-01-01")!))), ("doc", .put(["a b", "c"], .text("\"x\""))),
      ("doc", .put(["list"], .list([.int(1)]))), ("group", .set(.id(RecordID(high: 1, low: 2)))),
    ]
    let seen = try #require(try home.record("things", SamplerHome.lamp)).versions
    let verdict = try home.submit(
      home.devices[0],
      home.pack.change("things", SamplerHome.lamp, seen: seen, edits.map { (field: $0.0, action: $0.1) }))
    #expect(verdict == .accepted)
    let condition = "WHERE t.id = \(Self.id("lamp"))"
    #expect(
      try onlooker.lines(
        """
        SELECT total, price, weight, count, place, best, first_seen, "when", "order", tags, days, doc, "group", is_new
        FROM sampler_things AS t \(condition)
        """) == [
          #"-5|123456789012345678|0.1|7|a1|-9223372036854775808|2024-02-29|-1|9223372036854775807|["it's","é"]"#
            + #"|["0001-01-01"]|{"a b":{"c":"\"x\""},"list":[1]}|x'00000000000000010000000000000002'|1"#
        ])
    #expect(
      try onlooker.lines(
        #"SELECT total, price, "when", "group" FROM sampler_things_live WHERE id = '\#(SamplerHome.lamp)'"#) == [
          "-0.05|12345678901234.5678|1969-12-31T23:59:59.999Z|00000000-0000-0001-0000-000000000002"
        ])
    #expect(
      try onlooker.lines("SELECT path, value FROM sampler_things_by_leaf AS t \(condition) ORDER BY path") == [
        #"$."a b".c|"x""#, "$.list|[1]",
      ])
    #expect(
      try onlooker.lines(#"SELECT json_extract(doc, '$."a b".c') FROM sampler_things AS t \#(condition)"#) == ["\"x\""])
  }

  @Test func `the schema explains itself`() throws {
    let schema = try onlooker.lines("SELECT sql FROM sqlite_schema WHERE name = 'famquest_tasks'").joined()
    for line in [
      "\"due\" INTEGER, -- time, milliseconds since 1970 in UTC", "\"claimed_by\" BLOB, -- famquest_users.id",
      "\"claimable\" INTEGER, -- bool, 0 or 1", "\"status\" TEXT, -- enum(open, pending_approval, done)",
    ] {
      #expect(schema.contains(line), "\(schema)")
    }
  }

  @Test func `decisions are listed by household and revision`() throws {
    let dishes = RecordID(name: "dishes")
    let seen = try #require(try eva.record("tasks", dishes)).versions
    for (device, title) in [("eva-phone", "A"), ("noah-tablet", "B")] {
      try eva.submit(eva.device(device), eva.pack.change("tasks", dishes, seen: seen, [("title", .set(.text(title)))]))
    }
    #expect(
      try onlooker.lines(
        """
        SELECT d.revision, d.ordinal, c.title FROM hearth_decisions AS d
        JOIN famquest_tasks AS c ON c._household = d.household AND c.id = d.record WHERE d.household = \(Self.household)
        """) == ["3|0|A"])
  }
}
