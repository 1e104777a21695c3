internal import Foundation
internal import GRDB
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica

/// A device's replica in a SQLite file.
///
/// WAL with `synchronous=FULL`: when an edit has been taken, it is on the disk, whatever happens to the phone.
final class SQLiteReplica: ReplicaStorage {
  private let database: DatabaseQueue

  /// Decided change sets that are kept beside the rejected ones, to be sent again to a hub that was restored from a
  /// backup (P12).
  private static let settledMax = 2000

  /// Opens a replica, or makes a new one.
  ///
  /// - Parameter makeIdentity: who the device is, when the file is new.
  /// - Throws: ``DeviceError`` when the file belongs to another app, household or version, or cannot be used.
  static func open(
    _ path: String, pack: Pack, makeIdentity: () -> ReplicaIdentity
  ) throws(DeviceError) -> (storage: SQLiteReplica, replica: Replica) {
    do {
      var configuration = Configuration()
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      configuration.busyMode = .timeout(2)
      let isInMemory = path == ":memory:"
      if !isInMemory { configuration.journalMode = .wal }
      let storage = SQLiteReplica(
        database: isInMemory
          ? try DatabaseQueue(configuration: configuration)
          : try DatabaseQueue(path: path, configuration: configuration))
      return (storage, try storage.prepare(pack: pack, path: path, makeIdentity: makeIdentity))
    } catch let error as DeviceError {
      throw error
    } catch {
      throw DeviceError(.storage, "The replica `\(path)` cannot be opened: \(error). Is the file in use or damaged?")
    }
  }

  private init(database: DatabaseQueue) {
    self.database = database
  }

  // MARK: Opening

  private static let formatVersion = 1

  private func prepare(pack: Pack, path: String, makeIdentity: () -> ReplicaIdentity) throws -> Replica {
    try database.write { db in
      let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
      switch version {
      case 0: try Self.create(db, pack: pack, identity: makeIdentity())
      case Self.formatVersion: break
      default:
        throw DeviceError(
          .storage,
          "The replica `\(path)` has format \(version), this version reads \(Self.formatVersion). Update the app.")
      }
      let app = try String.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'app'")
      guard app == "\(pack.name) \(pack.version)" else {
        throw DeviceError(
          .storage,
          "The replica `\(path)` belongs to `\(app ?? "nothing")`, not to `\(pack.name) \(pack.version)`. Use another file."
        )
      }
      return try Self.load(db, pack: pack)
    }
  }

  private static func create(_ db: Database, pack: Pack, identity: ReplicaIdentity) throws {
    try db.execute(
      sql: """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE confirmed(collection INTEGER, id BLOB, record BLOB NOT NULL,
          PRIMARY KEY(collection, id)) WITHOUT ROWID;
        CREATE TABLE outbox(counter INTEGER PRIMARY KEY, change_set BLOB NOT NULL, made_at INTEGER NOT NULL,
          is_sent INTEGER NOT NULL);
        CREATE TABLE settled(replica INTEGER, counter INTEGER, change_set BLOB NOT NULL, revision INTEGER NOT NULL,
          at INTEGER NOT NULL, verdict BLOB NOT NULL, is_rejected INTEGER NOT NULL, PRIMARY KEY(replica, counter))
          WITHOUT ROWID;
        CREATE TABLE staged(ordinal INTEGER PRIMARY KEY, patch BLOB NOT NULL);
        CREATE TABLE roster(replica INTEGER PRIMARY KEY, member BLOB NOT NULL, device TEXT NOT NULL);
        PRAGMA user_version = \(formatVersion);
        """)
    try db.execute(sql: "INSERT INTO meta VALUES ('app', ?)", arguments: ["\(pack.name) \(pack.version)"])
    try write(identity, db)
  }

