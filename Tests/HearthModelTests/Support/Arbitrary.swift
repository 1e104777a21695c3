import HearthModel
import HearthTesting

/// Random values of the model, the same on every run.
struct Arbitrary {
  var numbers: SeededGenerator

  init(seed: UInt64) {
    numbers = SeededGenerator(seed: seed)
  }

  // MARK: Values

  mutating func value(depth: Int = 3) -> Value {
    switch numbers.below(depth > 0 ? 11 : 9) {
    case 0: .null
    case 1: .bool(numbers.oneIn(2))
    case 2: .int(integer())
    case 3: .decimal(FixedDecimal(units: integer(), scale: UInt8(numbers.below(19))))
    case 4: .float(Double(integer()) / 7)
    case 5: .text(text())
    case 6: .id(id())
    case 7: .day(Day(rawValue: Int32(truncatingIfNeeded: integer())))
    case 8: .instant(Instant(milliseconds: integer()))
    case 9: .list((0..<numbers.below(4)).map { _ in value(depth: depth - 1) })
    default: .object(object(depth: depth - 1))
    }
  }

  mutating func object(depth: Int = 2) -> ValueObject {
    var object = ValueObject()
    for _ in 0..<numbers.below(4) { object[text()] = value(depth: depth) }
    return object
  }

  /// A number of any size, often small or at an end.
  mutating func integer() -> Int64 {
    switch numbers.below(8) {
    case 0: .min
    case 1: .max
    default: Int64(bitPattern: numbers.next()) >> Int64(numbers.below(64))
    }
  }

  mutating func text() -> String {
    let letters = ["a", "Z", "é", "e\u{301}", "\u{1f600}", " ", "\"", "\u{1}", "\u{ffee}", ""]
    return (0..<numbers.below(6)).map { _ in numbers.pick(letters) }.joined()
  }

  mutating func id() -> RecordID { RecordID(high: numbers.next(), low: numbers.next()) }

  // MARK: Causality

  mutating func counter() -> UInt64 { max(1, numbers.next() >> UInt64(numbers.below(64))) }

  mutating func dot() -> Dot {
    Dot(ReplicaNumber(rawValue: UInt32(truncatingIfNeeded: numbers.next() >> UInt64(numbers.below(64)))), counter())
  }

  mutating func vector() -> VersionVector { VersionVector((0..<numbers.below(4)).map { _ in dot() }) }

  mutating func author() -> Authorship {
    Authorship(
      dot: dot(), stamp: HybridTime(rawValue: numbers.next()), rank: Rank(rawValue: UInt8(numbers.below(256))))
  }

  mutating func write() -> Write { Write(author(), numbers.oneIn(4) ? nil : value()) }

  // MARK: Changes

  mutating func field() -> FieldNumber { FieldNumber(rawValue: UInt16(numbers.below(65_536))) }
  mutating func collection() -> CollectionNumber { CollectionNumber(rawValue: UInt16(numbers.below(65_536))) }
  mutating func path() -> Document.Path { (0..<numbers.below(4)).map { _ in text() } }
  mutating func fields() -> [FieldNumber] { (0..<numbers.below(4)).map { _ in field() } }

  mutating func action() -> Edit.Action {
    switch numbers.below(6) {
    case 0: .set(value())
    case 1: .add(integer())
    case 2: .insert(value())
    case 3: .remove(value())
    case 4: .put(path(), value())
    default: .drop(path())
    }
  }

  mutating func expectation() -> RecordChange.Expectation {
    switch numbers.below(3) {
    case 0: .none
    case 1: .recordUnchanged
    default: .fieldsUnchanged(fields())
    }
  }

  mutating func change() -> RecordChange {
    RecordChange(
      collection: collection(), record: id(), kind: numbers.pick([.create, .update, .delete, .restore]),
      context: vector(), expectation: expectation(), edits: (0..<numbers.below(4)).map { _ in Edit(field(), action()) })
  }

  mutating func changeSet() -> ChangeSet {
    ChangeSet(
      counter: counter(), stamp: HybridTime(rawValue: numbers.next()),
      formerly: (0..<numbers.below(3)).map { _ in dot() },
      content: numbers.oneIn(5) ? .unreadable(rejection()) : .changes((0..<numbers.below(4)).map { _ in change() }))
  }

  // MARK: Fates

  mutating func rejection() -> Rejection {
    Rejection(
      numbers.pick(RejectionCode.allCases), collection: numbers.oneIn(2) ? collection() : nil,
      record: numbers.oneIn(2) ? id() : nil, field: numbers.oneIn(2) ? field() : nil, message: text(),
      holder: numbers.oneIn(2) ? write() : nil)
  }

  mutating func subject() -> Conflict.Subject {
    switch numbers.below(4) {
    case 0: .record
    case 1: .fields(fields())
    case 2: .element(field(), value(depth: 0))
    default: .path(field(), path())
    }
  }

  mutating func conflict() -> Conflict {
    Conflict(
      subject: subject(), rule: text(), winner: write(),
      losers: (0..<numbers.below(3)).map { _ in Loser(write: write(), reason: numbers.pick(Reason.allCases)) })
  }

  mutating func decision() -> Decision { Decision(collection: collection(), record: id(), conflict: conflict()) }

  mutating func verdict() -> Outcome.Verdict {
    switch numbers.below(3) {
    case 0: .accepted
    case 1: .merged((0..<numbers.below(3)).map { _ in decision() })
    default: .rejected(rejection())
    }
  }

