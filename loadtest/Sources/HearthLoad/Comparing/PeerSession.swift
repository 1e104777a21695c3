internal import Foundation
internal import NIOCore
internal import NIOPosix

/// A server that runs, with devices that write as little as the wire allows: the steps that comparisons consist of.
struct PeerSession {
  private let server: any StartedServer
  private let driver: PeerDriver
  private let show: (String, Double) -> Void
  /// The others of a device's household.
  private var others = 0

  /// Drives a server, and hangs up.
  ///
  /// - Throws: ``LoadFault`` when the server has ended meanwhile; what `body` throws.
  static func with<Result>(
    _ server: any StartedServer, _ show: @escaping (String, Double) -> Void,
    _ body: (inout PeerSession) async throws -> Result
  ) async throws -> Result {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var session = PeerSession(
      server: server, driver: PeerDriver(loop: group.next(), port: server.port), show: show)
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(&session))
    } catch {
      // A server that has gone says better why than the sockets that noticed.
      result = .failure(
        server.isRunning ? error : LoadFault("it ended while it was driven. It said:\n\(server.words)"))
    }
    try await session.driver.loop.submit { [driver = session.driver] in driver.leave() }.get()
    try await group.shutdownGracefully()
    return try result.get()
  }

  private init(server: any StartedServer, driver: PeerDriver, show: @escaping (String, Double) -> Void) {
    self.server = server
    self.driver = driver
    self.show = show
  }

  private static let connectSeconds: Int64 = 120

  mutating func connect(households: Int, devices: Int) async throws {
    show("connecting", 0)
    others = devices - 1
    let timer = driver.loop.scheduleTask(in: .seconds(Self.connectSeconds)) { [driver] in
      driver.fail(LoadFault("not all devices could connect within \(Self.connectSeconds) s."))
    }
    defer { timer.cancel() }
    if let preparation = server.preparation { try await driver.prepare(preparation) }
    try await driver.connect(
      (0..<households).map { household in (0..<devices).map { server.wire(household: household, device: $0) } })
  }

  /// Writes and measures.
  func measure(
    _ pacing: PeerDriver.Pacing, warmUp: Double, seconds: Double, _ title: String
  ) async throws -> Figures {
    try await driver.loop.submit { [driver] in driver.start(pacing) }.get()
    try await wait(warmUp, "\(title), warming up")
    let begin = try mark()
    try await driver.loop.submit { [driver] in
      driver.meter.window = driver.now..<driver.now + Int64(seconds * 1e9)
      driver.meter.isMeasuring = true
    }.get()
    try await wait(seconds, title)
    try await driver.loop.submit { [driver] in
      driver.meter.isMeasuring = false
      driver.stop()
    }.get()
    let end = try mark()
    return try figures(try await settle(), begin, end)
  }

  /// Writes as fast as acknowledgements come until so many change sets are made; nothing is measured.
  func write(_ count: Int, _ title: String) async throws {
    try await driver.loop.submit { [driver] in driver.start(.closedLoop) }.get()
    var written = 0
    while written < count {
      try await Task.sleep(for: .milliseconds(20))
      written = try await driver.loop.submit { [driver] in
        try driver.check()
        return driver.meter.written
      }.get()
      show(title, Double(written) / Double(count))
    }
    try await driver.loop.submit { [driver] in driver.stop() }.get()
    _ = try await settle()
  }

  // MARK: Inside

  /// What had been used when something began or ended.
  private struct Mark {
    let server: ProcessUsage
    let driverCPU: Double
    let at: ContinuousClock.Instant
  }

  private func mark() throws -> Mark {
    guard let usage = ProcessUsage(ofFamilyOf: server.pid) else { throw LoadFault("its process has gone.") }
    return Mark(server: usage, driverCPU: ProcessUsage.own?.cpuSeconds ?? 0, at: .now)
  }

  /// Looks now and then whether all is well.
  private func wait(_ seconds: Double, _ title: String) async throws {
    let (clock, begin) = (ContinuousClock(), ContinuousClock.now)
    while clock.now - begin < .seconds(seconds) {
      try await driver.loop.submit { [driver] in try driver.check() }.get()
      show(title, (clock.now - begin) / .seconds(max(seconds, 0.001)))
      let rest = .seconds(seconds) - (clock.now - begin)
      try await Task.sleep(for: min(max(rest, .zero), .milliseconds(100)))
    }
    try await driver.loop.submit { [driver] in try driver.check() }.get()
  }

  private static let settleSeconds = 15

  /// Waits for what is on its way.
  private func settle() async throws -> PeerMeter {
    let deadline = ContinuousClock.now + .seconds(Self.settleSeconds)
    while true {
      let isQuiet = try await driver.loop.submit { [driver, others] in
        try driver.check()
        return driver.isQuiet(others: others)
      }.get()
      if isQuiet { break }
      guard ContinuousClock.now < deadline else { throw try await lost() }
      try await Task.sleep(for: .milliseconds(10))
    }
    return try await driver.loop.submit { [driver] in
      defer { driver.meter.reset() }
      return driver.meter
    }.get()
  }

  private func lost() async throws -> LoadFault {
    let meter = try await driver.loop.submit { [driver] in driver.meter }.get()
    return LoadFault(
      "\(Self.settleSeconds) s after \(meter.written) change sets, \(meter.acknowledged) had been acknowledged, and "
        + "\(meter.delivered) of \(meter.written * others) deliveries had come.")
  }

  private func figures(_ meter: PeerMeter, _ begin: Mark, _ end: Mark) throws -> Figures {
    let seconds = (end.at - begin.at) / .seconds(1)
    guard meter.acknowledgedWhileMeasuring > 0 else {
      throw LoadFault("it acknowledged nothing within the measured \(seconds) s.")
    }
    let count = Double(meter.acknowledgedWhileMeasuring)
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
