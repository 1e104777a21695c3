import HearthModel

/// A change set that can be read and must be rejected, and why.
///
/// All are Eva's: she may do everything, so it is the content that is wrong.
struct Poison: Sendable {
  let name: String
  let code: RejectionCode
  let changes: [RecordChange]

  init(_ name: String, _ code: RejectionCode, _ changes: RecordChange...) {
    (self.name, self.code, self.changes) = (name, code, changes)
  }

  init(_ name: String, _ code: RejectionCode, changes: [RecordChange]) {
    (self.name, self.code, self.changes) = (name, code, changes)
  }
}

extension Poison {
  static let all = names + values + limits + records

  private static let task = RecordID(name: "dishes")
  private static let pack = Fixture.famquest

  private static func edit(_ collection: String, _ record: String, _ field: String, _ action: Edit.Action)
    -> RecordChange
  {
    pack.change(collection, RecordID(name: record), [(field, action)])
  }

  private static func title(_ name: String, _ code: RejectionCode, _ value: Value) -> Poison {
    Poison(name, code, edit("tasks", "dishes", "title", .set(value)))
  }

  private static func raw(
    collection: UInt16, field: UInt16, kind: RecordChange.Kind = .update, _ value: Value = .text("x")
  ) -> RecordChange {
    RecordChange(
      collection: CollectionNumber(rawValue: collection), record: task, kind: kind,
      edits: [Edit(FieldNumber(rawValue: field), .set(value))])
  }

  private static let tasks = pack.collection(named: "tasks")!.number.rawValue

  static let names = [
    Poison("an unknown collection", .unknownCollection, raw(collection: 999, field: 1)),
    Poison("collection 0", .unknownCollection, raw(collection: 0, field: 1)),
    Poison("the last collection number", .unknownCollection, raw(collection: .max, field: 1)),
    Poison("an unknown field", .unknownField, raw(collection: tasks, field: 999)),
    Poison("field 0", .unknownField, raw(collection: tasks, field: 0)),
    Poison("the last field number", .unknownField, raw(collection: tasks, field: .max)),
  ]

  static let values = [
    title("a number for a text", .wrongType, .int(1)), title("a truth for a text", .wrongType, .bool(true)),
    title("a list for a text", .wrongType, .list([.text("x")])), title("null for a text", .required, .null),
    title("an id for a text", .wrongType, .id(task)), title("an empty text", .wrongType, .text("")),
    title("a text with U+0000", .wrongType, .text("Afwas\0")),
    title("U+0000 alone", .wrongType, .text("\0")),
    Poison("a text for a number", .wrongType, edit("tasks", "dishes", "points", .set(.text("20")))),
    Poison("infinity for a number", .wrongType, edit("tasks", "dishes", "points", .set(.float(.infinity)))),
    Poison(
      "a time for a number", .wrongType, edit("tasks", "dishes", "points", .set(.instant(Instant(milliseconds: 1))))),
    Poison(
      "no time that there is", .wrongType, edit("tasks", "dishes", "due", .set(.instant(Instant(milliseconds: .max))))),
    Poison("a choice that there is not", .wrongType, edit("tasks", "dishes", "status", .set(.text("almost")))),
    Poison("setting a set", .wrongType, edit("tasks", "dishes", "assignees", .set(.list([])))),
    Poison("adding to what is no counter", .wrongType, edit("tasks", "dishes", "points", .add(.max))),
    Poison("a path in what is no document", .wrongType, edit("tasks", "dishes", "title", .put(["a"], .int(1)))),
    Poison("a key that the shape has not", .wrongType, edit("tasks", "dishes", "metadata", .put(["other"], .int(1)))),
    Poison("the hub's own field", .notWritable, edit("tasks", "dishes", "version", .set(.int(9)))),
    Poison("a system field", .notWritable, edit("users", "eva", "points_balance", .set(.int(1_000_000)))),
    Poison("an immutable field", .notWritable, edit("tasks", "dishes", "created_by", .set(.id(RecordID(name: "sam"))))),
  ]

  static let limits = [
    title("a title of 201 characters", .wrongType, .text(String(repeating: "x", count: 201))),
    title("a title of 1 MB", .wrongType, .text(String(repeating: "x", count: 1_000_000))),
    Poison("more points than there are", .wrongType, edit("tasks", "dishes", "points", .set(.int(1001)))),
    Poison("the largest number", .wrongType, edit("tasks", "dishes", "points", .set(.int(.max)))),
    Poison("the smallest number", .wrongType, edit("tasks", "dishes", "points", .set(.int(.min)))),
    Poison(
      "more assignees than a task takes", .limitExceeded,
      pack.change(
        "tasks", task,
        (0..<21).map { (field: "assignees", action: .insert(.id(RecordID(name: "person-\($0)")))) })),
    Poison(
      "a tag of a thousand levels", .wrongType,
      edit("tasks", "dishes", "metadata", .put(Array(repeating: "tags", count: 1000), .bool(true)))),
    Poison(
      "more edits than a record takes", .tooLarge,
      pack.change("tasks", task, (0...2000).map { (field: "title", action: .set(.text("\($0)"))) })),
    Poison(
      "more records than a change set takes", .tooLarge,
      changes: (0...1000).map { edit("tasks", "task-\($0)", "title", .set(.text("x"))) }),
  ]

  static let records = [
    Poison("an unknown record", .recordUnknown, edit("tasks", "nowhere", "title", .set(.text("x")))),
    Poison("a delete of an unknown record", .recordUnknown, pack.change("tasks", RecordID(name: "nowhere"), .delete)),
    Poison("a restore of an unknown record", .recordUnknown, pack.change("tasks", RecordID(name: "nowhere"), .restore)),
    Poison(
      "a record that exists", .recordExists, pack.change("tasks", task, .create, [("title", .set(.text("x")))])),
    Poison("a record without its title", .required, pack.change("tasks", RecordID(name: "new"), .create)),
    Poison(
      "a reference to nothing", .referenceMissing,
      edit("tasks", "dishes", "assignees", .insert(.id(RecordID(name: "nobody"))))),
    Poison(
      "a record twice", .inconsistent, edit("tasks", "dishes", "title", .set(.text("x"))),
      edit("tasks", "dishes", "description", .set(.text("x")))),
    Poison(
      "a field twice", .inconsistent,
      pack.change("tasks", task, [("title", .set(.text("x"))), ("title", .set(.text("y")))])),
    Poison("a delete that edits", .inconsistent, pack.change("tasks", task, .delete, [("title", .set(.text("x")))])),
    Poison(
      "a key that is another's", .keyMismatch,
      pack.change(
        "badges", RecordID(name: "elsewhere"), .create,
        [
          ("user_id", .set(.id(RecordID(name: "sam")))), ("code", .set(.text("gold"))),
          ("awarded_at", .set(.instant(Instant(milliseconds: 1_762_870_000_000)))),
        ])),
    Poison(
      "a book entry rewritten", .notWritable,
      edit("points_ledger", "sam-earn-06", "note", .set(.text("x")))),
  ]
}
