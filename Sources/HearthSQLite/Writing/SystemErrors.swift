internal import Foundation
internal import GRDB
internal import GRDBSQLite

/// What the system said when it last refused to write to the database or to its log.
///
/// `sqlite3_system_errno` does not know: SQLite sets it where a file cannot be opened, and not where a statement fails.
/// Each file remembers its own: https://www.sqlite.org/c3ref/c_fcntl_begin_atomic_write.html.
struct SystemErrors {
  private let database: Int32
  private let log: Int32

  init(_ connection: Database) {
    var (database, log) = (Int32(0), Int32(0))
    let handle = connection.sqliteConnection
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &database)
    var file: UnsafeMutablePointer<sqlite3_file>?
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file)
    // A log that is not open has no methods.
    if let file, let methods = file.pointee.pMethods {
      _ = methods.pointee.xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &log)
    }
    (self.database, self.log) = (database, log)
  }

  /// Whether it was a quota, and nothing else: one of the two may be from long ago.
  var areOfQuota: Bool {
    let codes = [database, log].filter { $0 != 0 }
    return !codes.isEmpty && codes.allSatisfy { $0 == EDQUOT }
  }
}
