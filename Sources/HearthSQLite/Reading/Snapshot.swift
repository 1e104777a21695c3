internal import GRDB
internal import HearthEngine
internal import HearthModel

/// One reading transaction on a connection that never writes: all that it reads is from one moment.
struct Snapshot {
  let database: Database
  let path: String
  let tables: [String: PackTables]

  private func statement(_ sql: String) throws -> HotStatement {
    HotStatement(try database.cachedStatement(sql: sql))
  }

  /// A household's row, and the tables of its app.
  private func home(of household: HouseholdID) throws -> (HouseholdRow, PackTables) {
    guard let row = try HouseholdRow(household, statement(HubStatement.household.sql)) else {
      throw StoreFault.unknown(household)
    }
    guard let tables = tables[row.app] else { throw StoreFault.packMissing(row.app, path) }
    return (row, tables)
  }

  /// Finds the records of a household as of this transaction.
  func records(of household: HouseholdID) throws -> (RecordKey) throws -> RecordState? {
    let (row, tables) = try home(of: household)
    return { key in
      guard key.household == household, let table = tables.table(key.collection) else { return nil }
      let statement = try statement(table.selectState)
      statement.bind(1, row.number)
      statement.bind(2, key.record)
      guard try statement.next() else { return nil }
      defer { statement.reset() }
      return try RecordState(column: statement.bytes(0), of: table, key.record)
    }
  }

  /// See `StoreSnapshots`.
  func changedRecords(
    of household: HouseholdID, after revision: Revision, bytesMax: Int
  ) throws -> ChangedRecords {
    let (row, tables) = try home(of: household)
    var merge = try ChangedRecordsMerge(
      tables.collections.map { ($0, try statement($0.selectChanged)) }, household: row.number, after: revision)
    defer { merge.end() }
    var entries = [ChangedRecords.Entry]()
    var bytes = 0
    while let next = try merge.next() {
      // A page ends between revisions: its cursor stands for whole ones.
      if bytes >= bytesMax, let last = entries.last, next.entry.revision > last.revision {
        return ChangedRecords(entries: entries, through: last.revision, hasMore: true, horizon: row.horizon)
      }
      bytes += next.bytes
      entries.append(next.entry)
    }
    let last = try LastChange.all(of: row.number, statement(HubStatement.lastChangeOfReplicaBelow.sql))
    return ChangedRecords(
      entries: entries, through: last.map(\.head).max() ?? .zero, hasMore: false, horizon: row.horizon)
  }
}

extension StoreFault {
  /// A household whose app is not served.
  static func packMissing(_ app: String, _ path: String) -> StoreFault {
    StoreFault(.unknown, "`\(path)` has households of the app `\(app)`, but the hub was not given its pack.")
  }
}
