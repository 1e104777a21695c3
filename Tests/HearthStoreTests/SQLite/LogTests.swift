import Foundation
import HearthEngine
import HearthModel
import HearthSQLite
import Testing

/// The write-ahead log is copied into the file by the writer alone, between commits, and stays bounded.
@Suite("A SQLite store's log")
struct LogTests {
  private func makeStore(checkpointPages: Int) throws -> TemporaryStore {
    var options = SQLiteStore.Options()
    options.checkpointPages = checkpointPages
    return try TemporaryStore(options: options)
  }

  private func logBytes(_ store: TemporaryStore) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: store.store.path + "-wal")
    return attributes[.size] as! Int
  }

  private func commit(_ rounds: Int, _ eva: TestHousehold, _ then: () throws -> Void = {}) throws {
    let phone = try eva.device("eva-phone")
    for round in 0..<rounds {
      try eva.submit(phone, eva.set("tasks", RecordID(name: "dishes"), "title", .text("Round \(round)")))
      try then()
    }
  }

  @Test func `tidying up keeps the log short`() throws {
    let store = try makeStore(checkpointPages: 20)
    let eva = try TestHousehold(Fixture.eva, in: store)
    try store.tidy()
    try commit(60, eva) { try store.tidy() }
    // The founding alone takes more pages than 20; after it the log is used again from its start.
    let length = try logBytes(store)
    try commit(60, eva) { try store.tidy() }
    #expect(try logBytes(store) == length)
  }

  @Test func `a log that is copied beside commits stays short, and nothing of it is lost`() throws {
    var options = SQLiteStore.Options()
    (options.checkpointPages, options.copiesLogBeside) = (20, true)
    let store = try TemporaryStore(options: options)
    let eva = try TestHousehold(Fixture.eva, in: store)
    var longest = 0
    try commit(600, eva) {
      try store.tidy()
      longest = max(longest, try logBytes(store))
      // A thread that copies may come late; it never comes so late.
      if logPages(longest) > 100 { Thread.sleep(forTimeInterval: 0.002) }
    }
    #expect(logPages(longest) < 600)
    try store.store.close()
    let reopened = try SQLiteStore.open(at: store.folder.path, packs: Fixture.packs)
    let key = RecordKey(eva.id, Fixture.famquest.collection(named: "tasks")!.number, RecordID(name: "dishes"))
    #expect(try reopened.read { try $0.record(key) }?.touches.map(\.author.dot.counter).max() == 600)
  }

  private func logPages(_ bytes: Int) -> Int { bytes / 4120 }

  @Test func `without tidying up the log is copied all the same, later`() throws {
    let store = try makeStore(checkpointPages: 20)
    let eva = try TestHousehold(Fixture.eva, in: store)
    try commit(60, eva)
    let length = try logBytes(store)
    try commit(60, eva)
    #expect(try logBytes(store) == length)
  }

  @Test func `a reader that stays does not stop commits, and the log shrinks once it has gone`() throws {
    let store = try makeStore(checkpointPages: 20)
    let eva = try TestHousehold(Fixture.eva, in: store)
    try store.tidy()
    try commit(5, eva) { try store.tidy() }
    var onlooker: Lingerer? = try Lingerer(store.store.path)
    try commit(100, eva) { try store.tidy() }
    let length = try logBytes(store)
    onlooker?.leave()
    onlooker = nil
    try commit(100, eva) { try store.tidy() }
    // It begins anew after the next checkpoint, at most 20 pages and a commit later.
    #expect(try logBytes(store) < length + 40 * 4096)
  }

  @Test func `a log that has grown is cut`() throws {
    var options = SQLiteStore.Options()
    (options.checkpointPages, options.logBytesMax) = (20, 100_000)
    let store = try TemporaryStore(options: options)
    let eva = try TestHousehold(Fixture.eva, in: store)
    let onlooker = try Lingerer(store.store.path)
    try commit(100, eva) { try store.tidy() }
    #expect(try logBytes(store) > 1_000_000)
    onlooker.leave()
    try commit(30, eva) { try store.tidy() }
    #expect(try logBytes(store) <= 200_000)
  }

  @Test func `closing leaves one file`() throws {
    let store = try makeStore(checkpointPages: 1000)
    _ = try TestHousehold(Fixture.eva, in: store)
    try store.store.close()
    let names = try FileManager.default.contentsOfDirectory(atPath: store.folder.path).sorted()
    #expect(names == ["hearth.db", "hearth.lock"])
  }
}
