internal import Foundation
internal import HearthModel
internal import HearthWire
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import NIOPosix

/// A hub with the devices of a run: the steps that runs consist of, each to be taken as often as is wanted.
final class LoadSession {
  let run: LoadRun
  let driver: Driver
  private let hub: any DrivenHub
  /// Nil when nobody knows it.
  private(set) var process: Int32?
  private(set) var memory: Memory
  var seconds: [RunReport.Second] = []

  /// Bytes of the hub; 0 for one whose process nobody knows.
  struct Memory {
    /// Before the first device connected.
    let before: Int
    /// With all devices connected and nothing going on.
    var connected = 0
    var peak = 0
    /// When all had left.
    var after = 0
  }

  /// Founds the households, starts the hub, and ends both with what is done meanwhile.
  ///
  /// - Parameter members: whose devices each household has.
  /// - Throws: ``LoadFault`` when the hub does not start; what `body` throws.
  static func with<Result>(
    _ run: LoadRun, members: [RecordID], _ body: (LoadSession) async throws -> Result
  ) async throws -> Result {
    let hub = run.target.hub(of: run.app)
    let count = run.profile.households
    let accounts = try await hub.prepare(households: count, members: members) { run.show(.founding($0, of: count)) }
    let addresses = try await hub.start()
    defer { hub.stop() }
    try await hub.rest()
    let dialer = try Dialer(addresses, run.transport)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let driver = Driver(loop: group.next(), run.app.pack, accounts, run.workload, run.profile, dialer)
    let result: Swift.Result<Result, any Error>
    do {
      result = .success(try await body(LoadSession(run, hub, driver, process: addresses.pid)))
    } catch {
      result = .failure(error)
    }
    try? await group.shutdownGracefully()
    // Devices do not hold their driver: it stays until the loop has ended.
    withExtendedLifetime(driver) {}
    return try result.get()
  }

  private init(_ run: LoadRun, _ hub: any DrivenHub, _ driver: Driver, process: Int32?) {
    self.run = run
    self.hub = hub
    self.driver = driver
    self.process = process
    memory = Memory(before: process.flatMap { ProcessUsage(of: $0) }?.memoryBytes ?? 0)
  }

  /// CPU seconds so far, and the hub's memory; 0 for a hub whose process nobody knows.
  var usage: (hub: Double, driver: Double, memory: Int) {
    let hub = process.flatMap { ProcessUsage(of: $0) }
    return (hub?.cpuSeconds ?? 0, ProcessUsage.own?.cpuSeconds ?? 0, hub?.memoryBytes ?? 0)
  }

  var fileBytes: (database: Int, log: Int)? { hub.fileBytes }

  // MARK: Steps

  private static let connectSeconds: Int64 = 120

  /// Connects all devices.
  func connect() async throws {
    run.show(.connecting(of: driver.devices.count))
    let all = driver.connectAll()
    let timer = driver.loop.scheduleTask(in: .seconds(Self.connectSeconds)) { [driver] in
      driver.giveUpConnecting(
        LoadFault("Not all devices could connect within \(Self.connectSeconds) s: \(driver.meter.counts.faults)"))
    }
    try await all.get()
    timer.cancel()
    try await Task.sleep(for: .milliseconds(500))
    memory.connected = usage.memory
  }

  /// Has the devices write as the profile says, with what goes on meanwhile.
  func drive() async throws -> Measured {
    try await DrivenPart(self).measured()
  }

  func sampled(_ second: RunReport.Second) {
    seconds.append(second)
    memory.peak = max(memory.peak, second.hubMemory)
  }

  func carryOut(_ event: Profile.Event) async throws {
    guard event.kind == .restartHub else {
      return try await driver.loop.submit { [driver] in driver.carryOut(event) }.get()
    }
    try await driver.loop.submit { [driver] in driver.awaitReturn() }.get()
    hub.stop()
    process = try await hub.start().pid
  }

  private static let settleSeconds = 60.0

  /// Lets everybody come back, and waits for what is on its way; the check then says which devices have what.
  func settle() async throws {
    run.show(.settling)
    try await driver.loop.submit { [driver] in driver.settleDown() }.get()
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(Self.settleSeconds)
    while clock.now < deadline {
      if try await driver.loop.submit({ [driver] in driver.isQuiet }).get() { return }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private static let witnessesAtOnce = 60

  /// Compares each device with a new install.
  func check() async throws -> RunReport.Convergence {
    let spending = run.workload.spending
    let check = NIOLockedValueBox(ConvergenceCheck(run.app.pack, spending))
    for start in stride(from: 0, to: driver.devices.count, by: Self.witnessesAtOnce) {
      run.show(.checking(start, of: driver.devices.count))
      let range = start..<min(start + Self.witnessesAtOnce, driver.devices.count)
      try await driver.withWitnesses(of: range) { device, witness in
        check.withLockedValue { $0.compare(device, with: witness) }
      }
    }
    let result = check.withLockedValue { $0 }
    return RunReport.Convergence(
      households: driver.households.count, devices: result.devices, records: result.records,
      balances: spending == nil ? nil : result.balances, faults: result.faults)
  }

  /// Has all devices leave.
  func leave() async throws {
    try await driver.loop.submit { [driver] in driver.disconnectAll() }.get()
    try await Task.sleep(for: .seconds(1))
    memory.after = usage.memory
  }
}

extension Dialer {
  fileprivate init(_ addresses: HubAddresses, _ transport: LoadRun.Transport) throws {
    let url = (transport == .tcp ? addresses.tcp : addresses.webSocket) ?? ""
    guard let parts = URLComponents(string: url), let host = parts.host, let port = parts.port else {
      throw LoadFault("The hub says that it listens at `\(url)`, which is no address.")
    }
    self.init(host: host, port: port, path: transport == .tcp ? nil : parts.path, form: .binary)
  }
}
