internal import HearthEngine
internal import HearthModel

/// A household that the writer remembers. A class, so that a commit changes its head and replicas in place.
final class KnownHousehold {
  /// The number under which rows know it.
  let number: Int64
  let tables: PackTables
  var state: HouseholdState

  init(number: Int64, tables: PackTables, state: HouseholdState) {
    self.number = number
    self.tables = tables
    self.state = state
  }
}

extension Writer {
  /// A household; nil when there is none with this id.
  func household(_ id: HouseholdID) throws -> KnownHousehold? {
    if let known = households[id] { return known }
    guard let row = try HouseholdRow(id, statements.statement(.household)) else { return nil }
    guard let tables = tables[row.app] else { throw StoreFault.packMissing(row.app, path) }
    var state = HouseholdState(id: id, app: row.app, epoch: row.epoch)
    try readReplicas(of: row.number, into: &state)
    let known = KnownHousehold(number: row.number, tables: tables, state: state)
    households[id] = known
    return known
  }

  /// A household that has to be there.
  func existing(_ id: HouseholdID) throws -> KnownHousehold {
    guard let known = try household(id) else { throw StoreFault.unknown(id) }
    return known
  }

  private func readReplicas(of household: Int64, into state: inout HouseholdState) throws {
    let installs = try statements.statement(.installs)
    installs.bind(1, household)
    while try installs.next() {
      guard let number = UInt32(exactly: installs.integer(0)), let device = installs.id(1) else {
        installs.reset()
        throw StoreFault.corrupt("hearth_installs", "household \(household)", "a number or a device is none")
      }
      state.replicas[ReplicaNumber(rawValue: number)] = HouseholdState.Replica(device: device)
    }
    for last in try LastChange.all(of: household, statements.statement(.lastChangeOfReplicaBelow)) {
      var progress = state.progress(of: last.replica)
      (progress.counter, progress.stamp) = (last.counter, last.stamp)
      state.replicas[last.replica] = progress
      state.revision = max(state.revision, last.head)
    }
  }
}
