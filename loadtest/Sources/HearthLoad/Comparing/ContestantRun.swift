internal import Foundation

/// One run of one server: started on an empty folder, driven, measured, stopped.
struct ContestantRun {
  let contestant: any Contestant
  let plan: Plan
  let show: (String, Double) -> Void

  /// What is done with every server alike.
  struct Plan {
    let tools: Tools
    let households: Int
    let devices: Int
    let payload: Payload
    let warmUp: Double
    let seconds: Double
    /// What is measured, one after the other.
    let steps: [Step]
    /// Variables for the servers' processes.
    let environment: [String: String]
  }

  /// When devices write.
  enum Step {
    /// Each as soon as its last change set is acknowledged: the peak.
    case closedLoop
    /// So many change sets a second over all, whether or not the server keeps up.
    case atRate(Double)
    /// A share of the rate of the peak, which is an earlier step.
    case atShareOfPeak(Double)
  }

  /// - Returns: what each step has measured.
  /// - Throws: ``LoadFault`` when the server does not start, ends, or loses something.
  func figures() async throws -> [Figures] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-compare-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    show("starting", 0)
    let server = try await contestant.start(
      Site(
        tools: plan.tools, folder: folder, households: plan.households, devices: plan.devices, payload: plan.payload,
        environment: plan.environment))
    defer { server.stop() }
    return try await PeerSession.with(server, show) { session in
      try await session.connect(households: plan.households, devices: plan.devices)
      return try await measure(session)
    }
  }

  private func measure(_ session: PeerSession) async throws -> [Figures] {
    var (all, peak) = ([Figures](), 0.0)
    for step in plan.steps {
      switch step {
      case .closedLoop:
        all.append(try await session.measure(.closedLoop, warmUp: plan.warmUp, seconds: plan.seconds, "peak"))
        peak = all.last?.changeSetsPerSecond ?? 0
      case .atRate(let rate):
        all.append(try await session.measure(.atRate(rate), warmUp: plan.warmUp, seconds: plan.seconds, "paced"))
      case .atShareOfPeak(let share):
        precondition(peak > 0, "a share of a peak that was not measured before")
        all.append(
          try await session.measure(.atRate(peak * share), warmUp: plan.warmUp, seconds: plan.seconds, "paced"))
      }
    }
    return all
  }
}
