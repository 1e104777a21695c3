internal import Foundation
internal import HearthModel

/// What rows of the goal table are measured with: programs, sizes, and the runs that rows share.
struct GoalBench {
  let tools: Tools
  /// The pack of the rows with plain tasks, and hot queries.
  let materials: URL
  let scale: GoalScale
  let warmUp: Double
  let seconds: Double
  /// Is told what is going on, and how far it is.
  let show: (String, Double) -> Void

  /// Devices of a household.
  static let devices = 3
  /// What a change set carries to servers that do not look into it: as much as the hub's.
  private static let payload = Payload(bytes: 220)

  /// The bench, with a title in front of what it says.
  func titled(_ title: String) -> GoalBench {
    GoalBench(tools: tools, materials: materials, scale: scale, warmUp: warmUp, seconds: seconds) {
      show("\(title): \($0)", $1)
    }
  }

  var households: Int { scale.count(1000, least: 2) }

  /// Lends an empty folder.
  func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = try makeFolder()
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
  }

  func makeFolder() throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-goals-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return folder
  }

  // MARK: Whole devices

  /// A profile of so many households, with nothing written yet.
  func profile(_ about: String, households: Int, seconds: Double? = nil) -> Profile {
    var profile = Profile(name: "goals", about: about)
    (profile.households, profile.devices) = (households, Self.devices)
    (profile.warmUp, profile.seconds) = (warmUp, seconds ?? self.seconds)
    profile.writes.pacing = .atRate([.init(at: 0, rate: 0)])
    return profile
  }

  /// A run of whole devices over TCP, which may be told of only if nothing was lost.
  ///
  /// - Parameter app: the app that is asked for when left out.
  /// - Throws: ``LoadFault`` when devices do not show what the hub has, or what they wrote was refused.
  func report(_ profile: Profile, _ app: App? = nil, slowSync: SlowSync? = nil) async throws -> RunReport {
    let report = try await withFolder { folder in
      try await run(profile, app ?? tools.app, in: folder, slowSync: slowSync).report()
    }
    try report.convergence.refuseLosses()
    if let (name, count) = report.counts.rejected.max(by: { $0.value < $1.value }) {
      throw LoadFault("\(count) change sets were rejected (\(name)), which nothing that is written deserves.")
    }
    return report
  }

  func run(_ profile: Profile, _ app: App, in folder: URL, slowSync: SlowSync? = nil) throws -> LoadRun {
    guard let binary = tools.hearth, FileManager.default.isExecutableFile(atPath: binary.path) else {
      throw LoadFault("hearth is not installed: \(HearthHub(transport: .tcp).installation)")
    }
    let environment = try slowSync?.environment(reference: tools.reference) ?? [:]
    var place = LoadRun.Place(binary: binary, folder: folder, environment: environment, slowSync: slowSync)
    place.stock = app.folder == tools.app.folder ? tools.stock : nil
    return try LoadRun(profile, app, .own(place), .tcp) { show($0.title, $0.share) }
  }

  // MARK: Lean devices

  /// What servers are driven with, alike.
  func plan(_ steps: [ContestantRun.Step], households: Int? = nil, slowSync: SlowSync? = nil) throws
    -> ContestantRun.Plan
  {
    ContestantRun.Plan(
      tools: tools, households: households ?? self.households, devices: Self.devices, payload: Self.payload,
      warmUp: warmUp, seconds: seconds, steps: steps,
      environment: try slowSync?.environment(reference: tools.reference) ?? [:])
  }

  /// A server, driven step by step.
  ///
  /// - Throws: ``LoadFault`` when it is not installed, or loses something.
  func figures(_ contestant: any Contestant, _ plan: ContestantRun.Plan) async throws -> [Figures] {
    guard contestant.isInstalled(tools) else {
      throw LoadFault("\(contestant.name) is not installed: \(contestant.installation)")
    }
    return try await ContestantRun(contestant: contestant, plan: plan) { show("\(contestant.name), \($0)", $1) }
      .figures()
  }
}

extension LoadRun.Stage {
  fileprivate var title: String {
    switch self {
    case .founding: "founding"
    case .connecting: "connecting"
    case .running: "running"
    case .settling: "settling"
    case .checking: "checking"
    }
  }

  fileprivate var share: Double {
    switch self {
    case .founding(let done, let total), .checking(let done, let total): Double(done) / Double(max(total, 1))
    case .running(let elapsed, let length, _): elapsed / length
    case .connecting, .settling: 0
    }
  }
}

extension RunReport.Convergence {
  /// A run that lost something has no figures.
  ///
  /// - Throws: ``LoadFault`` with the first difference.
  package func refuseLosses() throws {
    guard let first = faults.first else { return }
    throw LoadFault("a run did not converge: \(first)")
  }
}

extension RunReport {
  /// What one has to know to read the figures of the run.
  var remarks: [String] {
    let limit = driver.isLimit ? ["the driver was the limit: rates and times are its own"] : []
    return limit + counts.faults.sorted { $0.key < $1.key }.map { "\($0.value) times: \($0.key)" }
  }
}

extension Figures {
  /// What one has to know to read them.
  func remarks(_ name: String) -> [String] {
    isDriverLimit ? ["at \(name) the driver was the limit: rates and times are its own"] : []
  }
}
