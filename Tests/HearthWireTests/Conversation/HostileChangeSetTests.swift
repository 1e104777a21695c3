import HearthHub
import HearthModel
import HearthProtocol
import HearthReplica
import HearthWire
import Testing

/// Change sets that no device of ours would send: each is rejected by its number, and the next one is decided (P9).
@Suite("Hub and hostile change sets")
struct HostileChangeSetTests {
  /// What a stranger sends, in words of the pack `rules`.
  struct Attempt: Sendable, CustomTestStringConvertible {
    let name: String
    let code: RejectionCode?
    let changes: @Sendable (Pack) -> [RecordChange]

    var testDescription: String { name }

    /// Edits to the box; `field` is its name, or a number that it does not have.
    init(_ name: String, _ code: RejectionCode?, field: String, _ actions: Edit.Action...) {
      self.init(name, code) { pack in
        [
          .update(pack, "things", RecordID(name: "box")) { things in
            let number = things.field(named: field)?.number ?? FieldNumber(rawValue: UInt16(field) ?? 0)
            return actions.map { Edit(number, $0) }
          }
        ]
      }
    }

    init(_ name: String, _ code: RejectionCode?, _ changes: @escaping @Sendable (Pack) -> [RecordChange]) {
      self.name = name
      self.code = code
      self.changes = changes
    }
  }

  static let attempts: [Attempt] = [
    Attempt("a field that there is not", .unknownField, field: "777", .set(.text("a"))),
    Attempt("a number for a text", .wrongType, field: "title", .set(.int(1))),
    Attempt("an instant for a number", .wrongType, field: "record", .set(.instant(Instant(milliseconds: 0)))),
    Attempt("set for a counter", .wrongType, field: "count", .set(.int(1))),
    Attempt("add for a register", .wrongType, field: "title", .add(1)),
    Attempt("a text of 201 characters", .wrongType, field: "title", .set(.text(String(repeating: "x", count: 201)))),
    Attempt("a text of nearly 1 MiB", .wrongType, field: "note", .set(.text(String(repeating: "x", count: 1 << 19)))),
    Attempt("a text with U+0000", .wrongType, field: "note", .set(.text("a\u{0}b"))),
    Attempt(
      "an element of 21 characters", .wrongType, field: "tags", .insert(.text(String(repeating: "x", count: 21)))),
    Attempt("null where there has to be a value", .required, field: "title", .set(.null)),
    Attempt("what the hub writes", .notWritable, field: "version", .set(.int(99))),
    Attempt("a document of seventeen levels", .wrongType, field: "data", .set(nested(17))),
    Attempt("a path of seventeen keys", .wrongType, field: "data", .drop(Array(repeating: "k", count: 17))),
    Attempt("a path without keys", .wrongType, field: "data", .put([], .int(1))),
    Attempt("a field twice", .inconsistent, field: "title", .set(.text("a")), .set(.text("b"))),
    Attempt("a sum over 64 bits", .inconsistent, field: "count", .add(.max), .add(.max)),
    Attempt("a reference to nobody", .referenceMissing, field: "taker", .set(.id(RecordID(name: "nobody")))),
    Attempt("too many elements", .limitExceeded) { pack in
      [
        .update(pack, "things", RecordID(name: "box")) { things in
          (0..<11).map { Edit(things.field(named: "tags")!.number, .insert(.text("tag \($0)"))) }
        }
      ]
    },
    Attempt("a collection that there is not", .unknownCollection) { _ in
      [RecordChange(collection: CollectionNumber(rawValue: 999), record: RecordID(name: "box"), kind: .update)]
    },
    Attempt("a record that there is not", .recordUnknown) {
      [.update($0, "things", RecordID(name: "nothing")) { _ in [] }]
    },
    Attempt("a record twice", .inconsistent) { pack in
      let change = RecordChange.update(pack, "things", RecordID(name: "box")) { _ in [] }
      return [change, change]
    },
    Attempt("a thousand and one records", .tooLarge) { pack in
      (0...1000).map { number in .update(pack, "things", RecordID(name: "box \(number)")) { _ in [] } }
    },
    Attempt("a delete with edits", .inconsistent) { pack in
      let things = pack.collection(named: "things")!
      let edit = Edit(things.field(named: "title")!.number, .set(.text("a")))
      return [RecordChange(collection: things.number, record: RecordID(name: "box"), kind: .delete, edits: [edit])]
    },
    Attempt("a second household", .forbidden) { pack in
      let homes = pack.collection(named: "homes")!.number
      return [RecordChange(collection: homes, record: RecordID(name: "palace"), kind: .create)]
    },
    Attempt("a good one", nil, field: "title", .set(.text("fine"))),
  ]

