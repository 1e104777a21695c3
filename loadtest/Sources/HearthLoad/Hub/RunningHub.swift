internal import Foundation
internal import HearthModel
internal import HearthPack
internal import HearthServer

/// A hub that is already running: its households are founded over its administration, and it is left running.
package final class RunningHub: DrivenHub {
  /// How it is reached, as the command line says it.
  package struct Access: Sendable {
    let url: String
    let adminToken: String
    let tcp: String?
    let pid: Int32?

    /// - Parameters:
    ///   - url: `http://host:port`.
    ///   - tcp: `host:port` for devices over TCP.
    ///   - pid: the hub's process, when it runs on this machine.
    /// - Throws: ``LoadFault`` for what makes no sense.
    package init(url: String, adminToken: String?, tcp: String? = nil, pid: Int32? = nil) throws {
      guard let parts = URLComponents(string: url), parts.scheme == "http", parts.host?.isEmpty == false,
        parts.port != nil, parts.path.isEmpty || parts.path == "/"
      else { throw LoadFault("--hub is `\(url)`; expected http://host:port, as http://127.0.0.1:7172.") }
      guard let adminToken, !adminToken.isEmpty else {
        throw LoadFault("--hub needs the hub's admin token: --admin-token, or HEARTH_ADMIN_TOKEN.")
      }
      if let tcp, URLComponents(string: "tcp://\(tcp)")?.port == nil {
        throw LoadFault("--hub-tcp is `\(tcp)`; expected host:port, as 127.0.0.1:7171.")
      }
      if let pid, ProcessUsage(of: pid) == nil {
        throw LoadFault("--hub-pid is \(pid); there is no such process on this machine.")
      }
      self.url = parts.path == "/" ? String(url.dropLast()) : url
      self.adminToken = adminToken
      self.tcp = tcp
      self.pid = pid
    }
  }

  private let access: Access
  private let app: App

  init(_ access: Access, app: App) {
    self.access = access
    self.app = app
  }

  /// One request for each household: the seed's, with an id of its own.
  func prepare(
    households count: Int, members: [RecordID], _ progress: (Int) -> Void
  ) async throws -> [[LoadDevice.Credentials]] {
    let request = Administration.FoundingRequest(
      app: app.pack.name, seed: try app.seedText(), fresh: true, household: app.household.id.description,
      devices: members.enumerated().map {
        Administration.NewDevice(name: App.deviceName($0.offset), member: $0.element.description)
      })
    var accounts = [[LoadDevice.Credentials]]()
    for number in 0..<count {
      progress(number)
      accounts.append(try await found(request))
    }
    return accounts
  }

  private func found(_ request: Administration.FoundingRequest) async throws -> [LoadDevice.Credentials] {
    do {
      let founded = try await Administration.request(request, hub: access.url, adminToken: access.adminToken)
      return founded.flatMap { household in
        household.devices.compactMap { device in
          guard let id = RecordID(household.household), let member = RecordID(device.member) else { return nil }
          return LoadDevice.Credentials(household: HouseholdID(id), member: member, token: device.token)
        }
      }
    } catch {
      throw LoadFault("The hub at \(access.url) founds no household. \(error)")
    }
  }

  func start() -> HubAddresses {
    HubAddresses(
      pid: access.pid, tcp: access.tcp.map { "tcp://\($0)" },
      webSocket: "ws" + access.url.dropFirst("http".count) + "/v1/sync")
  }

  /// It is somebody else's, and has been up for a while.
  func rest() {}

  /// It goes on: it was there before.
  func stop() {}

  var fileBytes: (database: Int, log: Int)? { nil }
}
