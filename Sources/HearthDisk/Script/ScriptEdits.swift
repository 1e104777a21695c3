internal import HearthEngine
internal import HearthModel
internal import HearthPack
internal import HearthTesting

/// Makes changes of FamQuest's tasks and people that touch every table of a store: texts from a word to several pages,
/// references, sets, documents, values that only one record may have, deletes, and edits that conflict.
struct ScriptEdits {
  private let tasks: CollectionSchema?
  private let users: CollectionSchema?
  private var taskIDs: [HouseholdID: [RecordID]] = [:]
  private var userIDs: [HouseholdID: [RecordID]] = [:]

  init(pack: Pack) {
    tasks = pack.collection(named: "tasks")
    users = pack.collection(named: "users")
  }

  mutating func note(_ household: Seed.Household) {
    taskIDs[household.id] = household.records.filter { $0.collection == tasks?.number }.map(\.id)
    userIDs[household.id] = household.records.filter { $0.collection == users?.number }.map(\.id)
  }

  /// A change of a record of the household.
  ///
  /// - Parameter versions: what the store has of a record.
  mutating func change(
    in household: HouseholdID, _ random: inout SeededGenerator, versions: (RecordKey) throws -> VersionVector?
  ) rethrows -> RecordChange {
    guard let tasks, let users else { preconditionFailure("FamQuest has tasks and users") }
    if random.oneIn(8), let user = userIDs[household].flatMap({ random.pick($0) }) {
      let context = try versions(RecordKey(household, users.number, user)) ?? VersionVector()
      let edits = [users.edit("email", .text("someone\(random.below(12))@example.org"))].compactMap(\.self)
      return RecordChange(
        collection: users.number, record: user, kind: .update, context: context, edits: edits)
    }
    guard !random.oneIn(5), let task = taskIDs[household].flatMap({ random.pick($0) }) else {
      let id = RecordID(high: random.next(), low: random.next())
      taskIDs[household, default: []].append(id)
      let edits = [tasks.edit("title", .text("Task \(random.below(1000))"))] + edits(of: tasks, household, &random)
      return RecordChange(collection: tasks.number, record: id, kind: .create, edits: edits.compactMap(\.self))
    }
    // Some have seen nothing of the record, so that values conflict.
    let seen = try versions(RecordKey(household, tasks.number, task)) ?? VersionVector()
    let context = random.oneIn(4) ? VersionVector() : seen
    switch random.below(12) {
    case 0: return RecordChange(collection: tasks.number, record: task, kind: .delete, context: context)
    case 1: return RecordChange(collection: tasks.number, record: task, kind: .restore, context: context)
    default:
      return RecordChange(
        collection: tasks.number, record: task, kind: .update, context: context,
        edits: edits(of: tasks, household, &random).compactMap(\.self))
    }
  }

  private func edits(
    of tasks: CollectionSchema, _ household: HouseholdID, _ random: inout SeededGenerator
  ) -> [Edit?] {
    let user = Value.id(userIDs[household].flatMap { random.pick($0) } ?? household.record)
    let length = random.oneIn(10) ? 3000 + random.below(9000) : random.below(120)
    let all = [
      tasks.edit("title", .text("Afwas \(random.below(1000))")),
      tasks.edit("description", .text(String(repeating: random.pick(["a", "é", "🙂", "' "]), count: length))),
      tasks.edit("points", .int(Int64(random.below(1000)))),
      tasks.field(named: "assignees").map { Edit($0.number, random.oneIn(3) ? .remove(user) : .insert(user)) },
      tasks.field(named: "metadata").map { Edit($0.number, .put(["tags", "t\(random.below(5))"], .bool(true))) },
      tasks.edit("due", .instant(Instant(milliseconds: 1_762_880_400_000 + Int64(random.below(100_000_000))))),
    ]
    let first = random.below(all.count)
    return [all[first], all[(first + 1 + random.below(all.count - 1)) % all.count]]
  }
}

extension CollectionSchema {
  fileprivate func edit(_ name: String, _ value: Value) -> Edit? {
    field(named: name).map { Edit($0.number, .set(value)) }
  }
}
