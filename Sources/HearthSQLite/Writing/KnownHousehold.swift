internal import HearthEngine
internal import HearthModel

/// A household that the writer remembers. A class, so that a commit changes its head and replicas in place.
final class KnownHousehold {
  /// The number under which rows know it.
  let number: Int64
  let tables: PackTables
  var state: HouseholdState
  /// Whether some change set named former dots: seldom, so that the others need not look for their content.
  var hasRenewed: Bool

  init(number: Int64, tables: PackTables, state: HouseholdState, hasRenewed: Bool) {
    self.number = number
    self.tables = tables
    self.state = state
    self.hasRenewed = hasRenewed
  }
}

extension Writer {
  /// A household; nil when there is none with this id.
  func household(_ id: HouseholdID) throws -> KnownHousehold? {
    if let known = households[id] { return known }
    guard let row = try HouseholdRow(id, statements.statement(.household)) else { return nil }
    guard let tables = tables[row.app] else { throw StoreFault.packMissing(row.app, path) }
    let state = try HouseholdState(id, row) { try statements.statement($0) }
    let known = KnownHousehold(
      number: row.number, tables: tables, state: state, hasRenewed: try hasRenewed(row.number))
    households[id] = known
    return known
  }

  private func hasRenewed(_ household: Int64) throws -> Bool {
    let statement = try statements.statement(.hasRenewed)
    statement.bind(1, household)
    defer { statement.reset() }
    return try statement.next()
  }

  /// A household that has to be there.
  func existing(_ id: HouseholdID) throws -> KnownHousehold {
    guard let known = try household(id) else { throw StoreFault.unknown(id) }
    return known
  }
}
