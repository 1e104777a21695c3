import HearthModel
import Testing

/// Rows S of protocol/merge.md, and references to missing records.
@Suite("Rows: sets")
struct SetRowTests {
  static let set = CollectionSchema.of(.set(isRanked: false), .textSet)
  static let guardian = CollectionSchema.of(.set(isRanked: true), .textSet)

  private func conflict(_ events: Event..., in collection: CollectionSchema) throws -> Conflict? {
    var state = RecordState(slotCount: 1)
    for event in events { try state.take(event, collection) }
    return collection.conflict(state)
  }

  @Test func `an element that is added is present (S1)`() throws {
    #expect(try Self.set.shown(after: .by(1, .insert("x"))) == .list(["x"]))
    let again = try Self.set.shown(
      after: .by(1, .insert("x")), .by(2, saw: [Dot(1, 1)], .remove("x")), .by(1, 2, saw: [Dot(2, 1)], .insert("x")))
    #expect(again == .list(["x"]))
  }

  @Test func `an element is removed by who had seen its adds (S2)`() throws {
    let state = try Self.set.state(after: .by(1, .insert("x")), .by(2, saw: [Dot(1, 1)], .remove("x")))
    #expect(Self.set.shown(state) == .list([]))
    #expect(state.conflicts(in: Self.set).isEmpty)
  }

  @Test func `a concurrent add wins over a remove, whatever the clock says (S3)`() throws {
    let add = Event.by(1, stamp: 1, rank: .child, .insert("x"))
    let remove = Event.by(2, stamp: 9, rank: .parent, .remove("x"))
    #expect(try Self.set.shown(after: add, remove) == .list(["x"]))
    let conflict = try #require(try conflict(add, remove, in: Self.set))
    #expect(conflict.subject == .element(FieldNumber(rawValue: 1), "x"))
    #expect(conflict.winner == add.write(true))
    #expect(conflict.losers == [Loser(write: remove.write(nil), reason: .presence)])
  }

  @Test func `with guardian the higher rank's wish comes first (S3, V2)`() throws {
    let add = Event.by(1, stamp: 9, rank: .child, .insert("x"))
    let remove = Event.by(2, stamp: 1, rank: .parent, .remove("x"))
    #expect(try Self.guardian.shown(after: add, remove) == .list([]))
    #expect(try conflict(add, remove, in: Self.guardian)?.reasons == [1: .rank])
    let equal = Event.by(2, stamp: 9, rank: .child, .remove("x"))
    #expect(try Self.guardian.shown(after: add, equal) == .list(["x"]))
    #expect(try conflict(add, equal, in: Self.guardian)?.reasons == [2: .presence])
  }

  @Test func `two adds or two removes agree (S3)`() throws {
    #expect(try conflict(.by(1, .insert("x")), .by(2, .insert("x")), in: Self.set) == nil)
    #expect(try conflict(.by(1, .remove("x")), .by(2, .remove("x")), in: Self.set) == nil)
  }

  @Test func `a set is shown in ascending order of UTF-8, each element once (S4)`() throws {
    let elements: [Value] = ["\u{1f600}", "\u{ffee}", "z", "a", "é", "e\u{301}", "Z", ""]
    var state = RecordState(slotCount: 1)
    for (place, element) in elements.enumerated() {
      try state.take(.by(UInt32(place + 1), .insert(element)), Self.set)
      try state.take(.by(UInt32(place + 20), .insert(element)), Self.set)
    }
    #expect(Self.set.shown(state) == .list(["", "Z", "a", "e\u{301}", "z", "é", "\u{ffee}", "\u{1f600}"]))
  }

  @Test func `a reference to a missing record shows null, a set drops it, and both come back`() throws {
    let (here, gone) = (RecordID(name: "here"), RecordID(name: "gone"))
    let target = FieldType.reference(CollectionNumber(rawValue: 1))
    let one = CollectionSchema.of(.register(RegisterRule()), target, onDelete: .setNull)
    let many = CollectionSchema.of(.set(isRanked: false), .set(target, maximum: 9), onDelete: .setNull)
    var reference = try one.state(after: .by(1, .set(.id(gone))))
    var references = try many.state(after: .by(1, .edit(.insert(.id(gone)), .insert(.id(here)))))
    reference.derived.missingTargets = [gone]
    references.derived.missingTargets = [gone]
    #expect(one.shown(reference) == .null)
    #expect(reference.storedValue(of: one.fields[0], in: one) == .id(gone))
    #expect(many.shown(references) == .list([.id(here)]))
    reference.derived.missingTargets = []
    references.derived.missingTargets = []
    #expect(one.shown(reference) == .id(gone))
    #expect(many.shown(references) == .list([.id(gone), .id(here)].sorted()))
  }

  @Test func `a reference under another policy shows what it stores`() throws {
    let target = FieldType.reference(CollectionNumber(rawValue: 1))
    let collection = CollectionSchema.of(.register(RegisterRule()), target, onDelete: .cascade)
    var state = try collection.state(after: .by(1, .set(.id(RecordID(name: "gone")))))
    state.derived.missingTargets = [RecordID(name: "gone")]
    #expect(collection.shown(state) == .id(RecordID(name: "gone")))
  }
}
