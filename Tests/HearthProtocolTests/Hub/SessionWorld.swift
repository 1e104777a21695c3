import HearthModel
import HearthTesting

@testable import HearthProtocol

/// A hub around one session: whatever a device may send and a shell may answer, by chance, while others commit too.
///
/// It knows of the session only what goes in and what comes out. `step` lets one thing happen and says which invariant
/// of protocol/wire.md, section 6, it broke.
struct SessionWorld {
  private var session: HubSession
  private var random: SeededGenerator
  private var now: Int64 = 0
  /// What has happened, one line each.
  private(set) var story: [String] = []
  /// How often what was done, to see that the chance reaches everything.
  private(set) var census: [String: Int] = [:]

  // The household.
  private var head: UInt64
  private var published: UInt64 = 0
  private var decidedCounter: UInt64
  private let lastCounter: UInt64
  /// The engine has lost track, and answers with gaps until the counter it expects comes.
  private var engineMisses: UInt64?

  // What the session asked for and was not given yet.
  private var isAsked = false
  private var reading: (after: UInt64, page: (through: UInt64, hasMore: Bool)?)?
  private var queue: [UInt64] = []
  /// The question that was not answered.
  private var inquiry: UInt64?

  // What the device was sent, and what follows from it.
  private var isFirst = true
  private var isWelcomed = false
  private var isCaughtUp = false
  private var isDraining = false
  private var isOver = false
  private var nextCounter: UInt64
  private var hasOpenGap = false
  private var position: UInt64 = 0

