import HearthModel
import Testing

/// Rows C, R and V of protocol/merge.md, and what it says of groups, conflicts and the three writes.
@Suite("Rows: registers")
struct RegisterRowTests {
  static let lww = CollectionSchema.of(.register(RegisterRule()))
  static let guardian = CollectionSchema.of(.register(RegisterRule(isRanked: true)))
  static let precedence = CollectionSchema.of(.register(RegisterRule(precedence: ["done", "open"])))
  static let immutable = CollectionSchema.of(.register(RegisterRule(.immutable)))

  // MARK: Taking a change set in

  @Test func `a replica has seen its own earlier change sets, whatever its context says (C1)`() throws {
    let state = try Self.lww.state(
      after: .by(1, 1, stamp: 9, .set("first")), .by(1, 2, stamp: 1, .set("second")))
    #expect(state.siblings.map(\.value) == ["second"])
    let restored = try Self.lww.state(after: .by(1, 1, .delete), .by(1, 2, .restore))
    #expect(restored.tombstones.isEmpty)
    let claim = CollectionSchema.of(.register(RegisterRule(.claim)))
    #expect(try claim.shown(after: .by(1, 1, .set("ann")), .by(1, 2, .set(.null))) == .null)
  }

  @Test func `a context is cut to what the hub has decided (C2)`() {
    let claimed = VersionVector([Dot(1, 7), Dot(2, 3), Dot(3, 1), Dot(4, 2)])
    let decided: [UInt32: UInt64] = [1: 5, 2: 3, 4: 9]
    let cut = claimed.cut { decided[$0.rawValue] ?? 0 }
    #expect(cut == VersionVector([Dot(1, 5), Dot(2, 3), Dot(4, 2)]))
  }

  @Test func `a change set that comes again changes nothing (R1)`() throws {
    let event = Event.by(1, 1, .set("a"))
    let once = try Self.lww.state(after: event, .by(2, saw: [Dot(1, 1)], .set("b")))
    var twice = once
    try twice.take(event, Self.lww)
    try twice.take(.by(1, 1, stamp: 9, .set("other content under the same dot")), Self.lww)
    #expect(twice == once)
  }

  @Test func `a write that saw another replaces it, whatever stamps and ranks say (R2, P5)`() throws {
    let state = try Self.guardian.state(
      after: .by(1, stamp: 9, rank: .parent, .set("a")), .by(2, stamp: 1, rank: .child, saw: [Dot(1, 1)], .set("b")))
    #expect(state.siblings.map(\.value) == ["b"])
    #expect(state.conflicts(in: Self.guardian).isEmpty)
  }

  @Test func `of two edits of one change set to one register the later counts (R2)`() throws {
    let set = CollectionSchema.of(.set(isRanked: false), .textSet)
    #expect(try set.shown(after: .by(1, .edit(.insert("x"), .remove("x")))) == .list([]))
    #expect(try set.shown(after: .by(1, .edit(.remove("x"), .insert("x")))) == .list(["x"]))
    #expect(try Self.lww.state(after: .by(1, .edit(.write("a"), .write("b")))).siblings.map(\.value) == ["b"])
  }

  @Test func `siblings stand in the order of their dots, not of their arrival (R3)`() throws {
    let state = try Self.lww.state(
      after: .by(10, .set("ten")), .by(9, 2, .set("nine")), .by(11, .set("eleven")), .by(2, 10, .set("two")))
    #expect(state.siblings.map(\.author.dot) == [Dot(2, 10), Dot(9, 2), Dot(10, 1), Dot(11, 1)])
  }

  // MARK: Resolution

  @Test func `a single write is shown without a conflict (V1)`() throws {
    let state = try Self.lww.state(after: .by(1, .set("a")))
    #expect(Self.lww.shown(state) == "a")
    #expect(state.conflicts(in: Self.lww).isEmpty)
  }

  @Test func `the higher rank is shown before the clock is asked (V2)`() throws {
    let state = try Self.guardian.state(
      after: .by(1, stamp: 1, rank: .parent, .set("parent")), .by(2, stamp: 9, rank: .child, .set("child")))
    #expect(Self.guardian.shown(state) == "parent")
    #expect(Self.guardian.conflict(state)?.reasons == [2: .rank])
  }

  @Test func `without guardian the rank is not asked (V2)`() throws {
    let shown = try Self.lww.shown(
      after: .by(1, stamp: 1, rank: .parent, .set("parent")), .by(2, stamp: 9, rank: .child, .set("child")))
    #expect(shown == "child")
  }

