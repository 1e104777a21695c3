package import ArgumentParser
internal import Foundation
internal import HearthConsole

/// `hearth-dev costs`: what a change set costs, in figures that a busy machine counts exactly.
package struct CostCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "costs", abstract: "Count what a change set costs the hub, and compare with what is noted.",
    discussion: """
      Frames go into the hub's core, are decided, stored in SQLite, and frames for the other devices come out; there \
      are no sockets, and no figure depends on time. Allocations are counted in release builds, instructions with \
      --instructions where valgrind is installed. Exit code with --check: 1 when something costs more than is allowed.
      Example: hearth-dev costs --check
      """)

  @Flag(help: "Compare with what is noted.") var check = false
  @Flag(help: "Note what was counted; release builds only.") var rewrite = false
  @Flag(help: "Count instructions too, with valgrind: about a minute.") var instructions = false
  @Option(help: "Count this workload only; repeatable.") var only: [String] = []
  @Option(help: "The file with what is noted.") var file = "fixtures/costs.yaml"
  @Option(help: "Folder of the packs.") var packs = "fixtures"
  @Flag(help: "Print JSON.") var json = false
  @Flag(help: .hidden) var countedByCallgrind = false

  package init() {}

  package func validate() throws {
    let names = CostWorkload.all.map(\.name)
    for name in only where !names.contains(name) {
      throw ValidationError("There is no workload `\(name)`. Known: \(names.joined(separator: ", ")).")
    }
    guard !check || !rewrite else { throw ValidationError("Either --check or --rewrite.") }
    guard !rewrite || only.isEmpty else { throw ValidationError("--rewrite notes all workloads: leave --only out.") }
    guard !rewrite || CostSurroundings.isRelease else {
      throw ValidationError("--rewrite wants a release build, which has all figures: scripts/costs --rewrite.")
    }
  }

  package func run() throws {
    try SameHashes.restartUnlessSet()
    if countedByCallgrind { return try runForCallgrind() }
    // Before a minute of counting, which a mistake in the file would make useless.
    let sheet = check || rewrite ? try readSheet() : nil
    let counted = try CountedCosts.count(
      chosen, packs: URL(filePath: packs), countsInstructions: instructions)
    if rewrite { try write(counted, keeping: sheet) }
    let report = CostReport(counted: counted, check: check ? sheet.map { CostCheck(counted, against: $0) } : nil)
    print(json ? try report.json() : report.text(.standardOutput()), terminator: "")
    if report.check?.worse.isEmpty == false { throw ExitCode(1) }
  }

  private var chosen: [CostWorkload] { CostWorkload.all.filter { only.isEmpty || only.contains($0.name) } }

  private func runForCallgrind() throws {
    for workload in chosen { _ = try CostRun(workload, packs: URL(filePath: packs)).allocations() }
  }

  /// - Returns: nil when the file is to be written and is not there yet.
  private func readSheet() throws -> CostSheet? {
    guard let text = try? String(contentsOf: URL(filePath: file), encoding: .utf8) else {
      if rewrite { return nil }
      throw CostFault("`\(file)` cannot be read. Run this in the repository, or write it: scripts/costs --rewrite.")
    }
    return try CostSheet(text, file: file, workloads: CostWorkload.all.map(\.name), isRewritten: rewrite)
  }

  private func write(_ counted: CountedCosts, keeping former: CostSheet?) throws {
    let sheet = CostSheet(counted, keeping: former)
    try sheet.text(workloads: CostWorkload.all.map(\.name)).write(toFile: file, atomically: true, encoding: .utf8)
    if !json { print("\(file) is written.\n") }
  }
}
