import HearthModel
import HearthProtocol
import HearthTesting

/// Messages of every kind, by chance: whatever can be said, whether or not it makes sense.
struct RandomMessages {
  var random: SeededGenerator
  let pack: Pack

  init(seed: UInt64, pack: Pack) {
    random = SeededGenerator(seed: seed)
    self.pack = pack
  }

  // MARK: Messages

  mutating func deviceMessage() -> DeviceMessage {
    switch random.below(9) {
    case 7, 8: .inquire(number(), inquiry())
    case 0: .hello(hello())
    case 1, 2: .push(many(3) { $0.changeSet() })
    case 3: .acknowledge(revision())
    case 4: .ping(number())
    case 5: .pong(number())
    default: .goodbye(reason: text())
    }
  }

  mutating func hubMessage() -> HubMessage {
    switch random.below(17) {
    case 13...16: .answer(number(), answer())
    case 0: .welcome(welcome())
    case 1: .roster(many(3) { RosterEntry(replica: $0.replica(), member: $0.id(), device: $0.text()) })
    case 2: .catchUp(many(3) { $0.recordPatch() }, forget: many(3) { $0.number() }, through: revision())
    case 3: .caughtUp(revision())
    case 4, 5, 6: .updates(many(3) { $0.update() })
    case 7: .seen(replica(), revision())
    case 8: .ping(number())
    case 9: .pong(number())
    case 10: .goodbye(reason: text(), retryAfterMilliseconds: UInt32(truncatingIfNeeded: number()))
    default:
      .error(
        ProtocolFault(
          random.pick(FaultCode.allCases), text(), expectedCounter: number(),
          retryAfterMilliseconds: UInt32(truncatingIfNeeded: number())))
    }
  }

  mutating func hello() -> Hello {
    Hello(
      protocolVersion: UInt32(random.below(3)), token: text(), app: text(), packVersion: UInt32(random.below(4)),
      incarnation: number(), cursor: Cursor(epoch: Epoch(rawValue: number()), revision: revision()),
      nextCounter: number(), clock: Int64(bitPattern: number()), software: text(), deflates: random.oneIn(2))
  }

  mutating func welcome() -> Welcome {
    var limits = Limits()
    limits.frameBytes = UInt32(truncatingIfNeeded: number())
    limits.pushWindow = UInt32(random.below(1000)) + 1
    limits.idleSeconds = UInt32(random.below(1000)) + 1
    limits.changes = UInt32(random.below(1000))
    return Welcome(
      session: number(), household: HouseholdID(id()), member: id(), role: text(),
      replica: ReplicaNumber(rawValue: UInt32(random.below(99)) + 1), epoch: Epoch(rawValue: number()),
      head: revision(), lastCounter: number(), clock: Int64(bitPattern: number()), isSnapshot: random.oneIn(2),
      limits: limits, deflates: random.oneIn(2))
  }

  // MARK: Change sets

  mutating func changeSet() -> ChangeSet {
    ChangeSet(
      counter: number(), stamp: HybridTime(rawValue: number()), formerly: many(3) { $0.dot() },
      content: .changes(many(3) { $0.change() }))
  }

  mutating func change() -> RecordChange {
    let collection = collection()
    let expectation: RecordChange.Expectation =
      switch random.below(4) {
      case 0: .recordUnchanged
      case 1: .fieldsUnchanged([field(of: collection)])
      default: .none
      }
    return RecordChange(
      collection: collection, record: id(), kind: random.pick([.create, .update, .delete, .restore]),
      context: vector(), expectation: expectation, edits: many(4) { Edit($0.field(of: collection), $0.action()) })
  }

  mutating func action() -> Edit.Action {
    switch random.below(6) {
    case 0: .set(value())
    case 1: .add(Int64(bitPattern: number()))
    case 2: .insert(value())
    case 3: .remove(value())
    case 4: .put(many(3) { $0.text() }, value())
    default: .drop(many(3) { $0.text() })
    }
  }

  // MARK: Updates

  mutating func update() -> Update {
    random.oneIn(2)
      ? .patch(Patch(revision: revision(), dot: patchDot(), at: instant(), records: many(3) { $0.recordPatch() }))
      : .outcome(
        Outcome(
          counter: number(), revision: revision(), at: instant(), verdict: verdict(),
          records: many(2) { $0.recordPatch() }))
  }

  /// The counter 0 stands for no dot at all.
  mutating func patchDot() -> Dot {
    let dot = dot()
    return dot.counter == 0 ? Dot(.hub, 0) : dot
  }

  mutating func verdict() -> Outcome.Verdict {
    switch random.below(3) {
    case 0: return .accepted
    case 1:
      return .merged(
        many(3) {
          let collection = $0.collection()
          return Decision(collection: collection, record: $0.id(), conflict: $0.conflict(in: collection))
        })
    default: return .rejected(rejection())
    }
  }

