internal import GRDB
internal import HearthModel

/// What bytes of the database are for.
enum StorageKind: String, CaseIterable {
  case records
  case indexes
  case history
  case decisions
  case references
  case other

  /// - Parameters:
  ///   - name: a table or an index.
  ///   - table: the table it belongs to, which may be itself.
  ///   - collections: the tables of the pack's collections. What else the app has are tables that serve as indexes.
  init(name: String, table: String, collections: Set<String>) {
    switch table {
    case "hearth_changes", "hearth_remnants", "hearth_renewed": self = .history
    case "hearth_decisions": self = .decisions
    case "hearth_references", "hearth_uniques": self = .references
    case _ where table.hasPrefix("hearth_") || table.hasPrefix("sqlite_"): self = .other
    default: self = collections.contains(name) ? .records : .indexes
    }
  }
}

/// The bytes of pages that each kind of thing takes.
struct StorageSizes {
  private var bytes: [StorageKind: Int] = [:]

  /// Counts the pages of a database, also those that are in its log yet.
  ///
  /// https://www.sqlite.org/dbstat.html: "The DBSTAT virtual table is available on all database connections when SQLite
  /// is built using the SQLITE_ENABLE_DBSTAT_VTAB compile-time option", as distributions build it.
  /// - Throws: ``CostFault`` when it was built without.
  init(of path: String, _ pack: Pack) throws {
    let collections = Set(pack.collections.map { "\(pack.name)_\($0.name)" })
    var configuration = Configuration()
    configuration.readonly = true
    let queue = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? queue.close() }
    let rows = try queue.read { database in
      guard try Bool.fetchOne(database, sql: "SELECT sqlite_compileoption_used('ENABLE_DBSTAT_VTAB')") == true else {
        throw CostFault("This SQLite cannot count pages: expected one with dbstat, as Debian's and Apple's are.")
      }
      return try Row.fetchAll(
        database,
        sql: """
          SELECT d.name, coalesce(s.tbl_name, d.name) AS tbl, d.pgsize FROM dbstat AS d
          LEFT JOIN sqlite_schema AS s ON s.name = d.name WHERE d.aggregate = TRUE
          """)
    }
    for row in rows {
      let kind = StorageKind(name: row["name"], table: row["tbl"], collections: collections)
      bytes[kind, default: 0] += row["pgsize"]
    }
  }

  /// Bytes for each change set that came since.
  func growth(since before: StorageSizes, over changeSets: Int) -> [StorageKind: Double] {
    Dictionary(
      uniqueKeysWithValues: StorageKind.allCases.map { kind in
        (kind, Double(bytes[kind, default: 0] - before.bytes[kind, default: 0]) / Double(changeSets))
      })
  }
}
