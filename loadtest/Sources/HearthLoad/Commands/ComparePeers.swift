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
  @Option(help: "The app of the hub's households: a pack of the folder of packs.") var pack = "famquest"
  @Option(help: "Folder of the packs.") var packs = "fixtures"
  @Option(help: "The program that serves; beside this one when left out.") var hearth: String?
  @Option(help: "Python, in whose environment the servers in Python are installed.") var python = "python3"
  @Option(help: "Folder of the C programs.") var reference = "loadtest/reference"
  @Option(help: "Folder of the peers' scripts and settings.") var peers = "loadtest/peers"
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
    let plan = ContestantRun.Plan(
      tools: try tools(), households: households, devices: devices, payload: Payload(bytes: bytes), warmUp: warmUp,
      seconds: seconds, rate: rate,
      environment: try slowness?.environment(reference: URL(filePath: reference).absoluteURL) ?? [:])
    let progress = CompareProgress()
    defer { progress.finish() }
    return await ComparisonRun(contestants: contestants, plan: plan, runs: runs, slowSync: slowness) {
      progress.show($0, $1)
    }.comparison()
  }

  /// Paths are made absolute: servers run in folders of their own.
  private func tools() throws -> Tools {
    for folder in [reference, peers] where !FileManager.default.fileExists(atPath: folder) {
      throw LoadFault(
        "There is no folder `\(folder)`. Run this in the project, or name it with --reference and --peers.")
    }
    return Tools(
      reference: URL(filePath: reference).absoluteURL, peers: URL(filePath: peers).absoluteURL,
      python: python, hearth: HearthProgram.url(hearth), app: try App(named: pack, in: URL(filePath: packs)))
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

  private func check<Number: Comparable>(_ number: Number, _ range: ClosedRange<Number>, _ name: String) throws {
    guard range.contains(number) else {
      throw LoadFault("\(name) is \(number); expected \(range.lowerBound) through \(range.upperBound).")
    }
  }
}

/// Where the hub's program is.
enum HearthProgram {
  /// - Parameter named: a path; beside this program when nil.
  static func url(_ named: String?) -> URL {
    if let named { return URL(filePath: named).absoluteURL }
    return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "hearth").absoluteURL
  }
}

/// The progress bar of a comparison.
private final class CompareProgress {
  private let terminal = Terminal.standardError()
  private var bar: ProgressBar?
  private var title = ""

  func show(_ title: String, _ share: Double) {
    if title != self.title {
      bar?.finish()
      bar = ProgressBar(title, total: 100, terminal: terminal)
      self.title = title
    }
    bar?.update(Int(share * 100))
  }

  func finish() {
    bar?.finish()
  }
}