  mutating func recordPatch() -> RecordPatch {
    RecordPatch(
      collection: collection(), record: id(), isWhole: numbers.oneIn(2), versions: numbers.oneIn(2) ? vector() : nil,
      life: numbers.pick([.live, .hidden, .deleted(author())]),
      fields: fields().map { RecordPatch.FieldValue($0, value()) },
      conflicts: (0..<numbers.below(2)).map { _ in conflict() })
  }
}

// MARK: - Histories

extension Arbitrary {
  /// A collection with a slot of each rule whose result does not depend on the hub's order.
  static let everyRule = CollectionSchema.of([
    ("lww", .anyText, .register(RegisterRule())), ("guardian", .anyText, .register(RegisterRule(isRanked: true))),
    ("immutable", .anyText, .register(RegisterRule(.immutable))), ("counter", .anyInt, .counter),
    ("max", .anyInt, .extreme(.largest)), ("set", .textSet, .set(isRanked: false)),
    ("elders", .textSet, .set(isRanked: true)), ("json", .object, .json(isRanked: true)),
    ("leaves", .json(leaves), .json(isRanked: false, leaves: leaves)),
  ])

  /// `n` keeps its largest value, `a.n` its smallest, `a.m` goes by rank, and all else as the field.
  static let leaves = FieldType.Shape(
    keys: [
      "n": .leaf(.anyInt, .max),
      "a": .object(
        FieldType.Shape(keys: ["n": .leaf(.anyInt, .min), "m": .leaf(.anyInt, .guardian)], others: .leaf(.anyInt))),
    ], others: nil)

  /// Change sets of a few replicas to one record; what each had seen is any part of what came before it.
  mutating func history(_ count: Int) -> History {
    history(count, of: Self.everyRule, ranks: [.child, .parent]) { $0.operation() }
  }

  /// Change sets to a record with one `first` or `claim` slot, some of them by the hub.
  mutating func history(_ count: Int, of rule: RegisterRule) -> History {
    history(count, of: .of(.register(rule)), ranks: [.child, .child, .parent, .hub]) { arbitrary in
      .set(arbitrary.numbers.oneIn(4) ? .null : arbitrary.letter())
    }
  }

  private mutating func history(
    _ count: Int, of collection: CollectionSchema, ranks: [Rank], _ operation: (inout Arbitrary) -> RecordOperation
  ) -> History {
    var events = [Event]()
    for _ in 0..<count {
      let replica = UInt32(numbers.below(4) + 1)
      let own = events.filter { $0.author.dot.replica.rawValue == replica }.count
      let saw = events.map(\.author.dot).filter { _ in numbers.oneIn(5) }
      events.append(
        .by(
          replica, UInt64(own + 1), stamp: UInt64(numbers.below(3) + 1), rank: numbers.pick(ranks), saw: saw,
          operation(&self)))
    }
    return History(collection, events)
  }

  private mutating func operation() -> RecordOperation {
    switch numbers.below(6) {
    case 0: return .delete
    case 1: return .restore
    default:
      let slots = (0..<numbers.below(5) + 1).map { _ in numbers.below(Self.everyRule.slots.count) }
      return RecordOperation(.update, slots: slots.map { (slot: $0, operation: slotOperation($0)) })
    }
  }

  private mutating func slotOperation(_ slot: Int) -> SlotOperation {
    switch Self.everyRule.rules[slot] {
    case .counter: .add(Int64(numbers.below(9)) - 4)
    case .extreme: .write(numbers.oneIn(4) ? .null : .int(Int64(numbers.below(4))))
    case .set: numbers.oneIn(2) ? .insert(letter()) : .remove(letter())
    case .json(_, nil): jsonOperation()
    case .json: leafOperation()
    case .register, .hub: .write(numbers.oneIn(5) ? .null : letter())
    }
  }

  private mutating func jsonOperation() -> SlotOperation {
    let path = numbers.pick(["a", "a.b", "a.b.c", "a.d", "e"])
    switch numbers.below(6) {
    case 0: return .drop(path)
    case 1: return .put(path, .object([:]))
    case 2: return .put(path, .object(["b": letter(), "d": .list([letter()])]))
    case 3: return .write(.object(["a": letter(), "f": letter()]))
    default: return .put(path, letter())
    }
  }

  private mutating func leafOperation() -> SlotOperation {
    let path = numbers.pick(["n", "a.n", "a.m", "a.o"])
    let value = Value.int(Int64(numbers.below(5)))
    switch numbers.below(6) {
    case 0: return .drop(numbers.oneIn(2) ? path : "a")
    case 1: return .put("a", .object(["n": value, "m": value]))
    case 2: return .write(.object(["n": value, "a": .object(["o": value])]))
    default: return .put(path, numbers.oneIn(6) ? .null : value)
    }
  }

  private mutating func letter() -> Value { numbers.pick(["x", "y", "z"]) }

  /// A record with a slot of every kind, as histories leave it.
  mutating func record() -> RecordState {
    let history = history(6)
    var state = RecordState(slotCount: Self.everyRule.slots.count + 1)
    for event in history.events { try? state.take(event, Self.everyRule) }
    state.setHubValue(value(), slot: Self.everyRule.slots.count)
    state.derived = RecordState.Derived(isHidden: numbers.oneIn(2), missingTargets: [id(), id()].sorted())
    return state
  }
}
