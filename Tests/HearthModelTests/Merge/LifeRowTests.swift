import HearthModel
import Testing

/// Rows D of protocol/merge.md.
@Suite("Rows: deletes and restores")
struct LifeRowTests {
  static let things = CollectionSchema.of(.register(RegisterRule()))

  private func life(_ policy: DeletePolicy, _ events: Event...) throws -> (isDeleted: Bool, conflict: Conflict?) {
    let collection = Self.things.with(policy)
    var state = RecordState(slotCount: 1)
    for event in events { try state.take(event, collection) }
    return (state.life(policy).isDeleted, state.lifeConflict(in: collection))
  }

  @Test func `a delete that had seen every edit deletes without a conflict (D1)`() throws {
    for policy in DeletePolicy.allCases {
      let life = try life(policy, .by(1, rank: .parent, .set("a")), .by(2, rank: .child, saw: [Dot(1, 1)], .delete))
      #expect(life.isDeleted)
      #expect(life.conflict == nil)
    }
  }

  @Test func `a delete replaces the deletes it had seen and stands beside the others (D1)`() throws {
    let state = try Self.things.state(
      after: .by(3, .delete), .by(1, .delete), .by(2, saw: [Dot(3, 1)], .delete))
    #expect(state.tombstones.map(\.author.dot) == [Dot(1, 1), Dot(2, 1)])
    #expect(state.tombstones[1].seen == VersionVector([Dot(2, 1), Dot(3, 1)]))
  }

  @Test func `a restore brings back what it had seen deleted, with the values (D2)`() throws {
    let state = try Self.things.state(
      after: .by(1, .set("a")), .by(2, saw: [Dot(1, 1)], .delete), .by(1, 2, saw: [Dot(2, 1)], .restore))
    #expect(state.recordLife(in: Self.things) == .live)
    #expect(Self.things.shown(state) == "a")
    #expect(state.tombstones.isEmpty)
  }

  @Test func `a restore does not undo a delete that it had not seen (D2)`() throws {
    let life = try life(
      .deleteWins, .by(1, .set("a")), .by(2, saw: [Dot(1, 1)], .delete), .by(3, saw: [Dot(1, 1)], .delete),
      .by(1, 2, saw: [Dot(2, 1)], .restore))
    #expect(life.isDeleted)
  }

  @Test func `deleteWins: the edit is merged under the tombstone, and named as the loser (D3)`() throws {
    let (delete, edit) = (Event.by(1, stamp: 1, rank: .child, .delete), Event.by(2, stamp: 9, rank: .parent, .set("b")))
    let expected = Conflict(
      subject: .record, rule: "deleteWins", winner: delete.write(nil),
      losers: [Loser(write: edit.write(true), reason: .policy)])
    let life = try life(.deleteWins, delete, edit)
    #expect(life.isDeleted)
    #expect(life.conflict == expected)
    let state = try Self.things.state(after: delete, edit)
    #expect(state.recordLife(in: Self.things) == .deleted(delete.author))
    var restored = state
    try restored.take(.by(3, saw: [Dot(1, 1), Dot(2, 1)], .restore), Self.things)
    #expect(Self.things.shown(restored) == "b")
  }

  @Test func `editWins: the edit keeps the record, and the delete is named as the loser (D4)`() throws {
    let (delete, edit) = (Event.by(1, stamp: 9, rank: .parent, .delete), Event.by(2, stamp: 1, rank: .child, .set("b")))
    let life = try life(.editWins, delete, edit)
    #expect(!life.isDeleted)
    #expect(life.conflict?.winner == edit.write(true))
    #expect(life.conflict?.losers == [Loser(write: delete.write(nil), reason: .policy)])
  }

  @Test func `guardian: the higher rank's wish, the delete among equals (D5)`() throws {
    let deletedByParent = try life(.guardian, .by(1, rank: .parent, .delete), .by(2, rank: .child, .set("b")))
    #expect(deletedByParent.isDeleted)
    #expect(deletedByParent.conflict?.reasons == [2: .rank])
    let keptByParent = try life(.guardian, .by(1, rank: .child, .delete), .by(2, rank: .parent, .set("b")))
    #expect(!keptByParent.isDeleted)
    #expect(keptByParent.conflict?.reasons == [1: .rank])
    let equals = try life(.guardian, .by(1, rank: .child, .delete), .by(2, rank: .child, .set("b")))
    #expect(equals.isDeleted)
    #expect(equals.conflict?.reasons == [2: .policy])
  }

  @Test func `guardian: each loser is told what told it from the winner (D5)`() throws {
    let life = try life(
      .guardian, .by(1, rank: .parent, .delete), .by(2, rank: .parent, .set("b")), .by(3, rank: .child, .set("c")))
    #expect(life.conflict?.reasons == [2: .policy, 3: .rank])
  }

  @Test func `of each replica only the latest change set speaks for the record (D3, D4)`() throws {
    let deletedSince = try life(.editWins, .by(1, .set("a")), .by(2, .delete), .by(1, 2, .delete))
    #expect(deletedSince.isDeleted)
    #expect(deletedSince.conflict == nil)
    let seenSince = try life(.editWins, .by(1, .set("a")), .by(1, 2, .set("b")), .by(2, saw: [Dot(1, 1)], .delete))
    #expect(!seenSince.isDeleted)
  }

  @Test func `a delete that was restored is no wish to keep the record (D2, D5)`() throws {
    let life = try life(
      .guardian, .by(1, rank: .parent, .delete), .by(2, rank: .child, .delete),
      .by(3, rank: .child, saw: [Dot(1, 1)], .restore))
    #expect(life.isDeleted)
    #expect(life.conflict?.winner.author.dot == Dot(2, 1))
    #expect(life.conflict?.reasons == [3: .policy])
  }

  @Test func `the winner named is the strongest of the winning side (D3, D4)`() throws {
    let deletes = try life(
      .deleteWins, .by(1, stamp: 9, rank: .child, .delete), .by(2, stamp: 1, rank: .parent, .delete),
      .by(3, stamp: 9, rank: .parent, .set("x")))
    #expect(deletes.conflict?.winner.author.dot == Dot(2, 1))
    let edits = try life(
      .editWins, .by(1, .delete), .by(2, stamp: 5, .set("x")), .by(3, stamp: 6, .set("y")))
    #expect(edits.conflict?.winner.author.dot == Dot(3, 1))
  }

  @Test func `a record that depends on a deleted one is hidden, a deleted one is deleted`() throws {
    var state = try Self.things.state(after: .by(1, .set("a")))
    state.derived.isHidden = true
    #expect(state.recordLife(in: Self.things) == .hidden)
    let delete = Event.by(1, 2, .delete)
    try state.take(delete, Self.things)
    #expect(state.recordLife(in: Self.things) == .deleted(delete.author))
  }
}
