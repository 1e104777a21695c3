package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthFuzzing

/// `hearth-dev fuzz run`: mutants of the corpus from a seed, each target in a process of its own.
package struct FuzzRun: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run mutants of the corpus, made from a seed.",
    discussion: """
      The same seed, corpus and number of runs give the same inputs. An input that ends the process, hangs or breaks a
      promise is kept in fixtures/fuzz/TARGET/crash-*, and the command that replays it is printed.
      Examples:
        hearth-dev fuzz --runs 10000
        hearth-dev fuzz pack scenario --seconds 60 --seed 7
      Exit code: 0 nothing was found, 1 something was.
      """)

  @Argument(help: "Targets; all when left out. `hearth-dev fuzz targets` lists them.") var targets: [String] = []
  @Option(help: "Inputs for each target.") var runs = 10_000
  @Option(help: "Seconds for each target at most.") var seconds = 60.0
  @Option(help: "Seed of the mutants.") var seed: UInt64 = .random(in: 1...1_000_000_000)
  @Option(help: "The folder with `fixtures` and `protocol`.") var root = "."
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  /// What came of a target.
  struct Row: Encodable {
    let target: String
    let seed: UInt64
    var corpus = 0
    var runs = 0
    var accepted = 0
    var seconds = 0.0
    var finding: String?
    var file: String?

    var runsPerSecond: Int { seconds > 0 ? Int(Double(runs) / seconds) : 0 }
  }

  package mutating func run() async throws {
    let chosen = try targets.isEmpty ? FuzzTarget.allCases : targets.map { try FuzzTarget(named: $0) }
    let root = URL(filePath: root).standardizedFileURL
    var bar = ProgressBar("fuzz", total: chosen.count * 100, terminal: json ? .plain : .standardError())
    var rows = [Row]()
    for (position, target) in chosen.enumerated() {
      var watch = FuzzWatch(target: target, seed: seed, runs: runs, seconds: seconds, root: root)
      let row = try watch.run { share in bar.update(position * 100 + Int(share * 100), note: target.rawValue) }
      rows.append(row)
    }
    bar.finish()
    try show(rows)
    if rows.contains(where: { $0.finding != nil }) { throw ExitCode(1) }
  }

  private func show(_ rows: [Row]) throws {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      print(String(decoding: try encoder.encode(rows), as: UTF8.self))
      return
    }
    var table = Table([
      ("target", .left), ("corpus", .right), ("runs", .right), ("understood", .right), ("runs/s", .right),
      ("finding", .left),
    ])
    for row in rows {
      let share = row.runs == 0 ? 0 : row.accepted * 100 / row.runs
      table.add([
        row.target, "\(row.corpus)", "\(row.runs)", "\(share) %", "\(row.runsPerSecond)",
        row.finding == nil ? "-" : "yes",
      ])
    }
    print(table.text(.plain), terminator: "")
    for row in rows {
      guard let finding = row.finding else { continue }
      print("\(row.target): \(finding)")
      if let file = row.file { print("  replay: hearth-dev fuzz replay \(file)") }
    }
    print("Seed \(seed).")
  }
}

extension FuzzTarget {
  /// - Throws: what an operator reads when there is no such target.
  init(named name: String) throws {
    guard let target = FuzzTarget(rawValue: name) else {
      let known = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("There is no target `\(name)`. Known: \(known).")
    }
    self = target
  }
}
