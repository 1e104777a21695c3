import HearthModel
import Testing

/// Rows J of protocol/merge.md.
@Suite("Rows: JSON objects")
struct DocumentRowTests {
  static let json = CollectionSchema.of(.json(isRanked: false), .object)
  static let guardian = CollectionSchema.of(.json(isRanked: true), .object)

  private func shown(_ events: Event..., in collection: CollectionSchema = json) throws -> String {
    var state = RecordState(slotCount: 1)
    for event in events { try state.take(event, collection) }
    return collection.shown(state).json
  }

  private func conflicts(_ events: Event..., in collection: CollectionSchema = json) throws -> [Conflict] {
    var state = RecordState(slotCount: 1)
    for event in events { try state.take(event, collection) }
    return state.conflicts(in: collection)
  }

  // MARK: Edits

  @Test func `a leaf is written at a path, with the objects on the way (J1)`() throws {
    #expect(try shown(.by(1, .put("a.b.c", 1))) == #"{"a":{"b":{"c":1}}}"#)
    #expect(try shown(.by(1, .put("a", .list([1, 2])))) == #"{"a":[1,2]}"#)
  }

  @Test func `concurrent writes at one path are chosen between as in a register (J1, V4)`() throws {
    let (early, late) = (Event.by(2, stamp: 1, .put("a", 1)), Event.by(1, stamp: 2, .put("a", 2)))
    #expect(try shown(early, late) == #"{"a":2}"#)
    let expected = Conflict(
      subject: .path(FieldNumber(rawValue: 1), ["a"]), rule: "json", winner: late.write(2),
      losers: [Loser(write: early.write(1), reason: .stamp)])
    #expect(try conflicts(early, late) == [expected])
  }

  @Test func `an object is written as its leaves, so that two objects at one path join (J2)`() throws {
    let (left, right) = (Event.by(1, .put("a", .object(["b": 1]))), Event.by(2, .put("a", .object(["c": 2]))))
    #expect(try shown(left, right) == #"{"a":{"b":1,"c":2}}"#)
    #expect(try conflicts(left, right).isEmpty)
    #expect(try shown(.by(1, .set(.object(["a": .object(["b": 1]), "c": 2])))) == #"{"a":{"b":1},"c":2}"#)
  }

  @Test func `the whole field replaces what its author had seen (J2)`() throws {
    let state = [Event.by(1, .put("a", 1)), .by(2, .put("b", 2)), .by(3, saw: [Dot(1, 1)], .set(.object(["c": 3])))]
    #expect(try shown(state[0], state[1], state[2]) == #"{"b":2,"c":3}"#)
  }

  @Test func `a path that is dropped goes with what stands below it (J3)`() throws {
    let put = Event.by(1, .edit(.put("a.b", 1), .put("a.c", 2), .put("d", 3)))
    #expect(try shown(put, .by(2, saw: [Dot(1, 1)], .drop("a"))) == #"{"d":3}"#)
    #expect(try shown(put, .by(2, saw: [Dot(1, 1)], .drop("a.b"))) == #"{"a":{"c":2},"d":3}"#)
    #expect(try shown(put, .by(2, saw: [Dot(1, 1)], .edit(.drop("a.b"), .drop("a.c")))) == #"{"d":3}"#)
  }

  @Test func `a concurrent drop and put at one path go by the clock (J3, V4)`() throws {
    let put = Event.by(1, stamp: 1, .put("a", 1))
    #expect(try shown(put, .by(2, stamp: 2, .drop("a"))) == "{}")
    #expect(try shown(put, .by(2, stamp: 0, .drop("a"))) == #"{"a":1}"#)
    let conflict = try conflicts(put, .by(2, stamp: 2, .drop("a"))).first
    #expect(conflict?.winner.value == nil)
    #expect(conflict?.reasons == [1: .stamp])
  }

  // MARK: Covering

  @Test func `a put covers what its author had seen at its path, below and above it (J4)`() throws {
    let below = Event.by(1, stamp: 9, .put("a.b", 1))
    #expect(try shown(below, .by(2, saw: [Dot(1, 1)], .put("a", 2))) == #"{"a":2}"#)
    let above = Event.by(1, stamp: 9, .put("a", 1))
    #expect(try shown(above, .by(2, saw: [Dot(1, 1)], .put("a.b", 2))) == #"{"a":{"b":2}}"#)
    let beside = Event.by(1, stamp: 9, .put("a.c", 1))
    #expect(try shown(beside, .by(2, saw: [Dot(1, 1)], .put("a.b", 2))) == #"{"a":{"b":2,"c":1}}"#)
    let namesake = Event.by(1, stamp: 9, .put("ab.b", 1))
    #expect(try shown(namesake, .by(2, saw: [Dot(1, 1)], .put("a", 2))) == #"{"a":2,"ab":{"b":1}}"#)
  }