  mutating func rejection() -> Rejection {
    let collection = random.oneIn(3) ? nil : collection()
    return Rejection(
      random.pick(RejectionCode.allCases), collection: collection, record: random.oneIn(2) ? id() : nil,
      field: random.oneIn(2) ? collection.map { field(of: $0) } : nil, message: text(),
      holder: random.oneIn(2) ? write() : nil, rule: random.oneIn(2) ? "things." + text() : nil,
      failed: many(3) { $0.text() })
  }

  mutating func recordPatch() -> RecordPatch {
    let collection = collection()
    if random.oneIn(8) { return .forgotten(collection, id()) }
    let life: RecordLife =
      switch random.below(4) {
      case 0: .deleted(authorship())
      case 1: .hidden
      default: .live
      }
    return RecordPatch(
      collection: collection, record: id(), isWhole: random.oneIn(2), versions: random.oneIn(2) ? vector() : nil,
      life: life, fields: many(3) { RecordPatch.FieldValue($0.field(of: collection), $0.value()) },
      conflicts: many(2) { $0.conflict(in: collection) })
  }

  mutating func conflict(in collection: CollectionNumber) -> Conflict {
    let subject: Conflict.Subject =
      switch random.below(4) {
      case 0: .record
      case 1: .element(field(of: collection), value())
      case 2: .path(field(of: collection), [text()] + many(2) { $0.text() })
      default: .fields([field(of: collection)] + many(2) { $0.field(of: collection) })
      }
    return Conflict(
      subject: subject, rule: text(), winner: write(),
      losers: many(3) { Loser(write: $0.write(), reason: $0.random.pick(Reason.allCases)) })
  }

  // MARK: Values

  mutating func value(depth: Int = 2) -> Value {
    switch random.below(depth > 0 ? 12 : 10) {
    case 0: .null
    case 1: .bool(random.oneIn(2))
    case 2, 3: .int(random.pick([0, 1, -1, .max, .min, Int64(bitPattern: number())]))
    case 4: .decimal(FixedDecimal(units: Int64(bitPattern: number()), scale: UInt8(random.below(19))))
    case 5: .float(random.pick([0, -0.0, 1.5, .infinity, .leastNonzeroMagnitude, Double(bitPattern: number() >> 2)]))
    case 6: .text(text())
    case 7: .id(id())
    case 8: .day(Day(rawValue: random.pick([0, -719_162, 2_932_896, .min, .max, Int32(truncatingIfNeeded: number())])))
    case 9: .instant(instant())
    case 10: .list(many(4) { $0.value(depth: depth - 1) })
    default: .object(object(depth: depth))
    }
  }

  mutating func object(depth: Int) -> ValueObject {
    var object = ValueObject()
    for _ in 0..<random.below(4) { object[text()] = value(depth: depth - 1) }
    return object
  }

  /// Text that codecs stumble over.
  mutating func text() -> String {
    random.pick([
      "", "a", "Afwas doen", "é", "e\u{301}", "👨‍👩‍👧", "\u{0}", "\u{1f}\u{7f}\u{85}", "\u{2028}\u{2029}",
      "\u{fffd}\u{ffff}", "\u{10ffff}",
      "\"\\/\u{8}\u{c}\n\r\t", "null", "{}", "-0", String(repeating: "ab", count: 200),
    ])
  }

  mutating func write() -> Write { Write(authorship(), random.oneIn(4) ? nil : value()) }

  mutating func authorship() -> Authorship {
    Authorship(
      dot: dot(), stamp: HybridTime(rawValue: number()), rank: Rank(rawValue: UInt8(truncatingIfNeeded: number())))
  }

  mutating func vector() -> VersionVector {
    VersionVector(many(4) { Dot($0.replica(), max($0.number(), 1)) })
  }

  mutating func dot() -> Dot { Dot(replica(), number()) }

  mutating func replica() -> ReplicaNumber {
    ReplicaNumber(rawValue: random.pick([0, 1, 2, 300, .max]))
  }

  mutating func revision() -> Revision { Revision(rawValue: number()) }

  mutating func instant() -> Instant {
    Instant(milliseconds: random.pick([0, -1, 1_762_848_000_123, .min, .max, 253_402_300_799_999]))
  }

  mutating func id() -> RecordID { RecordID(high: number(), low: random.next()) }

  /// A number of any size.
  mutating func number() -> UInt64 {
    random.pick([0, 1, 127, 128, .max, random.next(), random.next() >> 40])
  }

  mutating func collection() -> CollectionNumber {
    random.oneIn(8) ? CollectionNumber(rawValue: 999) : random.pick(pack.collections).number
  }

  mutating func field(of collection: CollectionNumber) -> FieldNumber {
    guard !random.oneIn(8), let fields = pack.collection(collection)?.fields else { return FieldNumber(rawValue: 999) }
    return random.pick(fields).number
  }

  mutating func many<Element>(_ limit: Int, _ make: (inout Self) -> Element) -> [Element] {
    (0..<random.below(limit + 1)).map { _ in make(&self) }
  }
}
