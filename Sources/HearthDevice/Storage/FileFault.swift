internal import GRDB

extension DeviceError {
  /// What SQLite says about the replica's file, in words that lead to an act.
  ///
  /// https://www.sqlite.org/rescode.html lists the codes.
  init(_ error: any Error, path: String) {
    if let known = error as? DeviceError {
      self = known
      return
    }
    guard let fault = error as? DatabaseError else {
      self.init(.storage, "The replica `\(path)` cannot be used: \(error).")
      return
    }
    let (what, advice): (String, String) =
      switch fault.resultCode {
      case .SQLITE_NOTADB, .SQLITE_CORRUPT:
        ("is damaged, or no replica", "Move it away: the device then starts anew and the hub has the household.")
      case .SQLITE_BUSY, .SQLITE_LOCKED: ("is locked by another program", "Close that, and try again.")
      case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: ("cannot be written", "Allow this program to write it.")
      case .SQLITE_CANTOPEN: ("cannot be opened or made", "Is its folder there, and may this program write in it?")
      case .SQLITE_FULL: ("cannot grow: the disk is full", "Make room, and try again.")
      case .SQLITE_IOERR: ("cannot be read or written", "Look at the disk, and try again.")
      default: ("cannot be used", "Try again; if it stays so, move the file away.")
      }
    self.init(.storage, "The replica `\(path)` \(what). \(advice) (SQLite: \(fault.message ?? "\(fault.resultCode)"))")
  }
}
