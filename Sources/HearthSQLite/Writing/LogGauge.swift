internal import GRDB
internal import GRDBSQLite

/// How many pages the write-ahead log has, as the writing connection's commits report it.
final class LogGauge {
  private let reading: UnsafeMutablePointer<Int32>
  /// The reading at the last checkpoint.
  private var start: Int32 = 0

  /// https://www.sqlite.org/c3ref/wal_hook.html: the callback is invoked "each time data is committed to a database in
  /// wal mode", its last parameter being "the number of pages currently in the write-ahead log file, including those
  /// that were just committed".
  init(_ database: Database) {
    reading = .allocate(capacity: 1)
    reading.initialize(to: 0)
    sqlite3_wal_hook(
      database.sqliteConnection,
      { reading, _, _, pages in
        reading?.assumingMemoryBound(to: Int32.self).pointee = pages
        return SQLITE_OK
      }, reading)
  }

  deinit {
    reading.deallocate()
  }

  /// Pages since the last checkpoint, or since the log began anew.
  var pages: Int {
    if reading.pointee < start { start = 0 }
    return Int(reading.pointee - start)
  }

  /// Copies as much of the log into the file as no reader holds back.
  ///
  /// When all of it was copied, the next commit begins the log anew. When a reader held some back, the gauge starts
  /// again all the same, so that the next attempt comes after as many pages again and not with every commit.
  func checkpoint(_ database: Database) throws {
    try Self.checkpoint(database)
    start = reading.pointee
  }

  /// The same with any connection, of which no gauge knows.
  ///
  /// - Returns: pages of the log that are not in the file yet: those that commits added meanwhile, or that a reader
  ///   holds back.
  @discardableResult
  static func checkpoint(_ database: Database) throws -> Int {
    var (pages, copied): (Int32, Int32) = (0, 0)
    let code = sqlite3_wal_checkpoint_v2(
      database.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, &pages, &copied)
    guard code == SQLITE_OK || code == SQLITE_BUSY else {
      throw DatabaseError(
        resultCode: ResultCode(rawValue: sqlite3_extended_errcode(database.sqliteConnection)),
        message: String(cString: sqlite3_errmsg(database.sqliteConnection)))
    }
    return Int(pages - copied)
  }
}