  private static func load(_ db: Database, pack: Pack) throws -> Replica {
    guard let bytes = try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'identity'") else {
      throw DeviceError(.storage, "The replica has lost its identity: the file is damaged.")
    }
    let outbox = try Row.fetchAll(db, sql: "SELECT change_set, made_at, is_sent FROM outbox ORDER BY counter").map {
      row in
      OutboxEntry(
        changeSet: try decode(row[0]), madeAt: Instant(milliseconds: row[1]), isSent: row[2])
    }
    let roster = try Row.fetchAll(db, sql: "SELECT replica, member, device FROM roster").map { row in
      RosterEntry(
        replica: ReplicaNumber(rawValue: row[0]), member: try decode(row[1]), device: row[2])
    }
    return Replica(pack: pack, identity: try decode(bytes), outbox: outbox, roster: roster)
  }

  // MARK: Reading

  func confirmed(_ key: ReplicaKey) throws -> VisibleRecord? {
    try database.read { db in
      let statement = try db.cachedStatement(sql: "SELECT record FROM confirmed WHERE collection = ? AND id = ?")
      return try Data.fetchOne(
        statement, arguments: [Int(key.collection.rawValue), Data(key.record.bytes)]
      ).map { try Self.decode($0) }
    }
  }

  func confirmed(in collection: CollectionNumber) throws -> [(RecordID, VisibleRecord)] {
    try database.read { db in
      let statement = try db.cachedStatement(sql: "SELECT id, record FROM confirmed WHERE collection = ? ORDER BY id")
      return try Row.fetchAll(statement, arguments: [Int(collection.rawValue)]).map { row in
        (try Self.decode(row[0]), try Self.decode(row[1]))
      }
    }
  }

  func staged() throws -> [RecordPatch] {
    try database.read { db in
      try Data.fetchAll(db, sql: "SELECT patch FROM staged ORDER BY ordinal").map { try Self.decode($0) }
    }
  }

  func settled(of replica: ReplicaNumber, after counter: UInt64) throws -> [SettledEntry] {
    try entries(
      "SELECT * FROM settled WHERE replica = ? AND counter > ? ORDER BY counter",
      [Int64(replica.rawValue), Int64(clamping: counter)])
  }

  /// The last decided change sets, newest first.
  func recentlySettled(limit: Int) throws -> [SettledEntry] {
    try entries("SELECT * FROM settled ORDER BY at DESC, counter DESC LIMIT ?", [limit])
  }

  /// All rejected change sets, oldest first.
  func rejected() throws -> [SettledEntry] {
    try entries("SELECT * FROM settled WHERE is_rejected ORDER BY at, counter", [])
  }

  private func entries(_ sql: String, _ arguments: StatementArguments) throws -> [SettledEntry] {
    try database.read { db in
      try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
        SettledEntry(
          replica: ReplicaNumber(rawValue: row["replica"]), changeSet: try Self.decode(row["change_set"]),
          revision: Revision(rawValue: UInt64(bitPattern: row["revision"])), at: Instant(milliseconds: row["at"]),
          verdict: try Self.decode(row["verdict"]))
      }
    }
  }

  // MARK: Writing

  func write(_ writes: ReplicaWrites) throws {
    guard !writes.isEmpty else { return }
    try database.write { db in
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

  private static func write(_ identity: ReplicaIdentity, _ db: Database) throws {
    try db.execute(
      sql: "INSERT OR REPLACE INTO meta VALUES ('identity', ?)", arguments: [Data(identity.encoded)])
  }

  private static func writeRecords(_ writes: ReplicaWrites, _ db: Database) throws {
    if writes.clearsConfirmed { try db.execute(sql: "DELETE FROM confirmed") }
    if writes.clearsStaged { try db.execute(sql: "DELETE FROM staged") }
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
        sql: "DELETE FROM settled WHERE replica = ? AND counter = ?",
        arguments: [Int64(entry.replica.rawValue), Int64(clamping: entry.changeSet.counter)])
    }
    for entry in writes.settled {
      try db.execute(
        sql: "INSERT OR REPLACE INTO settled VALUES (?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          Int64(entry.replica.rawValue), Int64(clamping: entry.changeSet.counter), Data(entry.changeSet.encoded),
          Int64(bitPattern: entry.revision.rawValue), entry.at.milliseconds, Data(entry.verdict.encoded),
          entry.isRejected,
        ])
      // Every so often, so that each decided change set pays for its own removal and no more.
      guard entry.changeSet.counter % 256 == 0 else { continue }
      try db.execute(
        sql: "DELETE FROM settled WHERE replica = ? AND counter < ? AND NOT is_rejected",
        arguments: [
          Int64(entry.replica.rawValue), Int64(clamping: entry.changeSet.counter) - Int64(settledMax),
        ])
    }
  }

  // MARK: Bytes

  private static func decode<Stored: ByteDecodable>(_ data: Data) throws -> Stored {
    do {
      return try Stored(encoded: Array(data))
    } catch {
      throw DeviceError(.storage, "The replica holds a damaged \(Stored.self): \(error).")
    }
  }
}

extension ReplicaWrites {
  fileprivate var isEmpty: Bool {
    identity == nil && roster.isEmpty && !clearsConfirmed && confirmed.isEmpty && outbox == nil
      && addedToOutbox.isEmpty && removedFromOutbox.isEmpty && sent == nil && settled.isEmpty && unsettled.isEmpty
      && !clearsStaged && staged.isEmpty && !wipes
  }
}
