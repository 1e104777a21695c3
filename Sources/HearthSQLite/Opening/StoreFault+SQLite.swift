internal import Foundation
internal import GRDB
internal import HearthEngine

extension StoreFault {
  /// What an error of SQLite means to a hub.
  ///
  /// - Parameter isQuota: whether the system said of a write that the owner of the files may have no more space; SQLite
  ///   itself tells only `ENOSPC` from other errors.
  init(_ error: DatabaseError, path: String, isQuota: Bool = false) {
    let detail = "SQLite said: \(error.message ?? "nothing") (\(error.extendedResultCode.rawValue))."
    switch error.resultCode {
    case .SQLITE_FULL: self = .diskFull(path, detail)
    case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_SHMSIZE: self = .diskFull(path, detail)
    // A sync is another matter, whatever the system says of it: what it leaves is not known.
    case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_WRITE && isQuota:
      self = .diskFull(path, detail)
    case .SQLITE_IOERR: self = .diskFailed(path, detail)
    case .SQLITE_CORRUPT:
      let advice = "Stop the hub, keep a copy of the file and restore the last backup; \(Self.devicesHelp)"
      self.init(.corrupt, "The database `\(path)` is damaged. \(advice) \(detail)")
    case .SQLITE_NOTADB:
      let found = "expected a file that begins with `SQLite format 3`, found \(Self.beginning(of: path))"
      self.init(.notADatabase, "`\(path)` is no database: \(found). Move it away, or give the hub another data folder.")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_CANTOPEN:
      let advice = "Its folder and the files `hearth.db*` in it have to be writable for the user of this process."
      self.init(.readOnly, "`\(path)` cannot be opened for writing. \(advice) \(detail)")
    case .SQLITE_CONSTRAINT:
      let advice = "Somebody else has written to it; only the hub may."
      self.init(.staleHead, "`\(path)` has a row already that should be new. \(advice) \(detail)")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(.inUse, "Another program is writing to `\(path)`. Close it: only the hub may write there. \(detail)")
    default: self.init(.failed, "SQLite refused a statement on `\(path)`. \(detail)")
    }
  }

  private static func diskFull(_ path: String, _ detail: String) -> StoreFault {
    let advice = "Nothing was stored; reading goes on. Free some space: the hub then goes on by itself."
    return StoreFault(.diskFull, "There is no space left for `\(path)`. \(advice) \(detail)")
  }

  private static func diskFailed(_ path: String, _ detail: String) -> StoreFault {
    let state = "What was acknowledged before is in the file or its log; nothing more is taken in."
    return StoreFault(
      .failed, "The disk under `\(path)` failed. \(state) Check the disk, then start the hub again. \(detail)")
  }

  /// What a restore from a backup does not lose.
  static let devicesHelp = "the devices bring back what they still hold."

  private static func beginning(of path: String) -> String {
    guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: 16), !data.isEmpty else {
      return "nothing that can be read"
    }
    let digits = data.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    return "the bytes \(digits.joined(separator: " "))"
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
