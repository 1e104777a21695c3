import GRDB

/// Another program that holds an old snapshot of the database, as a forgotten `BEGIN` in a `sqlite3` shell does.
final class Lingerer {
  private let queue: DatabaseQueue

  init(_ path: String) throws {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.allowsUnsafeTransactions = true
    queue = try DatabaseQueue(path: path, configuration: configuration)
    try queue.writeWithoutTransaction { database in
      try database.execute(sql: "BEGIN")
      _ = try Int.fetchOne(database, sql: "SELECT count(*) FROM hearth_households")
    }
  }

  /// Lets the snapshot go.
  func leave() {
    try? queue.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
    try? queue.close()
  }
}
