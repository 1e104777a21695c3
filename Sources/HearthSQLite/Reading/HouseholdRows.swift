internal import HearthEngine
internal import HearthModel

/// A row of `hearth_households`.
struct HouseholdRow {
  let number: Int64
  let app: String
  let horizon: Revision

  /// Reads the row of a household; nil when there is none.
  init?(_ id: HouseholdID, _ statement: HotStatement) throws {
    statement.bind(1, id.description)
    guard try statement.next() else { return nil }
    defer { statement.reset() }
    number = statement.integer(0)
    app = statement.text(1)
    horizon = Revision(rawValue: UInt64(bitPattern: statement.integer(2)))
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

extension Lineage {
  /// Reads the lives of the store, and where each began for a household.
  fileprivate init(of household: Int64, _ statement: HotStatement) throws {
    self.init()
    statement.bind(1, household)
    while try statement.next() {
      let first = statement.isNull(1) ? nil : Revision(rawValue: UInt64(bitPattern: statement.integer(1)))
      lives.append(Life(epoch: Epoch(rawValue: UInt64(bitPattern: statement.integer(0))), first: first))
    }
  }
}

extension HouseholdState {
  /// Reads how far a household and its replicas have come.
  init(_ id: HouseholdID, _ row: HouseholdRow, _ statement: (HubStatement) throws -> HotStatement) throws {
    self.init(id: id, app: row.app, lineage: try Lineage(of: row.number, statement(.lives)))
    horizon = row.horizon
    let installs = try statement(.installs)
    installs.bind(1, row.number)
    while try installs.next() {
      guard let number = UInt32(exactly: installs.integer(0)), let device = installs.id(1) else {
        installs.reset()
        throw StoreFault.corrupt("hearth_installs", "household \(row.number)", "a number or a device is none")
      }
      replicas[ReplicaNumber(rawValue: number)] = Replica(device: device)
    }
    for last in try LastChange.all(of: row.number, statement(.lastChangeOfReplicaBelow)) {
      var progress = progress(of: last.replica)
      (progress.counter, progress.stamp) = (last.counter, last.stamp)
      replicas[last.replica] = progress
      revision = max(revision, last.head)
    }
  }
}

extension Dot {
  /// Finds the dot under which content was decided that a device sent anew; nil when there is none.
  init?(of content: RenewedContent, in household: Int64, _ statement: HotStatement) throws {
    statement.bind(1, household)
    statement.bind(2, content.device)
    statement.bind(3, content.contentHash)
    guard try statement.next() else { return nil }
    defer { statement.reset() }
    guard let replica = UInt32(exactly: statement.integer(0)) else {
      throw StoreFault.corrupt("hearth_renewed", "household \(household)", "a replica number is none")
    }
    self.init(ReplicaNumber(rawValue: replica), UInt64(bitPattern: statement.integer(1)))
  }
}

extension Reference {
  /// The references that point to a record.
  static func all(to target: RecordID, of household: Int64, _ statement: HotStatement) throws -> [Reference] {
    statement.bind(1, household)
    statement.bind(2, target)
    var references = [Reference]()
    while try statement.next() {
      guard let collection = UInt16(exactly: statement.integer(0)), let record = statement.id(1),
        let field = UInt16(exactly: statement.integer(2))
      else {
        statement.reset()
        throw StoreFault.corrupt("hearth_references", "target \(target)", "a number or an id is none")
      }
      references.append(
        Reference(
          target: target, collection: CollectionNumber(rawValue: collection), record: record,
          field: FieldNumber(rawValue: field)))
    }
    return references
  }
}
