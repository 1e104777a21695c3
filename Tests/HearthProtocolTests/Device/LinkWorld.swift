import HearthModel
import HearthTesting

@testable import HearthProtocol

/// A shell around one link, and a hub that says whatever it likes, by chance.
///
/// It knows of the link only what goes in and what comes out. `step` lets one thing happen and says which of the rules
/// L1 to L7 of protocol/wire.md, section 7, it broke.
struct LinkWorld {
  private var link = DeviceLink()
  private var random: SeededGenerator
  private(set) var story: [String] = []
  private(set) var census: [String: Int] = [:]
  private var now: Int64 = 0

  private enum Connection: Equatable { case none, opening, open }
  private var connection = Connection.none
  private var isWanted = false
  /// When the shell calls `tick`; the earliest of what was asked for.
  private var wakeAt: Int64?

  private var outbox: ClosedRange<UInt64>?
  private var nextCounter: UInt64
  private var hasGreeted = false
  private var isAdopted = false
  private var isLive = false
  /// Change sets pushed on this connection, up to here.
  private var pushed: UInt64 = 0
  private var position: UInt64 = 0
  private var acknowledged: UInt64 = 0
  private var acknowledgedAt: Int64 = 0

  private static let window: UInt64 = 5

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    nextCounter = UInt64(random.pick([1, 4, 300, 70_000]))
  }

  // MARK: What happens

  mutating func step() -> String? {
    switch random.below(30) {
    case 0, 1: return appChanges()
    case 2...5: return edit()
    case 6...9: return pass()
    case 10...13: return connectionChanges()
    case 14 where random.oneIn(10):
      let now = now, bits = random.next()
      return happens("start over") { $0.startOver(now: now, random: bits) }
    default: return hubSends()
    }
  }

  private mutating func appChanges() -> String? {
    if random.oneIn(6) {
      isWanted = false
      return happens("disconnect") { $0.disconnect() }
    }
    isWanted = true
    return happens("connect") { $0.connect() }
  }

  private mutating func edit() -> String? {
    nextCounter += 1
    outbox = (outbox?.lowerBound ?? nextCounter - 1)...(nextCounter - 1)
    return outboxChanged("edit")
  }

  private mutating func outboxChanged(_ line: String) -> String? {
    let outbox = outbox, now = now
    let text = outbox.map { "\($0.lowerBound)...\($0.upperBound)" } ?? "empty"
    return happens("\(line), outbox \(text)") { $0.outboxChanged(outbox, now: now) }
  }

  private mutating func pass() -> String? {
    if let wakeAt, random.oneIn(2), wakeAt > now {
      now = wakeAt
    } else {
      now += Int64(random.pick([0, 1, 300, 2000, 30_000]))
    }
    if let wakeAt, wakeAt <= now { self.wakeAt = nil }
    let now = now, bits = random.next()
    return happens("at \(now)") { $0.tick(now: now, random: bits) }
  }

  private mutating func connectionChanges() -> String? {
    let now = now, bits = random.next()
    switch connection {
    case .opening where !random.oneIn(4):
      connection = .open
      (hasGreeted, isAdopted, isLive, pushed) = (false, false, false, 0)
      return happens("opened") { $0.opened(.sample(), now: now) }
    case .opening where random.oneIn(6), .open where random.oneIn(6):
      connection = .none
      return happens("closed") { $0.closed(now: now, random: bits) }
    case .none, .opening, .open: return nil
    }
  }

  private mutating func hubSends() -> String? {
    guard connection == .open else { return nil }
    let message = self.message()
    let now = now, bits = random.next()
    if case .welcome = message { isAdopted = true }
    let fault = happens(Self.text(message), message) { $0.received(message, now: now, random: bits) }
    guard fault == nil, connection == .open, case .updates(let updates) = message else { return fault }
    for case .outcome(let outcome) in updates { settle(outcome.counter) }
    return outboxChanged("settled")
  }

  private mutating func settle(_ counter: UInt64) {
    guard let outbox, outbox.lowerBound == counter else { return }
    self.outbox = counter < outbox.upperBound ? counter + 1...outbox.upperBound : nil
  }

  /// Mostly what a good hub would say now.
  private mutating func message() -> HubMessage {
    if random.oneIn(12) { return anything() }
    guard isAdopted else { return .welcome(.sample(limits: Self.limits)) }
    guard isLive else {
      return random.oneIn(2) ? .caughtUp(Revision(position + 1)) : .catchUp([.sample], through: Revision(1))
    }
    if let outbox, pushed >= outbox.lowerBound, !random.oneIn(4) {
      if random.oneIn(8) {
        let expected = outbox.lowerBound + UInt64(random.below(Int(pushed - outbox.lowerBound) + 1))
        return .error(.sample(.gap, expected: expected))
      }
      return .updates([.outcome(.sample(outbox.lowerBound, position + 1))])
    }
    return .updates([.patch(.sample(position + 1))])
  }

  private mutating func anything() -> HubMessage {
    switch random.below(14) {
    case 0: .welcome(.sample(limits: Self.limits))
    case 1: .roster([])
    case 2: .catchUp([.sample], through: Revision(3))
    case 3: .caughtUp(Revision(position))
    case 4: .updates([.patch(.sample(position))])
    case 5: .seen(ReplicaNumber(rawValue: 2), Revision(1))
    case 6, 7: .ping(1)
    case 8: .pong(1)
    case 9: .goodbye(reason: "", retryAfterMilliseconds: random.pick([0, 3000, .max]))
    case 10: .error(.sample(.gap, expected: random.pick([0, 1, nextCounter, .max])))
    default: .error(.sample(random.pick(FaultCode.allCases), retryAfter: random.pick([0, 3000, .max])))
    }
  }

  private static let limits: Limits = {
    var limits = Limits()
    limits.pushWindow = UInt32(window)
    limits.idleSeconds = 60
    return limits
  }()

  // MARK: What must hold

  private mutating func happens(
    _ line: String, _ message: HubMessage? = nil, _ body: (inout DeviceLink) -> [DeviceLink.Directive]
  ) -> String? {
    let directives = body(&link)
    story.append("\(line) -> \(directives.isEmpty ? "nothing" : directives.map(Self.text).joined(separator: ", "))")
    for directive in directives { census[Self.text(directive).prefix { $0 != " " }.description, default: 0] += 1 }
    if case .error(let fault)? = message, fault.code == .gap, isLive, outbox?.contains(fault.expectedCounter) == true {
      pushed = fault.expectedCounter - 1
    }
    note(message)
    for directive in directives { if let fault = check(directive) { return fault } }
    if directives.contains(.renewIncarnation) { return outboxChanged("renewed") }
    return checkState()
  }

  private mutating func note(_ message: HubMessage?) {
    guard isLive, case .updates(let updates)? = message else { return }
    for update in updates {
      switch update {
      case .patch(let patch): position = max(position, patch.revision.rawValue)
      case .outcome(let outcome): position = max(position, outcome.revision.rawValue)
      }
    }
  }

  private mutating func check(_ directive: DeviceLink.Directive) -> String? {
    switch directive {
    case .open:
      if connection != .none { return "L2: opens while a connection is \(connection)" }
      if !isWanted { return "L1: opens although the app wants no connection" }
      connection = .opening
    case .send(let message): return check(sent: message)
    case .push(let counters): return check(pushed: counters)
    case .adopt: if !hasGreeted { return "L3: adopts before Hello" }
    case .stage: if !isAdopted || isLive { return "L6: stages a page outside of a catch-up" }
    case .applyStaged(let revision):
      if !isAdopted || isLive { return "L6: applies pages outside of a catch-up" }
      (isLive, position, acknowledged) = (true, revision.rawValue, revision.rawValue - min(revision.rawValue, 1))
      pushed = (outbox?.lowerBound ?? nextCounter) - 1
    case .apply: if !isLive { return "L6: applies updates before CaughtUp" }
    case .close:
      if connection == .none { return "L2: closes what is not open" }
      (connection, isLive) = (.none, false)
    case .wake(let time):
      if time < now { return "L5: wakes in the past" }
      if time - now > Self.waitMax { return "L5: waits \(time - now) ms" }
      wakeAt = min(wakeAt ?? time, time)
    case .renewIncarnation:
      if let count = outbox?.count {
        (outbox, nextCounter) = (1...UInt64(count), UInt64(count) + 1)
      } else {
        nextCounter = 1
      }
    case .answered: if !isLive { return "L6: an answer before CaughtUp" }
    case .note, .seen, .wipe: break
    }
    return nil
  }

  private static let waitMax = max(DeviceLink.retryAfterMillisecondsMax, BackOff.longestMilliseconds)

  private mutating func check(sent message: DeviceMessage) -> String? {
    guard connection == .open else { return "L3: sends \(message.name) without a connection" }
    switch message {
    case .hello:
      if hasGreeted { return "L3: a second Hello" }
      hasGreeted = true
    case .acknowledge(let revision):
      if !isLive || revision.rawValue > position { return "L7: acknowledges \(revision) at \(position)" }
      if revision.rawValue < acknowledged { return "L7: acknowledges \(revision) after \(acknowledged)" }
      acknowledged = revision.rawValue
    case .ping: if !isAdopted { return "L3: Ping before Welcome" }
    case .pong, .goodbye: if !hasGreeted { return "L3: \(message.name) before Hello" }
    case .push: return "L4: pushes by itself"
    case .inquire: if !isLive { return "L3: Inquiry before CaughtUp" }
    }
    return nil
  }

  private mutating func check(pushed counters: ClosedRange<UInt64>) -> String? {
    guard connection == .open, isLive else { return "L3: pushes before CaughtUp" }
    guard let outbox, outbox.contains(counters.lowerBound), outbox.contains(counters.upperBound) else {
      return "L4: pushes what is not in the outbox"
    }
    let next = max(pushed + 1, outbox.lowerBound)
    if counters.lowerBound != next { return "L4: pushes \(counters), next was \(next)" }
    pushed = counters.upperBound
    return nil
  }

  private func checkState() -> String? {
    switch link.condition {
    case .stopped, .connecting: break
    case .waiting, .catchingUp, .live: if wakeAt == nil { return "L5: nobody will wake the link" }
    }
    if !isWanted, case .stopped = link.condition {} else if !isWanted { return "L1: goes on after disconnect" }
    if case .live = link.condition, let outbox {
      // What the link has been told of the outbox may be older than an outcome that it is working on.
      let last = min(outbox.upperBound, outbox.lowerBound - 1 + Self.window)
      let next = max(pushed + 1, outbox.lowerBound)
      if next <= last, last == outbox.upperBound || last - next + 1 >= Self.window / 2 {
        return "L4: \(last) may go and does not"
      }
      if pushed > last + 1 { return "L4: \(pushed) is on its way, the window ends at \(last)" }
    }
    return nil
  }

  // MARK: In words

  private static func text(_ message: HubMessage) -> String {
    switch message {
    case .updates(let updates):
      "Updates \(updates.map { if case .patch(let patch) = $0 { "patch \(patch.revision)" } else if case .outcome(let outcome) = $0 { "outcome of \(outcome.counter)" } else { "" } })"
    case .error(let fault): "E\(fault.code.rawValue) \(fault.expectedCounter) \(fault.retryAfterMilliseconds)"
    default: message.name
    }
  }

  private static func text(_ directive: DeviceLink.Directive) -> String {
    switch directive {
    case .send(let message): message.name
    case .push(let counters): "push \(counters.lowerBound)...\(counters.upperBound)"
    case .wake(let time): "wake at \(time)"
    case .stage(_, _, let through): "stage through \(through)"
    case .applyStaged(let revision): "applyStaged \(revision)"
    case .open: "open"
    case .adopt: "adopt"
    case .note: "note"
    case .apply: "apply"
    case .seen: "seen"
    case .answered: "answered"
    case .renewIncarnation: "renew"
    case .wipe: "wipe"
    case .close: "close"
    }
  }
}
