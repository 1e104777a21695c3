import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import Testing

/// Two families at one hub: what a device of one says of records of the other is answered as of records that are not
/// there.
@Suite("Record ids of another household")
struct ForeignRecordTests {
  private let world: InProcessWorld

  init() throws {
    world = InProcessWorld(pack: FamQuest.pack) { instant, _ in Day(rawValue: Int32(instant.milliseconds / 86_400_000))
    }
    for household in FamQuest.seed.households { _ = try world.found(household) }
    let eva = FamQuest.seed.households[0]
    try world.addDevice("sam-phone", member: RecordID(name: "sam"), household: eva.id)
    try world.addDevice("eva-phone", member: RecordID(name: "eva"), household: eva.id)
    let mark = FamQuest.seed.households[1]
    try world.addDevice("mark-phone", member: RecordID(name: "mark"), household: mark.id)
    for device in ["sam-phone", "eva-phone", "mark-phone"] { try world.connect(device) }
    try world.settle()
  }

  /// What the hub answers to a forged edit.
  private func answer(_ device: String, _ edit: (inout Draft) -> Void) throws -> Rejection? {
    var draft = Draft()
    edit(&draft)
    let counter = try world.forgeNow(draft, on: device)
    try world.settle()
    guard
      case .rejected(let rejection)? = try world.settled(device).first(where: { $0.changeSet.counter == counter })?
        .verdict
    else { return nil }
    return rejection
  }

  @Test(arguments: ["eva-phone", "sam-phone"])
  func `an edit of a record of another family is answered as one of a record that is not there`(
    _ device: String
  ) throws {
    let foreign = try answer(device) { $0.set("tasks", RecordID(name: "walk-dog"), "title", .text("Van ons")) }
    let unknown = try answer(device) { $0.set("tasks", RecordID(name: "no-such-task"), "title", .text("Van ons")) }
    #expect(foreign?.code == .recordUnknown)
    #expect(foreign?.code == unknown?.code)
    #expect(foreign?.message == unknown?.message)
    #expect(foreign?.holder == nil)
    let tasks = FamQuest.pack.collection(named: "tasks")!
    let dog = try #require(try world.view("mark-phone", ReplicaKey(tasks.number, RecordID(name: "walk-dog"))))
    #expect(dog[tasks.field(named: "title")!] == .text("Walk the dog"))
  }

  @Test func `a reference to a record of another family is answered as one to a record that is not there`() throws {
    let foreign = try answer("eva-phone") {
      $0.insert("tasks", RecordID(name: "dishes"), "assignees", .id(RecordID(name: "tom")))
    }
    let unknown = try answer("eva-phone") {
      $0.insert("tasks", RecordID(name: "dishes"), "assignees", .id(RecordID(name: "nobody")))
    }
    #expect(foreign?.code == .referenceMissing)
    #expect(foreign?.code == unknown?.code)
    #expect(foreign?.message == unknown?.message)
  }

  @Test func `FQ-C01: an address of another family is taken, and nothing says by whom`() throws {
    let rejection = try answer("eva-phone") {
      $0.set("users", RecordID(name: "mira"), "email", .text("MARK@famquest.dev"))
    }
    #expect(rejection?.code == .uniqueViolation)
    #expect(rejection?.holder == nil)
    #expect(rejection?.message.contains("mark") != true)
    #expect(rejection?.message.contains(RecordID(name: "mark").description) != true)
  }

  @Test func `FQ-C08: a push token that another family registers leaves the first one`() throws {
    let tokens = FamQuest.pack.collection(named: "device_tokens")!
    let register = { (device: String, name: String, member: String) in
      var draft = Draft()
      draft.create(
        "device_tokens", RecordID(name: name),
        [
          ("user_id", .id(RecordID(name: member))), ("platform", .text("ios")), ("token", .text("one-phone")),
        ])
      _ = try self.world.commit(draft, on: device)
      try self.world.settle()
    }
    try register("sam-phone", "sams-token", "sam")
    try register("mark-phone", "marks-token", "mark")
    let sams = try world.view("sam-phone", ReplicaKey(tokens.number, RecordID(name: "sams-token")))
    let marks = try world.view("mark-phone", ReplicaKey(tokens.number, RecordID(name: "marks-token")))
    #expect(sams?.life != .live)
    #expect(marks?.life == .live)
    #expect(marks?[tokens.field(named: "token")!] == .text("one-phone"))
  }
}
