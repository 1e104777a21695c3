package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthSQLite

/// `hearth-dev storage`: by how many bytes a change set makes the database grow.
package struct StorageCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "storage", abstract: "Measure the bytes that a change set leaves in the database, by what they are.",
    discussion: """
      One household does the same many times, as in `hearth-dev costs`; then the pages of each table and index are \
      counted. Nothing depends on time, so two runs print the same. Example: hearth-dev storage --only edit
      """)

  @Option(help: "Turns of each workload, from 100 to 300.") var turns = 300
  @Option(help: "Measure this workload only; repeatable.") var only: [String] = []
  @Option(help: "Folder of the packs.") var packs = "fixtures"
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package func validate() throws {
    let names = StorageRun.workloads.map(\.name)
    for name in only where !names.contains(name) {
      throw ValidationError("There is no workload `\(name)`. Known: \(names.joined(separator: ", ")).")
    }
    // A page of 4,096 bytes in each table is the error; and one change set, with at most 1,000 effects, makes the tasks
    // for all turns.
    guard (100...300).contains(turns) else { throw ValidationError("--turns: expected 100 to 300, found \(turns).") }
  }

  package func run() throws {
    try SameHashes.restartUnlessSet()
    let chosen = StorageRun.workloads.filter { only.isEmpty || only.contains($0.name) }
    let growths = try chosen.map { try StorageRun($0, turns: turns, packs: URL(filePath: packs)).growth() }
    let report = StorageReport(growths: growths)
    print(json ? try report.json() : report.text(.standardOutput()), terminator: "")
  }
}
