package import ArgumentParser
internal import Foundation
internal import HearthConsole

/// `loadtest compare`.
package struct ComparePeers: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Measure the hub and other servers with the same load, in turn.",
    discussion: """
      Example: loadtest compare hearth reference-upsert redis --runs 3
      Servers that are not installed are left out, and named with how to install them.
      Exit code: 0 all were measured, 1 one of them failed, 2 the comparison could not be made.
      """)

  @Argument(help: "Servers, by name; all when left out.") var names: [String] = []
  @Option(help: "Households.") var households = 1000
  @Option(help: "Devices of each household.") var devices = 3
  @Option(help: "Seconds that are measured.") var seconds = 5.0
  @Option(help: "Seconds before anything is measured.") var warmUp = 2.0
  @Option(help: "Bytes of a change set at servers that do not look into it.") var bytes = 220
  @Option(help: "Measure at so many change sets a second, too.") var rate: Double?
  @Option(help: "Runs of each server; medians are shown.") var runs = 1
  @Option(help: "Microseconds by which each sync of the servers is made longer.") var slowSync: Int?
  @OptionGroup var toolOptions: ToolOptions
  @Option(help: "Write a page.") var html: String?
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    do {
      let comparison = try await comparison()
      try show(comparison)
      if comparison.entries.contains(where: { $0.fault != nil }) { throw ExitCode(1) }
    } catch let fault as LoadFault {
      try StandardStream.errors.write("loadtest: \(fault.description)\n")
      throw ExitCode(2)
    }
  }

  /// Measures, and shows nothing but how far it is.
  ///
  /// - Throws: ``LoadFault`` when an option makes no sense, or there is no server to measure.
  package func comparison() async throws -> Comparison {
    let contestants = try Contestants.named(names)
    try checkNumbers()
    let comparison = try await compare(contestants)
    guard comparison.entries.contains(where: { $0.installation == nil }) else {
      let ways = comparison.entries.map { "\n  \($0.name): \($0.installation ?? "")" }
      throw LoadFault("None of these servers is installed:\(ways.joined())")
    }
    return comparison
  }

  private func show(_ comparison: Comparison) throws {
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try StandardStream.output.write(String(decoding: try encoder.encode(comparison), as: UTF8.self) + "\n")
    } else {
      try StandardStream.output.write(ComparisonText(comparison, .standardOutput()).text)
    }
    guard let html else { return }
    do {
      try ComparisonPage(comparison).html.write(toFile: html, atomically: true, encoding: .utf8)
    } catch {
      throw LoadFault("`\(html)` cannot be written: \(error.localizedDescription)")
    }
  }

  private func compare(_ contestants: [any Contestant]) async throws -> Comparison {
    let slowness = try slowSync.map { try SlowSync(microseconds: $0) }
    let tools = try toolOptions.tools()
    // At the rate first, while nobody is tired yet.
    let paced: [ContestantRun.Step] = rate.map { [.atRate($0)] } ?? []
    let plan = ContestantRun.Plan(
      tools: tools, households: households, devices: devices, payload: Payload(bytes: bytes), warmUp: warmUp,
      seconds: seconds, steps: paced + [.closedLoop],
      environment: try slowness?.environment(reference: tools.reference) ?? [:])
    let progress = StepProgress()
    defer { progress.finish() }
    return await ComparisonRun(contestants: contestants, plan: plan, rate: rate, runs: runs, slowSync: slowness) {
      progress.show($0, $1)
    }.comparison()
  }

  private func checkNumbers() throws {
    try check(households, 1...100_000, "--households")
    try check(devices, 2...100, "--devices")
    try check(seconds, 0.1...3600, "--seconds")
    try check(warmUp, 0...3600, "--warm-up")
    try check(bytes, Payload.bytesRange, "--bytes")
    try check(runs, 1...100, "--runs")
    if let rate { try check(rate, 1...10_000_000, "--rate") }
  }
}
