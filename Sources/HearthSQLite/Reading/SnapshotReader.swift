internal import GRDB
internal import HearthEngine
internal import HearthModel

/// Answers what questions about a household read, on a connection that never writes.
struct SnapshotReader: InquiryReader {
  let snapshot: Snapshot

  private var database: Database { snapshot.database }

  private func statement(_ sql: String) throws -> HotStatement {
    HotStatement(try database.cachedStatement(sql: sql))
  }

  /// The row of a household; nil when there is none.
  private func row(_ household: HouseholdID) throws -> HouseholdRow? {
    try HouseholdRow(household, statement(HubStatement.household.sql))
  }

  private func tables(_ row: HouseholdRow) throws -> PackTables {
    guard let tables = snapshot.tables[row.app] else { throw StoreFault.packMissing(row.app, snapshot.path) }
    return tables
  }

  func household(_ id: HouseholdID) throws -> HouseholdState? {
    guard let row = try row(id) else { return nil }
    return try HouseholdState(id, row) { try statement($0.sql) }
  }

  func record(_ key: RecordKey) throws -> RecordState? {
    guard let row = try row(key.household), let table = try tables(row).table(key.collection) else { return nil }
    let statement = try statement(table.selectState)
    statement.bind(1, row.number)
    statement.bind(2, key.record)
    guard try statement.next() else { return nil }
    defer { statement.reset() }
    return try RecordState(column: statement.bytes(0), of: table, key.record)
  }

  func change(_ household: HouseholdID, _ dot: Dot) throws -> ChangeEntry? {
    guard let row = try row(household), let counter = Int64(exactly: dot.counter) else { return nil }
    let statement = try statement(HubStatement.change.sql)
    statement.bind(1, row.number)
    statement.bind(2, Int64(dot.replica.rawValue))
    statement.bind(3, counter)
    guard try statement.next() else { return nil }
    defer { statement.reset() }
    return try ChangeEntry(dot, household, row: statement)
  }

  func remnant(_ household: HouseholdID, _ dot: Dot) throws -> Remnant? {
    guard let row = try row(household) else { return nil }
    return try Remnant(dot, number: row.number, statement(Remnant.select))
  }

  /// What comes before it has been collected. The last one of a replica never is.
  private static let firstKept =
    "SELECT counter FROM hearth_changes WHERE household = ?1 AND replica = ?2 ORDER BY counter LIMIT 1"

  func collected(of household: HouseholdID) throws -> [ReplicaNumber: UInt64] {
    guard let row = try row(household) else { return [:] }
    var counters: [ReplicaNumber: UInt64] = [:]
    for last in try LastChange.all(of: row.number, statement(HubStatement.lastChangeOfReplicaBelow.sql)) {
      let statement = try statement(Self.firstKept)
      statement.bind(1, row.number)
      statement.bind(2, Int64(last.replica.rawValue))
      defer { statement.reset() }
      guard try statement.next(), statement.integer(0) > 1 else { continue }
      counters[last.replica] = UInt64(statement.integer(0)) - 1
    }
    return counters
  }

  func referrers(_ household: HouseholdID, to target: RecordID) throws -> [Reference] {
    guard let row = try row(household) else { return [] }
    return try Reference.all(to: target, of: row.number, statement(HubStatement.referrers.sql))
  }

  func holder(of key: UniqueKey) throws -> UniqueHolder? {
    try UniqueHolder(of: key, statement(HubStatement.holder.sql))
  }

  func devices(of household: HouseholdID) throws -> [DeviceEntry] {
    guard let row = try row(household) else { return [] }
    let statement = try statement(Self.devices)
    statement.bind(1, row.number)
    var devices = [DeviceEntry]()
    while try statement.next() {
      guard let id = statement.id(0), let member = statement.id(1) else {
        statement.reset()
        throw StoreFault.corrupt("hearth_devices", "a device of household \(household)", "an id has not 16 bytes")
      }
      devices.append(
        DeviceEntry(
          id: id, household: household, member: member, name: statement.text(2), tokenHash: statement.bytes(3)))
    }
    return devices
  }

