import HearthModel

@testable import HearthProtocol

/// The columns of the table of the device's link (protocol/wire.md, section 7).
enum LinkColumn: String, CaseIterable, Sendable {
  case stopped, waiting, connecting, greeting, catchingUp, live

  init(_ state: DeviceLink.State) {
    self =
      switch state {
      case .stopped: .stopped
      case .waiting: .waiting
      case .connecting: .connecting
      case .greeting: .greeting
      case .catchingUp: .catchingUp
      case .live: .live
      }
  }

  /// A link that came into this state at 0, with the change sets 11 to 13 in the outbox; a `live` one has pushed them
  /// and has everything up to revision 20.
  func makeLink() -> DeviceLink {
    var link = DeviceLink()
    _ = link.outboxChanged(11...13, now: 0)
    if self == .stopped { return link }
    _ = link.connect()
    if self == .connecting { return link }
    if self == .waiting {
      _ = link.closed(now: 0, random: 0)
      return link
    }
    _ = link.opened(.sample(), now: 0)
    if self == .greeting { return link }
    _ = link.received(.welcome(.sample(last: 10, head: 20, limits: HubColumn.limits)), now: 0, random: 0)
    if self == .catchingUp { return link }
    _ = link.received(.caughtUp(Revision(20)), now: 0, random: 0)
    return link
  }
}

/// The rows of the table: all that can happen to a link.
enum LinkEvent: String, CaseIterable, Sendable {
  case connect = "the app connects"
  case disconnect = "the app disconnects"
  case outboxGrows = "the outbox grows"
  case asks = "the app asks what was decided"
  case startOver = "the replica has to start over"
  case opened = "the connection is open"
  case closed = "the connection has ended, or could not be made"
  case tickEarly = "100 ms later"
  case tick = "1 s later"
  case tickAtWelcomeLimit = "15 s later"
  case tickAtThird = "a third of `idle_seconds` later"
  case tickAtIdle = "`idle_seconds` later"
  case welcome = "Welcome"
  case roster = "Roster"
  case catchUp = "CatchUp"
  case caughtUp = "CaughtUp"
  case updates = "Updates"
  case seen = "Seen"
  case answer = "Answer"
  case ping = "Ping"
  case pong = "Pong"
  case goodbye = "Goodbye"
  case giveUp = "Error: give up"
  case retry = "Error: retry"
  case resend = "Error: resend, from the outbox"
  case resendOther = "Error: resend, from elsewhere"
  case newIncarnation = "Error: new incarnation"
  case pairAgain = "Error: pair again"
  case updateApp = "Error: update the app"
  case wipe = "Error: wipe"

  /// Lets it happen.
  func happen(to link: inout DeviceLink) -> [DeviceLink.Directive] {
    switch self {
    case .connect: link.connect()
    case .disconnect: link.disconnect()
    case .outboxGrows: link.outboxChanged(11...14, now: 0)
    case .asks: link.inquire(1, Inquiry(.conflicts), now: 0)
    case .startOver: link.startOver(now: 0, random: 0)
    case .opened: link.opened(.sample(), now: 0)
    case .closed: link.closed(now: 0, random: 0)
    case .tickEarly: link.tick(now: 100, random: 0)
    case .tick: link.tick(now: 1000, random: 0)
    case .tickAtWelcomeLimit: link.tick(now: 15_000, random: 0)
    case .tickAtThird: link.tick(now: 25_000, random: 0)
    case .tickAtIdle: link.tick(now: 75_000, random: 0)
    default: link.received(message!, now: 0, random: 0)
    }
  }

  private var message: HubMessage? {
    switch self {
    case .welcome: .welcome(.sample())
    case .roster: .roster([])
    case .catchUp: .catchUp([.sample], through: Revision(20))
    case .caughtUp: .caughtUp(Revision(20))
    case .updates: .updates([.patch(.sample(21))])
    case .seen: .seen(ReplicaNumber(rawValue: 2), Revision(3))
    case .answer: .answer(1, Answer(.unknown))
    case .ping: .ping(1)
    case .pong: .pong(1)
    case .goodbye: .goodbye(reason: "", retryAfterMilliseconds: 2000)
    case .giveUp: .error(.sample(.unexpectedMessage))
    case .retry: .error(.sample(.overloaded, retryAfter: 2000))
    case .resend: .error(.sample(.gap, expected: 12))
    case .resendOther: .error(.sample(.gap, expected: 5))
    case .newIncarnation: .error(.sample(.forked))
    case .pairAgain: .error(.sample(.unauthorized))
    case .updateApp: .error(.sample(.packMismatch))
    case .wipe: .error(.sample(.householdGone))
    default: nil
    }
  }
}

// MARK: - Cells

extension LinkEvent {
  /// What the link does, in the words of the page.
  func answer(in column: LinkColumn) -> String {
    var link = column.makeLink()
    var words = happen(to: &link).map(Self.word)
    let next = LinkColumn(link.state)
    var isLeaving = false
    if words.suffix(2) == ["close", "wake"] {
      words.replaceSubrange((words.count - 2)..., with: ["leave"])
      isLeaving = true
    }
    let target = next == column || (isLeaving && next == .waiting) ? "" : "→ \(next)"
    let cell = [words.joined(separator: ", "), target].filter { !$0.isEmpty }.joined(separator: " ")
    return cell.isEmpty ? "–" : cell
  }

  private static func word(_ directive: DeviceLink.Directive) -> String {
    switch directive {
    case .open: "open"
    case .send(let message): message.name
    case .push: "Push"
    case .adopt: "adopt"
    case .note: "note"
    case .stage: "stage"
    case .applyStaged: "apply the pages"
    case .apply: "apply"
    case .seen, .answered: "tell"
    case .renewIncarnation: "renew"
    case .wipe: "wipe"
    case .close: "close"
    case .wake: "wake"
    }
  }
}
