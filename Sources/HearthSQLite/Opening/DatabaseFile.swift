internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import HearthEngine

/// The file `hearth.db` of a data folder: what it is, and how it is opened.
struct DatabaseFile {
  /// `HRTH`: https://www.sqlite.org/pragma.html#pragma_application_id, "so that utilities such as file(1) can determine
  /// the specific file type".
  static let applicationID = 0x4852_5448
  /// Rises with each change to the hub's own tables that an older hub could not read or write.
  static let format = 5

  let folder: URL
  var path: String { folder.appending(path: "hearth.db").path(percentEncoded: false) }

  // MARK: What it is

  /// Finds out whether the file has to be made; a file that is not Hearth's own is left as it is.
  ///
  /// SQLite reads the header, the schema and the length here: a copy that stopped half-way is found at once. A damaged
  /// page in the middle is found when it is read: `PRAGMA quick_check` would read every page, which takes seconds for
  /// each gigabyte, and is for an operator to ask for.
  /// - Throws: when it is another program's, another version's, damaged, or not to be written.
  func needsCreation(busySeconds: Double) throws -> Bool {
    var configuration = Configuration()
    configuration.busyMode = .timeout(busySeconds)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    return try queue.writeWithoutTransaction { database in
      guard sqlite3_db_readonly(database.sqliteConnection, "main") == 0 else {
        throw DatabaseError(resultCode: .SQLITE_READONLY)
      }
      if try isEmpty(database) { return true }
      try checkIdentity(database)
      return false
    }
  }

  private func isEmpty(_ database: Database) throws -> Bool {
    try Int.fetchOne(database, sql: "PRAGMA application_id") == 0
      && Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
  }

  private func checkIdentity(_ database: Database) throws {
    let application = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
    guard application == Self.applicationID else {
      let found = "expected the application id \(Self.applicationID) (`HRTH`), found \(application)"
      throw StoreFault(
        .notADatabase, "`\(path)` is a database of another program: \(found). Give the hub another data folder.")
    }
    let format = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard format == Self.format else {
      let advice =
        format > Self.format
        ? "A newer Hearth wrote it: start that version."
        : "An older Hearth wrote it: export its households there and import them here."
      throw StoreFault(.otherVersion, "`\(path)` has format \(format), this Hearth reads \(Self.format). \(advice)")
    }
  }

  // MARK: Opening

  /// Opens the writing connection and the pool of reading ones.
  func openPool(_ options: SQLiteStore.Options) throws -> DatabasePool {
    var configuration = Configuration()
    configuration.label = "hearth"
    configuration.busyMode = .timeout(options.busySeconds)
    configuration.foreignKeysEnabled = false
    configuration.maximumReaderCount = options.readerCount
    configuration.persistentReadOnlyConnections = true
    configuration.prepareDatabase { database in
      let cacheBytes = database.configuration.readonly ? options.readerCacheBytes : options.writerCacheBytes
      try database.execute(
        sql: """
          PRAGMA wal_autocheckpoint = 0;
          PRAGMA cache_size = -\(cacheBytes / 1024);
          PRAGMA trusted_schema = OFF;
          PRAGMA journal_size_limit = \(options.logBytesMax);
          PRAGMA query_only = \(database.configuration.readonly ? "ON" : "OFF");
          """)
    }
    let pool = try DatabasePool(path: path, configuration: configuration)
    try pool.writeWithoutTransaction { try makeDurable($0) }
    return pool
  }

  /// Opens a connection that copies the log and does nothing else. Its syncs are those of a checkpoint.
  func openQueue(_ options: SQLiteStore.Options) throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.label = "hearth-checkpoint"
    configuration.busyMode = .timeout(options.busySeconds)
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA wal_autocheckpoint = 0; PRAGMA trusted_schema = OFF")
      try makeDurable(database)
    }
    return queue
  }

  /// Makes each commit wait for the disk, and checks that it does (P2).
  ///
  /// https://www.sqlite.org/pragma.html#pragma_synchronous: in WAL mode, "transactions are durable across application
  /// crashes regardless of the synchronous setting", but only with FULL "the WAL is synced after each transaction
  /// commit". GRDB has set NORMAL.
  private func makeDurable(_ database: Database) throws {
    try database.execute(
      sql: "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON")
    let mode = try String.fetchOne(database, sql: "PRAGMA journal_mode")
    let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
    guard mode == "wal", synchronous == 2 else {
      let found = "journal mode \(mode ?? "none") and synchronous \(synchronous ?? -1)"
      throw StoreFault(
        .failed, "`\(path)` cannot be written durably: expected journal mode wal and synchronous 2, found \(found).")
    }
  }
}
