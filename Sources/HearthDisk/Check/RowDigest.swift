internal import GRDB

/// What stands in every table of a database file, whatever wrote it: the number of its rows, and a sum over all their
/// bytes.
///
/// The sums hold within one process only.
package struct RowDigest: Hashable, Sendable {
  private struct Rows: Hashable {
    var count = 0
    var sum = 0
  }

  private var tables: [String: Rows] = [:]

  /// Reads all tables of a file, and lets SQLite look at every page and index of it.
  ///
  /// - Returns: the digest, and what is wrong with the file.
  package static func read(_ path: String) throws -> (digest: RowDigest, faults: [String]) {
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    return try queue.read { database in
      let answer = try String.fetchAll(database, sql: "PRAGMA integrity_check")
      return (try RowDigest(database), (answer == ["ok"] ? [] : answer) + (try gaps(database)))
    }
  }

  private init(_ database: Database) throws {
    let names = try String.fetchAll(database, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    tables["sqlite_schema"] = try Self.rows(database, "SELECT type, name, tbl_name, sql FROM sqlite_schema")
    for name in names { tables[name] = try Self.rows(database, "SELECT * FROM \(name.quotedDatabaseIdentifier)") }
  }

  private static func rows(_ database: Database, _ sql: String) throws -> Rows {
    var rows = Rows()
    let cursor = try Row.fetchCursor(database, sql: sql)
    while let row = try cursor.next() {
      var hasher = Hasher()
      for value in row.databaseValues { hasher.combine(value) }
      rows.count += 1
      rows.sum &+= hasher.finalize()
    }
    return rows
  }

  /// Revisions and counters run 1, 2, 3, ... in every household.
  private static func gaps(_ database: Database) throws -> [String] {
    try String.fetchAll(
      database,
      sql: """
        SELECT 'household ' || household || ', replica ' || replica || ': ' || count(*) || ' change sets up to counter '
          || max(counter) FROM hearth_changes GROUP BY household, replica HAVING count(*) <> max(counter)
        UNION ALL
        SELECT 'household ' || household || ': ' || count(DISTINCT head) || ' revisions up to ' || max(head)
          FROM hearth_changes WHERE head > 0 GROUP BY household HAVING count(DISTINCT head) <> max(head)
        """)
  }

  /// The tables that differ, with their numbers of rows.
  package func difference(from other: RowDigest) -> String {
    let names = Set(tables.keys).union(other.tables.keys).sorted().filter { tables[$0] != other.tables[$0] }
    return names.prefix(6).map { name in
      "\(name) (\(tables[name].map { "\($0.count)" } ?? "no") rows, expected \(other.tables[name]?.count ?? 0))"
    }.joined(separator: ", ")
  }
}
