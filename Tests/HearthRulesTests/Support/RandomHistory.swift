import HearthModel
import HearthReplica
import HearthScenario
import HearthTesting

/// A random history of Eva's family: four devices whose people do what they may and what they may not, mostly offline.
struct RandomHistory {
  let household: Household
  var random: SeededGenerator
  private(set) var devices: [String] = []
  private var created = 0
  private var forged: UInt64 = 0
  private var forger: ReplicaNumber?

  private static let people = ["eva", "eva", "sam", "sam", "noah", "noah", "luna", "luna", "mira", "finn"]

  init(seed: Int) throws {
    random = SeededGenerator(seed: UInt64(seed))
    household = try Household(seed: seed)
    for number in 0..<4 {
      let person = number == 0 ? "eva" : random.pick(Self.people)
      let device = "\(person)-\(number)"
      try household.addDevice(device, person)
      devices.append(device)
    }
  }

  // MARK: What happens

  mutating func run() throws {
    try reconnectAll()
    for _ in 0..<2 + random.below(2) {
      for device in devices where !random.oneIn(4) { try household.disconnect(device) }
      for _ in 0..<4 + random.below(10) { try act() }
      if random.oneIn(3) { try forge() }
      try reconnectAll()
      try household.check()
    }
    try DeviceViews.check(household, devices)
  }

  private mutating func reconnectAll() throws {
    for device in devices.shuffled(using: &random) {
      try household.connect(device)
      if random.oneIn(5) { try household.world.resendNow(device) }
      try household.world.settle()
    }
    try household.waitForAll(devices)
  }

  private mutating func act() throws {
    let device = random.pick(devices)
    household.world.advance(by: Int64(1 + random.below(600)) * 1000)
    if random.oneIn(8) {
      try household.world.setClock(of: device, aheadBy: Int64(random.below(15)) * 1_000_000 - 7_000_000)
    }
    var draft = Draft()
    for _ in 0..<(random.oneIn(5) ? 2 : 1) { try wish(device, &draft) }
    if !draft.isEmpty { try household.commit(draft, on: device) }
    if random.oneIn(10) { try household.world.settle() }
  }

  // MARK: Wishes

  private mutating func wish(_ device: String, _ draft: inout Draft) throws {
    switch random.below(32) {
    case 0...8: try moveTask(device, &draft)
    case 9...13: try editTask(device, &draft)
    case 14, 15: try createTask(device, &draft)
    case 16...18: try buy(device, &draft)
    case 19...21: try editUser(device, &draft)
    case 22, 23: try editEvent(device, &draft)
    case 24: try editReward(device, &draft)
    case 25, 26: try study(device, &draft)
    case 27: try photograph(device, &draft)
    case 28: try deleteSomething(device, &draft)
    case 29: try restoreSomething(device, &draft)
    case 30: try forgeRow(device, &draft)
    default: try readMessage(device, &draft)
    }
  }

  private func ids(_ collection: String, on device: String, life: Bool = true) throws -> [RecordID] {
    try household.world.view(device, of: household.pack.collection(named: collection)!)
      .filter { ($0.1.life == .live) == life }.map(\.0)
  }

  private mutating func one(_ collection: String, on device: String) throws -> RecordID? {
    let known = try ids(collection, on: device)
    return known.isEmpty ? nil : random.pick(known)
  }

  private func value(_ collection: String, _ id: RecordID, _ name: String, on device: String) throws -> Value {
    let schema = household.pack.collection(named: collection)!
    let record = try household.world.view(device, ReplicaKey(schema.number, id))
    return record?[schema.field(named: name)!] ?? .null
  }

  private func member(of device: String) -> RecordID { household.members[device]! }

  private mutating func newID() -> RecordID {
    created += 1
    return RecordID(name: "n\(created)")
  }

  private var now: Instant { Instant(milliseconds: household.world.now) }

  private mutating func moveTask(_ device: String, _ draft: inout Draft) throws {
    guard let task = try one("tasks", on: device) else { return }
    let status = try value("tasks", task, "status", on: device).text ?? "open"
    switch random.below(10) {
    case 0, 1: draft.set("tasks", task, "claimed_by", .id(member(of: device)))
    case 2: draft.set("tasks", task, "claimed_by", .null)
    case 3: draft.set("tasks", task, "status", .text(random.pick(["open", "pending_approval", "done"])))
    case 4 where random.oneIn(4): draft.set("tasks", task, "claimed_by", .id(RecordID(name: "noah")))
    default:
      let next = ["open": ["pending_approval", "done"], "pending_approval": ["done", "open"], "done": ["open"]]
      draft.set("tasks", task, "status", .text(random.pick(next[status]!)))
      if random.oneIn(4), let photo = try one("media", on: device) {
        draft.insert("tasks", task, "proof_photos", .id(photo))
      }
    }
    if random.oneIn(12) { draft.expectUnchanged("tasks", task) }
  }

