internal import Foundation
internal import GRDB
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica

extension SQLiteReplica {
  private static let formatVersion = 2
  /// Seconds to wait for another program that holds the file, as one that makes a backup.
  private static let busySeconds = 2.0

  /// Opens a replica, or makes a new one.
  ///
  /// - Parameter identity: who the device is; a new file keeps it, a known one has to belong to its household and
  ///   member.
  /// - Throws: ``DeviceError`` when the file belongs to another app, household, member or version, or cannot be used.
  ///   It is then as it was.
  static func open(
    _ path: String, pack: Pack, identity: ReplicaIdentity
  ) throws(DeviceError) -> (storage: SQLiteReplica, replica: Replica) {
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(busySeconds)
      guard path != ":memory:" else {
        let storage = SQLiteReplica(database: try DatabaseQueue(configuration: configuration), path: path)
        return (storage, try storage.prepare(pack, identity))
      }
      if FileManager.default.fileExists(atPath: path) { try inspect(path, pack, identity, configuration) }
      let storage = SQLiteReplica(
        database: try DatabaseQueue(path: path, configuration: configuration), path: path)
      try storage.makeDurable()
      return (storage, try storage.prepare(pack, identity))
    } catch {
      throw DeviceError(error, path: path)
    }
  }

  // MARK: Before anything is written

  /// Looks at a file without writing to it, so that one that is not ours stays as it is.
  private static func inspect(
    _ path: String, _ pack: Pack, _ wanted: ReplicaIdentity, _ configuration: Configuration
  ) throws {
    var configuration = configuration
    configuration.readonly = true
    let database = try DatabaseQueue(path: path, configuration: configuration)
    defer { try? database.close() }
    try database.read { db in
      if try isNew(db, path) { return }
      try check(db, path, pack, wanted)
    }
  }

  private static func isNew(_ db: Database, _ path: String) throws -> Bool {
    guard try Int.fetchOne(db, sql: "PRAGMA user_version") == 0 else { return false }
    guard try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0 else {
      throw DeviceError(.storage, "`\(path)` is a database of another program. Use another file.")
    }
    return true
  }

  private static func check(_ db: Database, _ path: String, _ pack: Pack, _ wanted: ReplicaIdentity) throws {
    let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    guard version == formatVersion else {
      let advice =
        version > formatVersion
        ? "A newer app wrote it: update the app."
        : "An older app wrote it: let that one send what waits, then start with another file."
      throw DeviceError(
        .storage, "The replica `\(path)` has format \(version), this version reads \(formatVersion). \(advice)")
    }
    let app = try String.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'app'") ?? "nothing"
    let identity = try identity(db, path)
    // With another household's replica a device would carry edits from one household to another (P8).
    for (what, found, expected) in [
      ("", "`\(app)`", "`\(pack.name) \(pack.version)`"),
      ("household ", "\(identity.household)", "\(wanted.household)"),
      ("member ", "\(identity.member)", "\(wanted.member)"),
    ] where found != expected {
      throw DeviceError(
        .storage, "The replica `\(path)` belongs to \(what)\(found), not to \(expected). Use another file.")
    }
  }

  private static func identity(_ db: Database, _ path: String) throws -> ReplicaIdentity {
    guard let bytes = try Data.fetchOne(db, sql: "SELECT value FROM meta WHERE name = 'identity'") else {
      throw DeviceError(.storage, "The replica `\(path)` has lost its identity: the file is damaged.")
    }
    return try decode(bytes)
  }

  // MARK: Making and loading

  /// Makes each commit wait for the disk, and checks that it does.
  ///
  /// https://www.sqlite.org/pragma.html#pragma_synchronous: in WAL mode only with FULL "the WAL is synced after each
  /// transaction commit"; fullfsync makes Apple's disks do it, too.
  private func makeDurable() throws {
    let (mode, synchronous) = try database.writeWithoutTransaction { db in
      let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
      try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON")
      return (mode, try Int.fetchOne(db, sql: "PRAGMA synchronous"))
    }
    guard mode == "wal", synchronous == 2 else {
      throw DeviceError(
        .storage,
        "The replica `\(path)` cannot be written durably: expected journal mode wal and synchronous 2, found "
          + "\(mode ?? "none") and \(synchronous ?? -1). Use a file on another disk.")
    }
  }

  private func prepare(_ pack: Pack, _ identity: ReplicaIdentity) throws -> Replica {
    try database.write { db in
      if try Self.isNew(db, path) { try Self.create(db, pack: pack, identity: identity) }
      try Self.check(db, path, pack, identity)
      let replica = try Self.load(db, path, pack)
      try db.execute(sql: "INSERT OR REPLACE INTO meta VALUES ('opening', ?)", arguments: [opening])
      return replica
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
        CREATE TABLE settled(incarnation INTEGER, counter INTEGER, replica INTEGER NOT NULL, stamp INTEGER NOT NULL,
          change_set BLOB NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL, verdict BLOB NOT NULL,
          is_rejected INTEGER NOT NULL, PRIMARY KEY(incarnation, counter)) WITHOUT ROWID;
        CREATE TABLE staged(ordinal INTEGER PRIMARY KEY, patch BLOB NOT NULL);
        CREATE TABLE roster(replica INTEGER PRIMARY KEY, member BLOB NOT NULL, device TEXT NOT NULL);
        PRAGMA user_version = \(formatVersion);
        """)
    try db.execute(sql: "INSERT INTO meta VALUES ('app', ?)", arguments: ["\(pack.name) \(pack.version)"])
    try write(identity, db)
  }

  private static func load(_ db: Database, _ path: String, _ pack: Pack) throws -> Replica {
    let outbox = try Row.fetchAll(db, sql: "SELECT change_set, made_at, is_sent FROM outbox ORDER BY counter").map {
      row in
      OutboxEntry(
        changeSet: try decode(row[0]), madeAt: Instant(milliseconds: row[1]), isSent: row[2])
    }
    let roster = try Row.fetchAll(db, sql: "SELECT replica, member, device FROM roster").map { row in
      RosterEntry(
        replica: ReplicaNumber(rawValue: row[0]), member: try decode(row[1]), device: row[2])
    }
    return Replica(pack: pack, identity: try identity(db, path), outbox: outbox, roster: roster)
  }
}