  @Test func `the value further left in the precedence is shown, unlisted ones last (V3)`() throws {
    let state = try Self.precedence.state(
      after: .by(1, stamp: 1, .set("done")), .by(2, stamp: 2, .set("open")), .by(3, stamp: 3, .set("unlisted")),
      .by(4, stamp: 4, .set(.null)))
    #expect(Self.precedence.shown(state) == "done")
    #expect(Self.precedence.conflict(state)?.reasons == [2: .precedence, 3: .precedence, 4: .precedence])
    let unlisted = try Self.precedence.shown(after: .by(1, stamp: 1, .set("x")), .by(2, stamp: 2, .set("y")))
    #expect(unlisted == "y")
  }

  @Test func `rank comes before precedence (V2, V3)`() throws {
    let both = CollectionSchema.of(.register(RegisterRule(isRanked: true, precedence: ["done", "open"])))
    let state = try both.state(
      after: .by(1, stamp: 1, rank: .parent, .set("open")), .by(2, stamp: 9, rank: .child, .set("done")))
    #expect(both.shown(state) == "open")
    #expect(both.conflict(state)?.reasons == [2: .rank])
  }

  @Test func `the later stamp is shown (V4)`() throws {
    let state = try Self.lww.state(after: .by(1, stamp: 2, .set("later")), .by(2, stamp: 1, .set("earlier")))
    #expect(Self.lww.shown(state) == "later")
    #expect(Self.lww.conflict(state)?.reasons == [2: .stamp])
  }

  @Test func `with equal stamps the higher replica is shown (V5)`() throws {
    let state = try Self.lww.state(after: .by(10, .set("ten")), .by(9, .set("nine")))
    #expect(Self.lww.shown(state) == "ten")
    #expect(Self.lww.conflict(state)?.reasons == [9: .replica])
  }

  @Test func `of concurrent first writes the one that the hub accepted first is shown (V6)`() throws {
    let first = CollectionSchema.of(.register(RegisterRule(.first)))
    let state = try first.state(after: .by(2, stamp: 9, .set("a")), .by(1, stamp: 1, .set("b")))
    #expect(first.shown(state) == "a")
    #expect(first.conflict(state)?.reasons == [1: .arrival])
  }

  @Test func `of two creations the earlier is shown, with equal stamps the lower replica (V7)`() throws {
    let state = try Self.immutable.state(after: .by(1, stamp: 2, .set("later")), .by(2, stamp: 1, .set("earlier")))
    #expect(Self.immutable.shown(state) == "earlier")
    #expect(Self.immutable.conflict(state)?.reasons == [1: .stamp])
    let tie = try Self.immutable.state(after: .by(10, .set("ten")), .by(9, .set("nine")))
    #expect(Self.immutable.shown(tie) == "nine")
    #expect(Self.immutable.conflict(tie)?.reasons == [10: .replica])
  }

  @Test func `each loser is told the row that told it from the winner (V2, V4, V5)`() throws {
    let state = try Self.guardian.state(
      after: .by(4, stamp: 5, rank: .parent, .set("winner")), .by(1, stamp: 9, rank: .child, .set("a")),
      .by(2, stamp: 4, rank: .parent, .set("b")), .by(3, stamp: 5, rank: .parent, .set("c")))
    #expect(Self.guardian.conflict(state)?.reasons == [1: .rank, 2: .stamp, 3: .replica])
  }

  // MARK: Groups, defaults, conflicts

  @Test func `a group is written, compared and shown as one value`() throws {
    let pair = CollectionSchema.group(RegisterRule())
    let state = try pair.state(
      after: .by(1, stamp: 1, .set(.list(["a", "x"]))), .by(2, stamp: 2, .set(.list(["a", "y"]))))
    #expect(pair.fields.map { state.value(of: $0, in: pair) } == ["a", "y"])
    let conflict = try #require(pair.conflict(state))
    #expect(conflict.subject == .fields([FieldNumber(rawValue: 1), FieldNumber(rawValue: 2)]))
    #expect(conflict.winner.value == .list(["a", "y"]))
  }

