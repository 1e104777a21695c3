import HearthModel
import HearthPack
import Testing

/// What `fixtures/famquest` has to say, written down from the demands on the app and not from the pack.
enum FamQuest {
  static func pack() throws -> Pack {
    try PackLoader.load(Repository.text("fixtures/famquest/schema.yaml"), file: "schema.yaml")
  }

  static func seed() throws -> Seed {
    try SeedLoader.load(Repository.text("fixtures/famquest/seed.yaml"), file: "seed.yaml", pack: pack())
  }
}

@Suite("The FamQuest pack")
struct FamQuestTests {
  let pack: Pack

  init() throws {
    pack = try FamQuest.pack()
  }

  private func collection(_ name: some StringProtocol) throws -> CollectionSchema {
    try #require(pack.collection(named: String(name)), "\(name)")
  }

  private func name(_ number: CollectionNumber?) -> String {
    number.flatMap { pack.collection($0) }?.name ?? "nothing"
  }

  @Test func `section 1 2 - sixteen collections with the fields of the design, id counted`() throws {
    let counts = [
      "families": 7, "users": 17, "events": 14, "tasks": 28, "task_logs": 8, "points_ledger": 11, "badges": 4,
      "user_streaks": 8, "rewards": 10, "study_items": 9, "study_sessions": 9, "media": 12, "notifications": 12,
      "device_tokens": 6, "webpush_subs": 6, "audit_log": 6,
    ]
    #expect(pack.collections.count == 16)
    #expect(Dictionary(uniqueKeysWithValues: pack.collections.map { ($0.name, $0.fields.count + 1) }) == counts)
    // The design's 165, and the two that the pack's README explains: active_parents and active_days.
    #expect(counts.values.reduce(0, +) == 165 + 2)
  }

  @Test func `section 1 1 - families are households, users are members, roles rank from parent to helper`() throws {
    #expect(name(pack.householdCollection) == "families")
    #expect(name(pack.memberCollection) == "users")
    #expect(try collection("families").field(pack.zoneField)?.name == "time_zone")
    #expect(try collection("users").field(pack.roleField)?.name == "role")
    let ranks = ["parent", "teen", "child", "helper"].map { pack.roles.rank(of: $0)?.rawValue }
    #expect(ranks == [4, 3, 2, 1])
    #expect(pack.roles.service.allSatisfy { pack.roles.rank(of: $0) == .hub })
    #expect(pack.roles.rank(of: "stranger") == nil)
    #expect(pack.roles.groups["family"] == ["parent", "teen", "child"])
  }

  /// Each relation with its target and what happens when the target goes.
  private static let relations = """
    FQ-R01 users.family_id families cascade
    FQ-R02 events.family_id families cascade
    FQ-R03 tasks.family_id families cascade
    FQ-R04 rewards.family_id families cascade
    FQ-R05 media.family_id families cascade
    FQ-R06 audit_log.family_id families cascade
    FQ-R07 points_ledger.user_id users cascade
    FQ-R08 badges.user_id users cascade
    FQ-R09 user_streaks.user_id users cascade
    FQ-R10 study_items.user_id users cascade
    FQ-R11 notifications.user_id users cascade
    FQ-R12 device_tokens.user_id users cascade
    FQ-R13 webpush_subs.user_id users cascade
    FQ-R14 task_logs.task_id tasks cascade
    FQ-R15 study_sessions.study_item_id study_items cascade
    FQ-R16 points_ledger.task_id tasks setNull
    FQ-R17 points_ledger.reward_id rewards setNull
    FQ-R18 tasks.assignees users setNull
    FQ-R19 events.attendees users setNull
    FQ-R20 tasks.proof_photos media setNull
    FQ-R21 tasks.claimed_by users setNull
    FQ-R22 tasks.completed_by users setNull
    FQ-R23 tasks.approved_by users setNull
    FQ-R24 tasks.created_by users setNull
    FQ-R25 events.created_by users setNull
    FQ-R26 rewards.created_by users setNull
    FQ-R27 task_logs.actor_id users setNull
    FQ-R28 audit_log.actor_id users setNull
    FQ-R29 media.uploaded_by users setNull
    FQ-R30 points_ledger.created_by users setNull
    """

  @Test func `FQ-R01 to FQ-R30 - each relation has its target and its delete rule, and there are no others`() throws {
    let expected = Self.relations.split(separator: "\n").map { line in
      line.split(separator: " ").dropFirst().joined(separator: " ")
    }
    let found = pack.collections.flatMap { collection in
      collection.fields.compactMap { field in
        field.type.target.map { target in
          "\(collection.name).\(field.name) \(name(target)) \(field.onDelete?.rawValue ?? "nothing")"
        }
      }
    }
    #expect(found.count == 30)
    #expect(found.sorted() == expected.sorted())
  }

  @Test func `FQ-R18 to FQ-R20 - assignees, attendees and proof photos are sets that lose the element`() throws {
    for (owner, name) in [("tasks", "assignees"), ("events", "attendees"), ("tasks", "proof_photos")] {
      guard case .set(.reference, _) = try collection(owner).field(named: name)?.type else {
        Issue.record("\(owner).\(name) is no set of references")
        continue
      }
    }
  }

