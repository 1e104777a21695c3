internal import Foundation
internal import NIOCore
internal import NIOPosix

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
    /// Change sets a second of a paced part; nil when there is none.
    let rate: Double?
    /// Variables for the servers' processes.
    let environment: [String: String]
  }

  /// What it has measured: at the rate first, while nobody is tired yet.
  struct Result {
    var peak: Figures
    var paced: Figures?
  }

  func result() async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-compare-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    show("starting", 0)
    let server = try await contestant.start(
      Site(
        tools: plan.tools, folder: folder, households: plan.households, devices: plan.devices, payload: plan.payload,
        environment: plan.environment))
    defer { server.stop() }
    do {
      return try await drive(server)
    } catch {
      // A server that has gone says better why than the sockets that noticed.
      guard server.isRunning else { throw LoadFault("it ended while it was driven. It said:\n\(server.words)") }
      throw error
    }
  }

  private func drive(_ server: any StartedServer) async throws -> Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let driver = PeerDriver(loop: group.next(), port: server.port)
    do {
      let result = try await measure(server, driver)
      try await end(driver, group)
      return result
    } catch {
      try? await end(driver, group)
      throw error
    }
  }

  private func end(_ driver: PeerDriver, _ group: MultiThreadedEventLoopGroup) async throws {
    try await driver.loop.submit { driver.leave() }.get()
    try await group.shutdownGracefully()
  }

  private func measure(_ server: any StartedServer, _ driver: PeerDriver) async throws -> Result {
    try await connect(server, driver)
    let paced: Figures? =
      if let rate = plan.rate { try await measure(server, driver, .atRate(rate), "paced") } else { nil }
    return Result(peak: try await measure(server, driver, .closedLoop, "peak"), paced: paced)
  }

  private static let connectSeconds: Int64 = 120

  private func connect(_ server: any StartedServer, _ driver: PeerDriver) async throws {
    show("connecting", 0)
    let timer = driver.loop.scheduleTask(in: .seconds(Self.connectSeconds)) {
      driver.fail(LoadFault("not all devices could connect within \(Self.connectSeconds) s."))
    }
    defer { timer.cancel() }
    if let preparation = server.preparation { try await driver.prepare(preparation) }
    try await driver.connect(
      (0..<plan.households).map { household in
        (0..<plan.devices).map { server.wire(household: household, device: $0) }
      })
  }

  // MARK: Measuring

  /// What had been used when something began or ended.
  private struct Mark {
    let server: ProcessUsage
    let driverCPU: Double
    let at: ContinuousClock.Instant
  }

  private func mark(_ server: any StartedServer) throws -> Mark {
    guard let usage = ProcessUsage(ofFamilyOf: server.pid) else { throw LoadFault("its process has gone.") }
    return Mark(server: usage, driverCPU: ProcessUsage.own?.cpuSeconds ?? 0, at: .now)
  }

  private func measure(
    _ server: any StartedServer, _ driver: PeerDriver, _ pacing: PeerDriver.Pacing, _ title: String
  ) async throws -> Figures {
    try await driver.loop.submit { driver.start(pacing) }.get()
    try await wait(plan.warmUp, driver, "\(title), warming up")
    let begin = try mark(server)
    try await driver.loop.submit { [plan] in
      driver.meter.window = driver.now..<driver.now + Int64(plan.seconds * 1e9)
      driver.meter.isMeasuring = true
    }.get()
    try await wait(plan.seconds, driver, title)
    try await driver.loop.submit {
      driver.meter.isMeasuring = false
      driver.stop()
    }.get()
    let end = try mark(server)
    let meter = try await settle(driver)
    return try figures(meter, begin, end)
  }

  /// Looks now and then whether all is well.
  private func wait(_ seconds: Double, _ driver: PeerDriver, _ title: String) async throws {
    let (clock, begin) = (ContinuousClock(), ContinuousClock.now)
    while clock.now - begin < .seconds(seconds) {
      try await driver.loop.submit { try driver.check() }.get()
      show(title, (clock.now - begin) / .seconds(max(seconds, 0.001)))
      let rest = .seconds(seconds) - (clock.now - begin)
      try await Task.sleep(for: min(max(rest, .zero), .milliseconds(100)))
    }
    try await driver.loop.submit { try driver.check() }.get()
  }

  private static let settleSeconds = 15

  /// Waits for what is on its way.
  private func settle(_ driver: PeerDriver) async throws -> PeerMeter {
    let others = plan.devices - 1
    let deadline = ContinuousClock.now + .seconds(Self.settleSeconds)
    while true {
      let isQuiet = try await driver.loop.submit {
        try driver.check()
        return driver.isQuiet(others: others)
      }.get()
      if isQuiet { break }
      guard ContinuousClock.now < deadline else {
        let meter = try await driver.loop.submit { driver.meter }.get()
        throw LoadFault(
          "\(Self.settleSeconds) s after \(meter.written) change sets, \(meter.acknowledged) had been acknowledged, and "
            + "\(meter.delivered) of \(meter.written * others) deliveries had come.")
      }
      try await Task.sleep(for: .milliseconds(10))
    }
    return try await driver.loop.submit {
      defer { driver.meter.reset() }
      return driver.meter
    }.get()
  }

  private func figures(_ meter: PeerMeter, _ begin: Mark, _ end: Mark) throws -> Figures {
    guard meter.acknowledgedWhileMeasuring > 0 else {
      throw LoadFault("it acknowledged nothing within the measured \(plan.seconds) s.")
    }
    let count = Double(meter.acknowledgedWhileMeasuring)
    let seconds = (end.at - begin.at) / .seconds(1)
    let cpu = end.server.cpuSeconds - begin.server.cpuSeconds
    let driverCPU = end.driverCPU - begin.driverCPU
    return Figures(
      changeSetsPerSecond: count / seconds, cpuMicroseconds: cpu * 1e6 / count, cpuShare: cpu / seconds,
      acknowledgementP50: meter.acknowledgement.milliseconds(at: 0.5),
      acknowledgementP99: meter.acknowledgement.milliseconds(at: 0.99),
      deliveryP50: meter.delivery.milliseconds(at: 0.5), deliveryP99: meter.delivery.milliseconds(at: 0.99),
      memoryBytes: Double(end.server.memoryBytes), bytesSent: Double(meter.bytesWhileMeasuring) / count,
      driverCPUMicroseconds: driverCPU * 1e6 / count, driverShare: driverCPU / seconds)
  }
}
