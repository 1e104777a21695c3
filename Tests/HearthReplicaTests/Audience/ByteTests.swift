import HearthEngine
import HearthMemory
import HearthModel
import HearthReplica
import HearthScenario
import HearthWire
import Testing

/// Reads every byte that the hub writes to each device of a household, over random histories: no value is in it that
/// its member may not see.
@Suite("Audiences: every byte")
struct ByteTests {
  @Test(arguments: Array(UInt64(1)...24))
  func `no byte tells what a member may not see, and each device has what it may (V1, V2, V3)`(_ seed: UInt64) throws {
    let lab = Lab(.sights, form: seed.isMultiple(of: 2) ? .binary : .text, seed: seed)
    let history = SightHistory(lab, seed: seed)
    try history.run(steps: 260)
    for phone in lab.phones {
      let allowed = history.allowed[phone.member] ?? []
      for frame in phone.frames {
        let leaked = Bytes.marks(in: frame).subtracting(allowed)
        #expect(leaked.isEmpty, "\(phone.name) reads \(leaked.sorted().map { history.places[$0] ?? "" })")
      }
    }
    let oracle = try Oracle(lab)
    for phone in lab.phones { try oracle.check(phone) }
  }

  @Test func `the history shows and hides enough to say something`() throws {
    let lab = Lab(.sights, seed: 1)
    let history = SightHistory(lab, seed: 1)
    try history.run(steps: 260)
    let read = lab.phones.map { phone in phone.frames.reduce(into: Set<Int>()) { $0.formUnion(Bytes.marks(in: $1)) } }
    #expect(history.places.count > 60)
    #expect(read.allSatisfy { $0.count > 5 && $0.count < history.places.count })
  }
}

/// People of all roles who write marked values and change who sees what.
final class SightHistory {
  let lab: Lab
  /// Where each mark was written.
  private(set) var places: [Int: String] = [:]
  /// The marks that each member could see at some time.
  private(set) var allowed: [RecordID: Set<Int>] = [:]
  private var marks: [Place: Set<Int>] = [:]
  private var random: SplitMix64
  private let members: [RecordID] = [Lab.eva, Lab.noah, AudienceTests.luna, AudienceTests.marie]

  private struct Place: Hashable {
    let key: ReplicaKey
    let field: String
  }

  init(_ lab: Lab, seed: UInt64) {
    self.lab = lab
    random = SplitMix64(seed: seed &* 7919)
    lab.committed = { [unowned self] _ in try note() }
  }

  func run(steps: Int) throws {
    for (name, member) in [("eva", 0), ("eva's tablet", 0), ("noah", 1), ("luna", 2), ("marie", 3)] {
      try lab.addPhone(name, members[member])
    }
    try lab.calmDown()
    try note()
    for _ in 0..<steps { try step() }
    // Nobody is left outside at the end.
    let eva = lab.phones[0]
    for member in members { try lab.edit(eva) { $0.set("people", member, "is_active", .bool(true)) } }
    try lab.connect(eva)
    for _ in 0..<10 where !eva.core.replica.outbox.isEmpty {
      try lab.settle()
      try lab.advance(by: 60_000)
    }
    try lab.calmDown()
  }

  /// Remembers what each member can see now.
  private func note() throws {
    let oracle = try Oracle(lab)
    for (place, written) in marks {
      for member in members where oracle.fields(place.key, member)?.contains(place.field) == true {
        allowed[member, default: []].formUnion(written)
      }
    }
  }

  // MARK: What happens

