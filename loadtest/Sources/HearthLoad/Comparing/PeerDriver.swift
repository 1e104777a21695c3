internal import NIOCore
internal import NIOPosix

/// Drives all devices of a comparison on one event loop: as fast as each one's acknowledgements come, or at a rate.
final class PeerDriver: @unchecked Sendable {
  let loop: any EventLoop
  var meter = PeerMeter()
  private let port: Int
  private var devices: [PeerDevice] = []
  private var pacing: Pacing?
  private var lastPaced: Int64 = 0
  private var nextWriter = 0
  private var nextTick = 0
  private var waiting: [(count: Int, promise: EventLoopPromise<Void>)] = []
  /// Devices that have begun to connect, and those that are ready.
  private var begun = 0
  private var readyCount = 0
  private var fault: (any Error)?
  private var isLeaving = false

  /// When devices write.
  enum Pacing {
    /// Each as soon as its last change set is acknowledged.
    case closedLoop
    /// So many change sets a second over all, whether or not the server keeps up.
    case atRate(Double)
  }

  init(loop: any EventLoop, port: Int) {
    self.loop = loop
    self.port = port
  }

  /// Nanoseconds of the loop's clock.
  var now: Int64 { Int64(NIODeadline.now().uptimeNanoseconds) }

  // MARK: Connections

  /// Says what has to be said before any device comes, and hangs up.
  func prepare(_ wire: any Wire) async throws {
    try await connect([[wire]])
    try await loop.submit { [self] in
      for device in devices { device.close() }
      devices = []
      (begun, readyCount) = (0, 0)
    }.get()
  }

  /// Connects devices, by household; done when all are ready.
  ///
  /// - Throws: what the first of them to fail says.
  func connect(_ households: [[any Wire]]) async throws {
    try await loop.flatSubmit { [self] in
      let devices = households.flatMap { wires in
        let household = PeerHousehold()
        return wires.map { PeerDevice($0, household, self) }
      }
      return connect(devices)
    }.get()
  }

  /// A few at a time: setting up is to be no storm of its own.
  private func connect(_ added: [PeerDevice]) -> EventLoopFuture<Void> {
    let promise = loop.makePromise(of: Void.self)
    devices += added
    waiting.append((readyCount + added.count, promise))
    loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(2)) { [self] task in
      let room = Self.connectingMax - (begun - readyCount)
      for _ in 0..<max(0, min(room, devices.count - begun)) {
        dial(devices[begun])
        begun += 1
      }
      if begun == devices.count || fault != nil { task.cancel() }
    }
    return promise.futureResult
  }

  private static let connectingMax = 50

  private func dial(_ device: PeerDevice) {
    let box = NIOLoopBound(device, eventLoop: loop)
    ClientBootstrap(group: loop)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .connectTimeout(.seconds(10))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(box.value) }
      }
      .connect(host: "127.0.0.1", port: port)
      .whenFailure { [self] in fail(LoadFault("A device could not connect: \($0)")) }
  }

  func becameReady() {
    readyCount += 1
    let done = waiting.filter { $0.count <= readyCount }
    waiting.removeAll { $0.count <= readyCount }
    for entry in done { entry.promise.succeed() }
  }

  /// The first fault is what counts: what follows follows from it.
  func fail(_ fault: any Error) {
    guard self.fault == nil, !isLeaving else { return }
    self.fault = fault
    pacing = nil
    for entry in waiting { entry.promise.fail(fault) }
    waiting = []
  }

  /// - Throws: what went wrong, if anything.
  func check() throws {
    if let fault { throw fault }
  }

  func leave() {
    isLeaving = true
    pacing = nil
    for device in devices { device.close() }
    for entry in waiting { entry.promise.fail(LoadFault("The server did not let all devices in.")) }
    waiting = []
  }

  // MARK: Writing

  /// Begins to write.
  func start(_ pacing: Pacing) {
    self.pacing = pacing
    lastPaced = now
    switch pacing {
    case .closedLoop:
      for device in devices { device.write(due: now) }
    case .atRate(let rate):
      loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(1)) { [self] task in
        guard self.pacing != nil else { return task.cancel() }
        pace(rate)
      }
    }
    loop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(1000 / Self.ticksPerSecond)) { [self] task in
      guard self.pacing != nil else { return task.cancel() }
      tick()
    }
  }

  private static let ticksPerSecond: Int64 = 50

  /// Once a second for each device, and evenly.
  private func tick() {
    for _ in 0..<(devices.count + Int(Self.ticksPerSecond) - 1) / Int(Self.ticksPerSecond) {
      devices[nextTick % devices.count].tick()
      nextTick += 1
    }
  }

  /// Makes what has become due since the last time, each at the moment at which it was due.
  private func pace(_ rate: Double) {
    let end = now
    let interval = Int64(1e9 / rate)
    while lastPaced + interval <= end {
      lastPaced += interval
      nextWriter += 1
      // Neighbours in time are of different households.
      devices[(nextWriter &* 7919) % devices.count].write(due: lastPaced)
    }
  }

  func settled(_ device: PeerDevice, at now: Int64) {
    if case .closedLoop = pacing { device.write(due: now) }
  }

  func stop() {
    pacing = nil
  }

  /// Whether all that was written has been acknowledged, and has come to the others.
  func isQuiet(others: Int) -> Bool {
    meter.acknowledged == meter.written && meter.delivered >= meter.written * others
  }
}
