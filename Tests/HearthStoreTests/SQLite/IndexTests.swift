import Foundation
import GRDB
import HearthEngine
import HearthHub
import HearthModel
import HearthPack
import HearthSQLite
import HearthTesting
import Testing

/// Indexes with conditions, covers and words: what they hold is what the pack says, and SQLite uses them.
@Suite("Kinds of indexes")
struct IndexTests {
  private let folder: TemporaryFolder
  private let pack: Pack
  private let records: [Seed.Record]
  private let store: SQLiteStore
  private let reader: DatabaseQueue

  /// Conditions that an index takes; each becomes one.
  private static let conditions = [
    "state == open", "state != open", "flag", "not flag", "flag == true", "maybe == true", "maybe != true",
    "level is null", "level is set", "level == 3", "level != 3", "not (level == 3)", "not (level != 3)",
    "level is set and level > 3", "level is set implies level <= 3", "not (level is set and level > 3)",
    "level == size", "level != size", "not (level == size)", "level == other", "not (level == other)", "size < 3",
    "state in (open, done)", "not (state in (open, done))", "level is set and level in (1, 3)",
    "day == 2025-11-11", "day is set and day >= 2025-11-11", "at is set and at == at", "at is null or flag",
    "note is empty", "note is not empty", "note == 'ab'", "price == 1.50", "price > 1.00",
    "who == null", "who != null and (flag or level is null)", "flag or size == 0 and level is null",
    "state == open and flag and level is null", "not (state == open and flag or level == 3)", "true", "id == id",
  ]

  private static func schema() -> String {
    let indexes = conditions.enumerated().map { number, condition in
      "      i\(number): { fields: [size], where: \"\(condition)\" }"
    }
    return """
      pack: kinds
      version: 1
      language: 1
      open: true
      household: homes
      members: people
      zone: household.zone
      roles: { ranked: [adult] }
      collections:
        homes: { fields: { zone: zone = UTC } }
        people: { fields: { role: enum(adult) } }
        things:
          fields:
            state: enum(open, busy, done) = open
            flag: bool = false
            maybe: bool?
            level: int(0..9)?
            other: int(0..9)?
            size: int(0..9) = 0
            day: date?
            at: time?
            note: text(50)?
            title: text(200)?
            price: decimal(6,2) = 1.50
            who: ref people?, setNull
          indexes:
            pool:     { fields: [day], where: state == open and flag and level is null }
            by_title: { fields: [lower(title), size desc], covers: [state] }
            by_state: { fields: [state], covers: [size, price] }
            by_words: { words: title }
      \(indexes.joined(separator: "\n"))
      """
  }

  /// Records with every mixture of a few values, drawn from a seed.
  private static func seed() -> String {
    var random = SeededGenerator(seed: 78)
    let choices: [(String, [String?])] = [
      ("state", [nil, "busy", "done"]), ("flag", [nil, "true"]), ("maybe", [nil, "true", "false"]),
      ("level", [nil, "0", "3", "5"]), ("other", [nil, "3"]), ("size", [nil, "3", "5"]),
      ("day", [nil, "2025-11-10", "2025-11-11", "2025-12-01"]),
      ("at", [nil, "2025-11-11T11:59:59Z", "2025-11-11T12:00:00Z"]), ("note", [nil, "''", "ab"]),
      ("title", [nil, "Plant the Beds", "plant trees (now)", "Ärger über Öl"]), ("price", [nil, "1.00", "1.01"]),
      ("who", [nil, "ann"]),
    ]
    let records = (0..<400).map { number in
      let values = choices.compactMap { name, values in
        values[Int.random(in: 0..<values.count, using: &random)].map { "\(name): \($0)" }
      }
      return "        - { \((["id: t\(number)"] + values).joined(separator: ", ")) }"
    }
    return """
      app: kinds
      households:
        - id: home
          records:
            homes: [{ id: home }]
            people: [{ id: ann, role: adult }]
            things:
      \(records.joined(separator: "\n"))
      """
  }

  init() throws {
    folder = try TemporaryFolder()
    pack = try PackLoader.load(Self.schema(), file: "kinds.yaml")
    let household = try SeedLoader.load(Self.seed(), file: "seed.yaml", pack: pack).households[0]
    records = household.records.filter { [pack] in pack.collection($0.collection)?.name == "things" }
    store = try SQLiteStore.open(at: folder.path, packs: ["kinds": pack])
    var random = SeededGenerator(seed: 1)
    _ = try Founding(engine: Engine(packs: ["kinds": pack]) { _, _ in nil }).found(
      household, app: "kinds", in: store, now: Instant("2025-11-11T08:00:00Z")!, random: { random.next() },
      makeToken: { "token" })
    reader = try DatabaseQueue(path: folder.file("hearth.db"))
  }

  private func lines(_ sql: String) throws -> [String] {
    try reader.read { database in
      try Row.fetchAll(database, sql: sql).map { row in
        row.databaseValues.map { "\($0.storage.value.map { "\($0)" } ?? "null")" }.joined(separator: "|")
      }
    }
  }

