internal import Foundation

/// The hub: each change set merged, judged by the pack's rules, and committed before anybody hears of it.
struct HearthHub: Contestant {
  let name = "hearth"
  let about = "merged, checked and committed to SQLite"
  let isDurable = true
  let merges = true
  let feelsSlowSync = true
  let installation = "swift build -c release --product hearth, or name it with --hearth"

  func isInstalled(_ tools: Tools) -> Bool {
    tools.hearth.map { FileManager.default.isExecutableFile(atPath: $0.path) } ?? false
  }

  func start(_ site: Site) async throws -> any StartedServer {
    guard let binary = site.tools.hearth else { throw LoadFault("\(name) is not installed: \(installation)") }
    let app = site.tools.app
    let hub = OwnHub(binary: binary, folder: site.folder, app: app, environment: site.environment)
    let members = try app.writers(devices: site.devices)
    let accounts = try await hub.prepare(households: site.households, members: members) { _ in }
    let addresses = try hub.start()
    guard let pid = addresses.pid, let port = addresses.tcp.flatMap({ URLComponents(string: $0)?.port }) else {
      hub.stop()
      throw LoadFault("The hub does not say where it listens over TCP.")
    }
    let profile = Profile(name: name, about: about)
    return StartedHub(
      hub: hub, pid: pid, port: port, accounts: accounts, app: app,
      workload: try Workload(app.pack, app.household, profile))
  }
}

private struct StartedHub: StartedServer {
  let hub: OwnHub
  let pid: Int32
  let port: Int
  let accounts: [[LoadDevice.Credentials]]
  let app: App
  let workload: Workload

  var isRunning: Bool { hub.isRunning }
  var words: String { hub.words }
  var preparation: (any Wire)? { nil }

  func wire(household: Int, device: Int) -> any Wire {
    HubWire(accounts[household][device], device: device, app, workload)
  }

  func stop() { hub.stop() }
}
