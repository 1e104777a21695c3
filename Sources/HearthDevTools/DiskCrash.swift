package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthDisk
internal import HearthModel
internal import HearthPack
internal import HearthSQLite
internal import HearthTesting

/// `hearth-dev disk-crash`: cuts the power of the hub's database and breaks its disk, below the file system, and looks
/// whether the store kept its word (P2, P3, P4).
package struct DiskCrash: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "disk-crash", abstract: "Cut the power and break the disk under the hub's database.",
    discussion: """
      A script of calls runs on the store, and every write to its files is kept. Then the files are put together as \
      a power cut at some point could have left them, the store is opened on them, and all that it holds is compared \
      with what it had acknowledged. After that the script runs on disks that refuse calls. \
      docs/internals/disk-crashes.md says what is simulated. Build with -c release.
      Example: hearth-dev disk-crash --scripts 20 --points 500 --faults 200
      """)

  @Option(help: "Calls to the store in one script; about two thirds are commits.") var steps = 200
  @Option(help: "Scripts, each with a seed one higher than the one before, and with settings of the store of its own.")
  var scripts = 5
  @Option(help: "Power cuts for each script.") var points = 400
  @Flag(help: "Cut the power behind every single write, instead of at points by chance.") var everyPoint = false
  @Option(help: "Runs on a failing disk for each script.") var faults = 150
  @Option(help: "Seed of the first script.") var seed: UInt64 = .random(in: 1...0xffff_ffff)
  @Option(help: "Folder of the packs.") var packs = "fixtures"
  @Option(help: "Folder for the files; what needs no disk when left out, as /dev/shm.") var folder: String?
  @Option(help: "Replay: cut the power after so many operations of the first script.") var point: Int?
  @Option(help: "Replay: what is left then, as sectors:1234.") var survival = "everything:0"
  @Flag(help: "Replay: go on afterwards, and cut the power once more.") var second = false
  @Option(help: "Replay: run the first script with this fault, as write:broken:17:1:whole.") var fault: String?
  @Flag(help: "A control: the disk says that it has synced and has not, so that losses have to be found.")
  var lyingDisk = false
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package func validate() throws {
    guard (1...100_000).contains(steps), (1...1_000_000).contains(scripts), points >= 0, faults >= 0 else {
      throw ValidationError("--steps, --scripts, --points and --faults want numbers from 1, or 0 for the last two.")
    }
    guard Survival(survival) != nil else {
      let kinds = Survival.Kind.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--survival wants one of \(kinds), with a number, as sectors:1234.")
    }
    if let fault, DiskFault(fault) == nil {
      throw ValidationError("--fault wants call, reason, first, count, and torn or whole, as write:full:17:1:torn.")
    }
  }

  package func run() throws {
    let place = try makePlace()
    defer { try? FileManager.default.removeItem(at: place) }
    var report = DiskCrashReport(seed: seed, scripts: scripts, steps: steps)
    if !json { print("seed \(seed), SQLite \(SQLiteStore.libraryVersion), files in \(place.path)") }
    let count = isReplay ? 1 : scripts
    var bar = ProgressBar("power cuts", total: count * 1000, terminal: .standardError())
    for number in 0..<count {
      let note = "script \(number + 1) of \(count), \(report.findings.count) findings"
      try run(seed &+ UInt64(number), in: place, &report) { bar.update(number * 1000 + $0, note: note) }
    }
    bar.finish()
    print(json ? try report.json() : report.text(.standardOutput()), terminator: "")
    if !report.findings.isEmpty { throw ExitCode(1) }
  }

  private var isReplay: Bool { point != nil || fault != nil }

  private func makePlace() throws -> URL {
    let memory = "/dev/shm"
    let hasMemory = FileManager.default.isWritableFile(atPath: memory)
    let parent = folder ?? (hasMemory ? memory : FileManager.default.temporaryDirectory.path)
    let place = URL(filePath: parent, directoryHint: .isDirectory).appending(path: "hearth-disk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    return place
  }

  // MARK: One script

  /// - Parameter progress: is told how far the script has come, in thousandths.
  private func run(
    _ own: UInt64, in place: URL, _ report: inout DiskCrashReport, progress: (Int) -> Void
  ) throws {
    var random = SeededGenerator(seed: own)
    let (pack, seed) = try loadPack()
    let script = try StoreScript(pack: pack, seed: seed, stepCount: steps, random: random.next())
    let options = SQLiteStore.Options.byChance(&random)
    let lie = lyingDisk ? DiskFault(.sync, .ignored, first: 1, count: .max) : nil
    let crash = try CrashRun(script, options, in: place, fault: lie)
    report.note(script, crash.recording)
    var chosen = everyPoint ? crash.everyPoint() : crash.points(points, &random)
    if let point {
      chosen = [CrashRun.Point(at: point, Survival(survival) ?? Survival(.everything), hasSecond: second)]
    }
    if fault != nil { chosen = [] }
    let cuts = crash.run(chosen) { progress($0 * 700 / max(chosen.count, 1)) }
    report.add(cuts.tallies, cuts.findings, seed: own)
    let faulty = try FaultRun(script, crash.recording.digests, options, in: place)
    var broken = faulty.faults(faults, &random)
    if let fault { broken = [DiskFault(fault)].compactMap(\.self) }
    if point != nil { broken = [] }
    let breaks = faulty.run(broken) { progress(700 + $0 * 300 / max(broken.count, 1)) }
    report.add(breaks.tallies, breaks.findings, seed: own)
  }

  private func loadPack() throws -> (Pack, Seed) {
    let app = URL(filePath: packs).appending(path: "famquest")
    let text = { (name: String) in try String(contentsOf: app.appending(path: name), encoding: .utf8) }
    let pack = try PackLoader.load(text("schema.yaml"), file: "schema.yaml")
    return (pack, try SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack))
  }
}
