package import ArgumentParser
internal import Foundation
internal import HearthConsole

/// `loadtest goals`.
package struct MeasureGoals: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "goals", abstract: "Measure the figures by which the hub is judged, each beside its goal.",
    discussion: """
      Example: loadtest goals cpu steady --runs 3
      Without rows all are measured, which takes most of an hour. --list names them.
      Exit code: 0 all rows were measured, 1 one could not be or, with --check, missed its goal, 2 nothing could be.
      """)

  @Argument(help: "Rows, by name; all when left out.") var rows: [String] = []
  @Option(help: "Runs of each row; medians are shown.") var runs = 5
  @Option(help: "Seconds that are measured in each run.") var seconds = 5.0
  @Option(help: "Seconds before anything is measured.") var warmUp = 2.0
  @Option(help: "Measure a share of the size, above 0, to see whether rows can be measured: without verdicts.")
  var scale = 1.0
  @OptionGroup var toolOptions: ToolOptions
  @Option(help: "Folder of the pack with plain tasks, and of hot queries.") var materials = "loadtest/goals"
  @Option(help: "Write a page.") var html: String?
  @Flag(help: "Name the rows and their goals, and measure nothing.") var list = false
  @Flag(help: "Exit with 1 when a goal is missed.") var check = false
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    do {
      let report = list ? try listed() : try await report()
      try show(report)
      if report.hasFault || check && report.hasMissed { throw ExitCode(1) }
    } catch let fault as LoadFault {
      try StandardStream.errors.write("loadtest: \(fault.description)\n")
      throw ExitCode(2)
    }
  }

  /// Measures, and shows nothing but how far it is.
  ///
  /// - Throws: ``LoadFault`` when an option makes no sense.
  package func report() async throws -> GoalReport {
    let rows = try chosen()
    try checkNumbers()
    guard FileManager.default.fileExists(atPath: materials) else {
      throw LoadFault("There is no folder `\(materials)`. Run this in the project, or name it with --materials.")
    }
    let progress = StepProgress()
    defer { progress.finish() }
    let bench = GoalBench(
      tools: try toolOptions.tools(), materials: URL(filePath: materials).absoluteURL, scale: GoalScale(share: scale),
      warmUp: warmUp, seconds: seconds
    ) { progress.show($0, $1) }
    return await GoalRun(rows: rows, runs: runs, bench: bench).report()
  }

  /// The rows without figures.
  private func listed() throws -> GoalReport {
    let scale = GoalScale(share: 1)
    let setup = GoalReport.Setup(
      pack: toolOptions.pack, runs: runs, seconds: seconds, scale: scale, startedAt: Date.now.formatted(.iso8601),
      cores: ProcessInfo.processInfo.activeProcessorCount)
    return GoalReport(setup: setup, rows: try chosen().map { GoalReport.Row($0, [], scale) })
  }

  /// In the table's order.
  private func chosen() throws -> [GoalRow] {
    let known = GoalRow.allCases
    for name in rows where !known.contains(where: { $0.rawValue == name }) {
      throw LoadFault("There is no row `\(name)`. There are: \(known.map(\.rawValue).joined(separator: ", ")).")
    }
    return rows.isEmpty ? known : known.filter { rows.contains($0.rawValue) }
  }

  private func checkNumbers() throws {
    try HearthLoad.check(runs, 1...100, "--runs")
    try HearthLoad.check(seconds, 0.1...3600, "--seconds")
    try HearthLoad.check(warmUp, 0...3600, "--warm-up")
    try HearthLoad.check(scale, 0.001...1, "--scale")
  }

  private func show(_ report: GoalReport) throws {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try StandardStream.output.write(String(decoding: try encoder.encode(report), as: UTF8.self) + "\n")
    } else {
      try StandardStream.output.write(GoalText(report, .standardOutput()).text)
    }
    guard let html else { return }
    do {
      try GoalPage(report).html.write(toFile: html, atomically: true, encoding: .utf8)
    } catch {
      throw LoadFault("`\(html)` cannot be written: \(error.localizedDescription)")
    }
  }
}