  private func step() throws {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<40: try move()
    case 40..<75: try edit(random.pick(lab.phones))
    case 75..<88: try govern()
    case 88..<93: try lab.connect(random.pick(lab.phones))
    case 93..<95: try lab.disconnect(random.pick(lab.phones))
    case 95..<97: try lab.cut(random.pick(lab.phones), losing: random.chance(1, in: 2))
    case 97: try lab.resend(random.pick(lab.phones))
    default: try lab.advance(by: random.pick([1, 700, 60_000]))
    }
  }

  private func move() throws {
    for _ in 0..<6 {
      let busy = lab.busy
      if let connection = busy.toHub.randomElement(using: &random) {
        try lab.deliverToHub(connection)
      } else if !lab.submitted.isEmpty {
        try lab.decide()
      } else if let connection = busy.toPhone.randomElement(using: &random) {
        try lab.deliverToPhone(connection)
      }
    }
  }

  /// A new value that says where it stands.
  private func mark(_ collection: String, _ id: RecordID, _ field: String) -> Value {
    let number = places.count + 1001
    places[number] = "\(collection)/\(id).\(field)"
    marks[Place(key: ReplicaKey(lab.collection(collection).number, id), field: field), default: []].insert(number)
    return .text("~\(number)~")
  }

  private func commit(_ phone: Lab.Phone, _ body: (inout Draft) -> Void) throws {
    do {
      try lab.edit(phone, body)
    } catch let rejection as Rejection {
      lab.note("\(phone.name) refuses: \(rejection.message)")
    }
  }

  private func edit(_ phone: Lab.Phone) throws {
    let tasks = try phone.core.replica.view(of: lab.collection("tasks"), phone.storage).map(\.0)
    guard let task = tasks.randomElement(using: &random), random.chance(3, in: 4) else { return try create(phone) }
    try commit(phone) { draft in
      for _ in 0..<Int.random(in: 1...2, using: &random) { write(task, &draft) }
    }
  }

  private func write(_ task: RecordID, _ draft: inout Draft) {
    let field = random.pick(["title", "price", "diary", "note", "hidden", "labels", "extra", "taker", "assignee"])
    switch field {
    case "labels": draft.insert("tasks", task, field, mark("tasks", task, field))
    case "extra": draft.put("tasks", task, field, [random.pick(["a", "b"])], mark("tasks", task, field))
    case "assignee": draft.set("tasks", task, field, .id(random.pick(members)))
    default: draft.set("tasks", task, field, mark("tasks", task, field))
    }
  }

  private func create(_ phone: Lab.Phone) throws {
    let id = RecordID(high: random.next(), low: random.next())
    let collection = random.pick([
      "tasks", "tasks", "comments", "logs", "letters", "journals", "plans", "notices", "walls",
    ])
    let tasks = try phone.core.replica.view(of: lab.collection("tasks"), phone.storage).map(\.0)
    var values: [(String, Value)] = []
    switch collection {
    case "tasks":
      values = [
        ("title", mark(collection, id, "title")), ("diary", mark(collection, id, "diary")),
        ("price", mark(collection, id, "price")),
      ]
    case "comments", "logs":
      guard let task = tasks.randomElement(using: &random) else { return }
      values = [(collection == "logs" ? "context" : "task", .id(task)), ("text", mark(collection, id, "text"))]
    case "plans":
      values = [("team", .text(random.pick(["red", "blue"]))), ("text", mark(collection, id, "text"))]
    default: values = [("text", mark(collection, id, "text"))]
    }
    try commit(phone) { $0.create(collection, id, values) }
  }

  /// Eva changes who sees what.
  private func govern() throws {
    let phone = lab.phones[0]
    let tasks = try phone.core.replica.view(of: lab.collection("tasks"), phone.storage).map(\.0)
    let member = random.pick(Array(members.dropFirst()))
    let task = tasks.randomElement(using: &random)
    let choice = Int.random(in: 0..<12, using: &random)
    try commit(phone) { draft in
      switch (choice, task) {
      case (0...3, let task?): draft.set("tasks", task, "assignee", .id(member))
      case (4...5, let task?): draft.set("tasks", task, "claimable", .bool(random.chance(1, in: 2)))
      case (6, let task?): draft.delete("tasks", task)
      case (7, let task?): draft.restore("tasks", task)
      case (8, _): draft.set("people", member, "team", .text(random.pick(["red", "blue"])))
      case (9, _): draft.set("people", member, "role", .text(random.pick(["child", "child", "helper"])))
      case (10, _): draft.set("homes", lab.household.record, "is_open", .bool(random.chance(1, in: 2)))
      default: draft.set("people", member, "is_active", .bool(random.chance(1, in: 2)))
      }
    }
  }
}
