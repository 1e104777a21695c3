internal import Foundation
internal import NIOCore

/// What the measured part of a run took.
struct Measured {
  var seconds = 0.0
  var hubCPU = 0.0
  var driverCPU = 0.0
}

/// The part of a run in which devices write: warming up, then the measured seconds, with a sample each second and the
/// profile's events when they are due.
struct DrivenPart {
  private let session: LoadSession
  private let clock = ContinuousClock()
  private let began: ContinuousClock.Instant
  private var events: ArraySlice<Profile.Event>
  /// When the measured part began, and what had been used by then; nil while warming up.
  private var start: Mark?
  /// The last sample.
  private var last: Mark
  /// Seconds since the writing began.
  private var nextSample: Double

  /// What had been used at a moment.
  private struct Mark {
    let at: ContinuousClock.Instant
    let hubCPU: Double
    let driverCPU: Double
    let hubMemory: Int

    init(_ session: LoadSession, _ clock: ContinuousClock) {
      (hubCPU, driverCPU, hubMemory) = session.usage
      at = clock.now
    }
  }

  init(_ session: LoadSession) {
    self.session = session
    events = session.run.profile.events[...]
    last = Mark(session, clock)
    began = last.at
    nextSample = session.run.profile.warmUp > 0 ? min(1, session.run.profile.warmUp) : 1
  }

  private var profile: Profile { session.run.profile }
  private var length: Double { profile.warmUp + profile.seconds }
  private var elapsed: Double { (clock.now - began) / .seconds(1) }

  /// Writes until the time is over.
  func measured() async throws -> Measured {
    var part = self
    return try await part.drive()
  }

  private mutating func drive() async throws -> Measured {
    try await begin()
    var elapsed = 0.0
    while elapsed < length {
      try await Task.sleep(for: .milliseconds(10))
      elapsed = self.elapsed
      if start == nil, elapsed >= profile.warmUp { try await beginMeasuring() }
      while let event = events.first, elapsed >= profile.warmUp + event.at {
        events = events.dropFirst()
        try await session.carryOut(event)
      }
      if elapsed >= min(nextSample, length) { try await sample(elapsed) }
    }
    return try await end()
  }

  private func begin() async throws {
    try await session.driver.loop.submit { [driver = session.driver, profile] in
      let first = driver.now + Int64(profile.warmUp * 1e9)
      driver.meter.window = first..<first + Int64(profile.seconds * 1e9)
      driver.start()
    }.get()
  }

  private mutating func beginMeasuring() async throws {
    start = Mark(session, clock)
    try await session.driver.loop.submit { [driver = session.driver] in driver.meter.isMeasuring = true }.get()
  }

  private mutating func sample(_ elapsed: Double) async throws {
    let now = Mark(session, clock)
    let (counted, connections) = try await session.driver.loop.submit { [driver = session.driver] in
      (driver.meter.takeSecond(), driver.meter.connections)
    }.get()
    let second = RunReport.Second(
      counted, at: elapsed - profile.warmUp, over: (now.at - last.at) / .seconds(1),
      hubCPU: now.hubCPU - last.hubCPU, driverCPU: now.driverCPU - last.driverCPU, memory: now.hubMemory,
      connections: connections)
    session.sampled(second)
    session.run.show(.running(elapsed, of: length, second))
    last = now
    nextSample += 1
  }

  private func end() async throws -> Measured {
    try await session.driver.loop.submit { [driver = session.driver] in
      driver.meter.isMeasuring = false
      driver.stop()
    }.get()
    let end = Mark(session, clock)
    let start = start ?? last
    return Measured(
      seconds: (end.at - start.at) / .seconds(1), hubCPU: end.hubCPU - start.hubCPU,
      driverCPU: end.driverCPU - start.driverCPU)
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
      connections: connections, attempts: second.attempts)
  }
}
