internal import GRDB
internal import HearthEngine
internal import HearthModel

/// What a decision reads: the rows as they are, or as the writer remembers them.
struct WriterReader: StoreReader {
  let writer: Writer

  func household(_ id: HouseholdID) throws -> HouseholdState? { try writer.household(id)?.state }

  func record(_ key: RecordKey) throws -> RecordState? { try writer.record(key) }

  func change(_ household: HouseholdID, _ dot: Dot) throws -> ChangeEntry? { try writer.change(household, dot) }

  func isGone(_ key: RecordKey) throws -> Bool {
    guard let known = try writer.household(key.household) else { return false }
    let statement = HotStatement(try writer.database.cachedStatement(sql: Self.gravestone))
    statement.bind(1, known.number)
    statement.bind(2, Int64(key.collection.rawValue))
    statement.bind(3, key.record)
    defer { statement.reset() }
    return try statement.next()
  }

  private static let gravestone =
    "SELECT 1 FROM hearth_gravestones WHERE household = ?1 AND collection = ?2 AND record = ?3"

  func remnant(_ household: HouseholdID, _ dot: Dot) throws -> Remnant? {
    guard let known = try writer.household(household) else { return nil }
    let statement = HotStatement(try writer.database.cachedStatement(sql: Remnant.select))
    return try Remnant(dot, number: known.number, statement)
  }

  func dot(_ household: HouseholdID, of content: RenewedContent) throws -> Dot? {
    try writer.dot(household, of: content)
  }

  func referrers(_ household: HouseholdID, to target: RecordID) throws -> [Reference] {
    try writer.referrers(household, to: target)
  }

  func holder(of key: UniqueKey) throws -> UniqueHolder? { try writer.holder(of: key) }

  func records(of household: HouseholdID, in collection: CollectionNumber) throws -> [RecordID] {
    try writer.records(of: household, in: collection)
  }
}

extension Writer {
  func record(_ key: RecordKey) throws -> RecordState? {
    if let state = records[key] { return state }
    guard let known = try household(key.household), let table = known.tables.table(key.collection) else { return nil }
    let statement = try statements.statement(.select, of: table) { table.selectState }
    statement.bind(1, known.number)
    statement.bind(2, key.record)
    guard try statement.next() else { return nil }
    defer { statement.reset() }
    let state = try RecordState(column: statement.bytes(0), of: table, key.record)
    if !isPassingBy { records[key] = state }
    return state
  }

  func change(_ household: HouseholdID, _ dot: Dot) throws -> ChangeEntry? {
    // A counter beyond 63 bits is in no row; it may come from a device, in `formerly`.
    guard let known = try self.household(household), let counter = Int64(exactly: dot.counter) else { return nil }
    let statement = try statements.statement(.change)
    statement.bind(1, known.number)
    statement.bind(2, Int64(dot.replica.rawValue))
    statement.bind(3, counter)
    guard try statement.next() else { return nil }
    defer { statement.reset() }
    return try ChangeEntry(dot, household, row: statement)
  }

  func dot(_ household: HouseholdID, of content: RenewedContent) throws -> Dot? {
    guard let known = try self.household(household), known.hasRenewed else { return nil }
    return try Dot(of: content, in: known.number, statements.statement(.renewed))
  }

  func referrers(_ household: HouseholdID, to target: RecordID) throws -> [Reference] {
    guard let known = try self.household(household) else { return [] }
    return try Reference.all(to: target, of: known.number, statements.statement(.referrers))
  }

  func holder(of key: UniqueKey) throws -> UniqueHolder? {
    try UniqueHolder(of: key, statements.statement(.holder))
  }

  func records(of household: HouseholdID, in collection: CollectionNumber) throws -> [RecordID] {
    guard let known = try self.household(household), let table = known.tables.table(collection) else { return [] }
    let statement = try statements.statement(.selectIDs, of: table) { table.selectIDs }
    statement.bind(1, known.number)
    var ids = [RecordID]()
    while try statement.next() {
      guard let id = statement.id(0) else {
        statement.reset()
        throw StoreFault.corrupt(table.name, "a record", "its id is none")
      }
      ids.append(id)
    }
    return ids
  }
}
