import Foundation
import GRDB
import HearthEngine
import HearthModel
import HearthSQLite
import Testing

/// What a commit writes, and what it leaves alone.
@Suite("What a SQLite store writes")
struct WritingTests {
  private let store: TemporaryStore
  private let eva: TestHousehold

  init() throws {
    store = try TemporaryStore()
    eva = try TestHousehold(Fixture.eva, in: store)
    for device in eva.devices { try eva.open(device) }
  }

  /// The texts of the statements that a body runs on the writing connection.
  private func statements(_ body: () throws -> Void) rethrows -> [String] {
    let trace = StatementTrace()
    store.store.trace { trace.append($0) }
    defer { store.store.trace(nil) }
    try body()
    return trace.texts
  }

  @Test func `a commit is one statement for each record and each change set`() throws {
    let dishes = RecordID(name: "dishes")
    let submission = try eva.submission(
      eva.device("eva-phone"), [eva.set("tasks", dishes, "title", .text("X"))])
    let written = try statements { try eva.commit([submission]) }.filter { !$0.hasPrefix("SELECT") }
    #expect(
      written.map { $0.split(separator: " ").prefix(3).joined(separator: " ") } == [
        "BEGIN IMMEDIATE TRANSACTION", "UPDATE \"famquest_tasks\" SET", "INSERT INTO hearth_changes",
        "COMMIT TRANSACTION",
      ])
  }

  @Test func `only the columns that changed are written`() throws {
    let dishes = RecordID(name: "dishes")
    let seen = try #require(try eva.record("tasks", dishes)).versions
    let submission = try eva.submission(
      eva.device("eva-phone"),
      [eva.pack.change("tasks", dishes, seen: seen, [("title", .set(.text("X"))), ("points", .set(.int(7)))])])
    let update = try #require(try statements { try eva.commit([submission]) }.first { $0.hasPrefix("UPDATE") })
    #expect(
      update == """
        UPDATE "famquest_tasks" SET _revision = ?3, _life = ?4, _state = ?5, "updated_at" = ?6, "title" = ?7, \
        "points" = ?8, "version" = ?9 WHERE _household = ?1 AND id = ?2
        """)
  }

  @Test func `the table of a set is written when the set changes, and only then`() throws {
    let dishes = RecordID(name: "dishes")
    let rename = try eva.submission(eva.device("eva-phone"), [eva.set("tasks", dishes, "title", .text("X"))])
    #expect(try !statements { try eva.commit([rename]) }.contains { $0.contains("by_assignee") })
    let seen = try #require(try eva.record("tasks", dishes)).versions
    let assign = try eva.submission(
      eva.device("eva-phone"),
      [eva.pack.change("tasks", dishes, seen: seen, [("assignees", .insert(.id(RecordID(name: "finn"))))])])
    let written = try statements { try eva.commit([assign]) }.filter { $0.contains("by_assignee") }
    #expect(written.map { $0.prefix(6) } == ["DELETE", "INSERT", "INSERT"])
  }

  @Test func `many households share one transaction`() throws {
    let mark = try TestHousehold(Fixture.mark, in: store)
    let batch = [
      try eva.submission(eva.device("eva-phone"), [eva.set("tasks", RecordID(name: "dishes"), "title", .text("X"))]),
      try mark.submission(
        mark.device("mark-phone"), [mark.set("tasks", RecordID(name: "walk-dog"), "title", .text("Y"))]),
    ]
    let written = try statements { _ = try TestHousehold.commit(batch, in: store, engine: eva.engine, now: eva.now) }
    #expect(written.count { $0.hasPrefix("BEGIN") } == 1)
    #expect(written.count { $0.hasPrefix("UPDATE") } == 2)
  }

  @Test func `what the writer remembers is not read again`() throws {
    let dishes = RecordID(name: "dishes")
    let rename = { (title: String) in
      try eva.submission(eva.device("eva-phone"), [eva.set("tasks", dishes, "title", .text(title))])
    }
    let first = try rename("A")
    try eva.commit([first])
    let second = try rename("B")
    #expect(try !statements { try eva.commit([second]) }.contains { $0.hasPrefix("SELECT") })
  }

  @Test func `a sweep does not add to what the writer remembers, and keeps it true`() throws {
    let (dishes, room) = (RecordID(name: "dishes"), RecordID(name: "tidy-room"))
    try store.reopen()
    let rename = { (task: RecordID, title: String) in
      try eva.submission(eva.device("eva-phone"), [eva.set("tasks", task, "title", .text(title))])
    }
    let sweep = { (submission: Submission) in
      try statements {
        try store.sweep { try eva.engine.decide([submission], reader: $0, now: eva.now).commit }
      }
    }
    let isRead = { (texts: [String]) in texts.contains { $0.hasPrefix("SELECT _state FROM \"famquest_tasks\"") } }
    try eva.commit([rename(dishes, "A")])

    let unknown = try rename(room, "B")
    #expect(try isRead(sweep(unknown)))
    let again = try rename(room, "C")
    #expect(try isRead(sweep(again)), "it was remembered")

    let known = try rename(dishes, "D")
    #expect(try !isRead(sweep(known)))
    try store.endSweep()
    let last = try eva.submission(
      eva.device("eva-phone"), [eva.set("tasks", dishes, "description", .text("The big pan, too"))])
    #expect(try !isRead(statements { try eva.commit([last]) }), "it was forgotten")
    #expect(try eva.value("tasks", dishes, "title") == .text("D"))
    #expect(try eva.value("tasks", room, "title") == .text("C"))
  }

  @Test func `a transaction that failed is forgotten as well`() throws {
    let dishes = RecordID(name: "dishes")
    let submission = try eva.submission(eva.device("eva-phone"), [eva.set("tasks", dishes, "title", .text("lost"))])
    expectFault(.unknown) {
      try store.commit { reader in
        let nobody = HouseholdID(RecordID(name: "nobody"))
        var commit = try eva.engine.decide([submission], reader: reader, now: eva.now).commit
        commit.households.append(.empty(nobody, app: "famquest", head: .zero))
        return commit
      }
    }
    #expect(try eva.value("tasks", dishes, "title") == .text("Afwas doen"))
    #expect(try eva.state().revision == Revision(rawValue: 1))
    try eva.commit([submission])
    #expect(try eva.value("tasks", dishes, "title") == .text("lost"))
  }

  @Test func `acknowledgements stand at their install`() throws {
    let phone = try eva.device("eva-phone")
    let both = [5, 7].map {
      Acknowledgement(household: eva.id, replica: phone.replica!, revision: Revision(rawValue: $0))
    }
    try store.acknowledge(both, now: Instant(milliseconds: 3))
    let rows = try Onlooker(store).lines("SELECT acknowledged || ' ' || heard FROM hearth_installs ORDER BY replica")
    #expect(rows == ["7 3", "0 0", "0 0", "0 0", "0 0", "0 0"])
  }
}

/// Collects texts from the writer's queue.
private final class StatementTrace: @unchecked Sendable {
  private let lock = NSLock()
  private var collected: [String] = []

  func append(_ text: String) { lock.withLock { collected.append(text) } }

  var texts: [String] { lock.withLock { collected } }
}
