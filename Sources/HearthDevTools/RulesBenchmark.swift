package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthEngine
internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthPack

/// `hearth-dev rules-benchmark`: what a pack's rules add to a decision.
///
/// The same change set is decided with FamQuest's rules and with the same shapes without them, in turns of a tenth of a
/// second, so that what else the machine does falls on both. Nothing is written: the store is only read.
package struct RulesBenchmark: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "rules-benchmark", abstract: "Measure what FamQuest's rules add to a decision.",
    discussion: "Build with -c release. Example: hearth-dev rules-benchmark --seconds 3")

  @Option(help: "Seconds for each case.") var seconds = 3.0
  @Option(help: "Folder of the packs.") var packs = "fixtures"
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  struct Row: Encodable {
    let change: String
    let without_rules_us: Double
    let with_rules_us: Double
    let added_us: Double
  }

  package func run() throws {
    let app = URL(filePath: packs).appending(path: "famquest")
    let text = { (name: String) in try String(contentsOf: app.appending(path: name), encoding: .utf8) }
    let pack = try PackLoader.load(text("schema.yaml"), file: "schema.yaml")
    let seed = try SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack)
    var rows = [Row]()
    for edit in BenchmarkedEdit.all {
      let (with, without) = try (
        Bench(pack, seed, edit), Bench(pack.withoutRules, seed, edit)
      )
      let (ruled, open) = try measure(with, without)
      rows.append(
        Row(change: edit.name, without_rules_us: open, with_rules_us: ruled, added_us: ruled - open))
    }
    try show(rows)
  }

  private func measure(_ first: Bench, _ second: Bench) throws -> (Double, Double) {
    var cpu = (0.0, 0.0)
    var counts = (0, 0)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    try first.decide(2000)
    try second.decide(2000)
    while clock.now < end {
      let start = ProcessCPU.microseconds
      try first.decide(1000)
      let middle = ProcessCPU.microseconds
      try second.decide(1000)
      cpu.0 += middle - start
      cpu.1 += ProcessCPU.microseconds - middle
      counts.0 += 1000
      counts.1 += 1000
    }
    return (cpu.0 / Double(counts.0), cpu.1 / Double(counts.1))
  }

  private func show(_ rows: [Row]) throws {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      print(String(decoding: try encoder.encode(rows), as: UTF8.self))
      return
    }
    var table = Table([
      ("change set", .left), ("without rules us", .right), ("with rules us", .right), ("added us", .right),
    ])
    let rounded = { (value: Double) in String((value * 10).rounded() / 10) }
    for row in rows {
      table.add([row.change, rounded(row.without_rules_us), rounded(row.with_rules_us), rounded(row.added_us)])
    }
    print(table.text(.plain), terminator: "")
    print("CPU of one decision, user and system time; nothing is written.")
  }
}

/// What is decided over and over.
private struct BenchmarkedEdit {
  let name: String
  let member: String
  let edits: [(field: String, value: Value)]

  static let all = [
    BenchmarkedEdit(
      name: "parent edits title and description", member: "eva",
      edits: [("title", .text("Afwas en pannen")), ("description", .text("Meteen na het eten"))]),
    BenchmarkedEdit(
      name: "parent edits points and due", member: "eva",
      edits: [("points", .int(15)), ("due", .instant(Instant("2025-11-12T18:00:00Z")!))]),
    BenchmarkedEdit(name: "child finishes a task, with award", member: "sam", edits: [("status", .text("done"))]),
  ]
}

/// One household and one change set, decided as often as asked.
private struct Bench {
  let engine: Engine
  let store: MemoryStore
  let submission: Submission

  init(_ pack: Pack, _ seed: Seed, _ edit: BenchmarkedEdit) throws {
    guard let family = seed.households.first, let tasks = pack.collection(named: "tasks") else {
      throw ValidationError("The pack of FamQuest is not as the benchmark expects.")
    }
    engine = Engine(packs: [pack.name: pack]) { instant, _ in Day(rawValue: Int32(instant.milliseconds / 86_400_000)) }
    store = MemoryStore()
    var random = SystemRandomNumberGenerator()
    _ = try Founding(engine: engine).found(
      family, app: pack.name, in: store, now: Self.now, random: { random.next() },
      makeToken: { String(random.next()) })
    let change = RecordChange(
      collection: tasks.number, record: RecordID(name: "dishes"), kind: .update,
      context: VersionVector([Dot(.hub, 1)]),
      edits: edit.edits.map { Edit(tasks.field(named: $0.field)!.number, .set($0.value)) })
    submission = Submission(
      household: family.id, replica: ReplicaNumber(rawValue: 1), device: RecordID(name: "device"),
      member: RecordID(name: edit.member), offset: .zero,
      changeSet: ChangeSet(
        counter: 1, stamp: HybridTime(milliseconds: Self.now.milliseconds), content: .changes([change])))
    try decide(1)
  }

  private static let now = Instant("2025-11-11T16:00:00Z")!

  func decide(_ count: Int) throws {
    try store.read { reader in
      for _ in 0..<count {
        let decided = try engine.decide([submission], reader: reader, now: Self.now)
        guard case .decided(let outcome, _)? = decided.results.first, case .rejected(let reason) = outcome.verdict
        else { continue }
        throw ValidationError("The change set of the benchmark was rejected: \(reason.message)")
      }
    }
  }
}
