internal import GRDB
internal import GRDBSQLite
internal import HearthEngine
internal import HearthModel

// Writes what a batch has become. Each record and each change set is one statement; a household's head and its
// replicas' progress are not written at all (HubTables says where they stand).

extension Writer {
  func write(_ commit: Commit) throws {
    for founded in commit.founded { try found(founded) }
    for key in commit.households.flatMap(\.releasedUniques) { try release(key) }
    for household in commit.households { try write(household) }
  }

  private func write(_ commit: HouseholdCommit) throws {
    let household = try existing(commit.household)
    guard household.state.revision == commit.expectedHead else {
      throw StoreFault(
        .staleHead, "The head of \(commit.household) is \(household.state.revision), expected \(commit.expectedHead).")
    }
    if commit.head > commit.expectedHead { try noteLife(of: household, first: commit.expectedHead.next) }
    for entry in commit.records { try write(entry, household) }
    for change in commit.changes { try write(change, household) }
    for reference in commit.addedReferences { try run(.insertReference, reference, household) }
    for reference in commit.removedReferences { try run(.deleteReference, reference, household) }
    for entry in commit.takenUniques { try take(entry, household) }
    precondition(
      household.state.revision == commit.head,
      "the change sets of \(commit.household) end at revision \(household.state.revision), its commit at \(commit.head)"
    )
  }

  // MARK: Records

  private func write(_ entry: RecordEntry, _ household: KnownHousehold) throws {
    guard let table = household.tables.table(entry.collection) else {
      preconditionFailure("a commit names collection \(entry.collection.rawValue) of `\(household.state.app)`")
    }
    let fields = entry.isNew ? table.schema.fields.map(\.number) : entry.changedFields
    let statement =
      entry.isNew
      ? try statements.statement(.insert, of: table) { table.insert }
      : try statements.statement(.update(fields), of: table) { table.update(fields) }
    statement.bind(1, household.number)
    statement.bind(2, entry.record)
    statement.bind(3, Int64(bitPattern: entry.revision.rawValue))
    statement.bind(4, entry.state.recordLife(in: table.schema).column)
    statement.bind(5, entry.state.encoded)
    for (position, number) in fields.enumerated() {
      let field = table.schema.fields[number.index]
      statement.bind(Int32(position + 6), entry.state.value(of: field, in: table.schema))
    }
    try statement.run()
    guard entry.isNew || sqlite3_changes(database.sqliteConnection) == 1 else {
      throw StoreFault.corrupt(table.name, "record \(entry.record)", "the row is gone")
    }
    for (position, side) in table.sideTables.enumerated() where fields.contains(side.field.number) {
      try write(entry, side, position, table, household)
    }
    remember(entry.state, RecordKey(household.state.id, entry.collection, entry.record))
  }

  private func remember(_ state: RecordState, _ key: RecordKey) {
    if isPassingBy { records.replace(state, of: key) } else { records[key] = state }
  }

  private func write(
    _ entry: RecordEntry, _ side: SideTable, _ position: Int, _ table: CollectionTable, _ household: KnownHousehold
  ) throws {
    if !entry.isNew {
      let delete = try statements.statement(.deleteSide(position), of: table) { side.delete }
      delete.bind(1, household.number)
      delete.bind(2, entry.record)
      try delete.run()
    }
    for row in side.rows(of: entry.state.value(of: side.field, in: table.schema)) {
      let insert = try statements.statement(.insertSide(position), of: table) { side.insert }
      insert.bind(1, household.number)
      insert.bind(2, entry.record)
      for (column, value) in row.values.enumerated() { insert.bind(Int32(column + 3), value) }
      try insert.run()
    }
  }

  // MARK: Change sets

  private func write(_ change: ChangeEntry, _ household: KnownHousehold) throws {
    let isCommitted = household.state.revision < change.revision
    if isCommitted { household.state.revision = change.revision }
    let statement = try statements.statement(.insertChange)
    statement.bind(1, household.number)
    statement.bind(2, Int64(change.dot.replica.rawValue))
    statement.bind(3, Int64(bitPattern: change.dot.counter))
    statement.bind(4, Int64(bitPattern: change.revision.rawValue))
    statement.bind(5, Int64(bitPattern: household.state.revision.rawValue))
    statement.bind(6, change.at.milliseconds)
    statement.bind(7, Int64(bitPattern: change.stamp.rawValue))
    statement.bind(8, change.offset.milliseconds)
    statement.bind(9, change.member)
    statement.bind(10, Int64(change.rank.rawValue))
    statement.bind(11, change.verdict.encoded)
    statement.bind(12, change.contentHash)
    statement.bind(13, change.changeSet.encoded)
    try statement.run()
    var progress = household.state.progress(of: change.dot.replica)
    (progress.counter, progress.stamp) = (change.dot.counter, change.stamp)
    household.state.replicas[change.dot.replica] = progress
    if let content = RenewedContent(change, in: household.state) { try note(content, change.dot, household) }
    // A verdict that is repeated under another number keeps its decisions where they are.
    if isCommitted, case .merged(let decisions) = change.verdict { try write(decisions, change.revision, household) }
  }

  private func note(_ content: RenewedContent, _ dot: Dot, _ household: KnownHousehold) throws {
    let statement = try statements.statement(.insertRenewed)
    statement.bind(1, household.number)
    statement.bind(2, content.device)
    statement.bind(3, content.contentHash)
    statement.bind(4, Int64(dot.replica.rawValue))
    statement.bind(5, Int64(bitPattern: dot.counter))
    try statement.run()
    household.hasRenewed = true
  }

  private func write(_ decisions: [Decision], _ revision: Revision, _ household: KnownHousehold) throws {
    let statement = try statements.statement(.insertDecision)
    for (ordinal, decision) in decisions.enumerated() {
      statement.bind(1, household.number)
      statement.bind(2, Int64(bitPattern: revision.rawValue))
      statement.bind(3, Int64(ordinal))
      statement.bind(4, Int64(decision.collection.rawValue))
      statement.bind(5, decision.record)
      statement.bind(6, decision.conflict.encoded)
      try statement.run()
    }
  }

  // MARK: References

  func run(_ kind: HubStatement, _ reference: Reference, _ household: KnownHousehold) throws {
    let statement = try statements.statement(kind)
    statement.bind(1, household.number)
    statement.bind(2, reference.target)
    statement.bind(3, Int64(reference.collection.rawValue))
    statement.bind(4, reference.record)
    statement.bind(5, Int64(reference.field.rawValue))
    try statement.run()
  }

  // MARK: Values that only one record may have

  private func release(_ key: UniqueKey) throws {
    let statement = try statements.statement(.deleteUnique)
    statement.bind(1, key.bytes)
    try statement.run()
  }

  private func take(_ entry: UniqueEntry, _ household: KnownHousehold) throws {
    let statement = try statements.statement(.insertUnique)
    statement.bind(1, entry.key.bytes)
    statement.bind(2, household.number)
    statement.bind(3, Int64(entry.collection.rawValue))
    statement.bind(4, entry.record)
    try statement.run()
  }
}
