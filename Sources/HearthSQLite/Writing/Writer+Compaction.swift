internal import Foundation
internal import GRDB
internal import HearthEngine
internal import HearthModel

// What is past is collected now and then, some rows at a time, so that GRDB's own statements do.

extension Writer {
  func write(_ compaction: Compaction) throws {
    guard !compaction.isEmpty else { return }
    let household = try existing(compaction.household)
    for remnant in compaction.remnants { try strip(remnant, household) }
    for decision in compaction.decisions {
      try execute(
        "DELETE FROM hearth_decisions WHERE household = ? AND revision = ? AND ordinal = ?",
        [household.number, Int64(bitPattern: decision.revision.rawValue), decision.ordinal])
    }
    if !compaction.records.isEmpty { try bury(compaction.records, household) }
  }

  // MARK: Deleted records

  private func bury(_ collected: [CollectedRecord], _ household: KnownHousehold) throws {
    for record in collected {
      guard let table = household.tables.table(record.collection) else { continue }
      let id = Data(record.record.bytes)
      for sql in table.sideTables.map(\.delete) + [table.delete] { try execute(sql, [household.number, id]) }
      for reference in record.references { try run(.deleteReference, reference, household) }
      try execute(
        "INSERT OR IGNORE INTO hearth_gravestones (household, collection, record) VALUES (?, ?, ?)",
        [household.number, Int64(record.collection.rawValue), id])
      records[RecordKey(household.state.id, record.collection, record.record)] = nil
      household.state.horizon = max(household.state.horizon, record.revision)
    }
    try execute(
      "UPDATE hearth_households SET horizon = ? WHERE number = ?",
      [Int64(bitPattern: household.state.horizon.rawValue), household.number])
  }

  // MARK: Change sets

  /// Leaves of a change set what answers its resend.
  private func strip(_ remnant: Remnant, _ household: KnownHousehold) throws {
    let dot: [any DatabaseValueConvertible] = [
      household.number, Int64(remnant.dot.replica.rawValue), Int64(bitPattern: remnant.dot.counter),
    ]
    try execute(
      "DELETE FROM hearth_changes WHERE household = ? AND replica = ? AND counter = ?", StatementArguments(dot))
    let rest: [(any DatabaseValueConvertible)?] = [
      Int64(bitPattern: remnant.revision.rawValue), remnant.at.milliseconds,
      remnant.verdict.rejectionCode.map { Int64($0.rawValue) }, Data(remnant.contentHash),
    ]
    try execute(
      """
      INSERT INTO hearth_remnants (household, replica, counter, revision, at, rejection, content_hash)
      VALUES (?, ?, ?, ?, ?, ?, ?)
      """, StatementArguments(dot + rest))
  }

  private func execute(_ sql: String, _ arguments: StatementArguments) throws {
    try database.cachedStatement(sql: sql).execute(arguments: arguments)
  }
}

extension WriterReader: CompactionReader {
  func installs(of household: HouseholdID) throws -> [InstallStanding] {
    guard let known = try writer.household(household) else { return [] }
    let rows = try Row.fetchAll(
      writer.database,
      sql: "SELECT replica, acknowledged, heard FROM hearth_installs WHERE household = ? ORDER BY replica",
      arguments: [known.number])
    return rows.map { row in
      InstallStanding(
        replica: ReplicaNumber(rawValue: row["replica"]),
        acknowledged: Revision(rawValue: UInt64(bitPattern: row["acknowledged"])),
        heard: Instant(milliseconds: row["heard"]))
    }
  }

  func changes(
    of household: HouseholdID, by replica: ReplicaNumber, while body: (ChangeEntry) throws -> Bool
  ) throws {
    guard let known = try writer.household(household) else { return }
    let statement = HotStatement(try writer.database.cachedStatement(sql: Self.oldestChanges))
    statement.bind(1, known.number)
    statement.bind(2, Int64(replica.rawValue))
    defer { statement.reset() }
    while try statement.next() {
      let dot = Dot(replica, UInt64(bitPattern: statement.integer(9)))
      guard try body(ChangeEntry(dot, household, row: statement)) else { return }
    }
  }

  /// The columns of `HubStatement.change`, and the counter.
  private static let oldestChanges = """
    SELECT revision, at, stamp, clock_offset, member, rank, verdict, content_hash, payload, counter FROM hearth_changes
    WHERE household = ?1 AND replica = ?2 ORDER BY counter
    """

  func entry(_ key: RecordKey) throws -> ChangedRecords.Entry? {
    guard let known = try writer.household(key.household), let table = known.tables.table(key.collection) else {
      return nil
    }
    let statement = HotStatement(try writer.database.cachedStatement(sql: table.selectEntry))
    statement.bind(1, known.number)
    statement.bind(2, key.record)
    return try ChangedRecords.Entry.all(statement, in: table).first
  }

  func deletedRecords(
    of household: HouseholdID, through revision: Revision, after mark: ChangedMark?, limit: Int
  ) throws -> [ChangedRecords.Entry] {
    guard let known = try writer.household(household) else { return [] }
    var found = [ChangedRecords.Entry]()
    for table in known.tables.collections {
      let statement = HotStatement(try writer.database.cachedStatement(sql: table.selectOldestDeleted))
      statement.bind(1, known.number)
      statement.bind(2, Int64(clamping: revision.rawValue))
      statement.bind(3, mark.map { Int64(clamping: $0.revision.rawValue) } ?? -1)
      statement.bind(4, behind: mark, in: table)
      statement.bind(5, Int64(limit))
      found += try ChangedRecords.Entry.all(statement, in: table)
    }
    return Array(found.sorted { ChangedMark($0).place < ChangedMark($1).place }.prefix(limit))
  }

  func decisions(
    of household: HouseholdID, through revision: Revision, after mark: DecidedRecord?, limit: Int
  ) throws -> [DecidedRecord] {
    guard let known = try writer.household(household) else { return [] }
    let statement = HotStatement(try writer.database.cachedStatement(sql: Self.oldestDecisions))
    statement.bind(1, known.number)
    statement.bind(2, Int64(clamping: revision.rawValue))
    statement.bind(3, mark.map { Int64(clamping: $0.revision.rawValue) } ?? -1)
    statement.bind(4, mark?.ordinal ?? -1)
    statement.bind(5, Int64(limit))
    return try DecidedRecord.all(statement, of: household)
  }

  private static let oldestDecisions = """
    SELECT revision, ordinal, collection, record FROM hearth_decisions
    WHERE household = ?1 AND revision <= ?2 AND (revision, ordinal) > (?3, ?4) ORDER BY revision, ordinal LIMIT ?5
    """
}

extension Outcome.Verdict {
  /// Why it was rejected; nil when it was taken in.
  fileprivate var rejectionCode: RejectionCode? {
    if case .rejected(let rejection) = self { rejection.code } else { nil }
  }
}
