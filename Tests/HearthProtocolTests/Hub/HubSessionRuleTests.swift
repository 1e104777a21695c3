import HearthModel
import Testing

@testable import HearthProtocol

/// What the table of states and events cannot say: counters, windows, the order of things, and time.
@Suite("HubSession: rules")
struct HubSessionRuleTests {
  /// A live session of a replica whose last decided change set was 10, at revision 20, with a window of 4.
  private static func live() -> HubSession {
    var session = HubColumn.catchingUp.makeSession()
    _ = session.read([], through: Revision(20), hasMore: false, published: Revision(20))
    return session
  }

  private static func push(_ counters: UInt64...) -> DeviceMessage { .push(counters.map { .sample($0) }) }

  private static func submitted(_ directives: [HubSession.Directive]) -> [[UInt64]] {
    directives.compactMap { if case .submit(let changeSets) = $0 { changeSets.map(\.counter) } else { nil } }
  }

  private static func gaps(_ directives: [HubSession.Directive]) -> [UInt64] {
    directives.compactMap {
      if case .send(.error(let fault)) = $0, fault.code == .gap { fault.expectedCounter } else { nil }
    }
  }

  private static func fault(_ directives: [HubSession.Directive]) -> FaultCode? {
    guard directives.count == 2, directives[1] == .close, case .send(.error(let fault)) = directives[0] else {
      return nil
    }
    return fault.code
  }

  // MARK: Handshake and catch-up