  private func plan(_ sql: String) throws -> String {
    try reader.read { database in
      try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }.joined(
        separator: "; ")
    }
  }

  /// The condition of an index as SQLite has it.
  private func condition(ofIndex name: String) throws -> String {
    let sql = try #require(try lines("SELECT sql FROM sqlite_schema WHERE name = 'kinds_things_\(name)'").first)
    return String(sql[try #require(sql.range(of: " WHERE ")).upperBound...])
  }

  @Test func `every condition holds in SQL for the records for which it holds in the pack`() throws {
    let things = try #require(pack.collection(named: "things"))
    for (number, text) in Self.conditions.enumerated() {
      let expression = try PackLoader.expression(text, in: things.number, of: pack)
      let expected = try records.filter { record in
        let surroundings = Expression.Surroundings(today: nil, day: { _ in nil }) { input in
          guard case .field(let number)? = input.steps.first, let field = things.field(number) else {
            return .id(record.id)
          }
          return record.values.first { $0.field == number }?.value ?? field.unwrittenValue
        }
        return try expression.holds(in: surroundings) == true
      }
      let sql = try condition(ofIndex: "i\(number)")
      let found = try lines("SELECT id FROM kinds_things WHERE \(sql)").count
      let ids = try reader.read { database in
        try Data.fetchSet(database, sql: "SELECT id FROM kinds_things WHERE \(sql)")
      }
      #expect(ids == Set(expected.map { Data($0.id.bytes) }), "\(text): \(sql) finds \(found)")
    }
  }

  @Test func `a query with the terms of a condition is answered by the index over them`() throws {
    let pool = "SELECT title FROM kinds_things WHERE _household = 1 AND state = 'open' AND flag AND level IS NULL"
    // Where two indexes serve, SQLite takes the one with more equal columns, whatever a condition says of its size: the
    // order that the query asks for decides.
    let found = try plan("\(pool) ORDER BY day")
    #expect(found.contains("USING INDEX kinds_things_pool (_household=?)"), "\(found)")
    #expect(
      try plan("\(pool) AND day = '2025-11-11'").contains("kinds_things_pool (_household=? AND day=?)"))
    let wider = "SELECT title FROM kinds_things WHERE _household = 1 AND state = 'open' AND flag ORDER BY day"
    #expect(try !plan(wider).contains("kinds_things_pool"))
  }

  @Test func `an index that covers a query is read without its records`() throws {
    let sums = "SELECT sum(price) FROM kinds_things WHERE _household = 1 AND state = 'done' AND size >= 0"
    let found = try plan(sums)
    #expect(found.contains("USING COVERING INDEX kinds_things_by_state (_household=? AND state=?"), "\(found)")
    let more = "SELECT sum(level) FROM kinds_things WHERE _household = 1 AND state = 'done'"
    let wider = try plan(more)
    #expect(wider.contains("USING INDEX kinds_things_by_state"), "\(wider)")
  }

  @Test func `a text is found in small letters`() throws {
    let sql = "SELECT count(*) FROM kinds_things WHERE _household = 1 AND lower(title) = 'plant the beds'"
    let found = try plan(sql)
    #expect(found.contains("kinds_things_by_title (_household=? AND <expr>=?"), "\(found)")
    let title = try #require(pack.collection(named: "things")?.field(named: "title"))
    let count = records.count { record in
      record.values.contains { $0.field == title.number && $0.value == .text("Plant the Beds") }
    }
    #expect(try lines(sql) == ["\(count)"])
  }

  @Test func `words of a text are found, and words that begin so`() throws {
    let find = { (word: String) in
      """
      SELECT DISTINCT t.title FROM kinds_things_by_words AS w
      JOIN kinds_things AS t ON t._household = w._household AND t.id = w.id
      WHERE w._household = 1 AND \(word) ORDER BY 1
      """
    }
    #expect(try lines(find("w.word = 'plant'")) == ["Plant the Beds", "plant trees (now)"])
    #expect(try lines(find("w.word = 'beds'")) == ["Plant the Beds"])
    #expect(try lines(find("w.word >= 'öl' AND w.word < 'öm'")) == ["Ärger über Öl"])
    let tr = "w.word >= 'tr' AND w.word < 'ts'"
    #expect(try lines(find(tr)) == ["plant trees (now)"])
    let found = try plan(find(tr))
    #expect(found.contains("w USING PRIMARY KEY (_household=? AND word>? AND word<?)"), "\(found)")
  }

  @Test func `the words of a text are its letters and digits in small letters, each once`() {
    #expect(IndexWords.words(of: "") == [])
    #expect(IndexWords.words(of: " -- !") == [])
    #expect(IndexWords.words(of: "It's 10 o'clock, IT is") == ["10", "clock", "is", "it", "o", "s"])
    #expect(IndexWords.words(of: "Cafe\u{301} ÉCOLE") == ["cafe\u{301}", "école"])
    #expect(IndexWords.words(of: String(repeating: "x", count: 200)) == [String(repeating: "x", count: 64)])
  }
}
