internal import HearthModel
internal import HearthReplica
internal import HearthServer
internal import HearthTransport
internal import HearthWire
internal import NIOCore

/// Drives all devices of a run on one event loop: who writes when, and what goes on meanwhile.
final class Driver: @unchecked Sendable {
  let loop: any EventLoop
  let workload: Workload
  let meter = Meter()
  private let profile: Profile
  let dialer: Dialer
  private(set) var households: [LoadHousehold] = []
  private(set) var devices: [LoadDevice] = []
  private var isWriting = false
  private var writingSince: Int64 = 0
  private var lastPaced: Int64 = 0
  /// The devices whose members may write; known when all have been live.
  private var writers: [LoadDevice] = []
  private var nextWriter = 0
  private var whenLive: EventLoopPromise<Void>?
  /// Devices that have begun to connect, and those that have been live, while `whenLive` waits for all.
  private var begun = 0
  private var liveCount = 0

  init(
    loop: any EventLoop, _ pack: Pack, _ accounts: [[LoadDevice.Credentials]], _ workload: Workload, _ profile: Profile,
    _ dialer: Dialer
  ) {
    self.loop = loop
    self.workload = workload
    self.profile = profile
    self.dialer = dialer
    for account in accounts {
      guard let first = account.first else { continue }
      let household = LoadHousehold(first.household)
      household.devices = account.map { credentials in
        let device = LoadDevice(
          position: devices.count, credentials, household, pack, dialer.form, self)
        devices.append(device)
        return device
      }
      households.append(household)
    }
  }