  @Test func `Welcome comes first, then the roster, then the pages from the cursor (I2)`() {
    var session = HubColumn.authenticating.makeSession()
    let grant = HubEvent.grant
    #expect(
      session.granted(grant) == [
        .send(.welcome(grant.welcome)), .send(.roster(grant.roster)), .read(after: Revision(15)),
      ])
  }

  @Test(arguments: [
    Hello.sample(incarnation: 0), .sample(next: 0), .sample(token: String(repeating: "t", count: 129)),
    .sample(app: String(repeating: "a", count: 129)), .sample(software: String(repeating: "ä", count: 65)),
  ])
  func `a Hello outside of its limits is malformed`(_ hello: Hello) {
    var session = HubColumn.awaitingHello.makeSession()
    #expect(Self.fault(session.received(.hello(hello), now: 0)) == .malformedFrame)
  }

  @Test func `a Hello at its limits is fine`() {
    var session = HubColumn.awaitingHello.makeSession()
    let name = String(repeating: "a", count: 128)
    let hello = Hello.sample(token: name, app: name, incarnation: .max, next: .max, software: name)
    #expect(session.received(.hello(hello), now: 0) == [.authenticate(hello)])
  }

  @Test func `a page without records is not sent, and catching up goes on until nothing published is missed (I6)`() {
    var session = HubColumn.catchingUp.makeSession()
    #expect(
      session.read([], through: Revision(20), hasMore: false, published: Revision(22)) == [.read(after: Revision(20))])
    #expect(session.wantsPatch(at: Revision(23)) == false)
    #expect(
      session.read([.sample], through: Revision(23), hasMore: false, published: Revision(23))
        == [.send(.catchUp([.sample], through: Revision(23))), .send(.caughtUp(Revision(23)))])
    #expect(session.wantsPatch(at: Revision(23)) == false)
    #expect(session.wantsPatch(at: Revision(24)) == true)
  }

  @Test func `an outcome moves the cursor, so that its revision is not sent again as a patch (I6, I7)`() {
    var session = Self.live()
    _ = session.received(Self.push(11), now: 0)
    _ = session.decided(.outcome(.sample(11, 21)))
    #expect(session.wantsPatch(at: Revision(21)) == false)
    #expect(session.received(.acknowledge(Revision(21)), now: 0) == [.acknowledge(Revision(21))])
  }

  @Test func `the outcome of a resend does not move the cursor back (I6, P3)`() {
    var session = Self.live()
    _ = session.received(Self.push(3), now: 0)
    #expect(session.decided(.outcome(.sample(3, 7))) == [.send(.updates([.outcome(.sample(3, 7))]))])
    #expect(session.wantsPatch(at: Revision(20)) == false)
  }

  // MARK: Counters

  @Test func `change sets are taken in in the order of their counters (I4)`() {
    var session = Self.live()
    #expect(Self.submitted(session.received(Self.push(11, 12), now: 0)) == [[11, 12]])
    #expect(Self.submitted(session.received(Self.push(13), now: 0)) == [[13]])
  }

  @Test func `what stands before a gap is taken in, the gap is told once, and what follows is ignored (I4)`() {
    var session = Self.live()
    let directives = session.received(Self.push(11, 13, 14), now: 0)
    #expect(Self.submitted(directives) == [[11]])
    #expect(Self.gaps(directives) == [12])
    #expect(session.received(Self.push(15), now: 0) == [])
    #expect(session.received(Self.push(13), now: 0) == [])
    #expect(Self.submitted(session.received(Self.push(12, 13, 14), now: 0)) == [[12, 13, 14]])
  }

  @Test func `a second gap is told again once the first is closed (I4)`() {
    var session = Self.live()
    #expect(Self.gaps(session.received(Self.push(12), now: 0)) == [11])
    _ = session.received(Self.push(11), now: 0)
    #expect(Self.gaps(session.received(Self.push(13), now: 0)) == [12])
  }

  @Test func `a resend is answered even while a gap is open (P3)`() {
    var session = Self.live()
    _ = session.received(Self.push(13), now: 0)
    #expect(Self.submitted(session.received(Self.push(9, 10), now: 0)) == [[9, 10]])
  }

  @Test func `a gap that the engine finds is told once, however many change sets stand behind it (I4)`() {
    var session = Self.live()
    _ = session.received(Self.push(11, 12, 13), now: 0)
    let answers = (0..<3).map { _ in session.decided(.gap(expected: 5)) }
    #expect(answers.map(Self.gaps) == [[5], [], []])
    #expect(Self.submitted(session.received(Self.push(5, 6), now: 0)) == [[5, 6]])
  }

  @Test func `the last counter that there is is refused`() {
    var session = HubColumn.authenticating.makeSession()
    _ = session.granted(HubSession.Grant(welcome: .sample(last: .max - 1), roster: [], position: .zero))
    _ = session.read([], through: .zero, hasMore: false, published: .zero)
    #expect(Self.fault(session.received(Self.push(.max), now: 0)) == .malformedFrame)
  }

  // MARK: The window

  @Test func `as many change sets as the window holds may be on their way, and no more (I5, P10)`() {
    var session = Self.live()
    #expect(Self.submitted(session.received(Self.push(11, 12, 13, 14), now: 0)) == [[11, 12, 13, 14]])
    #expect(Self.fault(session.received(Self.push(15), now: 0)) == .windowExceeded)
  }

  @Test func `each answer makes room for one more (I5)`() {
    var session = Self.live()
    _ = session.received(Self.push(11, 12, 13, 14), now: 0)
    _ = session.decided(.outcome(.sample(11, 21)))
    #expect(Self.submitted(session.received(Self.push(15), now: 0)) == [[15]])
    #expect(Self.fault(session.received(Self.push(16), now: 0)) == .windowExceeded)
  }

  @Test func `resends count into the window (I5)`() {
    var session = Self.live()
    #expect(Self.fault(session.received(Self.push(1, 2, 3, 4, 5), now: 0)) == .windowExceeded)
  }

  @Test func `a frame with too many change sets and a gap is answered by one fault, and that is the last word (I9)`() {
    var session = Self.live()
    #expect(Self.fault(session.received(Self.push(11, 12, 13, 14, 15, 99), now: 0)) == .windowExceeded)
  }

  // MARK: Leaving

  @Test func `a hub that goes down answers what it took in, then says Goodbye (I8, I9)`() {
    var session = Self.live()
    _ = session.received(Self.push(11, 12), now: 0)
    #expect(session.drain(retryAfterMilliseconds: 1500) == [])
    #expect(session.received(Self.push(13), now: 0) == [])
    #expect(session.decided(.outcome(.sample(11, 21))) == [.send(.updates([.outcome(.sample(11, 21))]))])
    #expect(
      session.decided(.outcome(.sample(12, 22))) == [
        .send(.updates([.outcome(.sample(12, 22))])),
        .send(.goodbye(reason: "The hub is shutting down.", retryAfterMilliseconds: 1500)), .close,
      ])
  }

  @Test func `a session that leaves is sent the patches between its outcomes, which move its cursor (I6, I8)`() {
    var session = Self.live()
    _ = session.received(Self.push(11, 12), now: 0)
    _ = session.drain(retryAfterMilliseconds: 0)
    _ = session.decided(.outcome(.sample(11, 21)))
    #expect(session.wantsPatch(at: Revision(22)) == true)
    #expect(session.wantsPatch(at: Revision(22)) == false)
  }

  @Test func `a fault while leaving is the last word (I9)`() {
    var session = Self.live()
    _ = session.received(Self.push(11), now: 0)
    _ = session.drain(retryAfterMilliseconds: 0)
    #expect(Self.fault(session.decided(.forked)) == .forked)
  }

  @Test func `nothing is said after the end (I9)`() {
    var session = Self.live()
    _ = session.received(Self.push(11), now: 0)
    _ = session.end(.sample(.replaced))
    #expect(session.isOpen == false)
    #expect(session.decided(.outcome(.sample(11, 21))) == [])
    #expect(session.received(.ping(1), now: 0) == [])
    #expect(session.malformed(.sample(.malformedFrame)) == [])
    #expect(session.tick(now: 1_000_000) == [])
    #expect(session.drain(retryAfterMilliseconds: 0) == [])
  }

  // MARK: Time

  @Test func `a connection has ten seconds for its Hello (P10)`() {
    var session = HubSession(limits: Limits(), now: 500)
    #expect(session.tick(now: 10_500) == [])
    #expect(Self.fault(session.tick(now: 10_501)) == .helloTimeout)
  }

  @Test func `a Hello that the hub does not get round to answering is the hub's fault`() {
    var session = HubSession(limits: Limits(), now: 500)
    _ = session.received(.hello(.sample()), now: 600)
    #expect(session.tick(now: 10_500) == [])
    #expect(Self.fault(session.tick(now: 10_501)) == .overloaded)
  }

  @Test func `a silent device is asked at a third of the idle time, once for each third (P10)`() {
    var session = Self.live()
    let pings = (0...74).filter { !session.tick(now: $0 * 1000).isEmpty }
    #expect(pings == [26, 52])
    #expect(session.tick(now: 75_000) == [])
    #expect(Self.fault(session.tick(now: 75_001)) == .idle)
  }

  @Test func `whatever is heard starts the idle time anew`() {
    var session = Self.live()
    _ = session.received(.pong(1), now: 70_000)
    #expect(session.tick(now: 90_000) == [])
    #expect(session.tick(now: 145_000) == [.send(.ping(145_000))])
    #expect(Self.fault(session.tick(now: 145_001)) == .idle)
  }
}
