package import ArgumentParser
internal import Foundation
internal import HearthConsole

/// `loadtest run`.
package struct RunProfiles: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run profiles, each against a hub of its own or one that is already running.",
    discussion: """
      Example: loadtest run steady peak --html report.html
      Example: loadtest run steady --hub http://127.0.0.1:7172 --admin-token ... --hub-pid 1234
      Exit code: 0 all devices converged, 1 some did not, 2 a run could not be made.
      """)

  @Argument(help: "Profiles, by name or as files.") var names = ["steady"]
  @Option(help: "Folder of the profiles.") var profiles = "loadtest/profiles"
  @Option(help: "The app: a pack of the folder of packs.") var pack = "famquest"
  @Option(help: "Folder of the packs.") var packs = "fixtures"
  @Option(help: "tcp or webSocket; webSocket with --hub, else tcp.") var transport: String?
  @Option(help: "The program that serves; beside this one when left out.") var hearth: String?
  @Option(help: "Households, in place of what the profile says.") var households: Int?
  @Option(help: "Seconds that are measured, in place of what the profile says.") var seconds: Double?
  @Option(help: "Change sets a second, in place of what the profile says.") var rate: Double?
  @Option(help: "Runs of each profile; the one with the median CPU is shown.") var runs = 1
  @Option(help: "Write a page with plots.") var html: String?
  @Option(help: "Microseconds by which each sync of the hub is made longer.") var slowSync: Int?
  @Option(help: "Folder of the C programs.") var reference = "loadtest/reference"
  @Option(help: "A hub that is already running: http://host:port.") var hub: String?
  @Option(help: "Its admin token; else HEARTH_ADMIN_TOKEN.") var adminToken: String?
  @Option(help: "Where it takes devices over TCP: host:port.") var hubTcp: String?
  @Option(help: "Its process, for CPU and memory.") var hubPid: Int32?
  @Option(help: "NAME=VALUE for the hub's process, as LD_PRELOAD=...; may be said several times.") var env: [String] =
    []
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    do {
      let reports = try await makeReports()
      if json { try write(reports) }
      if let html { try ReportPage(reports).html.write(toFile: html, atomically: true, encoding: .utf8) }
      if reports.contains(where: { !$0.convergence.faults.isEmpty }) { throw ExitCode(1) }
    } catch let fault as LoadFault {
      try refuse(fault.description)
    } catch let fault as ProfileFault {
      try refuse(fault.description)
    }
  }

  private func refuse(_ text: String) throws -> Never {
    try StandardStream.errors.write("loadtest: \(text)\n")
    throw ExitCode(2)
  }

  private func write(_ reports: [RunReport]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try StandardStream.output.write(String(decoding: try encoder.encode(reports), as: UTF8.self) + "\n")
  }

  private func makeReports() async throws -> [RunReport] {
    let folder = ProfileFolder(profiles)
    let app = try App(named: pack, in: URL(filePath: packs))
    let access = try runningHub()
    let word = transport ?? (access == nil ? "tcp" : "webSocket")
    guard let transport = LoadRun.Transport(rawValue: word) else {
      throw LoadFault("--transport is `\(word)`; expected tcp or webSocket.")
    }
    guard runs > 0 else { throw LoadFault("--runs is \(runs); expected 1 or more.") }
    var reports = [RunReport]()
    for name in names {
      let profile = try adjusted(folder.profile(name))
      var tries = [RunReport]()
      for _ in 0..<runs { tries.append(try await makeReport(profile, app, access, transport)) }
      tries.sort { ($0.hub?.cpuMicrosecondsPerChangeSet ?? 0) < ($1.hub?.cpuMicrosecondsPerChangeSet ?? 0) }
      let report = tries[tries.count / 2]
      if !json { try StandardStream.output.write(ReportText(report, .standardOutput()).text + "\n") }
      reports.append(report)
    }
    return reports
  }

  private func adjusted(_ profile: Profile) throws -> Profile {
    var profile = profile
    if let households { profile.households = try positive(households, "--households") }
    if let seconds { profile.seconds = try positive(seconds, "--seconds") }
    if let rate {
      guard rate >= 0 else { throw LoadFault("--rate is \(rate); expected 0 or more.") }
      profile.writes.pacing = .atRate([.init(at: 0, rate: rate)])
    }
    return profile
  }

  private func positive<Number: Comparable & ExpressibleByIntegerLiteral>(
    _ number: Number, _ name: String
  ) throws -> Number {
    guard number > 0 else { throw LoadFault("\(name) is \(number); expected more than 0.") }
    return number
  }

  private func makeReport(
    _ profile: Profile, _ app: App, _ access: RunningHub.Access?, _ transport: LoadRun.Transport
  ) async throws -> RunReport {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-loadtest-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let target = try access.map { .running($0) } ?? LoadRun.Target.own(place(folder))
    var progress = RunProgress(profile.name)
    defer { progress.finish() }
    return try await LoadRun(profile, app, target, transport) { progress.show($0) }.report()
  }

  private func place(_ folder: URL) throws -> LoadRun.Place {
    let slowness = try slowSync.map { try SlowSync(microseconds: $0) }
    let slowing = try slowness?.environment(reference: URL(filePath: reference).absoluteURL) ?? [:]
    let environment = try variables().merging(slowing) { own, _ in own }
    return LoadRun.Place(binary: try program(), folder: folder, environment: environment, slowSync: slowness)
  }

  private func runningHub() throws -> RunningHub.Access? {
    guard let hub else {
      guard adminToken == nil, hubTcp == nil, hubPid == nil else {
        throw LoadFault("--admin-token, --hub-tcp and --hub-pid belong to --hub, which is missing.")
      }
      return nil
    }
    guard hearth == nil, env.isEmpty, slowSync == nil else {
      throw LoadFault("--hearth, --env and --slow-sync are for a hub that is started; with --hub none is.")
    }
    let token = adminToken ?? ProcessInfo.processInfo.environment["HEARTH_ADMIN_TOKEN"]
    return try RunningHub.Access(url: hub, adminToken: token, tcp: hubTcp, pid: hubPid)
  }

  private func program() throws -> URL {
    let program = HearthProgram.url(hearth)
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      throw LoadFault(
        "There is no `\(program.path)`. Build it with `scripts/release hearth`, or name it with --hearth.")
    }
    return program
  }

  private func variables() throws -> [String: String] {
    try env.reduce(into: [:]) { variables, setting in
      guard let equals = setting.firstIndex(of: "=") else {
        throw LoadFault("--env is `\(setting)`; expected NAME=VALUE.")
      }
      variables[String(setting[..<equals])] = String(setting[setting.index(after: equals)...])
    }
  }
}