  private static let devices =
    "SELECT id, member, name, token_hash FROM hearth_devices WHERE household = ?1 ORDER BY number"

  // MARK: Walking

  func lastChange(
    of household: HouseholdID, by replica: ReplicaNumber, below counter: UInt64, naming record: RecordID, stepsMax: Int
  ) throws -> ChangeSearch {
    guard let row = try row(household), let top = Int64(exactly: counter), top > 1 else { return .none }
    let bottom = max(1, top - Int64(max(1, stepsMax)))
    let statement = try statement(Self.lastChangeNaming)
    statement.bind(1, row.number)
    statement.bind(2, Int64(replica.rawValue))
    statement.bind(3, top)
    statement.bind(4, bottom)
    statement.bind(5, record)
    guard try statement.next() else { return bottom > 1 ? .notYet(lookedDownTo: UInt64(bottom)) : .none }
    defer { statement.reset() }
    let found = UInt64(bitPattern: statement.integer(9))
    let entry = try ChangeEntry(Dot(replica, found), household, row: statement)
    if entry.changeSet.changes.contains(where: { $0.record == record }) { return .found(entry) }
    // The id stands in the change set in another meaning, as a reference.
    return found > 1 ? .notYet(lookedDownTo: found) : .none
  }

  /// An id stands in a stored change set as its 16 bytes, so that a search for them needs no index of its own.
  private static let lastChangeNaming = """
    SELECT revision, at, stamp, clock_offset, member, rank, verdict, content_hash, payload, counter FROM hearth_changes
    WHERE household = ?1 AND replica = ?2 AND counter < ?3 AND counter >= ?4 AND instr(payload, ?5) > 0
    ORDER BY counter DESC LIMIT 1
    """

  func decidedRecords(of household: HouseholdID, after mark: DecidedRecord?, limit: Int) throws -> [DecidedRecord] {
    guard let row = try row(household) else { return [] }
    let statement = try statement(Self.decided)
    statement.bind(1, row.number)
    statement.bind(2, mark.map { Int64(clamping: $0.revision.rawValue) } ?? .max)
    statement.bind(3, mark?.ordinal ?? .max)
    statement.bind(4, Int64(limit))
    return try DecidedRecord.all(statement, of: household)
  }

  private static let decided = """
    SELECT revision, ordinal, collection, record FROM hearth_decisions
    WHERE household = ?1 AND (revision, ordinal) < (?2, ?3) ORDER BY revision DESC, ordinal DESC LIMIT ?4
    """

  func deletedRecords(
    of household: HouseholdID, after mark: ChangedMark?, limit: Int
  ) throws -> [ChangedRecords.Entry] {
    guard let row = try row(household) else { return [] }
    var found = [ChangedRecords.Entry]()
    for table in try tables(row).collections { found += try deleted(in: table, of: row.number, after: mark, limit) }
    return Array(found.sorted { ChangedMark($0).precedes(ChangedMark($1)) }.prefix(limit))
  }

  private func deleted(
    in table: CollectionTable, of household: Int64, after mark: ChangedMark?, _ limit: Int
  ) throws -> [ChangedRecords.Entry] {
    let statement = try statement(table.selectDeleted)
    statement.bind(1, household)
    statement.bind(2, mark.map { Int64(clamping: $0.revision.rawValue) } ?? .max)
    statement.bind(3, behind: mark, in: table)
    statement.bind(4, Int64(limit))
    return try ChangedRecords.Entry.all(statement, in: table)
  }
}

extension CollectionTable {
  /// Deleted records behind a place: household, revision, id, count.
  fileprivate var selectDeleted: String {
    """
    SELECT id, _revision, _state FROM \(name.quoted)
    WHERE _household = ?1 AND _life = 1 AND (_revision < ?2 OR (_revision = ?2 AND id > ?3))
    ORDER BY _revision DESC, id LIMIT ?4
    """
  }
}
