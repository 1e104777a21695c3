package import Foundation
internal import HearthModel

/// One run of a profile against one hub, from founding the households to the check that all has arrived.
package struct LoadRun {
  /// Where a run looks for what it needs.
  package struct Place: Sendable {
    /// The program `hearth`.
    package let binary: URL
    /// Where the hub's folder is made.
    package let folder: URL
    /// Variables for the hub's process.
    package let environment: [String: String]
    /// By how much these variables slow each sync, for the report.
    package let slowSync: SlowSync?
    /// Households of the app that have been founded; nil to found them.
    var stock: HouseholdStock?

    package init(binary: URL, folder: URL, environment: [String: String] = [:], slowSync: SlowSync? = nil) {
      self.binary = binary
      self.folder = folder
      self.environment = environment
      self.slowSync = slowSync
    }
  }

  /// Which hub is driven.
  package enum Target: Sendable {
    /// One that is started for the run.
    case own(Place)
    /// One that is already running.
    case running(RunningHub.Access)
  }

  package enum Transport: String, Sendable, CaseIterable { case tcp, webSocket }

  /// How far a run has come, for a progress bar.
  package enum Stage {
    case founding(Int, of: Int)
    case connecting(of: Int)
    case running(Double, of: Double, RunReport.Second)
    case settling
    case checking(Int, of: Int)
  }

  let profile: Profile
  let app: App
  let target: Target
  let transport: Transport
  let workload: Workload
  let show: (Stage) -> Void

  /// - Throws: ``LoadFault`` when the hub or the pack does not have what the profile asks for.
  package init(
    _ profile: Profile, _ app: App, _ target: Target, _ transport: Transport, show: @escaping (Stage) -> Void = { _ in }
  ) throws {
    if case .running(let access) = target {
      guard !profile.events.contains(where: { $0.kind == .restartHub }) else {
        throw LoadFault("The profile `\(profile.name)` restarts the hub; one that was already running is left alone.")
      }
      guard transport == .webSocket || access.tcp != nil else {
        throw LoadFault("--transport tcp needs --hub-tcp host:port; only over WebSocket --hub says where to connect.")
      }
    }
    self.profile = profile
    self.app = app
    self.target = target
    self.transport = transport
    self.show = show
    workload = try Workload(app.pack, app.household, profile)
  }

  /// - Throws: ``LoadFault`` when the hub does not start, or the devices cannot connect.
  package func report() async throws -> RunReport {
    let startedAt = Date.now.formatted(.iso8601)
    return try await LoadSession.with(self, members: members) { session in
      try await session.connect()
      let measured = try await session.drive()
      try await session.settle()
      let convergence = try await session.check()
      let files = session.fileBytes
      try await session.leave()
      return try await session.report(measured, convergence, files, startedAt: startedAt)
    }
  }

  /// Whose devices each household has.
  private var members: [RecordID] {
    workload.spending?.members(devices: profile.devices) ?? app.everybody(devices: profile.devices)
  }
}

extension LoadRun.Target {
  func hub(of app: App) -> any DrivenHub {
    switch self {
    case .own(let place):
      OwnHub(binary: place.binary, folder: place.folder, app: app, environment: place.environment, stock: place.stock)
    case .running(let access): RunningHub(access, app: app)
    }
  }

  var address: String? {
    if case .running(let access) = self { access.url } else { nil }
  }

  var slowSync: SlowSync? {
    if case .own(let place) = self { place.slowSync } else { nil }
  }
}
