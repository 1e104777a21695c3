package import ArgumentParser
internal import Foundation
internal import GRDB
internal import HearthConsole
internal import HearthEngine
internal import HearthHub
internal import HearthModel
internal import HearthPack
internal import HearthSQLite

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// `hearth-dev commit-benchmark`: what deciding and committing costs, beside what SQLite alone costs.
///
/// Two numbers answer the question: change sets a second, and CPU for each. A change set is the typical one: a child
/// changes two fields of a task that it has seen. The reference does with SQLite only what nobody can do without: two
/// upserted rows of 80 bytes for each change set, the same batch in one transaction, WAL and synchronous=FULL.
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
    let ratio: Double
  }

  package mutating func run() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-benchmark-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let sizes = batches.split(separator: ",").compactMap { Int($0) }.filter { (1...100_000).contains($0) }
    guard !sizes.isEmpty else { throw ValidationError("--batches wants numbers, as 1,16,128.") }
    var bench = try CommitBench(folder: folder, packs: packs, households: households)
    let reference = try UpsertReference(folder: folder)
    var rows = [Row]()
    for size in sizes {
      let own = try measure { try bench.commit(batch: size) }
      let bare = try measure { try reference.commit(batch: size) }
      rows.append(
        Row(
          batch: size, change_sets_per_second: own.perSecond, cpu_us_per_change_set: own.cpu,
          reference_cpu_us: bare.cpu,
          ratio: own.cpu / bare.cpu))
    }
    try show(rows)
  }

  /// Repeats a batch for the time asked for, after a tenth of it to warm up.
  private func measure(_ batch: () throws -> Int) throws -> (perSecond: Double, cpu: Double) {
    let clock = ContinuousClock()
    var end = clock.now + .seconds(seconds / 10)
    while clock.now < end { _ = try batch() }
    var count = 0
    let (wallStart, cpuStart) = (clock.now, Self.cpuMicroseconds)
    end = wallStart + .seconds(seconds)
    while clock.now < end { count += try batch() }
    let (whole, fraction) = (clock.now - wallStart).components
    let elapsed = Double(whole) + Double(fraction) / 1e18
    return (Double(count) / elapsed, (Self.cpuMicroseconds - cpuStart) / Double(count))
  }

  private static var cpuMicroseconds: Double {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) * 1e6 + Double($1.tv_usec) }
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
    ])
    for row in rows {
      table.add([
        "\(row.batch)", "\(Int(row.change_sets_per_second))", rounded(row.cpu_us_per_change_set),
        rounded(row.reference_cpu_us), rounded(row.ratio),
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

  /// A child's tablet in one household.
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
      let device = try store.devices(of: own.id).first { $0.name == "noah-tablet" }!
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
  private let database: DatabaseQueue
  private var sequence = 0

  init(folder: URL) throws {
    var configuration = Configuration()
    configuration.prepareDatabase { db in
      try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000")
    }
    database = try DatabaseQueue(path: folder.appending(path: "reference.db").path, configuration: configuration)
    try database.write { db in
      try db.execute(
        sql: "CREATE TABLE reg(h INTEGER, k INTEGER, v BLOB, ver INTEGER, PRIMARY KEY(h, k)) WITHOUT ROWID")
    }
  }

  func commit(batch size: Int) throws -> Int {
    let value = Data(repeating: 7, count: 80)
    try database.write { db in
      let statement = try db.cachedStatement(
        sql: "INSERT INTO reg VALUES(?, ?, ?, ?) ON CONFLICT(h, k) DO UPDATE SET v = excluded.v, ver = excluded.ver")
      for _ in 0..<size {
        sequence += 1
        for row in 0..<2 {
          try statement.execute(arguments: [sequence % 1000, sequence * 7 % 60 * 4 + row, value, sequence])
        }
      }
    }
    return size
  }
}
