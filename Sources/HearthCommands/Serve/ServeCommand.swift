package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthEngine
internal import HearthModel
internal import HearthSQLite
internal import HearthServer
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// `hearth serve`.
package struct ServeCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run a hub.",
    discussion: """
      Example: hearth serve --data ./hearth-data --host 0.0.0.0
      Each setting can also be a variable (HEARTH_TCP_PORT) or a line of the file named by --config (tcp-port: 7171);
      a flag counts before a variable, a variable before the file. --show-settings prints what counts and why.
      """)

  @Option(help: "A YAML file with settings.") var config: String?
  @Option(help: "Folder of the database and the admin token (hearth-data).") var data: String?
  @Option(help: "Folder with a sub-folder for each app (fixtures).") var packs: String?
  @Option(help: "Address to listen on (127.0.0.1).") var host: String?
  @Option(help: "Port for devices over TCP; 0 lets the system choose (7171).") var tcpPort: String?
  @Option(help: "Port for WebSocket, health and metrics (7172).") var httpPort: String?
  @Option(help: "trace, debug, info, notice, warning, error or critical (info).") var logLevel: String?
  @Option(help: "Connections at the same time (20000).") var connectionsMax: String?
  @Option(help: "Bytes that wait for a slow reader before it is cut off (4194304).") var outboundBytesMax: String?
  @Option(help: "Change sets that wait before sockets are not read (8192).") var queueMax: String?
  @Option(help: "Change sets in one transaction (1024).") var batchMax: String?
  @Option(help: "Seconds that devices have to leave when the hub goes down (10).") var drainSeconds: String?
  @Option(help: "Days for which history can be looked up (365).") var retentionDays: String?
  @Option(help: "Days of silence after which nothing waits for a device (90).") var lapseDays: String?
  @Option(help: "Bytes of one frame from a device (1048576).") var frameBytes: String?
  @Option(help: "Change sets of a device that may be on their way (256).") var pushWindow: String?
  @Option(help: "Seconds of silence before a connection is closed (75).") var idleSeconds: String?
  @Flag(help: "Print the settings and where each comes from, and end.") var showSettings = false
  @Flag(help: "Print where the hub listens as JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    let output = Output(isJSON: json)
    let (settings, resolved) = try resolve()
    if showSettings { return try show(resolved, output) }
    let folder = DataFolder(settings.data)
    let library = try PackLibrary(folder: settings.packs)
    try library.requireCatalogues()
    try folder.prepare()
    let token = try folder.adminToken()
    let store = try Self.open(folder, library.packs)
    var logger = Logger(label: "hearth") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = Logger.Level(rawValue: settings.logLevel) ?? .info
    logger.info(
      "store opened", metadata: ["sqlite": "\(SQLiteStore.libraryVersion)", "folder": "\(folder.url.relativeToHere)"])
    let failure = FailureBox()
    let server = HubServer(
      configuration: settings.server, engine: Engine(packs: library.packs, dayInZone: ZoneCalendar.day), store: store,
      adminToken: token, logger: logger
    ) { fault in failure.end(with: fault) }
    let service = HubService(server: server, folder: folder, failure: failure) { addresses in
      try Self.announce(addresses, folder, output, settings)
    }
    let group = ServiceGroup(
      configuration: .init(
        services: [.init(service: service, successTerminationBehavior: .gracefullyShutdownGroup)],
        gracefulShutdownSignals: [.sigterm, .sigint],
        logger: Logger(label: "hearth.lifecycle") { _ in SwiftLogNoOpLogHandler() }))
    try await group.run()
    if let fault = failure.fault {
      throw CommandFailure(.storeFailed, "The store failed, nothing more can be acknowledged: \(fault.message)")
    }
  }

  private static func open(_ folder: DataFolder, _ packs: [String: Pack]) throws -> SQLiteStore {
    var options = SQLiteStore.Options()
    options.copiesLogBeside = true
    options.checkpointPages = SQLiteStore.Options.checkpointPagesBeside
    do {
      return try SQLiteStore.open(at: folder.url.path, packs: packs, options: options)
    } catch {
      throw CommandFailure(.storeClosed, error.message)
    }
  }

  // MARK: Settings

  private func resolve() throws -> (settings: ServeSettings, resolved: [SettingsResolver.Resolved]) {
    let environment = ProcessInfo.processInfo.environment
    let path = config ?? environment["HEARTH_CONFIG"]
    let file = try path.map { (name: $0, text: try PackLibrary.read(URL(filePath: $0))) }
    return try SettingsResolver.resolve(flags: flags, environment: environment, file: file)
  }

  private var flags: [String: String] {
    let given: [(String, String?)] = [
      ("data", data), ("packs", packs), ("host", host), ("tcp-port", tcpPort), ("http-port", httpPort),
      ("log-level", logLevel), ("connections-max", connectionsMax), ("outbound-bytes-max", outboundBytesMax),
      ("queue-max", queueMax), ("batch-max", batchMax), ("drain-seconds", drainSeconds),
      ("retention-days", retentionDays), ("lapse-days", lapseDays), ("frame-bytes", frameBytes),
      ("push-window", pushWindow), ("idle-seconds", idleSeconds),
    ]
    return Dictionary(uniqueKeysWithValues: given.compactMap { name, value in value.map { (name, $0) } })
  }

  private func show(_ resolved: [SettingsResolver.Resolved], _ output: Output) throws {
    if output.isJSON {
      return try output.json(resolved.map { ["name": $0.name, "value": $0.value, "source": $0.source] })
    }
    var table = Table(["setting", "value", "from"])
    for setting in resolved {
      table.add([setting.name, setting.value, setting.source], styles: [.name, nil, .quiet])
    }
    output.text(table.text(output.terminal))
  }

  // MARK: What the operator sees

  private static func announce(
    _ addresses: HubServer.Addresses, _ folder: DataFolder, _ output: Output, _ settings: ServeSettings
  ) throws {
    let running = DataFolder.Running(
      pid: ProcessControl.own, tcp: addresses.tcp, webSocket: addresses.webSocket, http: addresses.http)
    try folder.write(running)
    if output.isJSON { return try output.json(running) }
    output.line("Hearth listens.")
    output.line("  devices    \(output.styled(addresses.tcp, .name)) and \(output.styled(addresses.webSocket, .name))")
    output.line("  health     \(addresses.http)/healthz, /readyz, /metrics")
    output.line("  data       \(folder.url.relativeToHere)")
    output.line(
      "Next: hearth household create --app famquest\(settings.data == "hearth-data" ? "" : " --data \(settings.data)")")
    output.line("Stop: Ctrl-C, or hearth stop\(settings.data == "hearth-data" ? "" : " --data \(settings.data)")")
  }
}

