package import Foundation
internal import HearthModel
internal import HearthWire
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

/// One run of a profile against one hub, from founding the households to the check that all has arrived.
package final class LoadRun {
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

  private let profile: Profile
  private let app: App
  private let target: Target
  private let transport: Transport
  private let show: (Stage) -> Void
  private let workload: Workload
  private let hub: any DrivenHub
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  /// The hub's; nil when nobody knows it.
  private var process: Int32?
  /// Devices do not hold their driver: it stays until the loop has ended.
  private var driver: Driver?
  private var seconds: [RunReport.Second] = []
  private var memory = (before: 0, connected: 0, peak: 0, after: 0)

  package enum Transport: String, Sendable, CaseIterable { case tcp, webSocket }

  /// How far a run has come, for a progress bar.
  package enum Stage {
    case founding(Int, of: Int)
    case connecting(of: Int)
    case running(Double, of: Double, RunReport.Second)
    case settling
    case checking(Int, of: Int)
  }

  /// - Throws: ``LoadFault`` when the hub or the pack does not have what the profile asks for.
  package init(
    _ profile: Profile, _ app: App, _ target: Target, _ transport: Transport, show: @escaping (Stage) -> Void = { _ in }
  ) throws {
    self.profile = profile
    self.app = app
    self.target = target
    self.transport = transport
    self.show = show
    workload = try Workload(app.pack, app.household, profile)
    switch target {
    case .own(let place):
      hub = OwnHub(binary: place.binary, folder: place.folder, app: app, environment: place.environment)
    case .running(let access):
      guard !profile.events.contains(where: { $0.kind == .restartHub }) else {
        throw LoadFault("The profile `\(profile.name)` restarts the hub; one that was already running is left alone.")
      }
      guard transport == .webSocket || access.tcp != nil else {
        throw LoadFault("--transport tcp needs --hub-tcp host:port; only over WebSocket --hub says where to connect.")
      }
      hub = RunningHub(access, app: app)
    }
  }

  /// - Throws: ``LoadFault`` when the hub does not start, or the devices cannot connect.
  package func report() async throws -> RunReport {
    let report: RunReport
    do {
      report = try await measure()
    } catch {
      try? await group.shutdownGracefully()
      throw error
    }
    try await group.shutdownGracefully()
    driver = nil
    return report
  }

  private func measure() async throws -> RunReport {
    let startedAt = Date.now.formatted(.iso8601)
    let count = profile.households
    let accounts = try await hub.prepare(households: count, members: members) { show(.founding($0, of: count)) }
    let addresses = try hub.start()
    process = addresses.pid
    defer { hub.stop() }
    memory.before = usage.memory
    let driver = Driver(loop: group.next(), app.pack, accounts, workload, profile, try dialer(addresses))
    self.driver = driver
    try await connect(driver)
    let measured = try await drive(driver)
    try await settle(driver)
    let convergence = try await check(driver)
    let files = hub.fileBytes
    try await leave(driver)
    return try await report(driver, measured, convergence, files, startedAt: startedAt)
  }

  /// Whose devices each household has.
  private var members: [RecordID] {
    workload.spending?.members(devices: profile.devices) ?? app.everybody(devices: profile.devices)
  }

  private func dialer(_ addresses: HubAddresses) throws -> Dialer {
    let url = (transport == .tcp ? addresses.tcp : addresses.webSocket) ?? ""
    guard let parts = URLComponents(string: url), let host = parts.host, let port = parts.port else {
      throw LoadFault("The hub says that it listens at `\(url)`, which is no address.")
    }
    return Dialer(host: host, port: port, path: transport == .tcp ? nil : parts.path, form: .binary)
  }

  // MARK: Stages

  private static let connectSeconds: Int64 = 120

  private func connect(_ driver: Driver) async throws {
    show(.connecting(of: driver.devices.count))
    let all = driver.connectAll()
    let timer = driver.loop.scheduleTask(in: .seconds(Self.connectSeconds)) {
      driver.giveUpConnecting(
        LoadFault("Not all devices could connect within \(Self.connectSeconds) s: \(driver.meter.counts.faults)"))
    }
    try await all.get()
    timer.cancel()
    try await Task.sleep(for: .milliseconds(500))
    memory.connected = usage.memory
  }

  /// What the measured part took.
  private struct Measured {
    var seconds = 0.0
    var hubCPU = 0.0
    var driverCPU = 0.0
  }

  private func drive(_ driver: Driver) async throws -> Measured {
    let clock = ContinuousClock()
    let loop = driver.loop
    let (warmUp, length) = (profile.warmUp, profile.seconds)
    let began = clock.now
    try await loop.submit { [profile] in
      let first = driver.now + Int64(profile.warmUp * 1e9)
      driver.meter.window = first..<first + Int64(profile.seconds * 1e9)
      driver.start()
    }.get()
    var measured = Measured()
    var (hubBefore, driverBefore, _) = usage
    var (hubAtStart, driverAtStart) = (hubBefore, driverBefore)
    var events = profile.events[...]
    var lastSample = began
    var next = min(1, warmUp > 0 ? warmUp : 1)
    var isMeasuring = false
    while true {
      let elapsed = Self.seconds(clock.now - began)
      if !isMeasuring, elapsed >= warmUp {
        isMeasuring = true
        (hubAtStart, driverAtStart, _) = usage
        try await loop.submit { driver.meter.isMeasuring = true }.get()
      }
      while let event = events.first, elapsed >= warmUp + event.at {
        events = events.dropFirst()
        try await carryOut(event, driver)
      }
      if elapsed >= next || elapsed >= warmUp + length {
        let span = Self.seconds(clock.now - lastSample)
        lastSample = clock.now
        let (hubNow, driverNow, memoryNow) = usage
        let counted = try await loop.submit { (driver.meter.takeSecond(), driver.meter.connections) }.get()
        let second = RunReport.Second(
          counted.0, at: elapsed - warmUp, over: span, hubCPU: hubNow - hubBefore, driverCPU: driverNow - driverBefore,
          memory: memoryNow, connections: counted.1)
        (hubBefore, driverBefore) = (hubNow, driverNow)
        seconds.append(second)
        memory.peak = max(memory.peak, second.hubMemory)
        show(.running(elapsed, of: warmUp + length, second))
        next += 1
      }
      if elapsed >= warmUp + length { break }
      try await Task.sleep(for: .milliseconds(10))
    }
    try await loop.submit {
      driver.meter.isMeasuring = false
      driver.stop()
    }.get()
    measured.seconds = Self.seconds(clock.now - began) - warmUp
    let (hubAtEnd, driverAtEnd, _) = usage
    (measured.hubCPU, measured.driverCPU) = (hubAtEnd - hubAtStart, driverAtEnd - driverAtStart)
    return measured
  }

  /// CPU seconds so far, and the hub's memory; 0 for a hub whose process nobody knows.
  private var usage: (hub: Double, driver: Double, memory: Int) {
    let hub = process.flatMap { ProcessUsage(of: $0) }
    return (hub?.cpuSeconds ?? 0, ProcessUsage.own?.cpuSeconds ?? 0, hub?.memoryBytes ?? 0)
  }

  private static func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
  }

  private func carryOut(_ event: Profile.Event, _ driver: Driver) async throws {
    guard event.kind == .restartHub else { return try await driver.loop.submit { driver.carryOut(event) }.get() }
    hub.stop()
    process = try hub.start().pid
  }

  private static let settleSeconds = 60.0

  private func settle(_ driver: Driver) async throws {
    show(.settling)
    try await driver.loop.submit { driver.settleDown() }.get()
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(Self.settleSeconds)
    while clock.now < deadline {
      if try await driver.loop.submit({ driver.isQuiet }).get() { return }
      try await Task.sleep(for: .milliseconds(50))
    }
    // The check then says which devices have what.
  }

  // MARK: The check

  private func check(_ driver: Driver) async throws -> RunReport.Convergence {
    let check = NIOLockedValueBox(ConvergenceCheck(app.pack, workload.spending))
    var done = 0
    for start in stride(from: 0, to: driver.devices.count, by: Self.witnessesAtOnce) {
      show(.checking(done, of: driver.devices.count))
      let range = start..<min(start + Self.witnessesAtOnce, driver.devices.count)
      try await driver.withWitnesses(of: range) { device, witness in
        check.withLockedValue { $0.compare(device, with: witness) }
      }
      done = range.upperBound
    }
    let result = check.withLockedValue { $0 }
    return RunReport.Convergence(
      households: driver.households.count, devices: result.devices, records: result.records,
      balances: workload.spending == nil ? nil : result.balances, faults: result.faults)
  }

  private static let witnessesAtOnce = 60

  private func leave(_ driver: Driver) async throws {
    try await driver.loop.submit { driver.disconnectAll() }.get()
    try await Task.sleep(for: .seconds(1))
    memory.after = usage.memory
  }

  // MARK: The report

  private func report(
    _ driver: Driver, _ measured: Measured, _ convergence: RunReport.Convergence, _ files: (database: Int, log: Int)?,
    startedAt: String
  ) async throws -> RunReport {
    let setup = RunReport.Setup(
      profile: profile.name, about: profile.about, pack: app.pack.name, transport: transport.rawValue,
      households: profile.households, devicesPerHousehold: profile.devices, rate: profile.meanRate,
      seconds: measured.seconds, startedAt: startedAt, cores: ProcessInfo.processInfo.activeProcessorCount,
      hub: target.address, slowSyncMicroseconds: target.slowSync?.microseconds)
    let (seconds, memory, isKnown) = (seconds, memory, process != nil)
    return try await driver.loop.submit {
      let meter = driver.meter
      // Where nothing was decided nothing can be said of its cost.
      let perChangeSet = { (cpuSeconds: Double) in
        meter.decidedWhileMeasuring == 0 ? 0 : cpuSeconds * 1e6 / Double(meter.decidedWhileMeasuring)
      }
      let share = measured.driverCPU / measured.seconds
      return RunReport(
        setup: setup, counts: meter.counts, outcome: RunReport.Latency(meter.outcome),
        delivery: RunReport.Latency(meter.delivery),
        decidedPerSecond: Double(meter.decidedWhileMeasuring) / measured.seconds, seconds: seconds,
        hub: !isKnown
          ? nil
          : RunReport.Hub(
            cpuMicrosecondsPerChangeSet: perChangeSet(measured.hubCPU),
            cpuShare: measured.hubCPU / measured.seconds, memoryBefore: memory.before, memoryPeak: memory.peak,
            memoryAfter: memory.after,
            memoryIdlePerConnection: Double(memory.connected - memory.before) / Double(driver.devices.count),
            databaseBytes: files?.database, logBytes: files?.log),
        driver: RunReport.Driver(
          cpuMicrosecondsPerChangeSet: perChangeSet(measured.driverCPU), cpuShare: share,
          lateness99: meter.lateness.milliseconds(at: 0.99), isLimit: share > Self.busyShare),
        convergence: convergence)
    }.get()
  }

  /// The driver has one thread: beyond this it is more often busy than waiting when something arrives.
  private static let busyShare = 0.8
}

extension LoadRun.Target {
  fileprivate var address: String? {
    if case .running(let access) = self { access.url } else { nil }
  }

  fileprivate var slowSync: SlowSync? {
    if case .own(let place) = self { place.slowSync } else { nil }
  }
}

extension RunReport.Second {
  fileprivate init(
    _ second: Meter.Second, at time: Double, over span: Double, hubCPU: Double, driverCPU: Double, memory: Int,
    connections: Int
  ) {
    self.init(
      at: time, sent: second.sent, decided: second.decided, delivered: second.delivered,
      outcomeP50: second.outcome.milliseconds(at: 0.5), outcomeP99: second.outcome.milliseconds(at: 0.99),
      deliveryP50: second.delivery.milliseconds(at: 0.5), deliveryP99: second.delivery.milliseconds(at: 0.99),
      hubCPU: hubCPU / max(span, 0.001), driverCPU: driverCPU / max(span, 0.001), hubMemory: memory,
      connections: connections)
  }
}