  /// Nanoseconds of the loop's clock.
  var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }

  func moment() -> DeviceCore.Moment {
    DeviceCore.Moment(
      monotonic: now / 1_000_000, clock: Instant(milliseconds: Clocks.wallMilliseconds),
      random: .random(in: .min ... .max))
  }

  // MARK: Connections

  /// Opens a device's connection.
  func open(_ device: LoadDevice) {
    meter.attempted(at: now)
    dialer.dial(device, on: loop)
  }

  func wake(_ device: LoadDevice, at milliseconds: Int64) {
    loop.scheduleTask(deadline: .uptimeNanoseconds(UInt64(max(0, milliseconds)) * 1_000_000)) { device.tick() }
  }

  /// Connects all devices, so many at a time that setting up is no storm of its own: a hub that gets more than it can
  /// answer within its patience sends the last in line away.
  ///
  /// - Returns: when all are live.
  func connectAll() -> EventLoopFuture<Void> {
    loop.flatSubmit { [self] in
      let promise = loop.makePromise(of: Void.self)
      whenLive = promise
      (begun, liveCount) = (0, 0)
      loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(2)) { [self] task in
        let room = Self.connectingMax - (begun - liveCount)
        for device in devices[begun...].prefix(max(0, room)) {
          begun += 1
          device.connect()
        }
        if begun == devices.count { task.cancel() }
      }
      return promise.futureResult
    }
  }

  private static let connectingMax = 50

  /// The hub is about to restart: how everybody comes back is measured.
  func awaitReturn() {
    meter.reconnection = Reconnection(devices: devices.count, began: now)
  }

  func wentLive(_ device: LoadDevice) {
    meter.reconnection?.caughtUp(device.position, at: now)
    if let promise = whenLive {
      liveCount += 1
      guard liveCount == devices.count else { return }
      whenLive = nil
      promise.succeed()
    }
    if isWriting, case .closedLoop = profile.writes.pacing, !device.waitsForOutcomes { write(device, due: now) }
  }

  // MARK: Writing

  /// Begins to write.
  func start() {
    isWriting = true
    (writingSince, lastPaced) = (now, now)
    writers = devices.filter(\.mayWrite)
    switch profile.writes.pacing {
    case .closedLoop:
      for device in devices where device.isLive { write(device, due: now) }
    case .atRate:
      loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(1)) { [self] task in
        guard isWriting else { return task.cancel() }
        pace()
      }
    }
  }

  func stop() {
    isWriting = false
  }

  /// Makes what has become due since the last time, each at the moment at which it was due.
  private func pace() {
    let end = now
    let rate = profile.rate(at: Double(end - writingSince) / 1e9)
    guard rate > 0, !writers.isEmpty else { return lastPaced = end }
    let interval = Int64(1e9 / rate)
    while lastPaced + interval <= end {
      lastPaced += interval
      nextWriter += 1
      // Neighbours in time are of different households.
      write(writers[(nextWriter &* 7919) % writers.count], due: lastPaced)
    }
  }

  private func write(_ device: LoadDevice, due: Int64) {
    if device.write(due: due) { meter.sent(due: due, at: now) }
  }

  /// A device's change sets were decided.
  func settled(_ device: LoadDevice) {
    guard isWriting, case .closedLoop = profile.writes.pacing, device.isLive, !device.waitsForOutcomes else { return }
    write(device, due: now)
  }

  // MARK: What goes on meanwhile

  /// Carries out an event for the devices that it concerns; what happens to the hub is not the driver's.
  func carryOut(_ event: Profile.Event) {
    let count = Int((Double(devices.count) * event.share).rounded())
    // The same devices each time, so that those who left are those who come back; spread over the households.
    let concerned = devices.sorted { ($0.position &* 7919) % devices.count < ($1.position &* 7919) % devices.count }
      .prefix(count)
    for device in concerned {
      switch event.kind {
      case .goOffline: device.disconnect()
      case .goOnline: device.connect()
      case .disconnect: device.drop()
      case .coldStart: device.startAnew()
      case .stopReading: device.setReading(false)
      case .startReading: device.setReading(true)
      case .restartHub: break
      }
    }
  }

  /// Whether nothing is on its way: every device is live, and has what every other device of its household has.
  var isQuiet: Bool {
    households.allSatisfy { household in
      guard let head = household.devices.map(\.revision).max() else { return true }
      return household.devices.allSatisfy { $0.isLive && !$0.waitsForOutcomes && $0.revision == head }
    }
  }

  /// - Returns: the time of the loop's clock at which nothing was on its way any more, to a tenth of a millisecond.
  func whenQuiet() -> EventLoopFuture<Int64> {
    loop.flatSubmit { [self] in
      let promise = loop.makePromise(of: Int64.self)
      let deadline = now + Self.quietNanoseconds
      loop.scheduleRepeatedTask(initialDelay: .zero, delay: .microseconds(100)) { [self] task in
        guard isQuiet || now > deadline else { return }
        task.cancel()
        isQuiet ? promise.succeed(now) : promise.fail(LoadFault("devices did not get everything within a minute."))
      }
      return promise.futureResult
    }
  }

  private static let quietNanoseconds: Int64 = 60_000_000_000

  /// Bytes of all devices' frames, both ways.
  var traffic: Int { devices.reduce(0) { $0 + $1.traffic } }

  /// Lets everybody come back and read.
  func settleDown() {
    for device in devices {
      device.setReading(true)
      device.connect()
    }
  }

  func disconnectAll() {
    for device in devices { device.disconnect() }
  }

  func giveUpConnecting(_ fault: LoadFault) {
    whenLive?.fail(fault)
    whenLive = nil
  }

  // MARK: Witnesses

  /// Connects a second install for each device of a range, and shows both when the second has read everything.
  func withWitnesses(
    of range: Range<Int>, _ compare: @escaping @Sendable (LoadDevice, LoadDevice) -> Void
  ) async throws {
    let pairs = try await loop.submit { [self] in
      NIOLoopBound(
        range.map { position in
          let device = devices[position]
          let witness = device.makeWitness()
          witness.connect()
          return (device: device, witness: witness)
        }, eventLoop: loop)
    }.get()
    for _ in 0..<Self.witnessTries {
      if try await loop.submit({ pairs.value.allSatisfy(\.witness.isLive) }).get() { break }
      try await Task.sleep(for: .milliseconds(5))
    }
    try await loop.submit {
      for pair in pairs.value {
        compare(pair.device, pair.witness)
        pair.witness.disconnect()
      }
    }.get()
  }

  private static let witnessTries = 4000
}
