internal import Foundation
internal import GRDB
internal import HearthEngine

extension StoreFault {
  /// What an error of SQLite means to a hub.
  ///
  /// - Parameter systemError: what `sqlite3_system_errno` says; SQLite itself tells only `ENOSPC` from other errors.
  init(_ error: DatabaseError, path: String, systemError: Int32 = 0) {
    let detail = "SQLite said: \(error.message ?? "nothing") (\(error.extendedResultCode.rawValue))."
    self =
      switch error.resultCode {
      case .SQLITE_FULL:
        StoreFault(.diskFull, "There is no space left for `\(path)`. Nothing was stored; reading goes on. Free some space: the hub then goes on by itself. \(detail)")
      case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE || systemError == EDQUOT:
        StoreFault(.diskFull, "There is no space left beside `\(path)`. Nothing was stored; reading goes on. Free some space: the hub then goes on by itself. \(detail)")
      case .SQLITE_IOERR:
        StoreFault(.failed, "The disk under `\(path)` failed. What had been acknowledged is in the file or its log; nothing more is taken in. Check the disk, then start the hub again. \(detail)")
      case .SQLITE_CORRUPT:
        StoreFault(.corrupt, "The database `\(path)` is damaged. Stop the hub, keep a copy of the file, and restore the last backup; the devices bring back what they still hold. \(detail)")
      case .SQLITE_NOTADB:
        StoreFault(.notADatabase, "`\(path)` is not a database. Expected a file that begins with `SQLite format 3`, found \(Self.beginning(of: path)). Give the hub another data folder, or move the file away.")
      case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
        StoreFault(.readOnly, "`\(path)` cannot be opened for writing. Its folder and the files `hearth.db*` in it have to be writable for the user of this process. \(detail)")
      case .SQLITE_CONSTRAINT:
        StoreFault(.staleHead, "`\(path)` has a row already that should be new: somebody else has written to it. Only the hub may write there. \(detail)")
      case .SQLITE_BUSY, .SQLITE_LOCKED:
        StoreFault(.inUse, "Another program is writing to `\(path)`. Close it: only the hub may write there. \(detail)")
      default:
        StoreFault(.failed, "SQLite refused a statement on `\(path)`. \(detail)")
      }
  }

  private static func beginning(of path: String) -> String {
    guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: 16), !data.isEmpty else {
      return "nothing that can be read"
    }
    return "the bytes " + data.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0\(digits)" : digits
    }.joined(separator: " ")
  }
}

/// Runs a body and turns SQLite's errors into faults; what else it throws stays as it is.
func translatingErrors<Result>(of path: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as DatabaseError {
    throw StoreFault(error, path: path)
  }
}
