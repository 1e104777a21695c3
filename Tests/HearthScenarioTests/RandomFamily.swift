import Foundation
import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import HearthTesting

/// A FamQuest family whose devices do anything at random: sound edits, stale ones, impossible ones; lost connections,
/// restarts and wrong clocks.
struct RandomFamily {
  static let members = ["eva", "sam", "noah", "luna"]
  static let devices = ["eva-1", "eva-2", "sam-1", "noah-1", "luna-1"]
  private static let collections = [
    "tasks", "study_items", "study_sessions", "rewards", "users", "events", "media", "user_streaks", "points_ledger",
    "task_logs", "badges",
  ]

  let world: InProcessWorld
  private let pack: Pack
  private let pool: [CollectionSchema]
  private var random: SeededGenerator
  private var created = 0

  init(_ pack: Pack, _ household: Seed.Household, seed: Int) throws {
    self.pack = pack
    pool = Self.collections.map { pack.collection(named: $0)! }
    random = SeededGenerator(seed: UInt64(seed))
    world = InProcessWorld(pack: pack, seed: UInt64(seed)) { instant, _ in
      Day(rawValue: Int32(instant.milliseconds / 86_400_000))
    }
    _ = try world.found(household)
    for device in Self.devices {
      try world.addDevice(device, member: Self.member(of: device), household: household.id)
      try world.connect(device)
    }
    try world.settle()
  }

  private static func member(of device: String) -> RecordID { RecordID(name: String(device.dropLast(2))) }

  // MARK: Steps

  mutating func step() throws {
    world.advance(by: Int64(random.below(3)) * 500)
    let device = random.pick(Self.devices)
    switch random.below(20) {
    case 0: try world.disconnect(device)
    case 1: try world.cut(device)
    case 2:
      try world.cut(device)
      try world.reload(device)
    case 3: try world.setClock(of: device, aheadBy: Int64(random.below(5)) * 100_000 - 200_000)
    case 4...7: try world.connect(device)
    case 8: try world.resendNow(device)
    case 9, 10: try world.settle()
    default:
      let draft = try draft(on: device)
      do { _ = try world.commit(draft, on: device) } catch is Rejection {}
    }
  }

  /// Brings everybody back and waits until nothing is on its way.
  ///
  /// What a device wrote offline may delete members whose devices were let in before, so that some need another round.
  func settle() throws {
    for _ in Self.devices {
      try reconnect(Self.devices.prefix(1))
      for member in Self.members.dropFirst() {
        var draft = Draft()
        draft.restore("users", RecordID(name: member))
        _ = try world.commit(draft, on: Self.devices[0])
        try world.settle()
      }
      try reconnect(Self.devices.dropFirst())
      if try Self.devices.allSatisfy({ try world.condition($0) == .live }) { return }
    }
  }

  private func reconnect(_ devices: ArraySlice<String>) throws {
    for device in devices {
      try world.connect(device)
      try world.settle()
    }
  }

  // MARK: Drafts

  private mutating func draft(on device: String) throws -> Draft {
    var draft = Draft()
    for _ in 0..<1 + random.below(2) {
      let collection = random.pick(pool)
      let known = try records(of: collection, on: device)
      let choice = known.isEmpty ? 0 : random.below(20)
      switch choice {
      case 0...2: try create(collection, on: device, &draft)
      case 3, 4: delete(random.pick(known), collection, &draft)
      case 5...8: draft.restore(collection.name, random.pick(known))
      default:
        let id = random.pick(known)
        for _ in 0..<1 + random.below(3) { try edit(collection, id, on: device, &draft) }
      }
    }
    return draft
  }

  private func records(of collection: CollectionSchema, on device: String) throws -> [RecordID] {
    try world.view(device, of: collection).map(\.0)
  }

  private mutating func create(_ collection: CollectionSchema, on device: String, _ draft: inout Draft) throws {
    created += 1
    var values = [(String, Value)]()
    for field in collection.fields where field.isRequired && !field.marks.contains(.system) {
      switch field.name {
      case "url": values.append((field.name, .text("https://x.y/z")))
      case "mime_type": values.append((field.name, .text("image/jpeg")))
      case "code": values.append((field.name, .text(random.pick(["c1", "c2"]))))
      default:
        if let value = try value(of: field.type, on: device) { values.append((field.name, value)) }
      }
    }
    draft.create(collection.name, collection.key.isEmpty ? RecordID(name: "n\(created)") : nil, values)
  }

  /// The first parent stays, and members mostly do, so that there is somebody to go on.
  private mutating func delete(_ id: RecordID, _ collection: CollectionSchema, _ draft: inout Draft) {
    let isMember = Self.members.contains { RecordID(name: $0) == id }
    guard !isMember || (id != RecordID(name: Self.members[0]) && random.oneIn(5)) else { return }
    draft.delete(collection.name, id)
  }

  private mutating func edit(
    _ collection: CollectionSchema, _ id: RecordID, on device: String, _ draft: inout Draft
  ) throws {
    let writable = collection.fields.filter {
      !$0.marks.contains(.system) && !$0.isHubWritten && $0.type.target != pack.householdCollection && $0.name != "role"
    }
    let field = random.pick(writable)
    switch field.type {
    case .set(let element, _):
      guard let value = try value(of: element, on: device) else { return }
      if random.oneIn(2) {
        draft.insert(collection.name, id, field.name, value)
      } else {
        draft.remove(collection.name, id, field.name, value)
      }
    case .json: editDocument(collection, id, field.name, &draft)
    default:
      let isCleared = field.isNullable && random.oneIn(7)
      guard let value = isCleared ? .null : try value(of: field.type, on: device) else { return }
      draft.set(collection.name, id, field.name, value)
    }
  }

  private static let paths: [String: [[String]]] = [
    "permissions": [["tasks", "create"], ["tasks", "edit"], ["events", "create"], ["tasks"]],
    "metadata": [["tags", "x"], ["tags", "y"], ["tags"]],
    "study_plan": [["sessions", "s1", "done"], ["sessions", "s2", "done"], ["sessions", "s1"], ["sessions"]],
  ]
  private static let leaves: Set = ["create", "edit", "x", "y", "done"]

  private mutating func editDocument(
    _ collection: CollectionSchema, _ id: RecordID, _ field: String, _ draft: inout Draft
  ) {
    guard let paths = Self.paths[field] else { return }
    let path = random.pick(paths)
    if random.oneIn(3) {
      draft.drop(collection.name, id, field, path)
    } else {
      let isLeaf = Self.leaves.contains(path.last!)
      draft.put(collection.name, id, field, path, isLeaf ? .bool(random.oneIn(2)) : .object(ValueObject()))
    }
  }

  private mutating func value(of type: FieldType, on device: String) throws -> Value? {
    switch type {
    case .text(.plain, _): return .text(random.pick(["a", "b", "c", "dd"]))
    case .int(let range): return .int(max(range.lowerBound, min(range.upperBound, Int64(random.below(100)))))
    case .bool: return .bool(random.oneIn(2))
    case .date: return .day(Day(rawValue: 20_000 + Int32(random.below(10))))
    case .time: return .instant(Instant(milliseconds: 1_760_000_000_000 + Int64(random.below(10)) * 1000))
    case .choice(let names): return .text(random.pick(names))
    case .reference(let target):
      let known = try records(of: pack.collection(target)!, on: device)
      return .id(known.isEmpty || random.oneIn(30) ? RecordID(name: "unknown") : random.pick(known))
    case .text, .set, .json, .decimal, .float, .uuid: return nil
    }
  }
}
