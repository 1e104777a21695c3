internal import Foundation
internal import GRDB
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica

/// A device's replica in a SQLite file.
///
/// WAL with `synchronous=FULL`: when an edit has been taken, it is on the disk, whatever happens to the phone.
final class SQLiteReplica: ReplicaStorage {
  let database: DatabaseQueue
  let path: String
  /// Names this opening of the file; only the last opening may write.
  let opening = Int64.random(in: .min ... .max)

  /// Decided change sets that are kept beside the rejected ones, to be sent again to a hub that was restored from a
  /// backup (P12).
  private static let settledMax = 2000

  init(database: DatabaseQueue, path: String) {
    self.database = database
    self.path = path
  }

  // MARK: Reading

  private func read<Result>(_ body: (Database) throws -> Result) throws(DeviceError) -> Result {
    do {
      return try database.read(body)
    } catch {
      throw DeviceError(error, path: path)
    }
  }

  func confirmed(_ key: ReplicaKey) throws -> VisibleRecord? {
    try read { db in
      let statement = try db.cachedStatement(sql: "SELECT record FROM confirmed WHERE collection = ? AND id = ?")
      return try Data.fetchOne(
        statement, arguments: [Int(key.collection.rawValue), Data(key.record.bytes)]
      ).map { try Self.decode($0) }
    }
  }

