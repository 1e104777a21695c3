import HearthMemory
import HearthModel
import HearthReplica
import Testing

/// What a draft becomes: names to numbers, wishes to the edits that the merge rules take.
@Suite("A draft becomes a change set")
struct CommitTests {
  let lab: Lab
  let phone: Lab.Phone
  let chair = RecordID(name: "chair")

  init() throws {
    lab = try Lab.live()
    phone = lab.phones[0]
  }

  func number(_ name: String) -> FieldNumber { lab.field(name).number }

  @Test func `the context is the record's versions as the device shows them, and a creation has none`() throws {
    try lab.edit(phone) { $0.set("things", chair, "title", .text("Stool")) }
    let versions = phone.storage.confirmed(lab.key("things/chair"))!.versions
    #expect(!versions.isEmpty)
    #expect(phone.lastChange.context == versions)
    #expect(phone.lastChange.edits == [Edit(number("things.title"), .set(.text("Stool")))])
    try lab.edit(phone) { $0.create("things", RecordID(name: "lamp"), [("title", .text("Lamp"))]) }
    #expect(phone.lastChange.kind == .create)
    #expect(phone.lastChange.context.isEmpty)
  }

  @Test func `counters and stamps of change sets rise without gaps, also when the clock runs backwards`() throws {
    var stamps = [HybridTime]()
    for skew in [0, 5000, -90_000, -90_000] as [Int64] {
      phone.skew = skew
      try lab.edit(phone) { $0.increment("things", chair, "count", by: 1) }
      stamps.append(phone.lastMade.stamp)
    }
    #expect(phone.core.replica.outbox.map(\.changeSet.counter) == [1, 2, 3, 4])
    #expect(zip(stamps, stamps.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func `a group is written whole, with the values that the device shows`() throws {
    let noon = Value.instant(Instant("2025-11-11T12:00:00Z")!)
    try lab.edit(phone) { $0.set("things", chair, "starts", noon) }
    #expect(
      phone.lastChange.edits == [
        Edit(number("things.starts"), .set(noon)), Edit(number("things.ends"), .set(.null)),
        Edit(number("things.all_day"), .set(.bool(false))),
      ])
    try lab.edit(phone) { $0.set("things", chair, "all_day", .bool(true)) }
    #expect(
      phone.lastChange.edits.contains(Edit(number("things.starts"), .set(noon))), "the device's own undecided write")
  }

  @Test func `a set that is set to a list becomes the elements that differ`() throws {
    try lab.edit(phone) {
      $0.insert("things", chair, "tags", .text("old"))
      $0.insert("things", chair, "tags", .text("keep"))
    }
    try lab.edit(phone) { $0.set("things", chair, "tags", .list([.text("new"), .text("keep"), .text("new")])) }
    let tags = number("things.tags")
    #expect(phone.lastChange.edits == [Edit(tags, .remove(.text("old"))), Edit(tags, .insert(.text("new")))])
    #expect(try lab.value(phone, "things/chair.tags") == .list([.text("keep"), .text("new")]))
  }

  @Test func `a field that is set twice in a draft keeps its last value; elements and paths add up`() throws {
    try lab.edit(phone) {
      $0.set("things", chair, "title", .text("One"))
      $0.set("things", chair, "title", .text("Two"))
      $0.insert("things", chair, "tags", .text("x"))
      $0.insert("things", chair, "tags", .text("y"))
      $0.put("things", chair, "extra", ["a"], .int(1))
      $0.drop("things", chair, "extra", ["b"])
    }
    let title = number("things.title")
    #expect(phone.lastChange.edits.filter { $0.field == title }.map(\.action) == [.set(.text("Two"))])
    #expect(phone.lastChange.edits.count == 5)
  }

  @Test func `increments of one draft are one edit that holds them all`() throws {
    try lab.edit(phone) {
      $0.increment("things", chair, "count", by: 2)
      $0.increment("things", chair, "count", by: 3)
    }
    #expect(phone.lastChange.edits.map(\.action) == [.add(5)])
    #expect(try lab.value(phone, "things/chair.count") == .int(5))
  }

  @Test func `the id of a keyed record follows from its key, the same on every device`() throws {
    let badge = [("person", Value.id(Lab.eva)), ("code", .text("first"))]
    try lab.edit(phone) { $0.create("badges", nil, badge) }
    let id = phone.lastChange.record
    let other = try lab.addPhone("b", Lab.noah)
    try lab.edit(other) { $0.create("badges", nil, badge.reversed()) }
    #expect(other.lastChange.record == id)
    #expect(
      id
        == lab.collection("badges").keyedID(household: lab.household) {
          $0.name == "code" ? .text("first") : .id(Lab.eva)
        })
  }

  @Test func `what a draft expects goes along`() throws {
    try lab.edit(phone) {
      $0.set("things", chair, "title", .text("Stool"))
      $0.expectUnchanged("things", chair)
    }
    #expect(phone.lastChange.expectation == .recordUnchanged)
    try lab.edit(phone) { $0.set("things", chair, "title", .text("Sofa")) }
    #expect(phone.lastChange.expectation == .none)
  }

  @Test func `an edit of a record that was created here and not sent says so with an empty context`() throws {
    try lab.disconnect(phone)
    let lamp = RecordID(name: "lamp")
    try lab.edit(phone) { $0.create("things", lamp, [("title", .text("Lamp"))]) }
    try lab.edit(phone) { $0.set("things", lamp, "title", .text("Light")) }
    #expect(phone.lastChange.kind == .update)
    #expect(phone.lastChange.context.isEmpty)
    try lab.calmDown()
    #expect(try lab.hubValue("things/lamp.title") == .text("Light"), "a replica has seen its own change sets")
  }

  @Test func `a draft is one change set, whatever it holds`() throws {
    try lab.edit(phone) {
      $0.set("things", chair, "title", .text("Stool"))
      $0.create("boxes", RecordID(name: "crate"), [("name", .text("Crate"))])
      $0.delete("plain", RecordID(name: "pin"))
    }
    #expect(phone.core.replica.outbox.count == 1)
    #expect(phone.lastMade.changes.map(\.kind) == [.update, .create, .delete])
  }

  // MARK: Refusals

  @Test func `a refusal leaves nothing behind`() throws {
    let before = phone.core.replica
    _ = rejection { try lab.edit(phone) { $0.set("things", chair, "title", .text("")) } }
    #expect(phone.core.replica.identity == before.identity)
    #expect(phone.core.replica.outbox.isEmpty)
    #expect(try lab.value(phone, "things/chair.title") == .text("Chair"))
  }

  typealias Refusal = (what: String, code: RejectionCode, draft: @Sendable (inout Draft) -> Void)

  static let refusals: [Refusal] = {
    let chair = RecordID(name: "chair")
    return [
      ("an empty draft", .malformed, { _ in }),
      ("an unknown collection", .unknownCollection, { $0.delete("chairs", chair) }),
      ("an unknown field", .unknownField, { $0.set("things", chair, "titel", .text("x")) }),
      ("a wrong type", .wrongType, { $0.set("things", chair, "title", .int(1)) }),
      (
        "a text that is too long", .wrongType,
        { $0.set("things", chair, "title", .text(String(repeating: "x", count: 21))) }
      ),
      ("an action that the rule does not take", .wrongType, { $0.set("things", chair, "count", .int(1)) }),
      ("an unknown choice", .wrongType, { $0.set("things", chair, "state", .text("closed")) }),
      ("null where a value is required", .required, { $0.set("things", chair, "title", .null) }),
      ("a creation without a required value", .required, { $0.create("things", RecordID(name: "lamp"), []) }),
      ("a creation without an id", .required, { $0.create("things", nil, [("title", .text("Lamp"))]) }),
      ("a creation without its key", .required, { $0.create("badges", nil, [("code", .text("x"))]) }),
      (
        "another id than the key's", .keyMismatch,
        {
          $0.create("badges", chair, [("person", .id(Lab.eva)), ("code", .text("x"))])
        }
      ),
      ("a system field", .notWritable, { $0.set("things", chair, "inner", .int(8)) }),
      ("a field that the hub stamps", .notWritable, { $0.set("things", chair, "version", .int(8)) }),
      ("an immutable field", .notWritable, { $0.set("things", chair, "home", .id(RecordID(name: "home"))) }),
      ("a record that nobody knows", .recordUnknown, { $0.set("things", RecordID(name: "lamp"), "title", .text("x")) }),
      ("a delete of what nobody knows", .recordUnknown, { $0.delete("things", RecordID(name: "lamp")) }),
      (
        "a record twice", .inconsistent,
        {
          $0.delete("things", chair)
          $0.restore("things", chair)
        }
      ),
      (
        "a delete with an edit", .inconsistent,
        {
          $0.delete("things", chair)
          $0.set("things", chair, "title", .text("x"))
        }
      ),
    ]
  }()

  @Test(arguments: refusals.indices) func `what the hub would refuse in any case is refused at once`(_ index: Int)
    throws
  {
    let (what, code, draft) = Self.refusals[index]
    let refused = rejection { try lab.edit(phone, draft) }
    #expect(refused?.code == code, "\(what)")
    #expect(refused?.message.contains(".") == true, "\(what) is explained in a sentence")
  }

  @Test func `an append-only record is neither changed nor deleted`() throws {
    let entry = RecordID(name: "entry")
    try lab.edit(phone) { $0.create("logs", entry, [("thing", .id(chair)), ("what", .text("made"))]) }
    #expect(rejection { try lab.edit(phone) { $0.delete("logs", entry) } }?.code == .notWritable)
    #expect(rejection { try lab.edit(phone) { $0.set("logs", entry, "what", .text("done")) } }?.code == .notWritable)
  }

  @Test func `a record that is deleted or hidden is not edited before it is restored`() throws {
    try lab.edit(phone) { $0.delete("things", chair) }
    #expect(rejection { try lab.edit(phone) { $0.set("things", chair, "title", .text("x")) } }?.code == .gone)
    try lab.calmDown()
    let table = RecordID(name: "table")
    #expect(try lab.view(phone, "things/table")?.life == .hidden)
    #expect(rejection { try lab.edit(phone) { $0.set("things", table, "title", .text("x")) } }?.code == .gone)
    try lab.edit(phone) { $0.restore("things", chair) }
    try lab.edit(phone) { $0.set("things", chair, "title", .text("Back")) }
    try lab.calmDown()
    #expect(try lab.value(phone, "things/chair.title") == .text("Back"))
    #expect(try lab.view(phone, "things/table")?.life == .live)
  }

  @Test func `the last counter is refused, and nothing overflows`() throws {
    var identity = phone.core.replica.identity
    identity.nextCounter = .max
    var replica = Replica(pack: lab.pack, identity: identity, outbox: [], roster: [])
    var draft = Draft()
    draft.set("things", chair, "title", .text("x"))
    let refused = rejection { _ = try replica.commit(draft, now: Lab.start, phone.storage) }
    #expect(refused?.code == .tooLarge)
  }
}
