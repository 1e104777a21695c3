internal import GRDB

extension SQLiteStore {
  /// How large the file is, and how much of it holds nothing and waits for what comes, in bytes.
  package func room() throws -> (fileBytes: Int, freeBytes: Int) {
    try onDatabase { database in
      let pragma = { (name: String) in try Int.fetchOne(database, sql: "PRAGMA \(name)") ?? 0 }
      let pageBytes = try pragma("page_size")
      return (try pragma("page_count") * pageBytes, try pragma("freelist_count") * pageBytes)
    }
  }

  /// Writes the file anew, without the room that is free in it. Nobody else may use the store meanwhile.
  ///
  /// - Throws: ``StoreFault`` `.diskFull` when there is not as much free disk as the file is large.
  package func vacuum() throws {
    try onDatabase { database in
      try database.execute(sql: "VACUUM")
      try database.checkpoint(.truncate)
    }
  }
}