  func confirmedKeys() throws -> [ReplicaKey] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT collection, id FROM confirmed ORDER BY collection, id").map { row in
        ReplicaKey(CollectionNumber(rawValue: row[0]), try Self.decode(row[1]))
      }
    }
  }

  func confirmed(in collection: CollectionNumber) throws -> [(RecordID, VisibleRecord)] {
    try read { db in
      let statement = try db.cachedStatement(sql: "SELECT id, record FROM confirmed WHERE collection = ? ORDER BY id")
      return try Row.fetchAll(statement, arguments: [Int(collection.rawValue)]).map { row in
        (try Self.decode(row[0]), try Self.decode(row[1]))
      }
    }
  }

  func staged() throws -> [RecordPatch] {
    try read { db in
      try Data.fetchAll(db, sql: "SELECT patch FROM staged ORDER BY ordinal").map { try Self.decode($0) }
    }
  }

  func settled(of incarnation: UInt64, after counter: UInt64) throws -> [SettledEntry] {
    try entries(
      "SELECT * FROM settled WHERE incarnation = ? AND counter > ? ORDER BY counter",
      [Int64(bitPattern: incarnation), Int64(clamping: counter)])
  }

  func settled(besides incarnation: UInt64) throws -> [SettledEntry] {
    try entries(
      "SELECT * FROM settled WHERE incarnation <> ? ORDER BY stamp", [Int64(bitPattern: incarnation)])
  }

  /// The last decided change sets, newest first.
  func recentlySettled(limit: Int) throws -> [SettledEntry] {
    try entries("SELECT * FROM settled ORDER BY at DESC, counter DESC LIMIT ?", [limit])
  }

  /// The rejected change sets that nobody has dismissed, oldest first.
  func rejected() throws -> [SettledEntry] {
    try entries("SELECT * FROM settled WHERE is_rejected ORDER BY at, counter", [])
  }

  /// How many there are of them.
  func rejectedCount() throws -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM settled WHERE is_rejected") ?? 0 }
  }

  /// The decided change set with a stamp; nil when it was forgotten. A number alone may be another install's.
  func settled(_ ticket: ChangeTicket) throws -> SettledEntry? {
    let counter = Int64(clamping: ticket.counter)
    let likely = try entries("SELECT * FROM settled WHERE counter = ?", [counter])
    if let entry = likely.first(where: { $0.changeSet.stamp == ticket.stamp }) { return entry }
    return try entries("SELECT * FROM settled ORDER BY counter DESC", []).first { $0.changeSet.stamp == ticket.stamp }
  }

  private func entries(_ sql: String, _ arguments: StatementArguments) throws -> [SettledEntry] {
    try read { db in
      try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
        SettledEntry(
          incarnation: UInt64(bitPattern: row["incarnation"]),
          replica: ReplicaNumber(rawValue: row["replica"]), changeSet: try Self.decode(row["change_set"]),
          revision: Revision(rawValue: UInt64(bitPattern: row["revision"])), at: Instant(milliseconds: row["at"]),
          verdict: try Self.decode(row["verdict"]))
      }
    }
  }

  // MARK: Writing

  /// Two openings of one file would give two edits the same number: the later one goes on, the earlier one ends.
  private func checkOpening(_ db: Database) throws {
    let last = try Int64.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'opening'")
    guard last == opening else {
      throw DeviceError(
        .storage, "The replica `\(path)` is in use: it was opened again, so this device lets go of it. Open it once.")
    }
  }

  private func write(_ body: (Database) throws -> Void) throws(DeviceError) {
    do {
      try database.write { db in
        try checkOpening(db)
        try body(db)
      }
    } catch {
      throw DeviceError(error, path: path)
    }
  }

  /// Takes a rejected change set from the list of those to look at. It stays as long as an accepted one would: a hub
  /// that was restored from a backup takes an install's change sets without gaps (P12).
  func dismiss(_ counter: UInt64, of incarnation: UInt64) throws {
    try write { db in
      try db.execute(
        sql: "UPDATE settled SET is_rejected = 0 WHERE incarnation = ? AND counter = ?",
        arguments: [Int64(bitPattern: incarnation), Int64(clamping: counter)])
    }
  }

  func write(_ writes: ReplicaWrites) throws {
    guard !writes.isEmpty else { return }
    try write { db in
      if writes.wipes {
        try db.execute(
          sql:
            "DELETE FROM confirmed; DELETE FROM staged; DELETE FROM roster; DELETE FROM settled WHERE NOT is_rejected")
      }
      if let identity = writes.identity { try Self.write(identity, db) }
      for entry in writes.roster {
        try db.execute(
          sql: "INSERT OR REPLACE INTO roster VALUES (?, ?, ?)",
          arguments: [Int64(entry.replica.rawValue), Data(entry.member.bytes), entry.device])
      }
      try Self.writeRecords(writes, db)
      try Self.writeOutbox(writes, db)
      try Self.writeSettled(writes, db)
    }
  }

  static func write(_ identity: ReplicaIdentity, _ db: Database) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO meta VALUES ('identity', ?)", arguments: [Data(identity.encoded)])
  }

  private static func writeRecords(_ writes: ReplicaWrites, _ db: Database) throws {
    if writes.clearsConfirmed { try db.execute(sql: "DELETE FROM confirmed") }
    if writes.clearsStaged { try db.execute(sql: "DELETE FROM staged") }
    let forget = try db.cachedStatement(sql: "DELETE FROM confirmed WHERE collection = ? AND id = ?")
    for key in writes.forgotten {
      try forget.execute(arguments: [Int(key.collection.rawValue), Data(key.record.bytes)])
    }
    let put = try db.cachedStatement(sql: "INSERT OR REPLACE INTO confirmed VALUES (?, ?, ?)")
    for (key, record) in writes.confirmed {
      try put.execute(
        arguments: [Int(key.collection.rawValue), Data(key.record.bytes), Data(record.encoded)])
    }
    let stage = try db.cachedStatement(sql: "INSERT INTO staged(patch) VALUES (?)")
    for patch in writes.staged { try stage.execute(arguments: [Data(patch.encoded)]) }
  }

  private static func writeOutbox(_ writes: ReplicaWrites, _ db: Database) throws {
    if writes.outbox != nil { try db.execute(sql: "DELETE FROM outbox") }
    let add = try db.cachedStatement(sql: "INSERT INTO outbox VALUES (?, ?, ?, ?)")
    for entry in (writes.outbox ?? []) + writes.addedToOutbox {
      try add.execute(
        arguments: [
          Int64(clamping: entry.changeSet.counter), Data(entry.changeSet.encoded), entry.madeAt.milliseconds,
          entry.isSent,
        ])
    }
    if let sent = writes.sent {
      try db.execute(
        sql: "UPDATE outbox SET is_sent = 1 WHERE counter BETWEEN ? AND ? AND NOT is_sent",
        arguments: [Int64(clamping: sent.lowerBound), Int64(clamping: sent.upperBound)])
    }
    for counter in writes.removedFromOutbox {
      try db.execute(sql: "DELETE FROM outbox WHERE counter = ?", arguments: [Int64(clamping: counter)])
    }
  }

  private static func writeSettled(_ writes: ReplicaWrites, _ db: Database) throws {
    for entry in writes.unsettled {
      try db.execute(
        sql: "DELETE FROM settled WHERE incarnation = ? AND counter = ?",
        arguments: [Int64(bitPattern: entry.incarnation), Int64(clamping: entry.changeSet.counter)])
    }
    for entry in writes.settled {
      try db.execute(
        sql: "INSERT OR REPLACE INTO settled VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          Int64(bitPattern: entry.incarnation), Int64(clamping: entry.changeSet.counter),
          Int64(entry.replica.rawValue), Int64(bitPattern: entry.changeSet.stamp.rawValue),
          Data(entry.changeSet.encoded), Int64(bitPattern: entry.revision.rawValue), entry.at.milliseconds,
          Data(entry.verdict.encoded),
          entry.isRejected,
        ])
      // Every so often, so that each decided change set pays for its own removal and no more.
      guard entry.changeSet.counter % 256 == 0 else { continue }
      try db.execute(
        sql: "DELETE FROM settled WHERE incarnation = ? AND counter < ? AND NOT is_rejected",
        arguments: [
          Int64(bitPattern: entry.incarnation), Int64(clamping: entry.changeSet.counter) - Int64(settledMax),
        ])
    }
  }

  // MARK: Bytes

  static func decode<Stored: ByteDecodable>(_ data: Data) throws -> Stored {
    do {
      return try Stored(encoded: Array(data))
    } catch {
      throw DeviceError(.storage, "The replica holds a damaged \(Stored.self): \(error).")
    }
  }
}

extension ReplicaWrites {
  fileprivate var isEmpty: Bool {
    identity == nil && roster.isEmpty && !clearsConfirmed && confirmed.isEmpty && forgotten.isEmpty
      && outbox == nil
      && addedToOutbox.isEmpty && removedFromOutbox.isEmpty && sent == nil && settled.isEmpty && unsettled.isEmpty
      && !clearsStaged && staged.isEmpty && !wipes
  }
}
