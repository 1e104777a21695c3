package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthModel
internal import HearthPack
internal import HearthSimulator
internal import Synchronization

/// `hearth simulate`.
package struct SimulateCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run households through everything that can go wrong, and check every promise.",
    discussion: """
      The shipped hub and device library on a virtual clock, network and disk, in one thread for each run. A run is
      driven by its seed: the same seed and version give the same run, byte for byte.
      Examples:
        hearth simulate                                       some new seeds of all packs
        hearth simulate --change-sets 1000000                 many, until so many change sets are decided
        hearth simulate --pack famquest --seed 17 --trace     one run, with all that happens
        hearth simulate --pack famquest --until-failure       until a promise is broken
      What is checked, and what a fault does, is in docs/internals/simulator.md. Exit code: 0 all promises were kept, 1
      one was broken, 2 a pack cannot be read.
      """)

  @Option(help: "Folder of the packs.") var packs = PackLibrary.defaultFolder
  @Option(help: "The app; all of the folder when left out.") var pack: String?
  @Option(help: "The first seed; drawn and printed when left out.") var seed: UInt64?
  @Option(help: "How many seeds; 1 with --seed, else 100.") var seeds: Int?
  @Option(help: "Go on until so many change sets are decided.") var changeSets: Int?
  @Option(help: "Households of each run; drawn for each seed when left out.") var households: Int?
  @Option(help: "Devices of each household; drawn when left out.") var devices: Int?
  @Option(help: "What people do: steady, hot, burst, offline, bulk, lives; drawn when left out.") var profile: String?
  @Option(help: "Faults, with commas between them, or none; drawn when left out.") var faults: String?
  @Flag(help: "Go on until a promise is broken.") var untilFailure = false
  @Flag(help: "Do not make a failing run smaller.") var keepWhole = false
  @Option(help: "Where the file of a failing run is written.") var output: String?
  @Flag(help: "Show all that happens; for one seed.") var trace = false
  @Flag(help: "Name the faults, profiles and properties.") var list = false
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    let terminal = Output(isJSON: json)
    if list { return terminal.text(SimulationText(terminal.terminal).lists()) }
    let campaign = Campaign(apps: try apps(), wish: try wish(), dayInZone: ZoneCalendar.day)
    _ = try count(seeds, 1...Self.runsMax, "--seeds")
    _ = try count(changeSets, 1...Self.runsMax, "--change-sets")
    let first = seed ?? UInt64.random(in: 0...9_999_999_999)
    guard !trace || seeds ?? 1 == 1 else {
      throw CommandFailure(.usage, "--trace shows one run, not \(seeds ?? 1): leave --seeds out.")
    }
    if trace { return try show(campaign.plan(first), terminal) }
    if !json { terminal.line("seed \(first)") }
    let began = ContinuousClock.now
    let reports = simulate(campaign, from: first)
    let seconds = Double((ContinuousClock.now - began) / .milliseconds(1)) / 1000
    let failed = reports.first { $0.violation != nil }
    let failure = try failed.map { try explain($0, campaign) }
    let summary = SimulationSummary(reports, first: first, seconds: seconds, failure: failure)
    if json { try terminal.json(summary) } else { terminal.text(SimulationText(terminal.terminal).summary(summary)) }
    if failed != nil { throw ExitCode(1) }
  }

  private static let runsMax = 1_000_000_000

  // MARK: What is run

  private func apps() throws -> [Campaign.App] {
    let inner = packs + "/packs"
    let libraries = try [packs, FileManager.default.fileExists(atPath: inner) ? inner : nil].compactMap {
      try $0.map { try PackLibrary(folder: $0) }
    }
    if let pack {
      guard let library = libraries.first(where: { $0.packs[pack] != nil }) else {
        throw unknown(pack, "pack", libraries.flatMap(\.packs.keys).sorted())
      }
      return [try app(of: library, pack)]
    }
    return try libraries.flatMap { library in
      try library.packs.keys.sorted().filter { FileManager.default.fileExists(atPath: library.seedFile($0).path) }
        .map { try app(of: library, $0) }
    }
  }

  private func app(of library: PackLibrary, _ name: String) throws -> Campaign.App {
    let pack = try library.pack(name)
    guard let seed = try library.seed(name), !seed.households.isEmpty else {
      throw CommandFailure(
        .noPack, "The pack `\(name)` has no seed.yaml with a household beside it, so that there is nobody to simulate.")
    }
    return Campaign.App(pack: pack, seed: seed)
  }

  private func wish() throws -> SimulationWish {
    var wish = SimulationWish()
    wish.households = try count(households, 1...20, "--households")
    wish.devices = try count(devices, 1...100, "--devices")
    if let profile {
      guard let known = Profile(rawValue: profile) else {
        throw unknown(profile, "profile", Profile.allCases.map(\.rawValue))
      }
      wish.profile = known
    }
    if let faults {
      let names = faults == "none" ? [] : faults.split(separator: ",").map(String.init)
      wish.faults = Set(
        try names.map { name in
          guard let fault = Fault(rawValue: name) else { throw unknown(name, "fault", Fault.allCases.map(\.rawValue)) }
          return fault
        })
    }
    return wish
  }

  private func count(_ number: Int?, _ range: ClosedRange<Int>, _ name: String) throws -> Int? {
    guard let number, !range.contains(number) else { return number }
    throw CommandFailure(.usage, "\(name) takes \(range.lowerBound) to \(range.upperBound), not \(number).")
  }

  private func unknown(_ name: String, _ what: String, _ known: [String]) -> CommandFailure {
    CommandFailure(.usage, "There is no \(what) `\(name)`. There are \(known.joined(separator: ", ")).")
  }

  // MARK: Running

  private func simulate(_ campaign: Campaign, from first: UInt64) -> [RunReport] {
    let wanted = seeds ?? (seed == nil ? 100 : 1)
    let (goal, untilFailure, seeds) = (changeSets, untilFailure, seeds)
    let state = Mutex(
      (
        decided: 0,
        bar: ProgressBar(
          goal == nil ? "seeds" : "change sets", total: goal ?? wanted, terminal: json ? .plain : .standardError())
      ))
    defer { state.withLock { $0.bar.finish() } }
    let seedsMax = goal == nil && (!untilFailure || seeds != nil) ? wanted : nil
    return campaign.run(from: first, seedsMax: seedsMax) { count, report in
      if report.violation != nil { return true }
      return state.withLock { state in
        state.decided += report.decided
        state.bar.update(goal == nil ? count : state.decided, note: "\(count) seeds, \(state.decided) change sets")
        return goal.map { state.decided >= $0 && count >= (seeds ?? 0) } ?? false
      }
    }
  }

  /// What a replay needs beside the seed.
  private var flags: String {
    let given: [(String, String?)] = [
      ("--packs", packs == PackLibrary.defaultFolder ? nil : packs), ("--households", households.map(String.init)),
      ("--devices", devices.map(String.init)), ("--profile", profile), ("--faults", faults),
    ]
    return given.compactMap { name, value in value.map { " \(name) \($0)" } }.joined()
  }

  private func show(_ plan: SimulationPlan, _ output: Output) throws {
    let report = RunReport(running: plan, keepsLines: true, dayInZone: ZoneCalendar.day)
    for line in report.lines { output.line(line) }
    output.line("mark \(String(report.mark, radix: 16))")
    if report.violation != nil { throw ExitCode(1) }
  }

  /// Makes a failing run small and writes it down.
  private func explain(_ report: RunReport, _ campaign: Campaign) throws -> SimulationSummary.Failure {
    guard let violation = report.violation else { preconditionFailure("only failing runs are explained") }
    var plan = campaign.plan(report.seed)
    if !keepWhole {
      var shrinker = Shrinker(plan, violation, dayInZone: ZoneCalendar.day)
      var bar = ProgressBar("making it smaller", total: 600, terminal: json ? .plain : .standardError())
      plan = shrinker.shrink { left, steps in bar.update(600 - left, note: "\(steps) steps") }
      bar.finish()
    }
    let small = RunReport(running: plan, keepsLines: true, dayInZone: ZoneCalendar.day)
    let file = output ?? "simulation-\(plan.pack.name)-\(report.seed).yaml"
    let text = try SimulationFile.text(plan, small)
    do {
      try text.write(toFile: file, atomically: true, encoding: .utf8)
    } catch {
      throw CommandFailure(.unwritable, "`\(file)` cannot be written: \(error.localizedDescription)")
    }
    return SimulationSummary.Failure(
      seed: report.seed, app: plan.pack.name, flags: flags, changeSets: report.decided,
      violation: small.violation ?? violation,
      steps: plan.stepsLeft.count, file: file, timeline: Array(small.lines.suffix(40)))
  }
}
