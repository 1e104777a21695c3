import HearthModel
import HearthPack
import Testing

/// What is no expression, and where it stops being one: each row is a text and `column code`.
@Suite("Mistakes in expressions")
struct ExpressionFaultTests {
  private let bench: ExpressionBench

  init() throws { bench = try ExpressionBench() }

  @Test(arguments: [
    ("", "1 P501"), ("points >", "9 P501"), ("points > > 1", "10 P501"), ("(points", "8 P501"), ("points)", "7 P501"),
    ("points == 1 == 2", "13 P501"), ("1 < points < 2", "12 P501"), ("points & 1", "8 P501"), ("a && b", "3 P501"),
    ("status = open", "8 P501"), ("title == \"x\"", "10 P501"), ("title == 'x", "10 P501"), ("points is", "10 P501"),
    ("points is big", "11 P501"), ("if claimable then 1", "20 P501"), ("if claimable 1", "14 P501"),
    ("any(x in assignees)", "19 P501"), ("title matches title", "15 P501"), ("-points", "2 P501"),
    ("member in ()", "12 P501"), ("points points", "8 P501"), ("status.", "8 P501"), ("min(1,", "7 P501"),
  ])
  func `the grammar`(text: String, expected: String) {
    #expect(bench.places(text) == [expected], "\(text)")
  }

  @Test(arguments: [
    ("pints == 1", "1 P104"), ("status == opne", "11 P104"), ("member.roel == teen", "8 P104"),
    ("member.role == granny", "16 P104"), ("claimed_by.nme == 'x'", "12 P104"), ("lenght(title)", "1 P104"),
    ("metadata.color == 'x'", "10 P104"), ("points-1 == 2", "1 P104"), ("opne", "1 P104"),
    ("old == null", "1 P502"), ("member.role.x == null", "13 P502"), ("points.x == 1", "8 P502"),
    ("now.x == 1", "5 P502"), ("household == null", "1 P502"), ("member.device_id.x is set", "18 P502"),
    ("any(x in assignees where x.role == teen)", "28 P502"), ("any(points in assignees where true)", "5 P502"),
    ("any(x in assignees where any(y in assignees where true))", "30 P502"),
    ("length(title).x == 1", "15 P502"),
  ])
  func `names`(text: String, expected: String) {
    #expect(bench.places(text) == [expected], "\(text)")
  }

  @Test(arguments: [
    ("points == title", "11 P503"), ("status == points", "11 P503"), ("points and true", "1 P503"),
    ("status < open", "1 P503"), ("claimable < true", "1 P503"), ("member < member", "1 P503"),
    ("member.role >= member.role", "1 P503"), ("title + 1", "1 P503"), ("points + 1.5", "10 P503"),
    ("points in title", "11 P503"), ("title in assignees", "1 P503"), ("length(points)", "1 P503"),
    ("length()", "1 P503"), ("min(points, title)", "1 P503"), ("round(points)", "1 P503"), ("not points", "5 P503"),
    ("points otherwise 1", "1 P503"), ("null == null", "9 P503"), ("1 is set", "1 P503"), ("points is empty", "1 P503"),
    ("points matches 'a'", "1 P503"), ("changed(points + 1)", "1 P503"), ("changed(member)", "9 P503"),
    ("rewards(points) is set", "9 P503"), ("users(claimed_by).role == teen", "7 P503"),
    ("metadata == metadata", "1 P503"),
    ("2025-02-30 == today", "1 P503"), ("99999999999999999999 == points", "1 P503"), ("now == 'noon'", "8 P503"),
    ("if claimable then 1 else title", "26 P503"), ("1.50 div 2", "1 P503"), ("1.50 * 1.50", "8 P503"),
    ("1 mod 1.50", "7 P503"),
    ("any(x in points where true)", "10 P503"), ("step(points, 1)", "1 P503"), ("old.status in (1)", "1 P504"),
  ])
  func `types`(text: String, expected: String) {
    #expect(bench.places(text) == [expected], "\(text)")
  }

  @Test(arguments: [
    ("due < now", "1 P504"), ("now > due", "7 P504"), ("due in (now, now)", "1 P504"), ("old.points > 1", "1 P504"),
    ("seen.points > 1", "1 P504"), ("not claimed_by.is_active", "5 P504"), ("claimed_by in assignees", "1 P504"),
    ("claimable and metadata.tags.red", "15 P504"), ("length(metadata.colour) > 1", "8 P504"),
    ("next('FREQ=DAILY', today, today) > today", "1 P504"),
    ("member.permissions.tasks.create and true", "1 P504"),
    ("member.device_id is set and users(member.device_id).is_active", "29 P504"),
    ("step(points, 50, 1) + 1 > 0", "1 P504"), ("only(assignees) in assignees", "1 P504"),
  ])
  func `null`(text: String, expected: String) {
    #expect(bench.places(text) == [expected], "\(text)")
  }

