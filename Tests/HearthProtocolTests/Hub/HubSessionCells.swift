import HearthModel

@testable import HearthProtocol

/// The columns of the table of the hub's session (protocol/wire.md, section 5).
enum HubColumn: String, CaseIterable, Sendable {
  case awaitingHello, authenticating, catchingUp, live, resending, leaving, closed

  /// The column of a state: `resending` is `live` while a gap is open.
  init(_ state: HubSession.State) {
    self =
      switch state {
      case .awaitingHello: .awaitingHello
      case .authenticating: .authenticating
      case .catchingUp: .catchingUp
      case .live(let progress): progress.isAwaitingResend ? .resending : .live
      case .leaving: .leaving
      case .closed: .closed
      }
  }

  /// A session in this state that was opened at 0, has heard its device at 0 and, if it is past its Hello, of replica
  /// 1: 10 change sets decided before, 11 and 12 on their way, everything up to revision 20 sent.
  func makeSession() -> HubSession {
    var session = HubSession(limits: Self.limits, now: 0)
    if self == .closed { session.disconnected() }
    if self == .awaitingHello || self == .closed { return session }
    _ = session.received(.hello(.sample(next: 13)), now: 0)
    if self == .authenticating { return session }
    _ = session.granted(HubEvent.grant)
    if self == .catchingUp { return session }
    _ = session.read([], through: Revision(20), hasMore: false, published: Revision(20))
    _ = session.received(.push([.sample(11), .sample(12)]), now: 0)
    if self == .resending { _ = session.received(.push([.sample(15)]), now: 0) }
    if self == .leaving { _ = session.drain(retryAfterMilliseconds: 1000) }
    return session
  }

  static let limits: Limits = {
    var limits = Limits()
    limits.pushWindow = 4
    return limits
  }()
}

/// The rows of the table: all that can happen to a session.
enum HubEvent: String, CaseIterable, Sendable {
  case hello = "Hello"
  case helloOfOtherVersion = "Hello of another protocol version"
  case faultyHello = "Hello without incarnation, without next counter, or with a long name"
  case push = "Push, the expected counter"
  case pushAgain = "Push, a counter below it"
  case pushWithGap = "Push, a counter beyond it"
  case pushOverWindow = "Push, over the window"
  case pushOfZero = "Push, the counter 0"
  case acknowledge = "Ack, up to what was sent"
  case acknowledgeTooMuch = "Ack, beyond what was sent"
  case ping = "Ping"
  case pong = "Pong"
  case goodbye = "Goodbye"
  case inquiry = "Inquiry"
  case secondInquiry = "Inquiry, one is not answered"
  case unreadable = "a frame that cannot be read"
  case granted = "the device may come in"
  case refused = "the device may not come in"
  case page = "a page, more follow"
  case lastPage = "the last page"
  case lastPageOvertaken = "the last page, overtaken by a commit"
  case outcome = "an outcome, more are due"
  case lastOutcome = "an outcome, the last that was due"
  case gap = "the engine finds a gap"
  case forked = "the engine finds a fork"
  case storeRefuses = "the store refuses"
  case answer = "the answer to an Inquiry"
  case patch = "a patch, not sent yet"
  case oldPatch = "a patch, sent already"
  case told = "Roster or Seen for the household"
  case tickEarly = "5 s of silence"
  case tickAtHelloLimit = "10 s of silence"
  case tickAtThird = "a third of `idle_seconds` of silence"
  case tickAtIdle = "`idle_seconds` of silence"
  case drainIdle = "the hub drains, no outcome is due"
  case drain = "the hub drains, outcomes are due"
  case end = "the hub ends it"
  case disconnected = "the connection is gone"

  /// Whether only a session that has submitted change sets can meet it.
  var needsSubmissions: Bool {
    switch self {
    case .outcome, .lastOutcome, .gap, .forked, .storeRefuses, .answer: true
    default: false
    }
  }

  static let grant = HubSession.Grant(welcome: .sample(last: 10, head: 20), roster: [], position: Revision(15))