  private mutating func editTask(_ device: String, _ draft: inout Draft) throws {
    guard let task = try one("tasks", on: device) else { return }
    let users = try ids("users", on: device)
    switch random.below(12) {
    case 0: draft.set("tasks", task, "title", .text(random.pick(["Dishes", "Bins", "Plants"])))
    case 1: draft.set("tasks", task, "points", .int(Int64(random.below(30))))
    case 2: draft.set("tasks", task, "photo_required", .bool(random.oneIn(2)))
    case 3: draft.set("tasks", task, "parent_approval", .bool(random.oneIn(2)))
    case 4, 5: draft.set("tasks", task, "claimable", .bool(random.oneIn(2)))
    case 6: draft.set("tasks", task, "due", .instant(now))
    case 7: draft.put("tasks", task, "metadata", ["tags", random.pick(["x", "y"])], .bool(true))
    case 8:
      if let photo = try one("media", on: device) { draft.remove("tasks", task, "proof_photos", .id(photo)) }
    case 9 where !users.isEmpty: draft.remove("tasks", task, "assignees", .id(random.pick(users)))
    default: if !users.isEmpty { draft.insert("tasks", task, "assignees", .id(random.pick(users))) }
    }
  }

  private mutating func createTask(_ device: String, _ draft: inout Draft) throws {
    var values: [(String, Value)] = [("title", .text("A task"))]
    if random.oneIn(2) { values.append(("points", .int(Int64(random.below(20))))) }
    if random.oneIn(2) { values.append(("claimable", .bool(true))) }
    if random.oneIn(3) { values.append(("assignees", .list([.id(member(of: device))]))) }
    if random.oneIn(6) { values.append(("created_by", .id(RecordID(name: random.pick(["eva", "sam"]))))) }
    if random.oneIn(8) { values.append(("status", .text(random.pick(["open", "done"])))) }
    draft.create("tasks", newID(), values)
  }

  private mutating func buy(_ device: String, _ draft: inout Draft) throws {
    guard let reward = try one("rewards", on: device) else { return }
    let cost = try value("rewards", reward, "cost", on: device).int ?? 1
    let price = random.oneIn(6) ? 1 : cost
    let buyer = random.oneIn(8) ? RecordID(name: "sam") : member(of: device)
    if random.oneIn(6) {
      let user = random.pick(["sam", "noah", "luna"])
      let delta = Value.int(Int64(random.below(41)) - 20)
      draft.create(
        "points_ledger", newID(),
        [("user_id", .id(RecordID(name: user))), ("delta", delta), ("kind", .text("adjust"))])
      return
    }
    draft.create(
      "points_ledger", newID(),
      [("user_id", .id(buyer)), ("delta", .int(-price)), ("kind", .text("spend")), ("reward_id", .id(reward))])
  }

  private mutating func editUser(_ device: String, _ draft: inout Draft) throws {
    guard var user = try one("users", on: device) else { return }
    // Who leads the family stays mostly as it is, so that there is somebody to go on.
    if user == RecordID(name: "eva"), !random.oneIn(4) { user = member(of: device) }
    switch random.below(11) {
    case 0: draft.set("users", user, "display_name", .text(random.pick(["Ann", "Bob"])))
    case 1: draft.set("users", user, "theme", .text(random.pick(["dark", "light"])))
    case 2:
      // The last parent tries to go, too.
      if random.oneIn(3) { user = RecordID(name: "eva") }
      draft.set("users", user, "role", .text(random.pick(["parent", "teen", "child", "helper"])))
    case 3: draft.set("users", user, "is_active", .bool(!random.oneIn(3)))
    case 4, 5:
      draft.put("users", user, "permissions", ["tasks", random.pick(["create", "edit"])], .bool(!random.oneIn(3)))
    case 6:
      draft.put("users", user, "permissions", ["events", random.pick(["create", "edit"])], .bool(random.oneIn(2)))
    case 7: draft.set("users", user, "email", .text(random.pick(["a@x.nl", "A@x.nl", "b@x.nl", "eva@famquest.dev"])))
    case 8: draft.set("users", user, "email", .null)
    case 9: draft.set("users", user, "two_fa_enabled", .bool(random.oneIn(2)))
    default:
      let way: (String, Value) = random.oneIn(3) ? ("theme", .text("dark")) : ("pin", .text("$2b$10$xyz"))
      draft.create(
        "users", newID(),
        [("display_name", .text("Kim")), ("role", .text(random.pick(["child", "parent"]))), way])
    }
  }

  private mutating func editEvent(_ device: String, _ draft: inout Draft) throws {
    let time = Instant(milliseconds: now.milliseconds + Int64(random.below(5)) * 3_600_000)
    guard !random.oneIn(3), let event = try one("events", on: device) else {
      return draft.create("events", newID(), [("title", .text("Party")), ("start_at", .instant(time))])
    }
    let user = Value.id(try one("users", on: device) ?? member(of: device))
    switch random.below(6) {
    case 0: draft.set("events", event, "title", .text(random.pick(["One", "Two"])))
    case 1: draft.set("events", event, "start_at", .instant(time))
    case 2: draft.set("events", event, "end_at", .instant(time))
    case 3: draft.remove("events", event, "attendees", user)
    default: draft.insert("events", event, "attendees", user)
    }
  }

