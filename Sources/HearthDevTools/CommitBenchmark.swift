package import ArgumentParser
internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import HearthConsole
internal import HearthEngine
internal import HearthHub
internal import HearthModel
internal import HearthPack
internal import HearthSQLite

/// `hearth-dev commit-benchmark`: what deciding and committing costs, beside what SQLite alone costs.
///
/// Two numbers answer the question: change sets a second, and CPU for each. A change set is the typical one: a parent
/// changes two fields of a task that it has seen. The reference does with SQLite only what nobody can do without: two
/// upserted rows of 80 bytes for each change set, the same batch in one transaction, WAL and synchronous=FULL. It does
/// so twice, over SQLite's C interface and through GRDB's arguments, which is what the store's choice between them
/// rests on.
package struct CommitBenchmark: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "commit-benchmark", abstract: "Measure the commit path at several batch sizes.",
    discussion: "Build with -c release. Example: hearth-dev commit-benchmark --seconds 3")

  @Option(help: "Change sets in a transaction, separated by commas.") var batches = "1,16,128,1024"
  @Option(help: "Households that take turns.") var households = 200
  @Option(help: "Seconds for each batch size.") var seconds = 2.0
  @Option(help: "Folder of the packs.") var packs = "fixtures"
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  struct Row: Encodable {
    let batch: Int
    let change_sets_per_second: Double
    let cpu_us_per_change_set: Double
    let reference_cpu_us: Double
    let reference_through_grdb_cpu_us: Double
    let ratio: Double
  }

  package mutating func run() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-benchmark-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let sizes = batches.split(separator: ",").compactMap { Int($0) }.filter { (1...100_000).contains($0) }
    guard !sizes.isEmpty else { throw ValidationError("--batches wants numbers, as 1,16,128.") }
    var bench = try CommitBench(folder: folder, packs: packs, households: households)
    let reference = try UpsertReference(folder: folder, binds: .throughHandle)
    let boxed = try UpsertReference(folder: folder, binds: .throughGRDB)
    var rows = [Row]()
    for size in sizes {
      let own = try measure { try bench.commit(batch: size) }
      let bare = try measure { try reference.commit(batch: size) }
      let bareBoxed = try measure { try boxed.commit(batch: size) }
      rows.append(
        Row(
          batch: size, change_sets_per_second: own.perSecond, cpu_us_per_change_set: own.cpu,
          reference_cpu_us: bare.cpu, reference_through_grdb_cpu_us: bareBoxed.cpu, ratio: own.cpu / bare.cpu))
    }
    try show(rows)
  }

  /// Repeats a batch for the time asked for, after a tenth of it to warm up.
  private func measure(_ batch: () throws -> Int) throws -> (perSecond: Double, cpu: Double) {
    let clock = ContinuousClock()
    var end = clock.now + .seconds(seconds / 10)
    while clock.now < end { _ = try batch() }
    var count = 0
    let (wallStart, cpuStart) = (clock.now, ProcessCPU.microseconds)
    end = wallStart + .seconds(seconds)
    while clock.now < end { count += try batch() }
    let (whole, fraction) = (clock.now - wallStart).components
    let elapsed = Double(whole) + Double(fraction) / 1e18
    return (Double(count) / elapsed, (ProcessCPU.microseconds - cpuStart) / Double(count))
  }

  private func show(_ rows: [Row]) throws {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      print(String(decoding: try encoder.encode(rows), as: UTF8.self))
      return
    }
    var table = Table([
      ("batch", .right), ("change sets/s", .right), ("CPU us", .right), ("SQLite alone us", .right), ("ratio", .right),
      ("SQLite through GRDB us", .right),
    ])
    for row in rows {
      table.add([
        "\(row.batch)", "\(Int(row.change_sets_per_second))", rounded(row.cpu_us_per_change_set),
        rounded(row.reference_cpu_us), rounded(row.ratio), rounded(row.reference_through_grdb_cpu_us),
      ])
    }
    print(table.text(.plain), terminator: "")
    print("SQLite \(SQLiteStore.libraryVersion); \(households) households; CPU is user and system time of the process.")
  }

  private func rounded(_ value: Double) -> String {
    String((value * 10).rounded() / 10)
  }
}

/// The hub's commit path: the engine and the SQLite store, without sockets.
private struct CommitBench {
  private let engine: Engine
  private let store: SQLiteStore
  private let tasks: CollectionSchema
  private var writers: [Writer] = []
  private var next = 0

  /// A parent's phone in one household.
  private struct Writer {
    let household: HouseholdID
    let device: RecordID
    let replica: ReplicaNumber
    let member: RecordID
    var counter: UInt64 = 0
    var versions = VersionVector([Dot(.hub, 1)])
  }

