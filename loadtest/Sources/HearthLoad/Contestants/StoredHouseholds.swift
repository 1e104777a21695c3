internal import Foundation

/// A hub with households that were made beforehand; each run works on a copy, so that what it writes is not there for
/// the next.
struct StoredHouseholds: Contestant {
  let name: String
  let about = "households made beforehand"
  let isDurable = true
  let merges = true
  let feelsSlowSync = true
  let installation = "scripts/release hearth, or name it with --hearth"
  /// What is copied.
  let folder: URL
  /// The devices of those that are driven, spread over all.
  let accounts: [[LoadDevice.Credentials]]

  /// Founds households.
  ///
  /// - Parameters:
  ///   - count: how many are stored.
  ///   - driven: of how many devices are driven, at most all.
  ///   - folder: an empty one that is kept.
  static func founded(
    _ name: String, _ count: Int, driven: Int, devices: Int, in folder: URL, _ tools: Tools, _ show: (Double) -> Void
  ) async throws -> StoredHouseholds {
    let hub = try hub(in: folder, tools, environment: [:])
    let members = try tools.app.writers(devices: devices)
    let all = try await hub.prepare(households: count, members: members) { show(Double($0) / Double(count)) }
    let accounts = (0..<driven).map { all[$0 * count / driven] }
    return StoredHouseholds(name: name, folder: folder, accounts: accounts)
  }

  private init(name: String, folder: URL, accounts: [[LoadDevice.Credentials]]) {
    self.name = name
    self.folder = folder
    self.accounts = accounts
  }

  private static func hub(in folder: URL, _ tools: Tools, environment: [String: String]) throws -> OwnHub {
    guard let binary = tools.hearth else { throw LoadFault("The program hearth is not known.") }
    return OwnHub(binary: binary, folder: folder, app: tools.app, environment: environment)
  }

  func isInstalled(_ tools: Tools) -> Bool { HearthHub(transport: .tcp).isInstalled(tools) }

  func start(_ site: Site) async throws -> any StartedServer {
    try FileManager.default.copyContents(of: folder, to: site.folder)
    return try await StartedHub(
      Self.hub(in: site.folder, site.tools, environment: site.environment), site.tools.app, accounts, .tcp)
  }

  /// The same households once more, in another folder.
  func copied(_ name: String, to folder: URL) throws -> StoredHouseholds {
    try FileManager.default.copyContents(of: self.folder, to: folder)
    return StoredHouseholds(name: name, folder: folder, accounts: accounts)
  }

  /// Has the driven households' devices write, to stay.
  ///
  /// - Parameter count: change sets over all.
  func grow(by count: Int, _ tools: Tools, _ show: @escaping (String, Double) -> Void) async throws {
    let server = try await StartedHub(Self.hub(in: folder, tools, environment: [:]), tools.app, accounts, .tcp)
    defer { server.stop() }
    try await PeerSession.with(server, show) { session in
      try await session.connect(households: accounts.count, devices: accounts[0].count)
      try await session.write(count, "making history")
    }
  }

  /// The hub's database.
  var database: URL { folder.appending(path: "hub").appending(path: "hearth.db") }
}