/// The hub as a service: starts, waits for the signal, drains.
private struct HubService: Service {
  let server: HubServer
  let folder: DataFolder
  let failure: FailureBox
  let announce: @Sendable (HubServer.Addresses) throws -> Void

  func run() async throws {
    let addresses: HubServer.Addresses
    do {
      addresses = try await server.start()
    } catch {
      throw CommandFailure(
        .cannotListen, "The hub cannot listen: \(error). Is a port in use? See --tcp-port and --http-port.")
    }
    try announce(addresses)
    try await withGracefulShutdownHandler {
      try await failure.wait()
    } onGracefulShutdown: {
      failure.end(with: nil)
    }
    folder.removeRunning()
    try await server.stop()
  }
}

/// The end of the hub, once: for good, or because of a fault.
private final class FailureBox: @unchecked Sendable {
  private let lock = NSLock()
  private var isOver = false
  private var continuation: CheckedContinuation<Void, Never>?
  private(set) var fault: StoreFault?

  func end(with fault: StoreFault?) {
    lock.withLock {
      if self.fault == nil { self.fault = fault }
      isOver = true
      continuation?.resume()
      continuation = nil
    }
  }

  func wait() async throws {
    await withCheckedContinuation { continuation in
      lock.withLock {
        if isOver { continuation.resume() } else { self.continuation = continuation }
      }
    }
  }
}

/// `hearth stop`.
package struct StopCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "stop", abstract: "Stop the hub that runs on a data folder.",
    discussion: "Example: hearth stop --data ./hearth-data")

  @Option(help: "Folder of the database and the admin token.") var data = "hearth-data"
  @Flag(help: "Print JSON.") var json = false

  package init() {}

  package mutating func run() async throws {
    guard let running = DataFolder(data).running else {
      throw CommandFailure(.noHub, "No hub runs on `\(data)`.")
    }
    ProcessControl.terminate(running.pid)
    for _ in 0..<200 where ProcessControl.isAlive(running.pid) { try await Task.sleep(for: .milliseconds(50)) }
    guard !ProcessControl.isAlive(running.pid) else {
      throw CommandFailure(
        .stillEnding, "The hub \(running.pid) is still saying goodbye to its devices. Ask again, or look at its log.")
    }
    let output = Output(isJSON: json)
    if json { return try output.json(["pid": running.pid]) }
    output.line("The hub \(running.pid) has ended.")
  }
}