  init(folder: URL, packs: String, households: Int) throws {
    let app = URL(filePath: packs).appending(path: "famquest")
    let text = { (name: String) in try String(contentsOf: app.appending(path: name), encoding: .utf8) }
    let pack = try PackLoader.load(text("schema.yaml"), file: "schema.yaml")
    let seed = try SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack)
    guard let family = seed.households.first, let tasks = pack.collection(named: "tasks") else {
      throw ValidationError("The pack of FamQuest is not as the benchmark expects.")
    }
    self.tasks = tasks
    engine = Engine(packs: [pack.name: pack]) { instant, _ in Day(rawValue: Int32(instant.milliseconds / 86_400_000)) }
    store = try SQLiteStore.open(at: folder.appending(path: "hub").path, packs: [pack.name: pack])
    var random = SystemRandomNumberGenerator()
    for _ in 0..<households {
      let own = seed.with([family]).renamed(pack) { RecordID(high: random.next(), low: random.next()) }.households[0]
      _ = try Founding(engine: engine).found(
        own, app: pack.name, in: store, now: Self.now, random: { random.next() | 1 },
        makeToken: { String(random.next()) + String(random.next()) })
      let device = try store.devices(of: own.id).first { $0.name == "eva-phone" }!
      let replica = try store.openReplica(household: own.id, device: device.id, incarnation: 1)
      writers.append(
        Writer(household: own.id, device: device.id, replica: replica, member: device.member))
    }
  }

  private static var now: Instant { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

  mutating func commit(batch size: Int) throws -> Int {
    let batch = (0..<size).map { _ in makeSubmission() }
    try store.commit { reader in
      let decided = try engine.decide(batch, reader: reader, now: Self.now)
      for case .decided(let outcome, _) in decided.results where outcome.verdict != .accepted {
        throw ValidationError("A change set of the benchmark was not accepted: \(outcome.verdict)")
      }
      return decided.commit
    }
    try store.tidy()
    return size
  }

  private mutating func makeSubmission() -> Submission {
    let position = next % writers.count
    next += 1
    writers[position].counter += 1
    let writer = writers[position]
    let change = RecordChange(
      collection: tasks.number, record: RecordID(name: "dishes"), kind: .update, context: writer.versions,
      edits: [
        Edit(tasks.field(named: "title")!.number, .set(.text("Afwas nummer \(writer.counter)"))),
        Edit(tasks.field(named: "description")!.number, .set(.text("Meteen na het eten, en de pannen ook: \(next)"))),
      ])
    writers[position].versions.join(Dot(writer.replica, writer.counter))
    let stamp = HybridTime(milliseconds: Self.now.milliseconds)
    return Submission(
      household: writer.household, replica: writer.replica, device: writer.device, member: writer.member, offset: .zero,
      changeSet: ChangeSet(counter: writer.counter, stamp: stamp, content: .changes([change])))
  }
}

/// SQLite with no hub around it: two upserted rows for each change set.
private final class UpsertReference {
  /// How values get into the statement.
  enum Binding: String { case throughHandle, throughGRDB }

  private let database: DatabaseQueue
  private let binding: Binding
  private var sequence: Int64 = 0

  init(folder: URL, binds binding: Binding) throws {
    self.binding = binding
    var configuration = Configuration()
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000")
    }
    let file = folder.appending(path: "\(binding.rawValue).db").path
    database = try DatabaseQueue(path: file, configuration: configuration)
    try database.write { db in
      try db.execute(
        sql: "CREATE TABLE reg(h INTEGER, k INTEGER, v BLOB, ver INTEGER, PRIMARY KEY(h, k)) WITHOUT ROWID")
    }
  }

  func commit(batch size: Int) throws -> Int {
    try database.write { db in
      let statement = try db.cachedStatement(
        sql: "INSERT INTO reg VALUES(?, ?, ?, ?) ON CONFLICT(h, k) DO UPDATE SET v = excluded.v, ver = excluded.ver")
      for _ in 0..<size {
        sequence += 1
        for row in 0..<Int64(2) {
          try upsert(statement, household: sequence % 1000, key: sequence * 7 % 60 * 4 + row)
        }
      }
    }
    return size
  }

  private static let data = Data(repeating: 7, count: 80)
  private static let bytes = [UInt8](repeating: 7, count: 80)

  private func upsert(_ statement: Statement, household: Int64, key: Int64) throws {
    switch binding {
    case .throughGRDB: try statement.execute(arguments: [household, key, Self.data, sequence])
    case .throughHandle:
      let handle = statement.sqliteStatement
      sqlite3_bind_int64(handle, 1, household)
      sqlite3_bind_int64(handle, 2, key)
      // The array outlives the step, so that SQLite need not copy it.
      Self.bytes.withUnsafeBytes { _ = sqlite3_bind_blob(handle, 3, $0.baseAddress, Int32($0.count), nil) }
      sqlite3_bind_int64(handle, 4, sequence)
      let code = sqlite3_step(handle)
      sqlite3_reset(handle)
      guard code == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }
  }
}