  private static let window = 8

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    var limits = Limits()
    limits.pushWindow = UInt32(Self.window)
    session = HubSession(limits: limits, now: 0)
    lastCounter = UInt64(random.below(20))
    decidedCounter = lastCounter
    nextCounter = lastCounter + 1
    head = UInt64(random.below(30))
    published = random.oneIn(3) ? 0 : head
  }

  // MARK: What happens

  /// Lets one thing happen; nil when nothing is wrong.
  mutating func step() -> String? {
    switch random.below(24) {
    case 0...7: return deviceSends()
    case 8, 9: return answerHello()
    case 10...12: return answerRead()
    case 13...17: return decide()
    case 18...20: return commitOfOthers()
    case 21: return pass(random.oneIn(20) ? 76_000 : random.pick([1, 700, 5000, isCaughtUp ? 26_000 : 2000]))
    case 22 where inquiry != nil: return answer()
    case 22: return happens("told") { $0.told(.seen(ReplicaNumber(rawValue: 2), Revision(1))) }
    default: return oneIn(20) { $0.end() } ?? oneIn(10) { $0.drain() } ?? oneIn(50) { $0.disconnect() }
    }
  }

  private mutating func oneIn(_ times: Int, _ body: (inout Self) -> String?) -> String? {
    random.oneIn(times) ? body(&self) : nil
  }

  private mutating func deviceSends() -> String? {
    let message: DeviceMessage
    guard isWelcomed || isFirst || random.oneIn(40) else { return nil }
    switch isCaughtUp ? random.below(24) : isFirst ? (random.oneIn(20) ? 20 : 0) : random.pick([0, 1, 6, 7, 7, 7, 20]) {
    case 0 where isFirst: message = .hello(.sample())
    case 0: message = random.oneIn(20) ? .hello(.sample()) : .ping(3)
    case 1: message = random.oneIn(20) ? .goodbye(reason: "") : .pong(1)
    case 2...4: message = .acknowledge(Revision(position > 0 ? UInt64(random.below(Int(position) + 1)) : 0))
    case 5: message = .acknowledge(Revision(position + (random.oneIn(6) ? 1 : 0)))
    case 6, 7: message = .ping(UInt64(random.below(9)))
    case 8 where random.oneIn(6):
      return happens("unreadable") { $0.malformed(.sample(.malformedFrame)) }
    case 9 where isCaughtUp && (inquiry == nil || random.oneIn(20)):
      message = .inquire(UInt64(random.below(1000)), Inquiry(.conflicts))
    default:
      guard isCaughtUp || random.oneIn(20) else { return nil }
      message = .push(counters().map { .sample($0) })
    }
    let now = now
    return happens(Self.text(message), message) { $0.received(message, now: now) }
  }

  /// Mostly what fits, sometimes a gap, a resend, too much or nonsense.
  private mutating func counters() -> [UInt64] {
    let room = max(Self.window - queue.count, 0)
    let count = UInt64(random.below(min(3, room) + 1))
    switch random.below(20) {
    case 0: return Array(nextCounter + 2..<nextCounter + 2 + count)
    case 1: return Array(nextCounter..<nextCounter + count) + [nextCounter + count + 3]
    case 2 where room > 0: return [UInt64(random.below(Int(nextCounter))) + 1]
    case 3 where random.oneIn(5): return Array(nextCounter..<nextCounter + UInt64(Self.window) + 1)
    case 4 where random.oneIn(5): return [0]
    case 5 where random.oneIn(5): return Array(nextCounter..<nextCounter + UInt64(Self.window)) + [nextCounter + 50]
    default: return isDraining || hasOpenGap && random.oneIn(3) ? [] : Array(nextCounter..<nextCounter + count)
    }
  }

  private mutating func answerHello() -> String? {
    guard isAsked else { return nil }
    isAsked = false
    if random.oneIn(30) { return happens("refused") { $0.refused(.sample(.unauthorized)) } }
    position = UInt64(random.below(Int(head) + 1))
    let grant = HubSession.Grant(
      welcome: .sample(last: lastCounter, head: head), roster: [], position: Revision(position))
    return happens("granted at \(position) of \(head)") { $0.granted(grant) }
  }

  /// The page is read at one moment and given to the session at a later one.
  private mutating func answerRead() -> String? {
    guard let reading else { return nil }
    guard let page = reading.page else {
      let through = reading.after + UInt64(random.below(Int(head - reading.after) + 1))
      self.reading?.page = random.oneIn(2) ? (head, false) : (through, through < head)
      return nil
    }
    self.reading = nil
    let records: [RecordPatch] = page.through > reading.after ? [.sample] : []
    let published = published
    return happens("page through \(page.through)\(page.hasMore ? ", more" : ""), published \(published)") {
      $0.read(records, through: Revision(page.through), hasMore: page.hasMore, published: Revision(published))
    }
  }

  private mutating func decide() -> String? {
    guard !queue.isEmpty else { return nil }
    let counter = queue.removeFirst()
    if random.oneIn(120) { engineMisses = decidedCounter + 1 }
    let decided: HubSession.Decided
    switch true {
    case random.oneIn(60): decided = .refused(.sample(.storeFailed))
    case random.oneIn(60): decided = .forked
    case counter <= decidedCounter: decided = .outcome(.sample(counter, UInt64(random.below(Int(head) + 1))))
    case engineMisses != nil && counter != engineMisses || counter > decidedCounter + 1:
      decided = .gap(expected: decidedCounter + 1)
    default:
      engineMisses = nil
      decidedCounter = counter
      if !random.oneIn(4) { head += 1 }  // else rejected, at the head
      published = max(published, head)
      decided = .outcome(.sample(counter, head))
    }
    if case .gap(let expected) = decided { (nextCounter, engineMisses) = (expected, expected) }
    return happens("decided \(counter): \(Self.text(decided))", decided: decided) { $0.decided(decided) }
  }

  private mutating func answer() -> String? {
    let (asked, wasOver, wasDraining) = (inquiry, isOver, isDraining)
    inquiry = nil
    var told: [HubSession.Directive] = []
    let fault = happens("answer") {
      told = wasOver ? [] : $0.answered(Answer(.unknown))
      return told
    }
    let expected = wasOver || wasDraining ? [] : [HubSession.Directive.send(.answer(asked ?? 0, Answer(.unknown)))]
    return fault ?? (told == expected ? nil : "I5: the question \(asked ?? 0) was answered by \(told)")
  }

  private mutating func commitOfOthers() -> String? {
    head += 1
    published = head
    let revision = head
    return happens("others commit \(revision)") {
      $0.wantsPatch(at: Revision(revision)) ? [.send(.updates([.patch(.sample(revision))]))] : []
    }
  }

  private mutating func pass(_ milliseconds: Int64) -> String? {
    now += milliseconds
    let now = now
    return happens("\(milliseconds) ms") { $0.tick(now: now) }
  }

  private mutating func drain() -> String? {
    isDraining = true
    return happens("drain") { $0.drain(retryAfterMilliseconds: 1000) }
  }

  private mutating func end() -> String? { happens("end") { $0.end(.sample(.slowReader)) } }

  private mutating func disconnect() -> String? {
    story.append("the connection is gone")
    session.disconnected()
    isOver = true
    return nil
  }

  // MARK: What must hold

  private mutating func happens(
    _ line: String, _ message: DeviceMessage? = nil, decided: HubSession.Decided? = nil,
    _ body: (inout HubSession) -> [HubSession.Directive]
  ) -> String? {
    let directives = body(&session)
    story.append("\(line) -> \(directives.isEmpty ? "nothing" : directives.map(Self.text).joined(separator: ", "))")
    for directive in directives { census[Self.text(directive).prefix { $0 != " " }.description, default: 0] += 1 }
    let wasOver = isOver
    if let fault = checkEnd(directives) ?? (wasOver ? nil : checkFirst(message, directives)) { return fault }
    for directive in directives { if let fault = check(directive, message) { return fault } }
    if let decided, !wasOver, let fault = checkAnswer(to: decided, directives) { return fault }
    if isCaughtUp, !isOver, position < published {
      return "I6: the device is live at \(position) and was not sent revision \(published)"
    }
    return nil
  }

  /// I9: what ends a connection is the last that is said.
  private mutating func checkEnd(_ directives: [HubSession.Directive]) -> String? {
    if isOver { return directives.isEmpty ? nil : "I9: something was done after the end" }
    let endings = directives.indices.filter { directives[$0] == .close }
    let lastWords = directives.indices.filter { Self.isLastWord(directives[$0]) }
    guard let end = endings.first else {
      return lastWords.isEmpty ? nil : "I9: the last word was not followed by close"
    }
    isOver = true
    guard endings.count == 1, end == directives.count - 1 else { return "I9: close is not the end" }
    guard lastWords.allSatisfy({ $0 == end - 1 }) else { return "I9: something was said after Error or Goodbye" }
    return nil
  }

  private static func isLastWord(_ directive: HubSession.Directive) -> Bool {
    switch directive {
    case .send(.error(let fault)): fault.code.endsConnection
    case .send(.goodbye): true
    default: false
    }
  }

  /// I1: nothing is done for a device whose first message is not Hello.
  private mutating func checkFirst(_ message: DeviceMessage?, _ directives: [HubSession.Directive]) -> String? {
    guard let message, isFirst else { return nil }
    isFirst = false
    if case .hello = message { return nil }
    guard directives.count == 2, Self.isLastWord(directives[0]) else { return "I1: the first message was no Hello" }
    return nil
  }

  private mutating func check(_ directive: HubSession.Directive, _ message: DeviceMessage?) -> String? {
    switch directive {
    case .authenticate:
      if isAsked || isWelcomed { return "I1: a second Hello was taken in" }
      isAsked = true
    case .read(let after):
      if reading != nil { return "two pages are asked for at once" }
      if after.rawValue != position { return "I6: reads after \(after), sent up to \(position)" }
      reading = (after.rawValue, nil)
    case .submit(let changeSets): return check(submitted: changeSets.map(\.counter))
    case .acknowledge(let revision):
      if revision.rawValue > position { return "I7: \(revision) was taken for seen, sent up to \(position)" }
    case .inquire:
      if !isCaughtUp || isDraining { return "I3: a question was taken in before CaughtUp or after the drain" }
      if inquiry != nil { return "I5: two questions are on their way" }
      if case .inquire(let id, _)? = message { inquiry = id }
    case .close: break
    case .send(let message): return check(sent: message)
    }
    return nil
  }

  private mutating func check(submitted counters: [UInt64]) -> String? {
    if !isCaughtUp { return "I3: submitted before CaughtUp" }
    if isDraining { return "I8: submitted after the drain" }
    for counter in counters {
      if counter > nextCounter { return "I4: \(counter) was taken in, expected \(nextCounter)" }
      if counter == nextCounter { (nextCounter, hasOpenGap) = (counter + 1, false) }
    }
    queue += counters
    return queue.count <= Self.window ? nil : "I5: \(queue.count) change sets are on their way"
  }

  private mutating func check(sent message: HubMessage) -> String? {
    switch message {
    case .welcome:
      if isWelcomed { return "I2: a second Welcome" }
      isWelcomed = true
    case .error(let fault) where fault.code == .gap:
      if hasOpenGap, fault.expectedCounter == nextCounter { return "I4: the gap was told twice" }
      if fault.expectedCounter != nextCounter { return "I4: gap at \(fault.expectedCounter), expected \(nextCounter)" }
      hasOpenGap = true
    case .goodbye:
      if !queue.isEmpty { return "I8: Goodbye while \(queue.count) outcomes are due" }
    case .error: break
    case .catchUp(_, _, let through):
      if isCaughtUp || through.rawValue <= position { return "I6: a page through \(through) at \(position)" }
      position = through.rawValue
    case .caughtUp(let revision):
      if isCaughtUp || revision.rawValue < position { return "I6: CaughtUp at \(revision), at \(position)" }
      (isCaughtUp, position) = (true, revision.rawValue)
    case .updates(let updates):
      for update in updates { if let fault = check(update) { return fault } }
    case .roster, .seen, .ping, .pong, .answer: break
    }
    let needsWelcome: Bool = if case .error = message { false } else if case .goodbye = message { false } else { true }
    return needsWelcome && !isWelcomed ? "I2: \(message.name) before Welcome" : nil
  }

  private mutating func check(_ update: Update) -> String? {
    if !isCaughtUp { return "I3: an update before CaughtUp" }
    switch update {
    case .patch(let patch):
      if patch.revision.rawValue <= position { return "I6: the patch \(patch.revision) at \(position)" }
      position = patch.revision.rawValue
    case .outcome(let outcome):
      if outcome.revision.rawValue > position + 1 { return "I6: the outcome at \(outcome.revision) at \(position)" }
      position = max(position, outcome.revision.rawValue)
    }
    return nil
  }

  /// I5: whatever was decided is answered, once.
  private func checkAnswer(to decided: HubSession.Decided, _ directives: [HubSession.Directive]) -> String? {
    let answers = directives.filter { directive in
      switch (decided, directive) {
      case (.outcome(let outcome), .send(.updates(let updates))): updates == [.outcome(outcome)]
      case (.gap, .send(.error(let fault))): fault.code == .gap
      case (.forked, .send(.error(let fault))): fault.code == .forked
      case (.refused(let why), .send(.error(let fault))): fault == why
      default: false
      }
    }
    if case .gap = decided { return answers.count <= 1 ? nil : "I5: \(answers.count) answers" }
    return answers.count == 1 ? nil : "I5: \(answers.count) answers to \(Self.text(decided))"
  }

  // MARK: In words

  private static func text(_ message: DeviceMessage) -> String {
    switch message {
    case .push(let changeSets): "Push \(changeSets.map(\.counter))"
    case .acknowledge(let revision): "Ack \(revision)"
    default: message.name
    }
  }

  private static func text(_ decided: HubSession.Decided) -> String {
    switch decided {
    case .outcome(let outcome): "outcome at \(outcome.revision)"
    case .gap(let expected): "gap, expected \(expected)"
    case .forked: "forked"
    case .refused: "refused"
    }
  }

  private static func text(_ directive: HubSession.Directive) -> String {
    switch directive {
    case .submit(let changeSets): "submit \(changeSets.map(\.counter))"
    case .send(.updates(let updates)):
      "Updates \(updates.map { if case .patch(let patch) = $0 { "patch \(patch.revision)" } else { "outcome" } })"
    case .send(.error(let fault)): "E\(fault.code.rawValue)"
    case .send(let message): message.name
    case .read(let after): "read after \(after)"
    case .acknowledge(let revision): "note \(revision)"
    case .inquire: "inquire"
    case .authenticate: "authenticate"
    case .close: "close"
    }
  }
}