  /// Lets it happen.
  func happen(to session: inout HubSession) -> [HubSession.Directive] {
    switch self {
    case .granted: return session.granted(Self.grant)
    case .refused: return session.refused(.sample(.unauthorized))
    case .page: return session.read([.sample], through: Revision(18), hasMore: true, published: .zero)
    case .lastPage: return session.read([.sample], through: Revision(20), hasMore: false, published: Revision(20))
    case .lastPageOvertaken:
      return session.read([.sample], through: Revision(20), hasMore: false, published: Revision(21))
    case .outcome: return session.decided(.outcome(.sample(11, 21)))
    case .lastOutcome:
      _ = session.decided(.outcome(.sample(11, 21)))
      return session.decided(.outcome(.sample(12, 22)))
    case .gap: return session.decided(.gap(expected: 5))
    case .forked: return session.decided(.forked)
    case .storeRefuses: return session.decided(.refused(.sample(.storeFailed)))
    case .secondInquiry:
      if case .live = session.state { _ = session.received(Self.question, now: 0) }
      return session.received(Self.question, now: 0)
    case .answer:
      if case .live = session.state { _ = session.received(Self.question, now: 0) }
      return session.answered(Answer(.unknown))
    case .patch: return session.wantsPatch(at: Revision(21)) ? [.send(.updates([.patch(.sample(21))]))] : []
    case .oldPatch: return session.wantsPatch(at: Revision(20)) ? [.send(.updates([.patch(.sample(20))]))] : []
    case .told: return session.told(.seen(ReplicaNumber(rawValue: 2), Revision(3)))
    case .tickEarly: return session.tick(now: 5000)
    case .tickAtHelloLimit: return session.tick(now: 10_001)
    case .tickAtThird: return session.tick(now: 25_001)
    case .tickAtIdle: return session.tick(now: 75_001)
    case .drainIdle:
      if case .live = session.state {
        for counter in 11...12 { _ = session.decided(.outcome(.sample(UInt64(counter), 0))) }
      }
      return session.drain(retryAfterMilliseconds: 1000)
    case .drain: return session.drain(retryAfterMilliseconds: 1000)
    case .end: return session.end(.sample(.slowReader))
    case .disconnected:
      session.disconnected()
      return []
    case .unreadable: return session.malformed(.sample(.malformedFrame))
    default: return session.received(message!, now: 0)
    }
  }

  private var message: DeviceMessage? {
    switch self {
    case .hello: .hello(.sample())
    case .helloOfOtherVersion: .hello(.sample(version: 2))
    case .faultyHello: .hello(.sample(incarnation: 0))
    case .push: .push([.sample(13)])
    case .pushAgain: .push([.sample(11)])
    case .pushWithGap: .push([.sample(15)])
    case .pushOverWindow: .push((13...17).map { .sample($0) })
    case .pushOfZero: .push([.sample(0)])
    case .acknowledge: .acknowledge(Revision(20))
    case .acknowledgeTooMuch: .acknowledge(Revision(21))
    case .ping: .ping(1)
    case .pong: .pong(1)
    case .goodbye: .goodbye(reason: "")
    case .inquiry: Self.question
    default: nil
    }
  }

  private static let question = DeviceMessage.inquire(1, Inquiry(.conflicts))
}

// MARK: - Cells

extension HubEvent {
  /// What the session does, in the words of the page.
  func answer(in column: HubColumn) -> String {
    var session = column.makeSession()
    let directives = happen(to: &session)
    return Self.cell(directives, from: column, to: session.state)
  }

  private static func cell(
    _ directives: [HubSession.Directive], from column: HubColumn, to state: HubSession.State
  ) -> String {
    var words = directives.map(word)
    // `E1004` says Error, then close.
    if words.last == "close", let error = words.dropLast().last, error.hasPrefix("E1") { words.removeLast() }
    let saysClosed = words.last == "close" || words.last?.hasPrefix("E1") == true
    let next = HubColumn(state)
    let target = next == column || (next == .closed && saysClosed) ? "" : "→ \(next)"
    let cell = [words.joined(separator: ", "), target].filter { !$0.isEmpty }.joined(separator: " ")
    return cell.isEmpty ? "–" : cell
  }

  private static func word(_ directive: HubSession.Directive) -> String {
    switch directive {
    case .authenticate: "authenticate"
    case .read: "read"
    case .submit: "submit"
    case .acknowledge: "note"
    case .inquire: "inquire"
    case .close: "close"
    case .send(.error(let fault)): fault.code == .gap ? "gap" : "E\(fault.code.rawValue)"
    case .send(let message): message.name
    }
  }
}
