import HearthModel
import Testing

/// Rows F and K of protocol/merge.md: what is decided in the hub's order.
@Suite("Rows: first and claim")
struct FirstAndClaimRowTests {
  static let first = CollectionSchema.of(.register(RegisterRule(.first)))
  static let guardianFirst = CollectionSchema.of(.register(RegisterRule(.first, isRanked: true)))
  static let claim = CollectionSchema.of(.register(RegisterRule(.claim)))
  static let firstReference = CollectionSchema.of(
    .register(RegisterRule(.first)), .reference(CollectionNumber(rawValue: 1)), onDelete: .setNull)
  static let claimReference = CollectionSchema.of(
    .register(RegisterRule(.claim)), .reference(CollectionNumber(rawValue: 1)), onDelete: .setNull)
  static let ann = RecordID(name: "ann")
  static let ben = RecordID(name: "ben")

  /// What the event is refused with; nil when it is taken in.
  private func refusal(_ event: Event, _ state: RecordState, _ collection: CollectionSchema) -> MergeRefusal? {
    var reached = state
    do { try reached.take(event, collection) } catch {
      #expect(error.slot == 0)
      #expect(reached == state, "a refusal leaves the record as it was")
      return error.refusal
    }
    return nil
  }

  // MARK: First

  @Test func `a field that nobody holds takes a write (F1)`() throws {
    #expect(try Self.first.shown(after: .by(1, .set("a"))) == "a")
    #expect(try Self.first.state(after: .by(1, .set(.null)), .by(2, .set("a"))).siblings.map(\.value) == ["a"])
  }

  @Test func `a first write whose target is missing holds nothing, though others lost to it (F1)`() throws {
    var state = try Self.firstReference.state(after: .by(1, .set(.id(Self.ann))), .by(2, .set(.id(Self.ben))))
    state.derived.missingTargets = [Self.ann]
    #expect(Self.firstReference.shown(state) == .null)
    let late = Event.by(3, saw: [Dot(1, 1), Dot(2, 1)], .set(.id(Self.ben)))
    try state.take(late, Self.firstReference)
    #expect(state.siblings == [late.write(.id(Self.ben))])
  }

  @Test func `who had seen the first write is refused and told who holds (F2)`() throws {
    let holder = Event.by(1, .set("a"))
    let state = try Self.first.state(after: holder, .by(2, .set("b")))
    let late = Event.by(3, saw: [Dot(1, 1), Dot(2, 1)], .set("c"))
    #expect(refusal(late, state, Self.first) == .alreadySet(holder: holder.write("a")))
    #expect(refusal(.by(1, 2, .set("c")), state, Self.first) == .alreadySet(holder: holder.write("a")))
  }

  @Test func `with guardian it is the shown write that holds (F2)`() throws {
    let parent = Event.by(2, rank: .parent, .set("parent"))
    let state = try Self.guardianFirst.state(after: .by(1, .set("child")), parent)
    #expect(Self.guardianFirst.shown(state) == "parent")
    let late = Event.by(3, rank: .child, saw: [Dot(1, 1), Dot(2, 1)], .set("late"))
    #expect(refusal(late, state, Self.guardianFirst) == .alreadySet(holder: parent.write("parent")))
    #expect(refusal(.by(2, 2, rank: .parent, .set("c")), state, Self.guardianFirst) != nil)
  }

  @Test func `who had not seen the first write is kept as a loser (F3)`() throws {
    let state = try Self.first.state(after: .by(2, stamp: 5, .set("a")), .by(1, stamp: 9, .set("b")))
    #expect(Self.first.shown(state) == "a")
    #expect(state.siblings.map(\.value) == ["a", "b"])
  }

  @Test func `with guardian a higher rank that had not seen it becomes the holder (F3)`() throws {
    let state = try Self.guardianFirst.state(
      after: .by(1, .set("child")), .by(2, rank: .parent, .set("parent")), .by(3, rank: .parent, .set("other")))
    #expect(Self.guardianFirst.shown(state) == "parent")
    #expect(Self.guardianFirst.conflict(state)?.reasons == [1: .rank, 3: .arrival])
  }