  @Test(arguments: [
    ("points div 0", "12 P505"), ("points div attempts_left", "12 P505"), ("points mod (attempt - 1)", "13 P505"),
    ("points * 9223372036854775807", "1 P505"), ("-9223372036854775808 div -1", "1 P505"),
    ("points - -9223372036854775808", "1 P505"), ("title matches '(a|b)'", "15 P205"),
  ])
  func `numbers and patterns`(text: String, expected: String) {
    #expect(bench.places(text) == [expected], "\(text)")
  }

  @Test func `length, depth and cost are bounded`() {
    let nested = { (count: Int) in String(repeating: "(", count: count) + "1" + String(repeating: ")", count: count) }
    #expect(bench.places(nested(31)) == [])
    #expect(bench.places(nested(32)) == ["33 P506"])
    #expect(bench.places(String(repeating: "not ", count: 40) + "true") == ["129 P506"])
    #expect(bench.places(String(repeating: "if true then 1 else ", count: 40) + "1").map { $0.suffix(4) } == ["P506"])
    #expect(bench.places((0..<40).map { _ in "1" }.joined(separator: " + ")).map { $0.suffix(4) } == ["P506"])
    #expect(bench.places("1" + String(repeating: " ", count: 2000)) == ["1 P506"])
    #expect(bench.places(String(repeating: "due otherwise ", count: 40) + "now").map { $0.suffix(4) } == ["P506"])
    let expensive = (0..<6).map { _ in "title matches 'a'" }.joined(separator: " or ")
    #expect(bench.places(expensive) == ["1 P506"])
    #expect(bench.places("claimed_by.family_id.name == 'x'") == [])
    #expect(bench.places("parent_id.parent_id.parent_id.title == 'x'") == [])
    #expect(bench.places("parent_id.parent_id.parent_id.parent_id.title == 'x'") == ["41 P506"])
  }

  @Test func `a message names what may be null, and what to ask`() {
    #expect(throws: Diagnostics.self) { try bench.compile("claimed_by.is_active and true") }
    do {
      _ = try bench.compile("claimed_by.is_active and true")
    } catch {
      #expect(
        error.list.map(\.message) == [
          "`claimed_by.is_active` may be null, because `claimed_by` is `ref users?`. "
            + "Write `claimed_by is set and ...`, or `claimed_by.is_active otherwise ...`."
        ])
    }
  }
}

/// Conditions that exclude null, and conditions that look like it.
@Suite("Null and conditions")
struct NarrowingTests {
  private let bench: ExpressionBench

  init() throws { bench = try ExpressionBench() }

  @Test(arguments: [
    "due is set and due < now", "due is null or due < now", "due is set implies due < now",
    "not (due is null) and due < now", "due is not null and due < now", "due != null and due < now",
    "due == now and due <= now", "if due is set then due < now else false", "if due is null then false else due < now",
    "(if due is set then due else now) < now", "due otherwise now < now", "due is null or claimable and due < now",
    "due is set and claimable implies due < now", "(due is set and claimable) and due < now",
    "(due is set or due == now) and due < now", "claimed_by is set and claimed_by.is_active",
    "claimed_by.is_active otherwise false", "claimed_by.display_name is set and claimed_by in assignees",
    "metadata.tags.red is set and metadata.tags.red", "not creating implies old.points > 1",
    "creating or old.points > 1", "old.status is set and old.points > 1", "old.due is set and old.due < now",
    "metadata.colour is not empty and length(metadata.colour) > 1", "claimed_by == member and claimed_by in assignees",
    "not (due is null or claimable) and due < now", "due is null implies completed_at is null or completed_at < now",
    "member.device_id is set and users(member.device_id) is set and users(member.device_id).is_active",
    "(metadata.tags.red otherwise false) and metadata.tags.red", "step(points, 0, 1) + 1 > 0",
  ])
  func `a condition excludes null`(text: String) {
    #expect(bench.places(text) == [], "\(text)")
  }

  @Test(arguments: [
    "due is set or due < now", "due is null and due < now", "due is null implies due < now",
    "due < now and due is set", "not (due is set) and due < now", "due != now and due < now",
    "if due is null then due < now else false", "(due is set or claimable) and due < now",
    "claimed_by is set and completed_by in assignees", "creating implies old.points > 1", "creating and old.points > 1",
    "old.status is null and old.points > 1", "seen.due is set and old.due < now",
    "due is null or claimable or due < now == due < now",
    "claimed_by is set and any(x in assignees where x == member) and completed_by in assignees",
    "(due is set implies claimable) and due < now", "due == completed_at and due < now",
  ])
  func `a condition leaves null in`(text: String) {
    #expect(bench.places(text).map { String($0.suffix(4)) } != [], "\(text)")
  }
}
