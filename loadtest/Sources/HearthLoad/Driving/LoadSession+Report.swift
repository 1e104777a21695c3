internal import Foundation
internal import HearthModel
internal import NIOCore

extension LoadSession {
  /// What the steps have found.
  ///
  /// - Parameter files: the sizes of the hub's files; nil when nobody knows.
  func report(
    _ measured: Measured, _ convergence: RunReport.Convergence, _ files: (database: Int, log: Int)?, startedAt: String
  ) async throws -> RunReport {
    let setup = setup(measured, startedAt)
    let (seconds, memory, isKnown, devices) = (seconds, memory, process != nil, driver.devices.count)
    return try await driver.loop.submit { [meter = driver.meter] in
      RunReport(
        setup: setup, counts: meter.counts, outcome: RunReport.Latency(meter.outcome),
        delivery: RunReport.Latency(meter.delivery),
        decidedPerSecond: Double(meter.decidedWhileMeasuring) / measured.seconds, seconds: seconds,
        hub: isKnown ? RunReport.Hub(measured, meter, memory, devices: devices, files) : nil,
        driver: RunReport.Driver(measured, meter), reconnection: meter.reconnection.map { RunReport.Reconnection($0) },
        convergence: convergence)
    }.get()
  }

  private func setup(_ measured: Measured, _ startedAt: String) -> RunReport.Setup {
    RunReport.Setup(
      profile: run.profile.name, about: run.profile.about, pack: run.app.pack.name, transport: run.transport.rawValue,
      households: run.profile.households, devicesPerHousehold: run.profile.devices, rate: run.profile.meanRate,
      seconds: measured.seconds, startedAt: startedAt, cores: ProcessInfo.processInfo.activeProcessorCount,
      hub: run.target.address, slowSyncMicroseconds: run.target.slowSync?.microseconds)
  }
}

extension RunReport.Hub {
  fileprivate init(
    _ measured: Measured, _ meter: Meter, _ memory: LoadSession.Memory, devices: Int,
    _ files: (database: Int, log: Int)?
  ) {
    self.init(
      cpuMicrosecondsPerChangeSet: meter.perChangeSet(measured.hubCPU), cpuShare: measured.hubCPU / measured.seconds,
      memoryBefore: memory.before, memoryPeak: memory.peak, memoryAfter: memory.after,
      memoryIdlePerConnection: Double(memory.connected - memory.before) / Double(devices),
      databaseBytes: files?.database, logBytes: files?.log)
  }
}

extension RunReport.Driver {
  /// The driver has one thread: beyond this it is more often busy than waiting when something arrives.
  private static let busyShare = 0.8

  fileprivate init(_ measured: Measured, _ meter: Meter) {
    let share = measured.driverCPU / measured.seconds
    self.init(
      cpuMicrosecondsPerChangeSet: meter.perChangeSet(measured.driverCPU), cpuShare: share,
      lateness99: meter.lateness.milliseconds(at: 0.99), isLimit: share > Self.busyShare)
  }
}

extension Meter {
  /// Microseconds; where nothing was decided nothing can be said of its cost.
  fileprivate func perChangeSet(_ cpuSeconds: Double) -> Double {
    decidedWhileMeasuring == 0 ? 0 : cpuSeconds * 1e6 / Double(decidedWhileMeasuring)
  }
}

extension RunReport.Reconnection {
  fileprivate init(_ measured: Reconnection) {
    self.init(
      devices: measured.devices, returned: measured.returned, seconds: measured.seconds,
      attempts: measured.attempts.reduce(0, +), busiestShare: measured.busiestShare)
  }
}
