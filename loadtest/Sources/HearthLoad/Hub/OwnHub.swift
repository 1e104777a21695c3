internal import Foundation
internal import HearthCommands
internal import HearthEngine
internal import HearthHub
internal import HearthModel
internal import HearthPack
internal import HearthSQLite
internal import HearthServer

/// A hub that the load tester starts for itself: on an empty folder, as a process of its own, so that what it costs can
/// be told from what the driver costs.
final class OwnHub: DrivenHub {
  private let binary: URL
  private let folder: URL
  private let app: App
  /// Variables that the hub's process gets beside those of this one, as `LD_PRELOAD`.
  private let environment: [String: String]
  /// Where households are taken from that are there already; nil to found all.
  private let stock: HouseholdStock?
  private var process: Process?
  private var addresses: HubAddresses?

  init(
    binary: URL, folder: URL, app: App, environment: [String: String], stock: HouseholdStock? = nil
  ) {
    self.binary = binary
    self.folder = folder
    self.app = app
    self.environment = environment
    self.stock = stock
  }

  private var data: URL { folder.appending(path: "hub") }
  private var packs: URL { folder.appending(path: "packs") }
  private var log: URL { folder.appending(path: "hub.log") }

  /// Lays out the folder and founds the households, straight in the hub's database: through the hub it would take as
  /// long as a run.
  ///
  /// - Parameter progress: is told how many are there.
  func prepare(
    households count: Int, members: [RecordID], _ progress: (Int) -> Void
  ) async throws -> [[LoadDevice.Credentials]] {
    guard let stock else { return try found(count, members, progress) }
    return try stock.households(count, of: members, app, to: folder) { folder in
      try OwnHub(binary: binary, folder: folder, app: app, environment: [:]).found(count, members, progress)
    }
  }

  private func found(
    _ count: Int, _ members: [RecordID], _ progress: (Int) -> Void
  ) throws -> [[LoadDevice.Credentials]] {
    let files = FileManager.default
    try files.createDirectory(at: data, withIntermediateDirectories: true)
    try files.createDirectory(at: packs, withIntermediateDirectories: true)
    try files.copyItem(at: app.folder, to: packs.appending(path: app.pack.name))
    let engine = Engine(packs: [app.pack.name: app.pack], dayInZone: ZoneCalendar.day)
    let store = try SQLiteStore.open(at: data.path, packs: [app.pack.name: app.pack])
    defer { try? store.close() }
    try store.beginLife(Epoch(rawValue: .random(in: 1 ... .max)))
    var accounts = [[LoadDevice.Credentials]]()
    while accounts.count < count {
      progress(accounts.count)
      let households = (0..<min(Self.foundedAtOnce, count - accounts.count)).map { _ in app.household(of: members) }
      let made = try Founding(engine: engine).found(
        households, app: app.pack.name, in: store, now: Instant(milliseconds: Clocks.wallMilliseconds),
        random: { .random(in: 1 ... .max) }, makeToken: Administration.makeToken)
      accounts += zip(households, made).map { household, devices in
        devices.map { LoadDevice.Credentials(household: household.id, member: $0.member, token: $0.token) }
      }
    }
    return accounts
  }

  /// Households of a transaction: enough that its sync costs next to nothing.
  private static let foundedAtOnce = 32

  /// Starts the process, on the ports that it had before when it had some, and waits until it listens.
  func start() async throws -> HubAddresses {
    let running = data.appending(path: "hub.json")
    try? FileManager.default.removeItem(at: running)
    if !FileManager.default.fileExists(atPath: log.path) {
      _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    }
    let process = Process()
    process.executableURL = binary
    process.arguments = [
      "serve", "--data", data.path, "--packs", packs.path, "--log-level", "warning",
      "--tcp-port", Self.port(addresses?.tcp), "--http-port", Self.port(addresses?.webSocket),
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: log)
    try process.run()
    self.process = process
    for _ in 0..<3000 {
      if let content = FileManager.default.contents(atPath: running.path),
        let found = try? JSONDecoder().decode(HubAddresses.self, from: content), found.pid == process.processIdentifier
      {
        addresses = found
        return found
      }
      guard process.isRunning else { break }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw LoadFault("The hub did not start:\n\(words)")
  }

  func rest() async throws {
    guard let pid = process?.processIdentifier else { return }
    var before = Double.infinity
    for _ in 0..<Self.restTries {
      let used = ProcessUsage(of: pid)?.cpuSeconds ?? 0
      if used - before < Self.restCPU, used >= before { return }
      before = used
      try await Task.sleep(for: Self.restPause)
    }
    throw LoadFault("The hub is busy ten minutes after it started, with nobody connected.")
  }

  private static let restPause = Duration.milliseconds(500)
  private static let restTries = 1200
  /// Seconds of CPU within a pause that are as good as none.
  private static let restCPU = 0.01

  private static func port(_ url: String?) -> String {
    let authority = url?.split(separator: "/").dropFirst().first ?? ""
    return authority.split(separator: ":").last.map(String.init) ?? "0"
  }

  var isRunning: Bool { process?.isRunning ?? false }

  /// The end of what it said.
  var words: String { String(((try? String(contentsOf: log, encoding: .utf8)) ?? "").suffix(2000)) }

  /// Ends the process in good order.
  func stop() {
    process?.terminate()
    process?.waitUntilExit()
    process = nil
  }

  /// The bytes of the database, and of its log.
  var fileBytes: (database: Int, log: Int)? {
    let size = { (name: String) in
      let attributes = try? FileManager.default.attributesOfItem(atPath: self.data.appending(path: name).path)
      return (attributes?[.size] as? Int) ?? 0
    }
    return (size("hearth.db"), size("hearth.db-wal"))
  }
}
