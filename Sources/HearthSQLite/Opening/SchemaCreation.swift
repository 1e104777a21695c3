internal import GRDB
internal import HearthEngine
internal import HearthModel

/// Makes the tables of a new database and of packs that it has not seen, and compares those it has.
struct SchemaCreation {
  let file: DatabaseFile
  let tables: [String: PackTables]

  /// - Throws: `.otherVersion` when a pack is not what the stored rows rely on.
  func run(_ database: Database, isNew: Bool) throws {
    try database.inTransaction(.immediate) {
      if isNew { try makeHubTables(database) }
      try database.execute(sql: HubTables.catalogues)
      for (app, tables) in tables.sorted(by: { $0.key < $1.key }) { try make(app, tables, database) }
      return .commit
    }
  }

  private func makeHubTables(_ database: Database) throws {
    try database.execute(
      sql: "PRAGMA application_id = \(DatabaseFile.applicationID); PRAGMA user_version = \(DatabaseFile.format)")
    for statement in HubTables.all { try database.execute(sql: statement) }
    // Makes `sqlite_stat1`, into which the estimates go. Without a table's name it would take those of others away.
    try database.execute(sql: "ANALYZE hearth_packs")
  }

  private func make(_ app: String, _ tables: PackTables, _ database: Database) throws {
    let shape = PackShape(tables.pack)
    let stored = try String.fetchOne(database, sql: "SELECT shape FROM hearth_packs WHERE app = ?", arguments: [app])
    if let stored {
      guard let difference = shape.difference(from: PackShape(text: stored)) else { return }
      let advice = "Start the hub with the former pack, or with another data folder."
      throw StoreFault(
        .otherVersion, "The pack `\(app)` is not the one that `\(file.path)` was written with: \(difference). \(advice)"
      )
    }
    for table in tables.collections {
      for statement in table.creation { try database.execute(sql: statement) }
    }
    for estimate in tables.collections.flatMap(\.estimates) {
      try database.execute(
        sql: "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)",
        arguments: [estimate.table, estimate.index, estimate.text])
    }
    try database.execute(sql: "INSERT INTO hearth_packs (app, shape) VALUES (?, ?)", arguments: [app, shape.text])
  }
}
