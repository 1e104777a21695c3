import HearthModel
import HearthPack
import HearthReplica
import HearthTesting
import HearthWire
import Testing

/// Long conversations by chance: edits, lost connections, restarts, wrong clocks, in pieces of any size.
@Suite("Hub and device: random conversations")
struct RandomConversationTests {
  @Test(arguments: 0..<24)
  func `whatever happens, in the end all devices agree and nothing counts twice (P1, P3, P4, P9)`(
    _ seed: UInt64
  ) throws {
    let form: WireCodec.Form = seed.isMultiple(of: 3) ? .text : .binary
    let conversation = try Conversation(
      Packs.rulesSeed(), Packs.rules.get(), form: form, manner: .random, seed: seed,
      deflatingFrom: seed.isMultiple(of: 2) ? 64 : nil)
    var chaos = Chaos(seed: seed, names: ["phone", "tablet", "toy"])
    for _ in 0..<250 { try chaos.act(on: conversation) { chaos, draft, view in try chaos.editThing(&draft, view) } }
    try conversation.settleAll()
    try conversation.expectAgreement("seed \(seed)")
    try conversation.expectCounter("things", RecordID(name: "box"), "count", startingFrom: 10, "seed \(seed)")
    for (name, unit) in conversation.devices {
      let counters = unit.settled.map(\.changeSet.counter)
      #expect(counters == (0..<counters.count).map { UInt64($0 + 1) }, "\(name), seed \(seed)")
    }
  }

  @Test(arguments: 0..<8)
  func `a family of FamQuest agrees in the end (P1)`(_ seed: UInt64) throws {
    let household = try Packs.famQuestSeed().households[0]
    let form: WireCodec.Form = seed.isMultiple(of: 3) ? .text : .binary
    let conversation = try Conversation(household, Packs.famQuest.get(), form: form, manner: .random, seed: seed)
    conversation.pageBytes = 2000
    var chaos = Chaos(seed: seed, names: household.devices.map(\.name))
    for _ in 0..<120 { try chaos.act(on: conversation) { chaos, draft, view in try chaos.editTask(&draft, view) } }
    try conversation.settleAll()
    try conversation.expectAgreement("seed \(seed)")
  }
}

/// What may happen to a household, by chance.
struct Chaos {
  private var random: SeededGenerator
  private let names: [String]
  private var made: UInt64 = 0

  init(seed: UInt64, names: [String]) {
    random = SeededGenerator(seed: seed ^ 0xc0ffee)
    self.names = names
  }

  mutating func act(
    on conversation: Conversation, edit: (inout Chaos, inout Draft, (String) throws -> [RecordID]) throws -> Void
  ) throws {
    let name = random.pick(names)
    switch random.below(20) {
    case 0...6:
      let unit = conversation.unit(name)
      var draft = Draft()
      try edit(&self, &draft) { collectionName in
        let collection = conversation.pack.collection(named: collectionName)!
        return try unit.core.replica.view(of: collection, unit.storage).map(\.0)
      }
      guard !draft.isEmpty else { return }
      do { try conversation.edit(name) { $0 = draft } } catch is Rejection {}
    case 7: try conversation.connect(name)
    case 8: if random.oneIn(3) { try conversation.disconnect(name) }
    case 9: try conversation.breakConnection(name)
    case 10: if random.oneIn(3) { try conversation.restart(name) }
    case 11: conversation.unit(name).skew = random.pick([0, 0, -3_600_000, 86_400_000, 400])
    case 12: if random.oneIn(4) { try conversation.resend(name) }
    case 13, 14: try conversation.pass(Int64(random.pick([1, 200, 1500, 30_000])))
    default: for _ in 0..<random.below(30) { try conversation.step() }
    }
  }

  // MARK: Edits

  mutating func editThing(_ draft: inout Draft, _ records: (String) throws -> [RecordID]) throws {
    for _ in 0...random.below(2) {
      guard let id = random.oneIn(2) ? RecordID(name: "box") : try records("things").randomElement(using: &random)
      else { return }
      switch random.below(14) {
      case 0...2: draft.increment("things", id, "count", by: Int64(random.below(9)) - 3)
      case 3: draft.increment("things", id, "price", by: 25)
      case 4: draft.set("things", id, "title", .text("title \(random.below(5))"))
      case 5: draft.set("things", id, "record", .int(Int64(random.below(100))))
      case 6: draft.insert("things", id, "tags", .text(random.pick(["a", "b", "c"])))
      case 7: draft.remove("things", id, "tags", .text(random.pick(["a", "b", "c"])))
      case 8:
        draft.put(
          "things", id, "data", [random.pick(["x", "y"]), random.pick(["p", "q"])], .int(Int64(random.below(9))))
      case 9: draft.drop("things", id, "data", [random.pick(["x", "y"])])
      case 10:
        draft.set("things", id, "taker", random.oneIn(2) ? .null : .id(RecordID(name: random.pick(["eva", "noah"]))))
      case 11: draft.set("things", id, "solver", .text(random.pick(["me", "you"])))
      case 12:
        made += 1
        draft.create("things", RecordID(high: made, low: random.next()), [("note", .text("made"))])
      default:
        if id == RecordID(name: "box") || random.oneIn(2) {
          draft.create(
            "slips", nil, [("day", .day(Day(rawValue: Int32(random.below(3))))), ("owner", .id(RecordID(name: "eva")))])
        } else if random.oneIn(2) {
          draft.delete("things", id)
        } else {
          draft.restore("things", id)
        }
        return
      }
    }
  }

  mutating func editTask(_ draft: inout Draft, _ records: (String) throws -> [RecordID]) throws {
    guard let id = try records("tasks").randomElement(using: &random) else { return }
    let people = try records("users")
    switch random.below(11) {
    case 0: draft.set("tasks", id, "title", .text("Taak \(random.below(9))"))
    case 1: draft.set("tasks", id, "points", .int(Int64(random.below(100))))
    case 2: draft.insert("tasks", id, "assignees", .id(people.randomElement(using: &random) ?? id))
    case 3: draft.remove("tasks", id, "assignees", .id(people.randomElement(using: &random) ?? id))
    case 4: draft.put("tasks", id, "metadata", ["tags", random.pick(["x", "y"])], .bool(random.oneIn(2)))
    case 5: draft.set("tasks", id, "status", .text(random.pick(["open", "pending_approval", "done"])))
    case 6:
      draft.set("tasks", id, "claimed_by", random.oneIn(3) ? .null : .id(people.randomElement(using: &random) ?? id))
    case 7: draft.set("tasks", id, "completed_by", .id(people.randomElement(using: &random) ?? id))
    case 8: if random.oneIn(3) { draft.delete("tasks", id) }
    case 9: draft.restore("tasks", id)
    default:
      made += 1
      draft.create("tasks", RecordID(high: made, low: random.next()), [("title", .text("Nieuw"))])
    }
  }
}
