import HearthEngine
import HearthMemory
import HearthModel
import HearthProtocol
import HearthReplica
import HearthWire
import Testing

/// What a member may not see does not reach the member's device, and what leaves the view leaves the device.
@Suite("Audiences")
struct AudienceTests {
  static let luna = RecordID(name: "luna")
  static let marie = RecordID(name: "marie")

  let lab: Lab
  let eva: Lab.Phone
  let noah: Lab.Phone
  let luna: Lab.Phone
  let marie: Lab.Phone
  let task = RecordID(name: "task")

  init() throws {
    lab = try Lab.live(
      .sights, [("eva", Lab.eva), ("noah", Lab.noah), ("luna", Self.luna), ("marie", Self.marie)])
    (eva, noah, luna, marie) = (lab.phones[0], lab.phones[1], lab.phones[2], lab.phones[3])
  }

  /// Eva makes a task that nobody else sees.
  func makeTask() throws {
    try lab.edit(eva) { draft in
      draft.create(
        "tasks", task,
        [("title", .text("the title")), ("price", .text("the price")), ("diary", .text("the diary"))])
    }
    try lab.settle()
  }

  /// Eva changes one record.
  func set(_ collection: String, _ id: RecordID, _ field: String, _ value: Value) throws {
    try lab.edit(eva) { $0.set(collection, id, field, value) }
    try lab.settle()
  }

  func assign(_ member: RecordID?) throws { try set("tasks", task, "assignee", member.map { .id($0) } ?? .null) }

  func check(sourceLocation: SourceLocation = #_sourceLocation) throws {
    let oracle = try Oracle(lab)
    for phone in lab.phones {
      #expect(throws: Never.self, sourceLocation: sourceLocation) { try oracle.check(phone) }
    }
  }

  /// Whether a text stands in what the hub has written to a phone.
  func hasHeard(_ phone: Lab.Phone, _ text: String) -> Bool {
    phone.frames.contains { Bytes.contain($0, Array(text.utf8)) }
  }

  // MARK: Coming and going

  @Test func `a record that enters a view comes whole, and one that leaves it goes (V2)`() throws {
    try makeTask()
    #expect(noah.storage.confirmed(lab.key("tasks/task")) == nil)
    try assign(Lab.noah)
    #expect(lab.confirmed(noah, "tasks/task.title") == .text("the title"))
    #expect(lab.confirmed(noah, "tasks/task.price") == .text("the price"))
    #expect(lab.confirmed(noah, "tasks/task.diary") == .null)
    try assign(Self.luna)
    #expect(noah.storage.confirmed(lab.key("tasks/task")) == nil)
    #expect(lab.confirmed(luna, "tasks/task.price") == .text("the price"))
    #expect(!hasHeard(noah, "the diary") && !hasHeard(luna, "the diary") && !hasHeard(marie, "the title"))
    try check()
  }

  @Test func `both happen also to a device that was away (V3)`() throws {
    try makeTask()
    try assign(Lab.noah)
    try lab.disconnect(noah)
    try lab.disconnect(luna)
    try assign(Self.luna)
    try lab.connect(noah)
    try lab.connect(luna)
    try lab.settle()
    #expect(noah.storage.confirmed(lab.key("tasks/task")) == nil)
    #expect(lab.confirmed(luna, "tasks/task.title") == .text("the title"))
    try check()
  }

  @Test(arguments: [true, false])
  func `a mask that changes shows and hides fields`(_ isAway: Bool) throws {
    try makeTask()
    try assign(Lab.noah)
    try set("tasks", task, "claimable", .bool(true))
    if isAway { try lab.disconnect(noah) }
    try assign(nil)
    if isAway { try lab.connect(noah) }
    try lab.settle()
    #expect(lab.confirmed(noah, "tasks/task.title") == .text("the title"))
    #expect(lab.confirmed(noah, "tasks/task.price") == .null)
    #expect(lab.confirmed(marie, "tasks/task.title") == .text("the title"))
    try check()
    try assign(Lab.noah)
    #expect(lab.confirmed(noah, "tasks/task.price") == .text("the price"))
    try check()
  }

  @Test(arguments: ["comments", "logs"], [true, false])
  func `a record that nobody changed comes and goes with one that it points to`(
    _ collection: String, _ isAway: Bool
  ) throws {
    try makeTask()
    let field = collection == "comments" ? "task" : "context"
    try lab.edit(eva) {
      $0.create(collection, RecordID(name: "note"), [(field, .id(task)), ("text", .text("a word"))])
    }
    try lab.settle()
    #expect(!hasHeard(noah, "a word"))
    if isAway { for phone in [noah, luna] { try lab.disconnect(phone) } }
    try assign(Lab.noah)
    if isAway { for phone in [noah, luna] { try lab.connect(phone) } }
    try lab.settle()
    #expect(lab.confirmed(noah, "\(collection)/note.text") == .text("a word"))
    if isAway { for phone in [noah, luna] { try lab.disconnect(phone) } }
    try assign(Self.luna)
    if isAway { for phone in [noah, luna] { try lab.connect(phone) } }
    try lab.settle()
    #expect(noah.storage.confirmed(lab.key("\(collection)/note")) == nil)
    #expect(lab.confirmed(luna, "\(collection)/note.text") == .text("a word"))
    #expect(!hasHeard(marie, "a word"))
    try check()
  }

