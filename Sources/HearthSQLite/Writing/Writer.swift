internal import GRDB
internal import GRDBSQLite
internal import HearthEngine
internal import HearthModel

/// What the writing connection keeps between commits: prepared statements, and the households and records that it used
/// last. Nobody else writes, so that what it remembers is what is stored.
final class Writer {
  let database: Database
  let path: String
  let tables: [String: PackTables]
  var statements: StatementCache
  var households: RecentCache<HouseholdID, KnownHousehold>
  var records: RecentCache<RecordKey, RecordState>
  /// Whether what is read now is not worth remembering.
  private(set) var isPassingBy = false
  private let options: SQLiteStore.Options
  private let log: LogGauge
  private let side: SideCheckpoint?
  /// Why nothing may be written any more.
  private var failure: StoreFault?

  /// - Parameter side: copies the log beside commits; nil when the writer copies all of it.
  init(
    _ database: Database, path: String, tables: [String: PackTables], options: SQLiteStore.Options,
    side: SideCheckpoint?
  ) {
    self.database = database
    self.side = side
    self.path = path
    self.tables = tables
    self.options = options
    statements = StatementCache(database, countMax: options.statementCountMax)
    households = RecentCache(countMax: options.householdCountMax)
    records = RecentCache(countMax: options.recordCountMax)
    log = LogGauge(database)
  }

  // MARK: Transactions

  /// Runs a body in a transaction: all that it writes is on the disk when this returns, or nothing is.
  func transaction<Result>(_ body: () throws -> Result) throws -> Result {
    try checkUsable()
    if log.pages >= options.checkpointPages * Self.checkpointDelayMax { try tidy() }
    do {
      var result: Result?
      try database.inTransaction(.immediate) {
        result = try body()
        return .commit
      }
      return result!
    } catch {
      // What was remembered may be from the transaction that is undone.
      forget()
      throw judged(error)
    }
  }

  /// Runs a body that only reads.
  func reading<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw judged(error)
    }
  }

  /// Runs a body that remembers no record which was not remembered before.
  func passingBy<Result>(_ body: () throws -> Result) rethrows -> Result {
    let outer = isPassingBy
    isPassingBy = true
    defer { isPassingBy = outer }
    return try body()
  }

  /// Gives the memory of the file's pages back, but for those in use.
  ///
  /// https://www.sqlite.org/pragma.html#pragma_shrink_memory
  func releaseMemory() throws {
    try checkUsable()
    try database.execute(sql: "PRAGMA shrink_memory")
  }

  /// How many times the wished size of the log a hub that never tidies up lets it grow to.
  private static let checkpointDelayMax = 4

  /// Copies the log into the file when it has grown; bounded by the log's size.
  ///
  /// https://www.sqlite.org/wal.html: "a checkpoint operation ... can run concurrently with readers"; it is passive, so
  /// that it waits for nobody. A full disk leaves the log as it is, and the next commit says so.
  func tidy() throws {
    try checkUsable()
    do {
      try checkpoint()
    } catch {
      let fault = judged(error)
      if (fault as? StoreFault)?.kind != .diskFull { throw fault }
    }
  }

  private func checkpoint() throws {
    let isDue = log.pages >= options.checkpointPages
    guard let side else { return isDue ? try log.checkpoint(database) : () }
    switch side.take() {
    case .idle: if isDue { side.start() }
    case .running: break
    case .done: try log.checkpoint(database)
    case .failed(let error): throw error
    }
  }

  /// The fault that an error means. One of the disk is remembered: SQLite would go on committing on the same
  /// connection after a failed sync, while the kernel may already have dropped what it could not write (P2).
  private func judged(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let fault = StoreFault(error, path: path, isQuota: SystemErrors(database).areOfQuota)
    if fault.kind == .failed, error.resultCode == .SQLITE_IOERR { failure = fault }
    return fault
  }

  private func checkUsable() throws {
    if let failure { throw failure }
  }

  func trace(_ tell: (@Sendable (String) -> Void)?) {
    guard let tell else { return database.trace(options: []) }
    database.trace { event in
      if case .statement(let statement) = event { tell(statement.sql) }
    }
  }

  // MARK: The end

  /// Forgets all that was remembered of the stored rows.
  private func forget() {
    households.removeAll()
    records.removeAll()
  }

  /// Lets go of the connection.
  func end() {
    forget()
    statements = StatementCache(database, countMax: 0)
    failure = StoreFault(.failed, "The store `\(path)` has been closed.")
  }
}
