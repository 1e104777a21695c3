internal import HearthEngine
internal import HearthModel

/// A row of `hearth_households`.
struct HouseholdRow {
  let number: Int64
  let app: String
  let epoch: Epoch

  /// Reads the row of a household; nil when there is none.
  init?(_ id: HouseholdID, _ statement: HotStatement) throws {
    statement.bind(1, id.description)
    guard try statement.next() else { return nil }
    defer { statement.reset() }
    number = statement.integer(0)
    app = statement.text(1)
    epoch = Epoch(rawValue: UInt64(bitPattern: statement.integer(2)))
  }
}

/// Where a replica stands: its last row in `hearth_changes`.
struct LastChange {
  let replica: ReplicaNumber
  let counter: UInt64
  let stamp: HybridTime
  /// The household's head after it.
  let head: Revision

  /// The last change of each replica of a household, from the greatest number down.
  ///
  /// One search for each replica, and one to find that there are no more.
  static func all(of household: Int64, _ statement: HotStatement) throws -> [LastChange] {
    var found = [LastChange]()
    var below = Int64(UInt32.max) + 1
    statement.bind(1, household)
    while true {
      statement.bind(2, below)
      guard try statement.next() else { return found }
      defer { statement.reset() }
      below = statement.integer(0)
      guard let replica = UInt32(exactly: below) else {
        throw StoreFault.corrupt("hearth_changes", "household \(household)", "\(below) is no replica number")
      }
      found.append(
        LastChange(
          replica: ReplicaNumber(rawValue: replica), counter: UInt64(bitPattern: statement.integer(1)),
          stamp: HybridTime(rawValue: UInt64(bitPattern: statement.integer(2))),
          head: Revision(rawValue: UInt64(bitPattern: statement.integer(3)))))
    }
  }
}