  @Test func `a device learns nothing of what it never saw, and is at the head all the same`() throws {
    try lab.disconnect(noah)
    try makeTask()
    try lab.connect(noah)
    try lab.settle()
    try set("tasks", task, "note", .text("a note"))
    for phone in [noah, luna, marie] {
      #expect(try phone.core.replica.identity.cursor.revision == lab.state.revision, "\(phone.name)")
      #expect(!phone.frames.contains { Bytes.contain($0, task.bytes) }, "\(phone.name)")
    }
  }

  // MARK: What authors are told

  @Test func `a conflict about a hidden field reaches nobody who may not see the field (V1)`() throws {
    try makeTask()
    try assign(Lab.noah)
    let second = try lab.addPhone("eva's tablet", Lab.eva)
    try lab.calmDown()
    try lab.disconnect(second)
    try lab.edit(second) { $0.set("tasks", task, "diary", .text("second diary")) }
    try set("tasks", task, "diary", .text("third diary"))
    try lab.calmDown()
    #expect(try lab.view(eva, "tasks/task")?.conflicts.count == 1)
    #expect(try lab.view(noah, "tasks/task")?.conflicts.isEmpty == true)
    let late = try lab.addPhone("noah's tablet", Lab.noah)
    try lab.calmDown()
    for phone in [noah, late] { #expect(!hasHeard(phone, "diary")) }
    try check()
  }

  @Test func `an author is told nothing of what may be written and not read`() throws {
    try makeTask()
    try set("tasks", task, "claimable", .bool(true))
    try lab.disconnect(marie)
    try set("tasks", task, "note", .text("eva's note"))
    try lab.edit(marie) { $0.set("tasks", task, "note", .text("marie's note")) }
    try lab.calmDown()
    #expect(try lab.view(eva, "tasks/task")?.conflicts.count == 1)
    #expect(marie.settled.last?.verdict == .accepted)
    #expect(lab.confirmed(marie, "tasks/task.note") == .null, "nor does the device keep it")
    #expect(!hasHeard(marie, "note"))
    try check()
  }

  @Test func `who may not see a field is not told who holds it`() throws {
    try makeTask()
    try set("tasks", task, "claimable", .bool(true))
    for phone in [noah, marie] { try lab.disconnect(phone) }
    try lab.edit(noah) { $0.set("tasks", task, "taker", .text("noah took it")) }
    try lab.edit(marie) { $0.set("tasks", task, "taker", .text("marie took it")) }
    try lab.connect(noah)
    try lab.settle()
    try lab.connect(marie)
    try lab.settle()
    #expect(marie.lastRejection?.code == .alreadyClaimed)
    #expect(marie.lastRejection?.holder == nil)
    try lab.resend(marie)
    try lab.settle()
    #expect(!hasHeard(marie, "took it"))
    for phone in [luna] { try lab.disconnect(phone) }
    try lab.edit(luna) { $0.set("tasks", task, "taker", .text("luna took it")) }
    try lab.calmDown()
    #expect(luna.lastRejection == nil || luna.lastRejection?.holder != nil)
  }

  @Test func `what is only handed in does not stay on the device`() throws {
    try lab.edit(noah) { $0.create("letters", RecordID(name: "letter"), [("text", .text("dear hub"))]) }
    try lab.settle()
    #expect(noah.storage.confirmed(lab.key("letters/letter")) == nil)
    #expect(try lab.hubValue("letters/letter.text") == .text("dear hub"))
    #expect(!lab.phones.contains { hasHeard($0, "dear hub") })
    try check()
  }

  @Test func `a record out of view is answered as an unknown id (V4)`() throws {
    try makeTask()
    var rejections = [Rejection]()
    for id in [task, RecordID(name: "nothing")] {
      let key = ReplicaKey(lab.collection("tasks").number, id)
      try lab.forge(
        RecordChange(
          collection: key.collection, record: id, kind: .update,
          edits: [Edit(lab.field("tasks.note").number, .set(.text("x")))]), on: noah)
      try lab.settle()
      rejections.append(try #require(noah.lastRejection))
    }
    #expect(rejections[0].code == .recordUnknown)
    #expect(rejections[0].message == rejections[1].message)
    #expect(rejections[0].holder == nil && rejections[0].rule == rejections[1].rule)
  }
}
