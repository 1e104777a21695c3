internal import Foundation
internal import HearthModel

/// The hub: each change set merged, judged by the pack's rules, and committed before anybody hears of it.
struct HearthHub: Contestant {
  let transport: LoadRun.Transport
  let isDurable = true
  let merges = true
  let feelsSlowSync = true
  let installation = "scripts/release hearth, or name it with --hearth"

  var name: String {
    switch transport {
    case .tcp: "hearth"
    case .webSocket: "hearth-websocket"
    }
  }

  var about: String {
    switch transport {
    case .tcp: "merged, checked and committed to SQLite"
    case .webSocket: "the same over WebSocket"
    }
  }

  func isInstalled(_ tools: Tools) -> Bool {
    tools.hearth.map { FileManager.default.isExecutableFile(atPath: $0.path) } ?? false
  }

  func start(_ site: Site) async throws -> any StartedServer {
    guard let binary = site.tools.hearth else { throw LoadFault("\(name) is not installed: \(installation)") }
    let app = site.tools.app
    let hub = OwnHub(
      binary: binary, folder: site.folder, app: app, environment: site.environment, stock: site.tools.stock)
    let members = try app.writers(devices: site.devices)
    let accounts = try await hub.prepare(households: site.households, members: members) { _ in }
    return try await StartedHub(hub, app, accounts, transport)
  }
}

/// A hub that runs, with households whose devices can connect.
struct StartedHub: StartedServer {
  let pid: Int32
  let port: Int
  private let hub: OwnHub
  private let app: App
  private let accounts: [[LoadDevice.Credentials]]
  private let workload: Workload
  /// Nil for TCP.
  private let path: String?

  /// Starts a hub whose households are founded.
  ///
  /// - Parameter accounts: the devices that may be asked for, by household.
  init(
    _ hub: OwnHub, _ app: App, _ accounts: [[LoadDevice.Credentials]], _ transport: LoadRun.Transport
  ) async throws {
    workload = try Workload(app.pack, app.household, Profile(name: app.pack.name, about: ""))
    let addresses = try await hub.start()
    do {
      try await hub.rest()
    } catch {
      hub.stop()
      throw error
    }
    let url = (transport == .tcp ? addresses.tcp : addresses.webSocket).flatMap { URLComponents(string: $0) }
    guard let pid = addresses.pid, let port = url?.port else {
      hub.stop()
      throw LoadFault("The hub does not say where it listens.")
    }
    (self.pid, self.port) = (pid, port)
    path = transport == .tcp ? nil : url?.path
    (self.hub, self.app, self.accounts) = (hub, app, accounts)
  }

  var isRunning: Bool { hub.isRunning }
  var words: String { hub.words }
  var preparation: (any Wire)? { nil }

  func wire(household: Int, device: Int) -> any Wire {
    HubWire(accounts[household][device], device: device, app, workload, path: path)
  }

  func stop() { hub.stop() }
}
