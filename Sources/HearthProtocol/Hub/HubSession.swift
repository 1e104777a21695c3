package import HearthModel

/// The hub's side of one connection, without I/O: events in, directives out.
///
/// The states, the events and all their pairs stand in protocol/wire.md, section 5; the invariants I1 to I9 that this
/// machine keeps in section 6.
package struct HubSession: Sendable {
  /// What the shell is asked to do, in order.
  package enum Directive: Hashable, Sendable {
    /// Find out who this is; answer with `granted` or `refused`.
    case authenticate(Hello)
    /// Send a message.
    case send(HubMessage)
    /// Read the records that changed after a revision; answer with `read`.
    case read(after: Revision)
    /// Hand change sets to the engine; each is answered with `decided`.
    case submit([ChangeSet])
    /// Remember how far the device has come.
    case acknowledge(Revision)
    /// Find out what the device asks; answer with `answered`.
    case inquire(Inquiry)
    /// Close when everything sent has gone out.
    case close
  }

  /// What the shell found out about a Hello.
  package struct Grant: Hashable, Sendable {
    package var welcome: Welcome
    package var roster: [RosterEntry]
    /// Where catching up starts.
    package var position: Revision

    package init(welcome: Welcome, roster: [RosterEntry], position: Revision) {
      self.welcome = welcome
      self.roster = roster
      self.position = position
    }
  }

  /// What became of a submitted change set.
  package enum Decided: Hashable, Sendable {
    case outcome(Outcome)
    case gap(expected: UInt64)
    case forked
    /// The store cannot take it now; the device sends it again later.
    case refused(ProtocolFault)
  }

  enum State: Hashable, Sendable {
    /// Can go to `authenticating` on Hello, to `closed` on anything else.
    case awaitingHello
    /// Can go to `catchingUp` when granted, to `closed` when refused.
    case authenticating
    /// Can go to `live` when the last page has been read, to `leaving` on drain, to `closed` on faults.
    case catchingUp(Progress)
    /// Can go to `leaving` on drain, to `closed` on faults.
    case live(Progress)
    /// The hub goes down and owes outcomes; can go to `closed` when all are given and Goodbye has been said.
    case leaving(Progress, retryAfterMilliseconds: UInt32)
    /// Can go nowhere.
    case closed
  }

  /// How far the device has come.
  struct Progress: Hashable, Sendable {
    /// The revision up to which it has been sent everything.
    var position: Revision
    /// The counter of the next change set that fits.
    var expectedCounter: UInt64
    /// Change sets that have been submitted and not decided.
    var inFlight = 0
    /// Whether a gap has been answered, and what comes is ignored until the expected counter comes.
    var isAwaitingResend = false
    /// The question that has not been answered; nil when there is none.
    var inquiry: UInt64?
  }

  var state: State = .awaitingHello
  private let limits: Limits
  private let opened: Int64
  private var lastHeard: Int64
  private var lastPing: Int64

  /// A connection that has just been accepted.
  ///
  /// - Parameter now: the hub's monotonic clock in milliseconds.
  package init(limits: Limits, now: Int64) {
    self.limits = limits
    opened = now
    lastHeard = now
    lastPing = now
  }

  /// Whether anything may still be sent.
  package var isOpen: Bool { state != .closed }

  /// Whether live patches are wanted.
  package var isLive: Bool {
    if case .live = state { true } else { false }
  }

  // MARK: Messages

  /// A frame came that could be read.
  package mutating func received(_ message: DeviceMessage, now: Int64) -> [Directive] {
    lastHeard = now
    switch state {
    case .awaitingHello: return receivedFirst(message)
    case .authenticating:
      if case .goodbye = message { return close() }
      return fail(.unexpectedMessage, "Wait for Welcome before sending \(message.name).")  // I2
    case .catchingUp: return receivedCatchingUp(message)
    case .live(var progress): return receivedLive(message, &progress)
    case .leaving(let progress, _): return receivedLeaving(message, progress)
    case .closed: return []
    }
  }

  private mutating func receivedFirst(_ message: DeviceMessage) -> [Directive] {
    guard case .hello(let hello) = message else {
      return fail(.unexpectedMessage, "The first message is Hello, not \(message.name).")  // I1
    }
    guard hello.protocolVersion == ProtocolVersion.current else {
      return fail(
        .unsupportedVersion,
        "This hub speaks protocol version \(ProtocolVersion.current), the device \(hello.protocolVersion).")
    }
    let names = [hello.app, hello.software]
    guard hello.incarnation != 0, hello.nextCounter > 0, hello.token.utf8.count <= Limits.tokenBytes,
      names.allSatisfy({ $0.utf8.count <= Limits.nameBytes })
    else {
      return fail(.malformedFrame, "Hello needs an incarnation and a next counter that are not 0, and short names.")
    }
    state = .authenticating
    return [.authenticate(hello)]
  }

  private mutating func receivedCatchingUp(_ message: DeviceMessage) -> [Directive] {
    switch message {
    case .ping(let nonce): return [.send(.pong(nonce))]
    case .pong: return []
    case .goodbye: return close()
    case .hello, .push, .acknowledge, .inquire:
      return fail(.unexpectedMessage, "Wait for CaughtUp before sending \(message.name).")  // I3
    }
  }

  private mutating func receivedLive(_ message: DeviceMessage, _ progress: inout Progress) -> [Directive] {
    switch message {
    case .ping(let nonce): return [.send(.pong(nonce))]
    case .pong: return []
    case .goodbye: return close()
    case .hello: return fail(.unexpectedMessage, "A connection has one Hello.")
    case .acknowledge(let revision): return acknowledged(revision, progress)
    case .push(let changeSets): return pushed(changeSets, &progress)
    case .inquire(let id, let inquiry): return asked(id, inquiry, progress)
    }
  }

  /// What was pushed after the hub began to leave is not taken in; the device sends it again to the next connection.
  private mutating func receivedLeaving(_ message: DeviceMessage, _ progress: Progress) -> [Directive] {
    switch message {
    case .ping(let nonce): return [.send(.pong(nonce))]
    case .pong, .push, .inquire: return []  // I8
    case .goodbye: return close()
    case .hello: return fail(.unexpectedMessage, "A connection has one Hello.")
    case .acknowledge(let revision): return acknowledged(revision, progress)
    }
  }

  private mutating func acknowledged(_ revision: Revision, _ progress: Progress) -> [Directive] {
    guard revision <= progress.position else {
      return fail(.unexpectedMessage, "The device acknowledges revision \(revision), which it was not sent.")  // I7
    }
    return [.acknowledge(revision)]
  }

  private mutating func pushed(_ changeSets: [ChangeSet], _ progress: inout Progress) -> [Directive] {
    var accepted = [ChangeSet]()
    for changeSet in changeSets {
      let counter = changeSet.counter
      guard counter > 0 else { return fail(.malformedFrame, "Counters run from 1; one is 0.") }
      if counter > progress.expectedCounter {
        guard !progress.isAwaitingResend else { continue }
        progress.isAwaitingResend = true
        let message = "Expected the change set \(progress.expectedCounter), found \(counter). Send again from there."
        return submit(accepted, &progress, gap: Self.gap(expected: progress.expectedCounter, message))  // I4
      }
      // A counter below the expected one is a resend; the engine answers it with what it decided then.
      if counter == progress.expectedCounter {
        guard progress.expectedCounter < .max else { return fail(.malformedFrame, "The counters are used up.") }
        progress.expectedCounter += 1
        progress.isAwaitingResend = false
      }
      accepted.append(changeSet)
    }
    return submit(accepted, &progress)
  }

  /// - Parameter gap: what to say of the change sets behind these.
  private mutating func submit(
    _ changeSets: [ChangeSet], _ progress: inout Progress, gap: Directive? = nil
  ) -> [Directive] {
    guard progress.inFlight + changeSets.count <= Int(limits.pushWindow) else {
      return fail(
        .windowExceeded, "At most \(limits.pushWindow) change sets may wait for their outcomes.")  // I5
    }
    progress.inFlight += changeSets.count
    state = .live(progress)
    return (changeSets.isEmpty ? [] : [.submit(changeSets)]) + (gap.map { [$0] } ?? [])
  }

  private static func gap(expected: UInt64, _ message: String) -> Directive {
    .send(.error(ProtocolFault(.gap, message, expectedCounter: expected)))
  }

  /// A frame came that could not be read.
  package mutating func malformed(_ fault: ProtocolFault) -> [Directive] {
    fail(fault)
  }

  // MARK: Answers of the shell

  /// The device is who it says.
  package mutating func granted(_ grant: Grant) -> [Directive] {
    guard case .authenticating = state else { return [] }
    state = .catchingUp(
      Progress(position: grant.position, expectedCounter: grant.welcome.lastCounter + 1))
    return [.send(.welcome(grant.welcome)), .send(.roster(grant.roster)), .read(after: grant.position)]
  }

  /// The device may not come in.
  package mutating func refused(_ fault: ProtocolFault) -> [Directive] {
    fail(fault)
  }

  /// A page of changed records has been read.
  ///
  /// - Parameters:
  ///   - records: what changed, as the device may see it.
  ///   - forget: the blinded ids of what changed and the device may not see.
  ///   - through: up to where the pages are complete.
  ///   - hasMore: whether more pages follow up to the head at the time of reading.
  ///   - published: the household's last revision that sessions have been told of.
  package mutating func read(
    _ records: [RecordPatch], forget: [UInt64] = [], through: Revision, hasMore: Bool, published: Revision
  ) -> [Directive] {
    guard case .catchingUp(var progress) = state else { return [] }
    progress.position = through
    let isEmpty = records.isEmpty && forget.isEmpty
    var directives = isEmpty ? [] : [Directive.send(.catchUp(records, forget: forget, through: through))]
    if hasMore || through < published {  // I6: nothing committed in the meantime is missed
      state = .catchingUp(progress)
      directives.append(.read(after: through))
    } else {
      state = .live(progress)
      directives.append(.send(.caughtUp(through)))
    }
    return directives
  }

  /// A submitted change set has been decided, or could not be.
  package mutating func decided(_ decided: Decided) -> [Directive] {
    switch state {
    case .live(var progress):
      progress.inFlight -= 1
      return answer(decided, &progress) { .live($0) }
    case .leaving(var progress, let retryAfter):
      progress.inFlight -= 1
      let directives = answer(decided, &progress) { .leaving($0, retryAfterMilliseconds: retryAfter) }
      guard isOpen, progress.inFlight == 0 else { return directives }
      return directives + leave(retryAfterMilliseconds: retryAfter)  // I8
    case .awaitingHello, .authenticating, .catchingUp:
      preconditionFailure("a change set was decided in the state \(state), in which none can have been submitted")
    case .closed: return []
    }
  }

  private mutating func answer(
    _ decided: Decided, _ progress: inout Progress, _ makeState: (Progress) -> State
  ) -> [Directive] {
    switch decided {
    case .outcome(let outcome):
      progress.position = max(progress.position, outcome.revision)
      state = makeState(progress)
      return [.send(.updates([.outcome(outcome)]))]
    case .gap(let expected):
      // Each change set behind the gap is answered so; the device is told once.
      let isKnown = progress.isAwaitingResend && progress.expectedCounter == expected
      progress.expectedCounter = expected
      progress.isAwaitingResend = true
      state = makeState(progress)
      return isKnown
        ? [] : [Self.gap(expected: expected, "Expected the change set \(expected). Send again from there.")]
    case .forked:
      return fail(.forked, "Another install has used this device's counters. Connect again as a new install.")
    case .refused(let fault): return fail(fault)
    }
  }

  /// Whether a patch of another device's change set is to be sent; the shell sends the encoding that all share.
  package mutating func wantsPatch(at revision: Revision) -> Bool {
    switch state {
    case .live(var progress):
      guard revision > progress.position else { return false }  // I6
      progress.position = revision
      state = .live(progress)
      return true
    case .leaving(var progress, let retryAfter):
      // An outcome that is still due moves the device's cursor past this revision.
      guard revision > progress.position else { return false }  // I6
      progress.position = revision
      state = .leaving(progress, retryAfterMilliseconds: retryAfter)
      return true
    case .awaitingHello, .authenticating, .catchingUp, .closed: return false
    }
  }

  /// Something that concerns all sessions of the household: who writes under which number, who has seen what.
  package func told(_ message: HubMessage) -> [Directive] {
    switch state {
    case .catchingUp, .live, .leaving: [.send(message)]
    case .awaitingHello, .authenticating, .closed: []  // I2
    }
  }

  // MARK: Time and the end

  /// Some time has passed; called at least every few seconds.
  package mutating func tick(now: Int64) -> [Directive] {
    switch state {
    case .awaitingHello:
      guard now - opened > Limits.helloMilliseconds else { return [] }
      return fail(.helloTimeout, "No Hello within \(Limits.helloMilliseconds / 1000) seconds.")
    case .authenticating:
      guard now - opened > Limits.helloMilliseconds else { return [] }
      return fail(
        .overloaded, "The hub did not come to answer Hello within \(Limits.helloMilliseconds / 1000) seconds.")
    case .catchingUp, .live, .leaving:
      let idle = Int64(limits.idleSeconds) * 1000
      if now - lastHeard > idle { return fail(.idle, "Nothing was heard for \(limits.idleSeconds) seconds.") }
      guard now - lastHeard > idle / 3, now - lastPing > idle / 3 else { return [] }
      lastPing = now
      return [.send(.ping(UInt64(bitPattern: now)))]
    case .closed: return []
    }
  }

  /// The hub goes down: nothing more is taken in, and what was taken in is answered before Goodbye (I8).
  package mutating func drain(retryAfterMilliseconds: UInt32) -> [Directive] {
    switch state {
    case .live(let progress) where progress.inFlight > 0:
      state = .leaving(progress, retryAfterMilliseconds: retryAfterMilliseconds)
      return []
    case .awaitingHello, .authenticating, .catchingUp, .live:
      return leave(retryAfterMilliseconds: retryAfterMilliseconds)
    case .leaving, .closed: return []
    }
  }

  private mutating func leave(retryAfterMilliseconds: UInt32) -> [Directive] {
    let reason = "The hub is shutting down."
    return [.send(.goodbye(reason: reason, retryAfterMilliseconds: retryAfterMilliseconds))] + close()  // I9
  }

  /// The session ends for a reason outside of it: a slow reader, a newer session of the same install.
  package mutating func end(_ fault: ProtocolFault) -> [Directive] {
    fail(fault)
  }

  /// The connection is gone.
  package mutating func disconnected() {
    state = .closed
  }

  private mutating func close() -> [Directive] {
    state = .closed
    return [.close]
  }

  mutating func fail(_ code: FaultCode, _ message: String) -> [Directive] {
    fail(ProtocolFault(code, message))
  }

  private mutating func fail(_ fault: ProtocolFault) -> [Directive] {
    guard isOpen else { return [] }
    state = .closed
    return [.send(.error(fault)), .close]  // I9
  }
}

extension DeviceMessage {
  /// The name of the message in the specification.
  package var name: String {
    switch self {
    case .hello: "Hello"
    case .push: "Push"
    case .acknowledge: "Ack"
    case .ping: "Ping"
    case .pong: "Pong"
    case .goodbye: "Goodbye"
    case .inquire: "Inquiry"
    }
  }
}