  private static func nested(_ depth: Int) -> Value {
    (0..<depth).reduce(.int(1)) { value, _ in .object(ValueObject([(key: "k", value: value)])) }
  }

  @Test(arguments: WireCodecTests.forms, attempts)
  func `it is rejected by its number, and the next one is decided (P9)`(
    _ form: WireCodec.Form, _ attempt: Attempt
  ) throws {
    let pack = try Packs.rules.get()
    let conversation = try HostilePeerTests.household(form)
    let id = try HostilePeerTests.liveStranger(conversation, form)
    let good = RecordChange.update(pack, "things", RecordID(name: "cup")) { things in
      [Edit(things.field(named: "note")!.number, .set(.text("from outside")))]
    }
    let stamp = HybridTime(milliseconds: conversation.now)
    try conversation.stranger(
      id,
      says: .push([
        ChangeSet(counter: 1, stamp: stamp, content: .changes(attempt.changes(pack))),
        ChangeSet(counter: 2, stamp: stamp, content: .changes([good])),
      ]))
    let outcomes = HostilePeerTests.outcomes(conversation, id)
    #expect(outcomes.map(\.counter) == [1, 2])
    #expect(outcomes.map { $0.verdict.code } == [attempt.code, nil])
    #expect(!conversation.stranger(id).isClosed)
    try HostilePeerTests.expectUndisturbed(conversation)
  }

  @Test func `a context that claims the future has not seen what comes later (C2)`() throws {
    let pack = try Packs.rules.get()
    let conversation = try HostilePeerTests.household(.binary)
    let id = try HostilePeerTests.liveStranger(conversation, .binary)
    let box = RecordID(name: "box")
    let phone = try #require(conversation.unit("phone").core.replica.identity.replica)
    let things = try #require(pack.collection(named: "things"))
    let claim = RecordChange(
      collection: things.number, record: box, kind: .update, context: VersionVector([Dot(phone, 1_000_000)]),
      edits: [Edit(things.field(named: "title")!.number, .set(.text("future")))])
    try conversation.disconnect("phone")
    try conversation.edit("phone") { $0.set("things", box, "title", .text("phone")) }
    let stamp = HybridTime(milliseconds: conversation.now)
    try conversation.stranger(id, says: .push([ChangeSet(counter: 1, stamp: stamp, content: .changes([claim]))]))
    try conversation.settleAll()
    let conflicts = try #require(try conversation.truth(things, box)).conflicts
    #expect(conflicts.map { $0.losers.count } == [1], "both writes are siblings")
    try conversation.expectAgreement("after a claim of the future")
  }
}

extension RecordChange {
  /// A change of a record by the names of its pack.
  fileprivate static func update(
    _ pack: Pack, _ collection: String, _ record: RecordID, _ edits: (CollectionSchema) -> [Edit]
  ) -> RecordChange {
    let collection = pack.collection(named: collection)!
    return RecordChange(collection: collection.number, record: record, kind: .update, edits: edits(collection))
  }
}

extension Outcome.Verdict {
  /// The reason of a rejection.
  fileprivate var code: RejectionCode? { if case .rejected(let rejection) = self { rejection.code } else { nil } }
}