  private mutating func editReward(_ device: String, _ draft: inout Draft) throws {
    guard !random.oneIn(4), let reward = try one("rewards", on: device) else {
      return draft.create("rewards", newID(), [("name", .text("Ice")), ("cost", .int(Int64(1 + random.below(30))))])
    }
    switch random.below(3) {
    case 0: draft.set("rewards", reward, "cost", .int(Int64(1 + random.below(60))))
    case 1: draft.set("rewards", reward, "is_active", .bool(random.oneIn(2)))
    default: draft.set("rewards", reward, "name", .text(random.pick(["Film", "Game"])))
    }
  }

  private mutating func study(_ device: String, _ draft: inout Draft) throws {
    let user = random.oneIn(4) ? RecordID(name: "noah") : member(of: device)
    switch random.below(6) {
    case 0: draft.create("study_items", newID(), [("user_id", .id(user)), ("subject", .text("Maths"))])
    case 1:
      guard let item = try one("study_items", on: device) else { return }
      draft.create(
        "study_sessions", newID(), [("study_item_id", .id(item)), ("scheduled_date", .day(Household.day(now)))])
    case 2:
      guard let item = try one("study_items", on: device) else { return }
      let session = random.pick(["s1", "s2", "s9"])
      draft.put("study_items", item, "study_plan", ["sessions", session, "done"], .bool(random.oneIn(2)))
    case 3:
      guard let item = try one("study_items", on: device) else { return }
      draft.set("study_items", item, "topic", .text(random.pick(["a", "b"])))
    default:
      guard let session = try one("study_sessions", on: device) else { return }
      draft.set("study_sessions", session, "score", .int(Int64(random.below(101))))
      draft.set("study_sessions", session, "completed_at", .instant(now))
    }
  }

  private mutating func photograph(_ device: String, _ draft: inout Draft) throws {
    let id = newID()
    var values: [(String, Value)] = [
      ("url", .text("https://x.y/z")), ("mime_type", .text("image/jpeg")), ("context", .text("task_proof")),
      ("storage_key", .text(random.oneIn(4) ? "twice" : "file-\(id)")),
    ]
    let task = try one("tasks", on: device)
    if let task { values.append(("context_id", .id(task))) }
    if random.oneIn(6) { values.append(("uploaded_by", .id(RecordID(name: "sam")))) }
    draft.create("media", id, values)
    if let task, random.oneIn(2) { draft.insert("tasks", task, "proof_photos", .id(id)) }
  }

  private static let deletable = [
    "tasks", "tasks", "rewards", "events", "study_items", "study_sessions", "media", "users", "notifications",
  ]

  private mutating func deleteSomething(_ device: String, _ draft: inout Draft) throws {
    let collection = random.pick(Self.deletable)
    guard let id = try one(collection, on: device), id != RecordID(name: "eva") || random.oneIn(3) else { return }
    draft.delete(collection, id)
  }

  private mutating func restoreSomething(_ device: String, _ draft: inout Draft) throws {
    for collection in Self.deletable.shuffled(using: &random) {
      let gone = try ids(collection, on: device, life: false)
      guard !gone.isEmpty else { continue }
      return draft.restore(collection, random.pick(gone))
    }
  }

  /// Rows that only the hub makes.
  private mutating func forgeRow(_ device: String, _ draft: inout Draft) throws {
    let own = Value.id(member(of: device))
    switch random.below(3) {
    case 0:
      draft.create(
        "badges", nil, [("user_id", own), ("code", .text("hero")), ("awarded_at", .instant(now))])
    case 1: draft.create("audit_log", newID(), [("action", .text("nothing_happened"))])
    default:
      guard let task = try one("tasks", on: device) else { return }
      let day = Value.day(Household.day(now))
      draft.create(
        "task_logs", newID(),
        [("task_id", .id(task)), ("action", .text("claimed")), ("occurrence_date", day), ("attempt", .int(1))])
    }
  }

  private mutating func readMessage(_ device: String, _ draft: inout Draft) throws {
    guard let message = try one("notifications", on: device) else { return }
    draft.set("notifications", message, "read_at", .instant(now))
  }

  // MARK: Forgeries

  /// What a device of ours would not even send: fields of the hub, without any connection that could show the result.
  private mutating func forge() throws {
    for device in devices { try household.disconnect(device) }
    let member = random.pick(["sam", "noah", "luna", "mira"])
    let replica = try forger ?? household.openForger()
    forger = replica
    forged += 1
    let task = RecordID(name: random.pick(["dishes", "tidy-room", "water-plants"]))
    let edits: [(String, Value)] = [
      ("attempt", .int(7)), ("completed_by", .id(RecordID(name: member))), ("approved_by", .id(RecordID(name: member))),
      ("version", .int(99)), ("status", .text("done")), ("created_by", .id(RecordID(name: member))),
    ]
    let (name, value) = random.pick(edits)
    try household.forge("tasks", task, name, value, as: member, replica: replica, counter: forged)
  }
}