  @Test func `a drop covers nothing above its path (J4)`() throws {
    let above = Event.by(1, .put("a", 1))
    #expect(try shown(above, .by(2, saw: [Dot(1, 1)], .drop("a.b"))) == #"{"a":1}"#)
  }

  @Test func `a later edit of the same change set covers the earlier, in either direction (J4)`() throws {
    #expect(try shown(.by(1, .edit(.put("a", 1), .put("a.b", 2)))) == #"{"a":{"b":2}}"#)
    #expect(try shown(.by(1, .edit(.put("a.b", 2), .put("a", 1)))) == #"{"a":1}"#)
    #expect(try shown(.by(1, .edit(.put("a", 1), .put("a", 2)))) == #"{"a":2}"#)
    #expect(try shown(.by(1, .edit(.put("a", 1), .drop("a")))) == "{}")
    #expect(try shown(.by(1, .edit(.drop("a"), .put("a.b", 2)))) == #"{"a":{"b":2}}"#)
    #expect(try conflicts(.by(1, .edit(.put("a", 1), .put("a.b", 2)))).isEmpty)
  }

  // MARK: A leaf against what stands below it

  @Test func `the later of a leaf and the values below it is shown, the other is a loser (J5)`() throws {
    let leaf = Event.by(1, stamp: 2, .put("a", 1))
    let below = Event.by(2, stamp: 1, .put("a", .object(["b": 2, "c": 3])))
    #expect(try shown(leaf, below) == #"{"a":1}"#)
    let conflict = try #require(try conflicts(leaf, below).first)
    #expect(conflict.subject == .path(FieldNumber(rawValue: 1), ["a"]))
    #expect(conflict.winner == leaf.write(1))
    #expect(conflict.losers == [Loser(write: below.write(.object(["b": 2, "c": 3])), reason: .stamp)])

    let later = Event.by(2, stamp: 3, .put("a.b", 2))
    #expect(try shown(leaf, later) == #"{"a":{"b":2}}"#)
    #expect(try conflicts(leaf, later).map(\.winner) == [later.write(.object(["b": 2]))])
  }

  @Test func `every loser at the path is told why the values below were preferred to it (J5)`() throws {
    let conflict = try conflicts(
      .by(1, stamp: 1, rank: .parent, .put("a.b", 2)), .by(2, stamp: 8, rank: .child, .put("a", 3)),
      .by(3, stamp: 9, rank: .child, .put("a", 4)), in: Self.guardian
    ).first
    #expect(conflict?.reasons == [2: .rank, 3: .rank])
    let byClock = try conflicts(
      .by(4, stamp: 5, .put("a.b", 2)), .by(2, stamp: 5, .put("a", 3)), .by(3, stamp: 4, .put("a", 4))
    ).first
    #expect(byClock?.reasons == [2: .replica, 3: .stamp])
  }

  @Test func `the empty object and a removal hide nothing (J5)`() throws {
    let below = Event.by(1, stamp: 1, .put("a.b", 1))
    #expect(try shown(below, .by(2, stamp: 9, .put("a", .object([:])))) == #"{"a":{"b":1}}"#)
    #expect(try shown(below, .by(2, stamp: 9, .drop("a"))) == #"{"a":{"b":1}}"#)
    #expect(try shown(.by(2, .put("a", .object([:])))) == #"{"a":{}}"#)
    #expect(try shown(below, .by(2, stamp: 9, .set(.object([:])))) == #"{"a":{"b":1}}"#)
  }

  @Test func `what lost below a path that is hidden is listed all the same (J5, P6)`() throws {
    let lost = Event.by(1, stamp: 1, .put("a.b", 1))
    let found = try conflicts(lost, .by(2, stamp: 2, .put("a.b", 2)), .by(3, stamp: 3, .put("a", 3)))
    #expect(found.map(\.subject) == [["a"], ["a", "b"]].map { .path(FieldNumber(rawValue: 1), $0) })
    #expect(found.last?.losers == [Loser(write: lost.write(1), reason: .stamp)])
    let dropped = try conflicts(lost, .by(2, stamp: 2, .drop("a.b")), .by(3, stamp: 3, .put("a", 3)))
    #expect(dropped.map(\.losers) == [[Loser(write: lost.write(1), reason: .stamp)]])
  }

  @Test func `a tower of leaves costs its height, not its powers (J5, P10)`() throws {
    var state = RecordState(slotCount: 1)
    for height in 1...64 {
      let path = Array(repeating: "k", count: height)
      try state.take(.by(UInt32(height), stamp: UInt64(100 - height), .edit(.put(path, 1))), Self.json)
    }
    #expect(Self.json.shown(state).json == #"{"k":1}"#)
    #expect(state.conflicts(in: Self.json).count == 63)
  }

  @Test func `keys are told apart by their UTF-8 (J1)`() throws {
    #expect(try shown(.by(1, .edit(.put("\u{e9}", 1), .put("e\u{301}", 2)))) == "{\"e\u{301}\":2,\"\u{e9}\":1}")
  }
}
