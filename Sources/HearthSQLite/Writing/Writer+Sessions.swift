internal import Foundation
internal import GRDB
internal import HearthEngine
internal import HearthModel

// Households, devices and installs: rows that change when people come and go, so that GRDB's own statements do.

extension Writer {
  func found(_ founded: Commit.Founded) throws {
    guard try household(founded.state.id) == nil else {
      throw StoreFault(.exists, "The household `\(founded.label)` (\(founded.state.id)) exists already.")
    }
    guard tables[founded.state.app] != nil else { throw StoreFault.packMissing(founded.state.app, path) }
    try database.execute(
      sql: "INSERT INTO hearth_households (uuid, app, label) VALUES (?, ?, ?)",
      arguments: [founded.state.id.description, founded.state.app, founded.label])
    for device in founded.devices { try add(device) }
  }

  func allHouseholds() throws -> [HouseholdEntry] {
    let rows = try Row.fetchAll(database, sql: "SELECT uuid, app, label FROM hearth_households ORDER BY number")
    return try rows.map { row in
      HouseholdEntry(id: try Self.household(row["uuid"]), app: row["app"], label: row["label"])
    }
  }

  func beginLife(_ epoch: Epoch) throws {
    try database.execute(
      sql: "INSERT INTO hearth_lives (epoch) VALUES (?)", arguments: [Int64(bitPattern: epoch.rawValue)])
    try database.execute(
      sql: "DELETE FROM hearth_lives WHERE number <= (SELECT max(number) FROM hearth_lives) - ?",
      arguments: [Lineage.livesMax])
    households.removeAll()
  }

  /// Notes where the present life begins for a household, with its first commit in it.
  func noteLife(of household: KnownHousehold, first: Revision) throws {
    guard household.state.lineage.isToBeNoted else { return }
    for kind in [HubStatement.noteLife, .forgetLives] {
      let statement = try statements.statement(kind)
      statement.bind(1, household.number)
      if kind == .noteLife { statement.bind(2, Int64(bitPattern: first.rawValue)) }
      try statement.run()
    }
    household.state.lineage.note(first: first)
  }

  // MARK: Catalogues

  func catalogueMark(of app: String) throws -> [UInt8]? {
    try Data.fetchOne(database, sql: "SELECT mark FROM hearth_catalogues WHERE app = ?", arguments: [app])
      .map { Array($0) }
  }

  func noteCatalogue(_ mark: [UInt8], of app: String) throws {
    try database.execute(
      sql: "INSERT INTO hearth_catalogues (app, mark) VALUES (?1, ?2) ON CONFLICT (app) DO UPDATE SET mark = ?2",
      arguments: [app, Data(mark)])
  }

  // MARK: Devices

  func add(_ device: DeviceEntry) throws {
    let household = try existing(device.household)
    let isKnown = try Bool.fetchOne(
      database, sql: "SELECT EXISTS (SELECT 1 FROM hearth_devices WHERE id = ? OR token_hash = ?)",
      arguments: [device.id.data, Data(device.tokenHash)])
    guard isKnown != true else {
      throw StoreFault(.exists, "The device `\(device.name)` exists already.")
    }
    try database.execute(
      sql: "INSERT INTO hearth_devices (id, household, member, name, token_hash) VALUES (?, ?, ?, ?, ?)",
      arguments: [device.id.data, household.number, device.member.data, device.name, Data(device.tokenHash)])
  }

  func device(tokenHash: [UInt8]) throws -> DeviceEntry? {
    try devices("d.token_hash = ?", [Data(tokenHash)]).first
  }

  func devices(of household: HouseholdID) throws -> [DeviceEntry] {
    try devices("h.uuid = ?", [household.description])
  }

  private func devices(_ condition: String, _ arguments: StatementArguments) throws -> [DeviceEntry] {
    let rows = try Row.fetchAll(
      database,
      cached: """
        SELECT d.id, h.uuid, d.member, d.name, d.token_hash
        FROM hearth_devices AS d JOIN hearth_households AS h ON h.number = d.household
        WHERE \(condition) ORDER BY d.number
        """, arguments)
    return try rows.map { row in
      let household = try Self.household(row["uuid"])
      guard let id = RecordID(bytes: row["id"] as Data), let member = RecordID(bytes: row["member"] as Data) else {
        throw StoreFault.corrupt("hearth_devices", "a device of household \(household)", "an id has not 16 bytes")
      }
      return DeviceEntry(
        id: id, household: household, member: member, name: row["name"], tokenHash: Array(row["token_hash"] as Data))
    }
  }

  // MARK: Installs

  func openReplica(household: HouseholdID, device: RecordID, incarnation: UInt64) throws -> ReplicaNumber {
    let known = try existing(household)
    let install: StatementArguments = [known.number, device.data, Int64(bitPattern: incarnation)]
    let number = try Int64.fetchOne(
      database, sql: "SELECT replica FROM hearth_installs WHERE household = ? AND device = ? AND incarnation = ?",
      arguments: install)
    if let number, let replica = UInt32(exactly: number) { return ReplicaNumber(rawValue: replica) }
    return try transaction {
      let highest = try Int64.fetchOne(
        database, sql: "SELECT max(replica) FROM hearth_installs WHERE household = ?", arguments: [known.number])
      let replica = ReplicaNumber(rawValue: UInt32(highest ?? 0) + 1)
      try database.execute(
        sql: "INSERT INTO hearth_installs (household, device, incarnation, replica) VALUES (?, ?, ?, ?)",
        arguments: install + [Int64(replica.rawValue)])
      known.state.replicas[replica] = HouseholdState.Replica(device: device)
      return replica
    }
  }

  func acknowledge(_ acknowledgements: [Acknowledgement], now: Instant) throws {
    let statement = try statements.statement(.acknowledge)
    for item in acknowledgements {
      guard let known = try household(item.household) else { continue }
      statement.bind(1, known.number)
      statement.bind(2, Int64(item.replica.rawValue))
      statement.bind(3, Int64(clamping: item.revision.rawValue))
      statement.bind(4, now.milliseconds)
      try statement.run()
    }
  }

  private static func household(_ uuid: String) throws(StoreFault) -> HouseholdID {
    guard let id = RecordID(uuid) else { throw .corrupt("hearth_households", "household `\(uuid)`", "the id is none") }
    return HouseholdID(id)
  }
}

extension RecordID {
  fileprivate var data: Data { Data(bytes) }
}

extension Row {
  fileprivate static func fetchAll(
    _ database: Database, cached sql: String, _ arguments: StatementArguments
  ) throws -> [Row] {
    try fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
  }
}