  /// Each index: collection, columns behind the household (or `elements`, `path`), `global`.
  private static let indexes = """
    FQ-I01 tasks status
    FQ-I02 tasks due
    FQ-I03 events start_at
    FQ-I04 points_ledger user_id created_at
    FQ-I05 users role
    FQ-I06 notifications status scheduled_for global
    FQ-I07 task_logs task_id created_at
    FQ-I08 badges user_id code
    FQ-I09 rewards is_active
    FQ-I10 study_items user_id test_date
    FQ-I11 study_sessions study_item_id scheduled_date
    FQ-I12 media context
    FQ-I13 notifications user_id status
    FQ-I14 device_tokens user_id platform
    FQ-I15 audit_log created_at
    FQ-I16 tasks elements assignees
    FQ-I17 events elements attendees
    FQ-I18 users path permissions
    FQ-I18 tasks path metadata
    """

  private func description(_ index: CollectionSchema.Index, _ collection: CollectionSchema) -> String {
    let name = { (field: FieldNumber) in collection.fields[field.index].name }
    let content =
      switch index.content {
      case .columns(let columns): columns.map { name($0.field) + ($0.isDescending ? " desc" : "") }
      case .elements(let field): ["elements", name(field)]
      case .path(let field): ["path", name(field)]
      case .words(let field): ["words", name(field)]
      }
    return ([collection.name] + content + (index.isGlobal ? ["global"] : [])).joined(separator: " ")
  }

  @Test func `FQ-I01 to FQ-I18 - each index is served by one of the right columns`() throws {
    let found = pack.collections.flatMap { collection in
      collection.indexes.flatMap { index in
        index.serves.filter { $0.hasPrefix("FQ-I") }.map { "\($0) \(description(index, collection))" }
      }
    }
    #expect(found.sorted() == Self.indexes.split(separator: "\n").map(String.init).sorted())
    #expect(pack.collections.map(\.indexes.count).reduce(0, +) == 20)
  }

  @Test func `FQ-I01 to FQ-I06 - the six indexes that the design names are found under their names`() {
    let names = Set(pack.collections.flatMap { $0.indexes.flatMap(\.serves) }.filter { $0.hasPrefix("idx_") })
    #expect(
      names == [
        "idx_task_family_status", "idx_task_family_due", "idx_event_family_start", "idx_points_user_created",
        "idx_user_family_role", "idx_notification_scheduled",
      ])
  }

  @Test func `FQ-C04 to FQ-C07 - badges and streaks have keys, and some rows of the ledger and of the logs`() {
    let keys = pack.collections.filter { !$0.key.isEmpty }.map { collection in
      ([collection.name] + collection.key.map { collection.fields[$0.index].name }).joined(separator: " ")
    }
    #expect(
      keys == [
        "task_logs task_id occurrence_date attempt action", "points_ledger task_id occurrence_date attempt kind",
        "badges user_id code", "user_streaks user_id",
      ])
    let conditional = pack.collections.filter { $0.behavior.keyCondition != nil }.map(\.name)
    #expect(conditional == ["task_logs", "points_ledger"])
  }

  @Test func `section 1 2 - logs, ledger, badges and audit are append-only, nothing is strict, deletes win`() {
    let appended = pack.collections.filter(\.isAppendOnly).map(\.name)
    #expect(appended == ["task_logs", "points_ledger", "badges", "audit_log"])
    #expect(pack.collections.allSatisfy { !$0.isStrict && $0.deletes == .deleteWins })
  }
}

@Suite("The FamQuest seed")
struct FamQuestSeedTests {
  let pack: Pack
  let seed: Seed

  init() throws {
    pack = try FamQuest.pack()
    seed = try FamQuest.seed()
  }

  private func records(_ collection: String) throws -> [Seed.Record] {
    let number = try #require(pack.collection(named: collection)).number
    return seed.households.flatMap { $0.records.filter { $0.collection == number } }
  }

  private func value(_ field: String, _ record: Seed.Record) -> Value? {
    let number = pack.collection(record.collection)?.field(named: field)?.number
    return record.values.first { $0.field == number }?.value
  }

  @Test func `FQ-S01 to FQ-S13 - the sample data has the demanded rows, and every collection has one`() throws {
    let expected = [
      "families": 2, "users": 9, "events": 4, "tasks": 7, "points_ledger": 8, "badges": 2, "user_streaks": 3,
      "rewards": 4, "study_items": 2, "study_sessions": 1, "audit_log": 3,
    ]
    for (collection, count) in expected { #expect(try records(collection).count == count, "\(collection)") }
    for collection in pack.collections { #expect(try !records(collection.name).isEmpty, "\(collection.name)") }
    #expect(seed.households.map(\.label) == ["Gezin van Eva", "Gezin van Mark"])
  }

  @Test func `FQ-S06 - the ledger sums to 84 for Sam and 10 for Noah and Tom`() throws {
    var sums = [RecordID: Int64]()
    for record in try records("points_ledger") {
      sums[try #require(value("user_id", record)?.id), default: 0] += try #require(value("delta", record)?.int)
    }
    #expect(sums == [RecordID(name: "sam"): 84, RecordID(name: "noah"): 10, RecordID(name: "tom"): 10])
  }

  @Test func `FQ-S03 - passwords and PINs are there as hashes only`() throws {
    for record in try records("users") {
      for field in ["password_hash", "pin"] {
        guard let hash = value(field, record)?.text else { continue }
        #expect(hash.hasPrefix("$2b$10$") && hash.utf8.count == 60)
      }
    }
  }
}
