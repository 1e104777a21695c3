package import HearthModel

/// The device's side: whether there is a connection, and what is said on it. Without I/O: events in, directives out.
///
/// The states, the events and all their pairs stand in protocol/wire.md, section 7. `disconnect` is final, a second
/// `connect` is harmless, and every wait is bounded.
package struct DeviceLink: Sendable {
  /// What the shell is asked to do, in order.
  package enum Directive: Hashable, Sendable {
    /// Open a connection; answer with `opened` or `openFailed`.
    case open
    /// Send a message.
    case send(DeviceMessage)
    /// Send these change sets of the outbox, in their order.
    case push(ClosedRange<UInt64>)
    /// Take over what the hub said: replica number, last decided counter, snapshot or not.
    case adopt(Welcome)
    /// Remember who writes under which number.
    case note([RosterEntry])
    /// Keep a page until the catch-up is complete.
    case stage([RecordPatch], forget: [UInt64] = [], through: Revision)
    /// Apply what was staged, as one; the device is then at this revision.
    case applyStaged(Revision)
    /// Apply updates in their order.
    case apply([Update])
    /// Another device of the household has everything up to a revision.
    case seen(ReplicaNumber, Revision)
    /// Take a new incarnation; the outbox goes along.
    case renewIncarnation
    /// Remove the household's data, but not what the person typed and the hub never took in.
    case wipe
    /// Close the connection.
    case close
    /// Call `tick` at this time.
    case wake(at: Int64)
    /// A question has been answered.
    case answered(UInt64, Answer)
  }

  /// Why the link has stopped and will not go on by itself.
  package enum StopReason: Hashable, Sendable {
    /// The app said so, or never said otherwise.
    case disconnected
    /// The hub said what only a person can mend.
    case refused(ProtocolFault)
  }

  enum State: Hashable, Sendable {
    /// Goes to `connecting` on connect.
    case stopped(StopReason)
    /// Goes to `connecting` when the time has come, to `stopped` on disconnect.
    case waiting(until: Int64, ProtocolFault?)
    /// Goes to `greeting` when open, to `waiting` when it failed, to `stopped` on disconnect.
    case connecting
    /// Hello has been sent. Goes to `catchingUp` on Welcome, to `waiting` when none comes in time.
    case greeting(since: Int64)
    /// Goes to `live` on CaughtUp.
    case catchingUp(Progress)
    /// Goes to `waiting` when the connection ends or the hub says Goodbye.
    case live(Progress)
  }

  /// What is known of a session.
  struct Progress: Hashable, Sendable {
    let limits: Limits
    /// When CaughtUp came.
    var liveSince: Int64
    /// The last change set whose outcome came on this connection, or the one before the first in the outbox.
    var answered: UInt64
    /// The last change set that was sent on this connection.
    var sent: UInt64
    /// The last revision received.
    var position: Revision
    /// The last revision acknowledged, and when.
    var acknowledged: Revision
    var acknowledgedAt: Int64
  }

  /// Acknowledgements are sent at most this often.
  package static let acknowledgeMilliseconds: Int64 = 1000
  /// A hub that does not answer Hello within this time is left.
  package static let welcomeMilliseconds: Int64 = 15_000
  /// A connection that has been live for this long has worked: the next wait is a short one again.
  package static let steadyMilliseconds: Int64 = 5000
  /// No hub can send a device away for longer.
  package static let retryAfterMillisecondsMax: Int64 = 3_600_000

  private(set) var state: State = .stopped(.disconnected)
  private var backOff = BackOff()
  private var lastHeard: Int64 = 0
  private var lastSaid: Int64 = 0
  /// The change sets that wait for their outcomes; nil when there are none.
  private var outbox: ClosedRange<UInt64>?

  package init() {}

  // MARK: What the app wants

  /// The app wants a connection.
  package mutating func connect() -> [Directive] {
    switch state {
    case .stopped, .waiting:
      state = .connecting
      return [.open]
    case .connecting, .greeting, .catchingUp, .live: return []
    }
  }

  /// The app wants none. Final until the next `connect`.
  package mutating func disconnect() -> [Directive] {
    defer { state = .stopped(.disconnected) }
    switch state {
    case .stopped, .waiting: return []
    case .connecting: return [.close]
    case .greeting, .catchingUp, .live: return [.send(.goodbye(reason: "The device disconnects.")), .close]
    }
  }

  /// The outbox has grown, or has been renumbered.
  package mutating func outboxChanged(_ counters: ClosedRange<UInt64>?, now: Int64) -> [Directive] {
    outbox = counters
    guard case .live(var progress) = state else { return [] }
    return pushMore(&progress, now: now)
  }

  /// The replica cannot go on as this install: the hub knows other change sets under its number than it does.
  package mutating func startOver(now: Int64, random: UInt64) -> [Directive] {
    switch state {
    case .greeting, .catchingUp, .live:
      return [.renewIncarnation, .close] + wait(nil, atLeast: 0, now: now, random: random)
    case .stopped, .waiting, .connecting: return []
    }
  }

  /// The app asks about what was decided; nothing when there is no live connection.
  package mutating func inquire(_ id: UInt64, _ inquiry: Inquiry, now: Int64) -> [Directive] {
    guard case .live = state else { return [] }
    lastSaid = now
    return [.send(.inquire(id, inquiry))]
  }

  // MARK: The connection

  /// The connection is open.
  package mutating func opened(_ hello: Hello, now: Int64) -> [Directive] {
    guard case .connecting = state else { return [.close] }
    state = .greeting(since: now)
    (lastHeard, lastSaid) = (now, now)
    return [.send(.hello(hello)), .wake(at: now + Self.welcomeMilliseconds)]
  }

  /// No connection could be made, or it has ended.
  ///
  /// - Parameter random: any 64 random bits, for the jitter.
  package mutating func closed(now: Int64, random: UInt64) -> [Directive] {
    switch state {
    case .stopped, .waiting: []
    case .connecting, .greeting, .catchingUp, .live: wait(nil, atLeast: 0, now: now, random: random)
    }
  }

  /// Some time has passed.
  package mutating func tick(now: Int64, random: UInt64) -> [Directive] {
    switch state {
    case .stopped, .connecting: return []
    case .waiting(let until, _):
      guard now >= until else { return [.wake(at: until)] }
      state = .connecting
      return [.open]
    case .greeting(let since):
      guard now - since >= Self.welcomeMilliseconds else { return [.wake(at: since + Self.welcomeMilliseconds)] }
      return [.close] + wait(nil, atLeast: 0, now: now, random: random)
    case .catchingUp(let progress):
      return keepAlive(progress.limits, now: now, random: random)
    case .live(var progress):
      let acknowledgement = acknowledge(&progress, now: now)
      state = .live(progress)
      return acknowledgement + keepAlive(progress.limits, now: now, random: random)
    }
  }

  private func acknowledge(_ progress: inout Progress, now: Int64) -> [Directive] {
    guard progress.position > progress.acknowledged, now - progress.acknowledgedAt >= Self.acknowledgeMilliseconds
    else { return [] }
    progress.acknowledged = progress.position
    progress.acknowledgedAt = now
    return [.send(.acknowledge(progress.position))]
  }

  private mutating func keepAlive(_ limits: Limits, now: Int64, random: UInt64) -> [Directive] {
    let idle = Int64(limits.idleSeconds) * 1000
    if now - lastHeard >= idle { return [.close] + wait(nil, atLeast: 0, now: now, random: random) }
    let next = Directive.wake(at: now + max(Self.acknowledgeMilliseconds, min(idle / 3, 5000)))
    guard now - lastSaid >= idle / 3 else { return [next] }
    lastSaid = now
    return [.send(.ping(UInt64(bitPattern: now))), next]
  }

  private mutating func wait(
    _ fault: ProtocolFault?, atLeast minimum: Int64, now: Int64, random: UInt64
  ) -> [Directive] {
    if case .live(let progress) = state, now - progress.liveSince >= Self.steadyMilliseconds { backOff.reset() }
    let minimum = min(minimum, Self.retryAfterMillisecondsMax)
    let until = now + max(minimum, backOff.waitAfterFailure(random: random))
    state = .waiting(until: until, fault)
    return [.wake(at: until)]
  }

  // MARK: Messages

  /// A message of the hub came.
  package mutating func received(_ message: HubMessage, now: Int64, random: UInt64) -> [Directive] {
    lastHeard = now
    switch (state, message) {
    case (.stopped, _), (.waiting, _), (.connecting, _): return []
    case (_, .error(let fault)): return received(fault, now: now, random: random)
    case (_, .goodbye(_, let retryAfter)):
      return [.close] + wait(nil, atLeast: Int64(retryAfter), now: now, random: random)
    case (_, .ping(let nonce)): return [.send(.pong(nonce))]
    case (_, .pong): return []
    case (.greeting, .welcome(let welcome)): return welcomed(welcome)
    case (.catchingUp(let progress), _): return received(message, whileCatchingUp: progress, now: now, random: random)
    case (.live(let progress), _): return receivedLive(message, progress, now: now, random: random)
    case (.greeting, .roster), (.greeting, .catchUp), (.greeting, .caughtUp), (.greeting, .updates), (.greeting, .seen),
      (.greeting, .answer):
      return violated("\(message.name) before Welcome", now: now, random: random)
    }
  }

  private mutating func welcomed(_ welcome: Welcome) -> [Directive] {
    state = .catchingUp(
      Progress(
        limits: welcome.limits, liveSince: 0, answered: 0, sent: 0, position: .zero, acknowledged: .zero,
        acknowledgedAt: 0))
    return [.adopt(welcome)]
  }

  private mutating func received(
    _ message: HubMessage, whileCatchingUp progress: Progress, now: Int64, random: UInt64
  ) -> [Directive] {
    switch message {
    case .roster(let entries): return [.note(entries)]
    case .catchUp(let records, let forget, let through): return [.stage(records, forget: forget, through: through)]
    case .seen(let replica, let revision): return [.seen(replica, revision)]
    case .caughtUp(let revision):
      var progress = progress
      progress.liveSince = now
      progress.acknowledgedAt = now
      progress.position = revision
      progress.answered = (outbox?.lowerBound ?? 1) - 1
      progress.sent = progress.answered
      let pushes = pushMore(&progress, now: now)
      return [.applyStaged(revision)] + pushes + [.wake(at: now + Self.acknowledgeMilliseconds)]
    case .welcome, .updates, .ping, .pong, .goodbye, .error, .answer:
      return violated("\(message.name) while catching up", now: now, random: random)
    }
  }

  private mutating func receivedLive(
    _ message: HubMessage, _ progress: Progress, now: Int64, random: UInt64
  ) -> [Directive] {
    var progress = progress
    switch message {
    case .roster(let entries): return [.note(entries)]
    case .seen(let replica, let revision): return [.seen(replica, revision)]
    case .answer(let id, let answer): return [.answered(id, answer)]
    case .updates(let updates):
      for update in updates {
        switch update {
        case .patch(let patch): progress.position = max(progress.position, patch.revision)
        case .outcome(let outcome):
          progress.position = max(progress.position, outcome.revision)
          progress.answered = max(progress.answered, outcome.counter)
        }
      }
      return [.apply(updates)] + pushMore(&progress, now: now)
    case .welcome, .catchUp, .caughtUp, .ping, .pong, .goodbye, .error:
      return violated("\(message.name) while live", now: now, random: random)
    }
  }

  /// Sends what the outbox holds and the window allows. Of more than that it sends parts of half a window: with each
  /// outcome one more would go, each in a frame of its own.
  private mutating func pushMore(_ progress: inout Progress, now: Int64) -> [Directive] {
    defer { state = .live(progress) }
    guard let outbox else { return [] }
    let first = max(progress.sent + 1, outbox.lowerBound)
    // Before the outbox everything is answered, be it on an earlier connection.
    let answered = max(progress.answered, outbox.lowerBound - 1)
    let (windowEnd, overflow) = answered.addingReportingOverflow(UInt64(progress.limits.pushWindow))
    let last = min(outbox.upperBound, overflow ? .max : windowEnd)
    guard first <= last, last == outbox.upperBound || last - first + 1 >= progress.limits.pushWindow / 2 else {
      return []
    }
    progress.sent = last
    lastSaid = now
    return [.push(first...last)]
  }

  private mutating func received(_ fault: ProtocolFault, now: Int64, random: UInt64) -> [Directive] {
    switch fault.code.action {
    case .resend:
      guard case .live(var progress) = state else { return [] }
      guard let outbox, outbox.contains(fault.expectedCounter) else {
        // The outbox does not hold what the hub misses; the next handshake finds out what is to be done.
        return [.close] + wait(fault, atLeast: 0, now: now, random: random)
      }
      progress.sent = fault.expectedCounter - 1
      progress.answered = min(progress.answered, progress.sent)
      return pushMore(&progress, now: now)
    case .retry:
      return [.close] + wait(fault, atLeast: Int64(fault.retryAfterMilliseconds), now: now, random: random)
    case .newIncarnation:
      // Before Welcome it may not know under which number its twin sends; that has to go into the former dots.
      if case .greeting = state { return [.close] + wait(fault, atLeast: 0, now: now, random: random) }
      return [.renewIncarnation, .close] + wait(fault, atLeast: 0, now: now, random: random)
    case .wipe:
      state = .stopped(.refused(fault))
      return [.wipe, .close]
    case .giveUp, .pairAgain, .updateApp:
      state = .stopped(.refused(fault))
      return [.close]
    }
  }

  /// The hub broke the protocol: leave, and come back later, since another hub may answer then.
  private mutating func violated(_ what: String, now: Int64, random: UInt64) -> [Directive] {
    let fault = ProtocolFault(.unexpectedMessage, "The hub sent \(what).")
    return [.close] + wait(fault, atLeast: 0, now: now, random: random)
  }
}

// MARK: - What people are told

extension DeviceLink {
  /// The state of the link as an app shows it.
  package enum Condition: Hashable, Sendable {
    case stopped(StopReason)
    case waiting(until: Int64, because: ProtocolFault?)
    case connecting
    case catchingUp
    case live
  }

  /// The state of the link as an app shows it.
  package var condition: Condition {
    switch state {
    case .stopped(let reason): .stopped(reason)
    case .waiting(let until, let fault): .waiting(until: until, because: fault)
    case .connecting, .greeting: .connecting
    case .catchingUp: .catchingUp
    case .live: .live
    }
  }
}

extension HubMessage {
  /// The name of the message in the specification.
  package var name: String {
    switch self {
    case .welcome: "Welcome"
    case .roster: "Roster"
    case .catchUp: "CatchUp"
    case .caughtUp: "CaughtUp"
    case .updates: "Updates"
    case .seen: "Seen"
    case .ping: "Ping"
    case .pong: "Pong"
    case .goodbye: "Goodbye"
    case .error: "Error"
    case .answer: "Answer"
    }
  }
}
