import HearthModel
import Testing

/// Rows J6 to J8 of protocol/merge.md.
@Suite("Rows: leaves of JSON objects")
struct LeafRowTests {
  private static let shape = FieldType.Shape(
    keys: [
      "best": .leaf(.anyInt, .max), "since": .leaf(.time, .min), "price": .leaf(.decimal(precision: 6, scale: 2), .max),
      "by": .leaf(.anyText, .first), "limit": .leaf(.anyInt, .guardian), "note": .leaf(.anyText),
    ], others: .object(FieldType.Shape(keys: ["note": .leaf(.anyText)], others: .leaf(.anyInt, .max))))
  private static let collection = CollectionSchema.of(.json(isRanked: false, leaves: shape), .json(shape))

  private func state(_ events: Event...) throws -> RecordState {
    var state = RecordState(slotCount: 1)
    for event in events { try state.take(event, Self.collection) }
    return state
  }

  private func shown(_ state: RecordState) -> String { Self.collection.shown(state).json }

  private func conflicts(_ state: RecordState) -> [Conflict] { state.conflicts(in: Self.collection) }

  @Test func `the largest value ever put is shown, whatever the clocks say and whoever had seen it (J6, M1)`() throws {
    let state = try state(
      .by(1, stamp: 1, .put("best", 9)), .by(2, stamp: 2, .put("best", 4)),
      .by(3, stamp: 3, saw: [Dot(1, 1), Dot(2, 1)], .set(.object(["best": 5]))))
    #expect(shown(state) == #"{"best":9}"#)
    #expect(conflicts(state).isEmpty)
  }

  @Test func `null is no value, and is shown where there is no other (J6, M2)`() throws {
    #expect(shown(try state(.by(1, .put("best", .null)))) == #"{"best":null}"#)
    #expect(shown(try state(.by(1, .put("best", 1)), .by(2, stamp: 9, .put("best", .null)))) == #"{"best":1}"#)
  }

  @Test func `times and decimals are compared as such and shown as they were written (J6)`() throws {
    let (whole, half) = (Value.text("2025-11-11T16:00:00Z"), Value.text("2025-11-11T16:00:00.500Z"))
    // As texts the half second would come first.
    #expect(half < whole)
    #expect(shown(try state(.by(1, .put("since", half)), .by(2, .put("since", whole)))).contains("16:00:00Z"))
    let prices = try state(.by(1, .put("price", .text("9.50"))), .by(2, stamp: 9, .put("price", .text("10.00"))))
    #expect(shown(prices) == #"{"price":"10.00"}"#)
    #expect(
      shown(try state(.by(1, .put("price", .text("10.00"))), .by(2, stamp: 9, .put("price", .text("9.50")))))
        == #"{"price":"10.00"}"#)
  }

  @Test func `a key that the shape names has its own rule, also beside others (J6)`() throws {
    let state = try state(
      .by(1, stamp: 1, .edit(.put("x.note", "b"), .put("x.n", 2))),
      .by(2, stamp: 2, .edit(.put("x.note", "a"), .put("x.n", 1))))
    #expect(shown(state) == #"{"x":{"n":2,"note":"a"}}"#)
  }

  @Test func `what is dropped is hidden, and what it keeps comes back with a put (J6, J3)`() throws {
    let put = Event.by(1, .put("x.n", 9))
    let drop = Event.by(2, saw: [Dot(1, 1)], .drop("x"))
    #expect(shown(try state(put, drop)) == "{}")
    #expect(shown(try state(put, drop, .by(2, 2, .put("x.n", 1)))) == #"{"x":{"n":9}}"#)
    // A put that the drop had not seen is there, with all that was ever put.
    #expect(shown(try state(put, drop, .by(3, .put("x.n", 1)))) == #"{"x":{"n":9}}"#)
  }

  @Test func `a drop that loses or wins against a put is a conflict, and the puts among themselves none (J6, V4)`()
    throws
  {
    let put = Event.by(1, stamp: 1, .put("best", 9))
    let drop = Event.by(2, stamp: 3, saw: [Dot(1, 1)], .drop("best"))
    let hidden = try state(put, drop, .by(3, stamp: 2, saw: [Dot(1, 1)], .put("best", 4)))
    #expect(shown(hidden) == "{}")
    #expect(conflicts(hidden).map(\.winner.value) == [nil])
    #expect(conflicts(hidden).flatMap(\.losers).map(\.write.value) == [9])
    let back = try state(
      put, drop, .by(3, stamp: 4, saw: [Dot(1, 1)], .put("best", 4)),
      .by(4, stamp: 5, saw: [Dot(1, 1)], .put("best", 3)))
    #expect(shown(back) == #"{"best":9}"#)
    #expect(conflicts(back).map(\.winner) == [put.write(9)])
    #expect(conflicts(back).flatMap(\.losers).map(\.write) == [drop.write(nil)])
  }

  @Test func `the first stays and a concurrent one is kept as a loser (J7, F1, F3)`() throws {
    let (ann, bob) = (Event.by(1, stamp: 1, .put("by", "ann")), Event.by(2, stamp: 9, .put("by", "bob")))
    for (first, second) in [(ann, bob), (bob, ann)] {
      let state = try state(first, second)
      #expect(shown(state) == (first.author == ann.author ? #"{"by":"ann"}"# : #"{"by":"bob"}"#))
      #expect(conflicts(state).map(\.rule) == ["first"])
      #expect(conflicts(state).flatMap(\.losers).map(\.reason) == [.arrival])
    }
  }

  @Test func `who had seen the first is refused, by whatever way the leaf is written (J7, F2)`() throws {
    let first = try state(.by(1, .edit(.put("by", "ann"), .put("note", "x"))))
    let operations: [RecordOperation] = [
      .put("by", "bob"), .set(.object(["by": "bob"])), .put("by", .null), .edit(.drop("by"), .put("by", "bob")),
    ]
    for operation in operations {
      var state = first
      #expect(throws: RecordRefusal.self) {
        try state.take(.by(2, saw: [Dot(1, 1)], operation), Self.collection)
      }
      #expect(state == first, "a refusal leaves the record as it was")
    }
  }

  @Test func `to say what is held already is no second write (J7)`() throws {
    let state = try state(
      .by(1, .put("by", "ann")), .by(2, saw: [Dot(1, 1)], .set(.object(["by": "ann", "note": "y"]))))
    #expect(shown(state) == #"{"by":"ann","note":"y"}"#)
    #expect(conflicts(state).isEmpty)
  }

  @Test func `the hub writes over the first (J7, F4)`() throws {
    let state = try state(.by(1, .put("by", "ann")), .by(2, rank: .hub, saw: [Dot(1, 1)], .put("by", "bob")))
    #expect(shown(state) == #"{"by":"bob"}"#)
  }

  @Test func `the higher role is preferred at a path with guardian and nowhere else (J8, V2)`() throws {
    let state = try state(
      .by(1, stamp: 1, rank: .parent, .edit(.put("limit", 1), .put("note", "a"))),
      .by(2, stamp: 2, rank: .child, .edit(.put("limit", 2), .put("note", "b"))))
    #expect(shown(state) == #"{"limit":1,"note":"b"}"#)
    #expect(Set(conflicts(state).map(\.rule)) == ["guardian", "json"])
  }

  @Test func `what leaves keep is stored, and a document without it has the form without it`() throws {
    let kept = try state(.by(1, .edit(.put("best", 9), .put("by", "ann"))), .by(2, .put("by", "bob")))
    StoredForm.checkRoundTrip(kept)
    StoredForm.checkRoundTrip(try state(.by(1, .put("note", "x"))))
  }
}
