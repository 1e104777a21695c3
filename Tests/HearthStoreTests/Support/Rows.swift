import Foundation
import GRDB
import HearthSQLite

/// Another program that looks at the database, as `sqlite3 -readonly hearth.db` does.
struct Onlooker {
  private let queue: DatabaseQueue

  init(_ path: String) throws {
    var configuration = Configuration()
    configuration.readonly = true
    queue = try DatabaseQueue(path: path, configuration: configuration)
  }

  init(_ store: TemporaryStore) throws {
    try self.init(store.store.path)
  }

  /// All rows of a query.
  func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
    try queue.read { try Row.fetchAll($0, sql: sql, arguments: arguments) }
  }

  /// All rows, each as its values joined by `|`, as the command line shows them.
  func lines(_ sql: String, _ arguments: StatementArguments = []) throws -> [String] {
    try rows(sql, arguments).map { row in
      row.databaseValues.map { value in
        switch value.storage {
        case .null: ""
        case .int64(let number): String(number)
        case .double(let number): String(number)
        case .string(let text): text
        case .blob(let data): "x'" + data.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "'"
        }
      }.joined(separator: "|")
    }
  }

  /// How SQLite would answer a query, one line for each step.
  func plan(_ sql: String, _ arguments: StatementArguments = []) throws -> String {
    try rows("EXPLAIN QUERY PLAN \(sql)", arguments).map { $0["detail"] as String }.joined(separator: "\n")
  }
}

/// Changes a database file behind the hub's back, while no hub has it open.
func tamper(_ path: String, _ body: (Database) throws -> Void) throws {
  let queue = try DatabaseQueue(path: path)
  try queue.writeWithoutTransaction(body)
  try queue.close()
}
