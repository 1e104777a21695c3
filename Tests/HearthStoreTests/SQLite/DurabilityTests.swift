import Foundation
import GRDB
import HearthEngine
import HearthModel
import HearthSQLite
import Testing

/// P2: what a commit has returned is on the disk; and what happens when the disk refuses.
@Suite("A SQLite store and its disk")
struct DurabilityTests {
  private let folder: TemporaryFolder
  private let disk: TestDisk

  init() throws {
    folder = try TemporaryFolder()
    disk = TestDisk(under: folder)
  }

  private func makeStore(_ options: SQLiteStore.Options = SQLiteStore.Options()) throws -> TemporaryStore {
    try TemporaryStore(options: options, in: folder)
  }

  private func rename(_ eva: TestHousehold, to title: String) throws {
    try eva.submit(eva.device("eva-phone"), eva.set("tasks", RecordID(name: "dishes"), "title", .text(title)))
  }

  // MARK: Durable

  @Test func `when a commit returns, everything it wrote has been synced`() throws {
    let eva = try TestHousehold(Fixture.eva, in: makeStore())
    try eva.open(eva.device("eva-phone"))
    for round in 0..<20 {
      let syncs = disk.now.syncs["hearth.db-wal"] ?? 0
      try rename(eva, to: "Round \(round)")
      #expect(disk.now.unsynced["hearth.db-wal"] == 0)
      #expect(disk.now.syncs["hearth.db-wal"] == syncs + 1)
    }
  }

  @Test(arguments: [1, 3, 1000])
  func `a power cut after any commit loses nothing that was committed`(checkpointPages: Int) throws {
    var options = SQLiteStore.Options()
    options.checkpointPages = checkpointPages
    let store = try makeStore(options)
    let eva = try TestHousehold(Fixture.eva, in: store)
    for round in 0..<12 {
      try rename(eva, to: "Round \(round)")
      if round % 2 == 1 { try store.tidy() }
      let after = try disk.powerCut()
      #expect(try StoreDump(TemporaryStore(in: after), [eva.id]) == StoreDump(store, [eva]), "round \(round)")
    }
  }

  // MARK: A disk that fails

  @Test func `after a sync that failed nothing is taken in any more, and reading goes on`() throws {
    let store = try makeStore()
    let eva = try TestHousehold(Fixture.eva, in: store)
    try rename(eva, to: "before")
    let before = try StoreDump(store, [eva])
    let phone = try eva.device("eva-phone")
    disk.change { $0.syncFails = true }
    let fault = expectFault(.failed) { try rename(eva, to: "lost") }
    #expect(fault?.message.contains("start the hub again") == true)
    // The disk seems well again; the hub must not trust it.
    disk.change { $0.syncFails = false }
    expectFault(.failed) { try rename(eva, to: "refused") }
    expectFault(.failed) { try store.addDevice(phone.entry) }
    expectFault(.failed) { try store.beginLife(Epoch(rawValue: 9)) }
    expectFault(.failed) { try store.acknowledge([], now: Instant(milliseconds: 0)) }
    expectFault(.failed) { try store.tidy() }
    #expect(try StoreDump(store, [eva]) == before)
    let after = try disk.powerCut()
    #expect(try StoreDump(TemporaryStore(in: after), [eva.id]) == before)
  }

  @Test func `a sync that failed while tidying up ends it as well`() throws {
    var options = SQLiteStore.Options()
    options.checkpointPages = 1
    let store = try makeStore(options)
    let eva = try TestHousehold(Fixture.eva, in: store)
    try rename(eva, to: "kept")
    disk.change { $0.syncFails = true }
    expectFault(.failed) { try store.tidy() }
    disk.change { $0.syncFails = false }
    expectFault(.failed) { try rename(eva, to: "refused") }
    #expect(try eva.value("tasks", RecordID(name: "dishes"), "title") == .text("kept"))
  }

  // MARK: A full disk

  @Test func `a full disk refuses commits, goes on reading, and recovers without a restart`() throws {
    let store = try makeStore()
    let eva = try TestHousehold(Fixture.eva, in: store)
    try rename(eva, to: "before")
    let before = try StoreDump(store, [eva])
    let phone = try eva.device("eva-phone")
    let change = try eva.set("tasks", RecordID(name: "dishes"), "title", .text("after"))
    let submission = try eva.submission(phone, [change])
    disk.change { $0.isFull = true }
    for _ in 0..<3 {
      let fault = expectFault(.diskFull) { try eva.commit([submission]) }
      #expect(fault?.message.contains("Free some space") == true)
      #expect(try StoreDump(store, [eva]) == before)
      try store.tidy()
    }
    disk.change { $0.isFull = false }
    try eva.commit([submission])
    #expect(try eva.value("tasks", RecordID(name: "dishes"), "title") == .text("after"))
    try store.reopen()
    #expect(try eva.value("tasks", RecordID(name: "dishes"), "title") == .text("after"))
  }

  // MARK: Settings

  @Test func `the file is in WAL mode, and its marks are set`() throws {
    let store = try makeStore()
    let onlooker = try Onlooker(store)
    #expect(try onlooker.lines("PRAGMA journal_mode") == ["wal"])
    #expect(try onlooker.lines("PRAGMA application_id") == ["\(0x4852_5448)"])
    #expect(try onlooker.lines("PRAGMA user_version") == ["5"])
    #expect(SQLiteStore.libraryVersion.split(separator: ".").count == 3)
  }
}
