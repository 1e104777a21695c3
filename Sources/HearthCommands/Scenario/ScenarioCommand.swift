package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthEngine
internal import HearthModel
internal import HearthPack
internal import HearthScenario
internal import HearthServer

/// `hearth scenario`.
package struct ScenarioCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "scenario", abstract: "Run conflict cases, in this process or against a running hub.",
    discussion: """
      Examples:
        hearth scenario fixtures/famquest/scenarios
        hearth scenario fixtures/famquest/scenarios/x01-parent-and-teen-set-due.yaml --steps
        hearth scenario fixtures/famquest/scenarios --hub ws://127.0.0.1:7172
      The language is in docs/reference/scenarios.md. Exit code: 0 all passed, 1 some failed, 2 a file or the hub cannot
      be read, 3 nothing to run.
      """)

  @Argument(help: "Scenario files, or folders of them.") var paths: [String]
  @Option(help: "A running hub: tcp://host:port or ws://host:port; else everything runs in this process.") var hub:
    String?
  @Option(help: "URL of the hub's HTTP port, where households are founded; follows from --data or --hub ws://.")
  var http: String?
  @Option(help: "Folder of the hub's data, for its admin token.") var data = "hearth-data"
  @Option(help: "The admin token; else HEARTH_ADMIN_TOKEN, else that of the data folder.") var adminToken: String?
  @Flag(help: "Over WebSocket, JSON rather than binary frames.") var readableFrames = false
  @Flag(help: "Show each step.") var steps = false
  @Flag(help: "Print JSON.") var json = false
  @Option(help: "Also write a JUnit XML file.") var junit: String?

  package init() {}

  package mutating func run() async throws {
    let output = Output(isJSON: json)
    let files = try paths.flatMap { try Self.files(at: $0) }
    guard !files.isEmpty else {
      throw CommandFailure(.noScenario, "There is no scenario (*.yaml) in \(paths.joined(separator: ", ")).")
    }
    let simulated = try files.filter { try SimulationReplay.isOne($0) }
    let allAreKept = hub == nil ? try replay(simulated, output) : true
    if simulated.count == files.count { return try end(allAreKept) }
    let all = try load(files.filter { !simulated.contains($0) })
    // What needs the inside of a hub, or the date of the seed, has no answer at a hub that runs elsewhere.
    let loaded = hub == nil ? all : all.filter { !$0.scenario.isLocal }
    guard !loaded.isEmpty else {
      throw CommandFailure(.noScenario, "Each of these scenarios needs a hub in this process. Leave out --hub.")
    }
    let text = ScenarioText(output.terminal, isVerbose: steps)
    var bar = ProgressBar("scenarios", total: loaded.count, terminal: json ? .plain : .standardError())
    var results = [ScenarioResult]()
    for (done, item) in loaded.enumerated() {
      bar.update(done, note: item.scenario.title)
      let result = try await run(item)
      results.append(result)
      bar.finish()
      if !json { output.text(text.result(result, replay: replay(item))) }
    }
    let failed = results.count { $0.failure != nil }
    if let junit { try write(try JUnitReport.xml(results), to: junit) }
    if json {
      try output.json(ScenarioReport(results))
    } else {
      if loaded.count < all.count {
        output.text("\(all.count - loaded.count) scenarios need a hub in this process and were not run.\n")
      }
      output.text(ScenarioText.summary(passed: results.count - failed, failed: failed))
    }
    try end(failed == 0 && allAreKept)
  }

  private func end(_ isGood: Bool) throws {
    if !isGood { throw ExitCode(1) }
  }

  /// Replays simulated runs; returns whether every promise was kept in all of them.
  private func replay(_ files: [URL], _ output: Output) throws -> Bool {
    let replays = try files.map { file in
      let app = try Self.loadApp(file.deletingLastPathComponent().deletingLastPathComponent(), of: file)
      return try SimulationReplay(file, pack: app.pack, seed: app.seed)
    }
    let kept = try replays.map { try $0.run(output, showsSteps: steps) }
    return kept.allSatisfy { $0 }
  }

  // MARK: Files

  private struct Item {
    let scenario: Scenario
    let app: App
  }

  private struct App {
    let pack: Pack
    let seed: Seed
    let seedText: String
  }

  private static func files(at path: String) throws -> [URL] {
    let url = URL(filePath: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandFailure(.unreadable, "`\(path)` is not there.")
    }
    guard isFolder.boolValue else { return [url] }
    let inside =
      FileManager.default.enumerator(atPath: url.resolvingSymlinksInPath().path)?.compactMap { $0 as? String } ?? []
    return inside.filter { name in
      name.hasSuffix(".yaml")
        && ["scenarios", "simulations"].contains { folder in
          name.contains("\(folder)/") || path.hasSuffix(folder) || path.hasSuffix("\(folder)/")
        }
    }
    .sorted().map { url.appending(path: $0) }
  }

  /// Reads all files before any runs, so that a mistake in the last one shows at once.
  private func load(_ files: [URL]) throws -> [Item] {
    var apps = [String: App]()
    var problems = [String]()
    var items = [Item]()
    for file in files {
      let folder = file.deletingLastPathComponent().deletingLastPathComponent()
      do {
        let app = try apps[folder.path] ?? Self.loadApp(folder, of: file)
        apps[folder.path] = app
        let scenario = try ScenarioLoader.load(
          PackLibrary.read(file), file: file.relativeToHere, pack: app.pack, seed: app.seed)
        items.append(Item(scenario: scenario, app: app))
      } catch let diagnostics as Diagnostics {
        problems.append(diagnostics.description)
      }
    }
    guard problems.isEmpty else { throw CommandFailure(numbered: problems.joined(separator: "\n"), exitCode: 2) }
    return items
  }

  private static func loadApp(_ folder: URL, of file: URL) throws -> App {
    let (schema, seed) = (folder.appending(path: "schema.yaml"), folder.appending(path: "seed.yaml"))
    for needed in [schema, seed] where !FileManager.default.fileExists(atPath: needed.path) {
      throw CommandFailure(
        .misplaced,
        "`\(file.relativeToHere)`: a scenario lies in `<app>/scenarios/`, and `\(needed.relativeToHere)` is not there.")
    }
    let pack = try PackLibrary.load(schema)
    let text = try PackLibrary.read(seed)
    return App(pack: pack, seed: try PackLibrary.loadSeed(seed, pack: pack), seedText: text)
  }

  private func write(_ text: String, to path: String) throws {
    do {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw CommandFailure(.unwritable, "`\(path)` cannot be written: \(error.localizedDescription)")
    }
  }

  private func replay(_ item: Item) -> String {
    "hearth scenario \(item.scenario.file) --steps" + (hub.map { " --hub \($0)" } ?? "")
  }

  // MARK: Running

  private func run(_ item: Item) async throws -> ScenarioResult {
    let clock = ContinuousClock()
    let start = clock.now
    let elapsed = { () -> Double in
      let (seconds, attoseconds) = (clock.now - start).components
      return Double(seconds) * 1000 + Double(attoseconds) / 1e15
    }
    if let hub {
      let (world, folder) = try await remoteWorld(item, hub)
      defer { try? FileManager.default.removeItem(at: folder) }
      var runner = ScenarioRunner(item.scenario, pack: item.app.pack, world: world, elapsed: elapsed)
      let result = await runner.run { _ in }
      await world.end()
      return result
    }
    var runner = ScenarioRunner(
      item.scenario, pack: item.app.pack, world: try inProcessWorld(item), elapsed: elapsed)
    return await runner.run { _ in }
  }

  private func inProcessWorld(_ item: Item) throws -> InProcessWorld {
    let world = InProcessWorld(pack: item.app.pack, dayInZone: ZoneCalendar.day)
    guard let household = item.app.seed.households.first(where: { $0.id == item.scenario.household }) else {
      throw CommandFailure(.misplaced, "The seed has no household of `\(item.scenario.file)`.")
    }
    _ = try world.found(household)
    for device in item.scenario.devices {
      try world.addDevice(device.name, member: device.member, household: household.id)
    }
    return world
  }

  private func remoteWorld(_ item: Item, _ hub: String) async throws -> (RemoteWorld, URL) {
    let client = try adminClient(hub)
    let founded = try await client.found(
      app: item.app.pack.name, seed: item.app.seedText, fresh: true,
      household: item.scenario.household.description,
      devices: item.scenario.devices.map { Administration.NewDevice(name: $0.name, member: $0.member.description) })
    guard let household = founded.first, let id = RecordID(household.household) else {
      throw CommandFailure(.refused, "The hub founded no household.")
    }
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-scenario-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let credentials = zip(item.scenario.devices, household.devices).map { device, made in
      RemoteWorld.Credential(name: device.name, member: device.member, token: made.token)
    }
    let world = try RemoteWorld(
      hub: hub, pack: item.app.pack, household: HouseholdID(id), seedHousehold: item.scenario.household,
      keyed: item.scenario.keyed, credentials: credentials, folder: folder, isReadable: readableFrames)
    return (world, folder)
  }

  private func adminClient(_ hub: String) throws -> AdminClient {
    var options = HouseholdCommand.HubOptions()
    options.data = data
    options.adminToken = adminToken
    options.hub = http ?? (hub.hasPrefix("ws://") ? hub : nil)
    return try options.client()
  }
}