  @Test func `the hub and its services write whatever holds (F4)`() throws {
    let state = try Self.first.state(
      after: .by(1, .set("a")), .by(2, .set("b")), .by(0, rank: .hub, saw: [Dot(1, 1)], .set("corrected")))
    #expect(state.siblings.map(\.value) == ["corrected"])
  }

  // MARK: Claim

  @Test func `a field that nobody holds can be claimed (K1)`() throws {
    #expect(try Self.claim.shown(after: .by(1, .set("ann"))) == "ann")
    let released = try Self.claim.state(
      after: .by(1, .set("ann")), .by(1, 2, .set(.null)), .by(2, saw: [Dot(1, 1)], .set("ben")))
    #expect(Self.claim.shown(released) == "ben")
  }

  @Test func `a holder that is a missing record holds nothing (K1)`() throws {
    var state = try Self.claimReference.state(after: .by(1, .set(.id(Self.ann))))
    #expect(refusal(.by(2, .set(.id(Self.ben))), state, Self.claimReference) != nil)
    state.derived.missingTargets = [Self.ann]
    try state.take(.by(2, .set(.id(Self.ben))), Self.claimReference)
    #expect(Self.claimReference.shown(state) == .id(Self.ben))
  }

  @Test func `who had seen the holder may release or hand over, and the hub always (K2)`() throws {
    #expect(try Self.claim.shown(after: .by(1, .set("ann")), .by(2, saw: [Dot(1, 1)], .set("ben"))) == "ben")
    #expect(try Self.claim.shown(after: .by(1, .set("ann")), .by(2, saw: [Dot(1, 1)], .set(.null))) == .null)
    #expect(try Self.claim.shown(after: .by(1, .set("ann")), .by(0, rank: .hub, .set("ben"))) == "ben")
  }

  @Test func `a concurrent claim is refused and told who holds (K3)`() throws {
    let holder = Event.by(2, stamp: 9, rank: .child, .set("ann"))
    let state = try Self.claim.state(after: holder)
    let refused = refusal(.by(1, stamp: 1, rank: .parent, .set("ben")), state, Self.claim)
    #expect(refused == .alreadyClaimed(holder: holder.write("ann")))
    #expect(state.conflicts(in: Self.claim).isEmpty)
  }

  @Test func `a second claim for the same holder changes nothing (K4)`() throws {
    let holder = Event.by(2, stamp: 9, .set("ann"))
    let state = try Self.claim.state(after: holder)
    let again = Event.by(1, stamp: 1, .set("ann"))
    #expect(refusal(again, state, Self.claim) == nil)
    #expect(try Self.claim.state(after: holder, again).slots == state.slots)
  }

  @Test func `a group is held by the first of its fields (F1, K1)`() throws {
    for mode in [RegisterRule.Mode.first, .claim] {
      let pair = CollectionSchema.group(RegisterRule(mode))
      let free = try pair.state(after: .by(1, .set(.list([.null, "x"]))))
      #expect(refusal(.by(2, saw: [Dot(1, 1)], .set(.list(["b", "y"]))), free, pair) == nil)
      let held = try pair.state(after: .by(1, .set(.list(["a", .null]))))
      let late = Event.by(2, saw: mode == .first ? [Dot(1, 1)] : [], .set(.list(["b", "y"])))
      #expect(refusal(late, held, pair) != nil)
    }
  }

  @Test func `a refused slot leaves every slot of the record as it was (P4)`() throws {
    let two = CollectionSchema.of([
      ("free", .anyText, .register(RegisterRule())), ("held", .anyText, .register(RegisterRule(.claim))),
    ])
    let claimed = RecordOperation(.update, slots: [(slot: 1, operation: .write("ann"))])
    let state = try two.state(after: .by(1, claimed))
    let both = RecordOperation(
      .update, slots: [(slot: 0, operation: .write("x")), (slot: 1, operation: .write("ben"))])
    var reached = state
    #expect(throws: RecordRefusal.self) { try reached.take(.by(2, both), two) }
    #expect(reached == state)
  }
}
