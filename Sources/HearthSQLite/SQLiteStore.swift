internal import Foundation
internal import GRDB
internal import GRDBSQLite
package import HearthEngine
package import HearthModel

/// The store in one SQLite file: `hearth.db` in a data folder that this process holds alone.
///
/// One connection writes; it, or one beside it, copies the write-ahead log into the file; two read. The tables are
/// made for people and other programs to read as well: docs/internals/sqlite-store.md describes them.
package final class SQLiteStore: Store {
  /// The version of SQLite that the program runs with, for the log at start.
  package static var libraryVersion: String { String(cString: sqlite3_libversion()) }

  /// The path of the database file.
  package let path: String

  private let lock: FolderLock
  private let pool: DatabasePool
  private let tables: [String: PackTables]
  private let side: SideCheckpoint?
  /// Used in ``onWriter(_:)`` only.
  private nonisolated(unsafe) let writer: Writer

  /// Opens the store of a data folder; makes folder and file when they are not there.
  ///
  /// - Parameter packs: the packs of all apps that are served, by name.
  package static func open(
    at folder: String, packs: [String: Pack], options: Options = Options()
  ) throws(StoreFault) -> SQLiteStore {
    do {
      return try SQLiteStore(DataFolder.make(folder), packs, options)
    } catch let fault as StoreFault {
      throw fault
    } catch {
      throw StoreFault(.failed, "The data folder `\(folder)` cannot be opened: \(error)")
    }
  }

  private init(_ folder: URL, _ packs: [String: Pack], _ options: Options) throws {
    let file = DatabaseFile(folder: folder)
    let tables = try PackTables.all(of: packs)
    (path, self.tables) = (file.path, tables)
    lock = try FolderLock(folder: folder)
    (pool, writer, side) = try translatingErrors(of: file.path) {
      let isNew = try file.needsCreation(busySeconds: options.busySeconds)
      let pool = try file.openPool(options)
      let side = options.copiesLogBeside ? SideCheckpoint(try file.openQueue(options)) : nil
      let writer = try pool.writeWithoutTransaction { database in
        try SchemaCreation(file: file, tables: tables).run(database, isNew: isNew)
        return Writer(database, path: file.path, tables: tables, options: options, side: side)
      }
      return (pool, writer, side)
    }
  }

  deinit {
    try? close()
  }

  /// Ends the store: the log is copied into the file, and the folder is free for another process.
  ///
  /// Every later call throws `.failed`.
  package func close() throws {
    onWriter { $0.end() }
    try translatingErrors(of: path) {
      try side?.close()
      try pool.close()
    }
    lock.release()
  }

  /// Runs a body with the writing connection, on the pool's queue for it, which runs one body at a time.
  ///
  /// Reentrant, so that a decision may look up a device or another household.
  private func onWriter<Result>(_ body: (Writer) throws -> Result) rethrows -> Result {
    try pool.unsafeReentrantWrite { _ in try body(writer) }
  }

  /// Runs a body with the writing connection, outside of a transaction.
  func onDatabase<Result>(_ body: (Database) throws -> Result) throws -> Result {
    try translatingErrors(of: path) { try onWriter { try body($0.database) } }
  }

  /// Tells of the text of each statement that the writing connection begins, for tests; nil ends it.
  package func trace(_ tell: (@Sendable (String) -> Void)?) {
    onWriter { $0.trace(tell) }
  }

  // MARK: Deciding and writing

  package func commit(_ decide: (any StoreReader) throws -> Commit) throws {
    try onWriter { writer in
      try writer.transaction { try writer.write(decide(WriterReader(writer: writer))) }
    }
  }

  package func sweep(_ decide: (any StoreReader) throws -> Commit) throws {
    try onWriter { writer in
      try writer.transaction {
        try writer.passingBy { try writer.write(decide(WriterReader(writer: writer))) }
      }
    }
  }

  package func endSweep() throws {
    try onWriter { try $0.releaseMemory() }
  }

  package func compact(_ decide: (any CompactionReader) throws -> Compaction) throws {
    try onWriter { writer in
      try writer.transaction {
        try writer.passingBy { try writer.write(decide(WriterReader(writer: writer))) }
      }
    }
  }

  package func tidy() throws {
    try onWriter { try $0.tidy() }
  }

  package func addDevice(_ device: DeviceEntry) throws {
    try onWriter { writer in
      try writer.transaction { try writer.add(device) }
    }
  }

  package func openReplica(household: HouseholdID, device: RecordID, incarnation: UInt64) throws -> ReplicaNumber {
    try onWriter { writer in
      try writer.reading {
        try writer.openReplica(household: household, device: device, incarnation: incarnation)
      }
    }
  }

  package func beginLife(_ epoch: Epoch) throws {
    try onWriter { writer in
      try writer.transaction { try writer.beginLife(epoch) }
    }
  }

  package func acknowledge(_ acknowledgements: [Acknowledgement], now: Instant) throws {
    try onWriter { writer in
      try writer.transaction { try writer.acknowledge(acknowledgements, now: now) }
    }
  }

  package func noteCatalogue(_ mark: [UInt8], of app: String) throws {
    try onWriter { writer in
      try writer.transaction { try writer.noteCatalogue(mark, of: app) }
    }
  }

  // MARK: Reading

  package func catalogueMark(of app: String) throws -> [UInt8]? {
    try onWriter { writer in try writer.reading { try writer.catalogueMark(of: app) } }
  }

  package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
    try onWriter { writer in
      try writer.reading { try writer.passingBy { try body(WriterReader(writer: writer)) } }
    }
  }

  package func device(tokenHash: [UInt8]) throws -> DeviceEntry? {
    try onWriter { writer in try writer.reading { try writer.device(tokenHash: tokenHash) } }
  }

  package func devices(of household: HouseholdID) throws -> [DeviceEntry] {
    try onWriter { writer in try writer.reading { try writer.devices(of: household) } }
  }

  package func households() throws -> [HouseholdEntry] {
    try onWriter { writer in try writer.reading { try writer.allHouseholds() } }
  }

  package func changedRecords(
    of household: HouseholdID, after revision: Revision, bytesMax: Int
  ) throws -> ChangedRecords {
    try changedRecords(of: household, after: revision, bytesMax: bytesMax) { page, _ in page }
  }

  package func changedRecords<Result>(
    of household: HouseholdID, after revision: Revision, bytesMax: Int,
    _ body: (ChangedRecords, @escaping (RecordKey) throws -> RecordState?) throws -> Result
  ) throws -> Result {
    try snapshot { snapshot in
      let page = try snapshot.changedRecords(of: household, after: revision, bytesMax: bytesMax)
      return try body(page, snapshot.records(of: household))
    }
  }

  package func inquire<Result>(_ body: (any InquiryReader) throws -> Result) throws -> Result {
    try snapshot { try body(SnapshotReader(snapshot: $0)) }
  }

  /// Reads in one transaction on a connection that never writes.
  private func snapshot<Result>(_ body: (Snapshot) throws -> Result) throws -> Result {
    try translatingErrors(of: path) {
      try pool.read { database in try body(Snapshot(database: database, path: path, tables: tables)) }
    }
  }
}