  @Test func `a field without a write shows its default, and null is a value that can win`() throws {
    let withDefault = CollectionSchema.of(.register(RegisterRule()), defaultValue: .literal("open"))
    #expect(withDefault.shown(RecordState(slotCount: 1)) == "open")
    #expect(try withDefault.shown(after: .by(1, .set(.null))) == .null)
    #expect(CollectionSchema.of(.set(isRanked: false), .textSet).shown(RecordState(slotCount: 1)) == .list([]))
    #expect(CollectionSchema.of(.json(isRanked: false), .object).shown(RecordState(slotCount: 1)) == .object([:]))
    let state = try Self.lww.state(after: .by(1, stamp: 1, .set("a")), .by(2, stamp: 2, .set(.null)))
    #expect(Self.lww.shown(state) == .null)
    #expect(Self.lww.conflict(state)?.reasons == [1: .stamp])
  }

  @Test func `who writes the same loses nothing, so there is no conflict`() throws {
    let state = try Self.lww.state(after: .by(1, stamp: 1, .set("a")), .by(2, stamp: 2, .set("a")))
    #expect(state.siblings.count == 2)
    #expect(state.conflicts(in: Self.lww).isEmpty)
    let third = try Self.lww.state(
      after: .by(1, stamp: 1, .set("a")), .by(2, stamp: 2, .set("a")), .by(3, stamp: 1, .set("b")))
    #expect(Self.lww.conflict(third)?.losers.count == 2)
  }

  @Test func `text that is only canonically equivalent is another value`() throws {
    let state = try Self.lww.state(after: .by(1, stamp: 1, .set("\u{e9}")), .by(2, stamp: 2, .set("e\u{301}")))
    #expect(Self.lww.conflict(state) != nil)
  }

  @Test func `a conflict says what, by which rule, who won and who lost`() throws {
    let (won, lost) = (Event.by(1, stamp: 2, .set("won")), Event.by(2, stamp: 1, .set("lost")))
    let state = try Self.lww.state(after: won, lost)
    let expected = Conflict(
      subject: .fields([FieldNumber(rawValue: 1)]), rule: "lww", winner: won.write("won"),
      losers: [Loser(write: lost.write("lost"), reason: .stamp)])
    #expect(state.conflicts(in: Self.lww) == [expected])
  }

  @Test func `a later write that had seen the siblings closes the conflict`() throws {
    let state = try Self.lww.state(
      after: .by(1, .set("a")), .by(2, .set("b")), .by(3, saw: [Dot(1, 1), Dot(2, 1)], .set("a")))
    #expect(state.conflicts(in: Self.lww).isEmpty)
  }

  @Test func `rules have the names of the page`() throws {
    let rules: [MergeRule] = [
      .register(RegisterRule()), .register(RegisterRule(isRanked: true)), .register(RegisterRule(.first)),
      .register(RegisterRule(.first, isRanked: true)), .register(RegisterRule(.claim)),
      .register(RegisterRule(.immutable)), .register(RegisterRule(precedence: ["a"])), .counter, .extreme(.largest),
      .extreme(.smallest), .set(isRanked: false), .set(isRanked: true), .json(isRanked: false), .json(isRanked: true),
    ]
    #expect(
      rules.map(\.name) == [
        "lww", "guardian", "first", "guardian first", "claim", "immutable", "lww with precedence", "counter", "max",
        "min", "set", "guardian set", "json", "guardian json",
      ])
  }

  // MARK: Why siblings

  @Test func `the three writes of the page converge with siblings and not with a pairwise choice (P1)`() throws {
    let parent = Event.by(1, stamp: 1, rank: .parent, .set("19:00"))
    let ann = Event.by(2, stamp: 2, saw: [Dot(1, 1)], .set("20:00"))
    let ben = Event.by(3, stamp: 3, .set("21:00"))
    let orders = [[parent, ann, ben], [parent, ben, ann], [ben, parent, ann]]
    let shown = try orders.map { try Self.guardian.shown(after: $0[0], $0[1], $0[2]) }
    #expect(shown == ["21:00", "21:00", "21:00"])
    #expect(orders.map(Self.keepingOneWrite) == ["21:00", "20:00", "20:00"])
  }

  /// The rule that does not converge: causality, else rank, else stamp.
  private static func keepingOneWrite(_ order: [Event]) -> Value {
    let kept = order.dropFirst().reduce(order[0]) { kept, next in
      if next.hasSeen(kept) { return next }
      return (next.author.rank, next.author.stamp) > (kept.author.rank, kept.author.stamp) ? next : kept
    }
    guard case .write(let value) = kept.operation.slots[0].operation else { return .null }
    return value
  }
}
