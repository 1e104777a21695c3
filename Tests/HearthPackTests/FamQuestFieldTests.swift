import HearthModel
import HearthPack
import Testing

/// How each field of FamQuest merges and who sees it: section 1.2 of the demands in compact form.
///
/// Where the pack says it otherwise, fixtures/famquest/README.md has the reason: `guardian(first)` of the claim is
/// `claim`, and the occurrence and the attempt are `system`.
@Suite("The fields of the FamQuest pack")
struct FamQuestFieldTests {
  let pack: Pack

  init() throws {
    pack = try FamQuest.pack()
  }

  /// One line for each rule of a collection: `collection rule [(group)]: fields`.
  private static let rules = """
    families lww: name locale time_zone
    families derived: active_parents
    families stamp created: created_at
    families stamp changed: updated_at
    users immutable: family_id
    users lww: email theme password_hash two_fa_secret role role_label two_fa_enabled pin
    users derived: points_balance
    users guardian: display_name is_active
    users json: permissions sso
    users stamp created: created_at
    users stamp changed: updated_at
    events immutable: family_id created_by
    events guardian: title description location rrule category
    events guardian (when): start_at end_at all_day
    events guardian set: attendees
    events stamp created: created_at
    events stamp changed: updated_at
    tasks immutable: family_id created_by
    tasks guardian: title description category due claimable points photo_required parent_approval
    tasks guardian (recur): rrule rotation
    tasks guardian set: assignees
    tasks claim (claim): claimed_by claimed_at
    tasks guardian with precedence: status
    tasks set: proof_photos
    tasks first (completion): completed_by completed_at
    tasks first (approval): approved_by approved_at
    tasks lww: occurrence_date attempt
    tasks json: metadata
    tasks version: version
    tasks stamp created: created_at
    tasks stamp changed: updated_at
    task_logs immutable: task_id actor_id action occurrence_date attempt metadata
    task_logs stamp created: created_at
    points_ledger immutable: user_id delta kind occurrence_date attempt note created_by task_id reward_id
    points_ledger stamp created: created_at
    badges immutable: user_id code
    badges min: awarded_at
    user_streaks immutable: user_id
    user_streaks set: active_days
    user_streaks derived: current_streak
    user_streaks max: longest_streak last_activity_date
    user_streaks stamp created: created_at
    user_streaks stamp changed: updated_at
    rewards immutable: family_id created_by
    rewards lww: name description cost icon is_active
    rewards stamp created: created_at
    rewards stamp changed: updated_at
    study_items immutable: user_id
    study_items lww: subject topic test_date status
    study_items json: study_plan
    study_items stamp created: created_at
    study_items stamp changed: updated_at
    study_sessions immutable: study_item_id
    study_sessions lww: scheduled_date duration_minutes
    study_sessions json: quiz_questions
    study_sessions first (result): score completed_at
    study_sessions stamp created: created_at
    study_sessions stamp changed: updated_at
    media immutable: family_id uploaded_by url storage_key mime_type size_bytes context context_id
    media lww: av_scan_status expires_at
    media stamp created: created_at
    notifications immutable: user_id type channel title body payload
    notifications lww: scheduled_for
    notifications lww with precedence: status
    notifications min: sent_at read_at
    notifications stamp created: created_at
    device_tokens immutable: user_id platform
    device_tokens lww: token
    device_tokens max: last_seen_at
    device_tokens stamp created: created_at
    webpush_subs immutable: user_id
    webpush_subs lww (sub): endpoint p256dh auth
    webpush_subs stamp created: created_at
    audit_log immutable: family_id actor_id action meta
    audit_log stamp created: created_at
    """

  private func ruleLines() -> [String] {
    var fields = [String: [String]]()
    for collection in pack.collections {
      for slot in collection.slots {
        let group = slot.isGroup ? " (\(slot.name))" : ""
        let names = slot.fields.map { collection.fields[$0.index].name }
        fields["\(collection.name) \(slot.rule.name)\(group)", default: []] += names
      }
    }
    return fields.map { "\($0.key): \($0.value.sorted().joined(separator: " "))" }
  }

  @Test func `section 1 2 - every field merges as the demands say`() {
    let expected = Self.rules.split(separator: "\n").map { line in
      let parts = line.split(separator: ": ")
      return "\(parts[0]): \(parts[1].split(separator: " ").sorted().joined(separator: " "))"
    }
    #expect(ruleLines().sorted() == expected.sorted())
  }

  private func fields(marked mark: Field.Marks) -> Set<String> {
    Set(
      pack.collections.flatMap { collection in
        collection.fields.filter { $0.marks.contains(mark) }.map { "\(collection.name).\($0.name)" }
      })
  }

  @Test func `FQ-D05 - private fields never leave the hub`() {
    #expect(
      fields(marked: .isPrivate) == ["users.password_hash", "users.two_fa_secret", "users.pin", "users.sso"])
  }

  @Test func `section 1 2 - push addresses go to their own device only`() {
    #expect(
      fields(marked: .device) == [
        "device_tokens.platform", "device_tokens.token", "webpush_subs.endpoint", "webpush_subs.p256dh",
        "webpush_subs.auth",
      ])
  }

  @Test func `section 1 2 - system and derived fields are written by the hub only`() {
    #expect(
      fields(marked: .system) == [
        "tasks.occurrence_date", "tasks.attempt", "tasks.completed_by", "tasks.completed_at", "tasks.approved_by",
        "tasks.approved_at", "user_streaks.active_days", "user_streaks.longest_streak",
        "user_streaks.last_activity_date", "study_sessions.quiz_questions", "media.av_scan_status",
        "notifications.scheduled_for",
        "notifications.status", "notifications.sent_at", "device_tokens.last_seen_at",
      ])
  }

  @Test func `FQ-C22 and FQ-C23 - version and stamps are the hub's`() {
    for collection in pack.collections {
      for field in collection.fields where field.isHubWritten {
        let hubs = [
          "created_at", "updated_at", "version", "active_parents", "points_balance", "current_streak",
        ]
        #expect(hubs.contains(field.name), "\(collection.name).\(field.name)")
      }
    }
    #expect(pack.collection(named: "tasks")?.field(named: "version")?.isHubWritten == true)
  }

  private func rule(_ collection: String, _ field: String) throws -> RegisterRule {
    let collection = try #require(pack.collection(named: collection))
    let field = try #require(collection.field(named: field))
    guard case .register(let rule) = collection.rules[field.slot] else { throw NoRegister() }
    return rule
  }

  private struct NoRegister: Error {}

  @Test func `section 1 2 - the status of tasks and notifications has the precedence of the demands`() throws {
    #expect(try rule("tasks", "status").precedence == ["done", "pending_approval", "open"].map { .text($0) })
    #expect(try rule("tasks", "status").isRanked)
    #expect(
      try rule("notifications", "status").precedence == ["sent", "cancelled", "failed", "pending"].map { .text($0) })
    #expect(try !rule("notifications", "status").isRanked)
  }

  /// Nullable fields of each collection; everything else must be given or has a default.
  private static let nullable = """
    users: email password_hash two_fa_secret role_label pin
    events: created_by description location rrule end_at
    tasks: created_by description category due rrule claimed_by claimed_at completed_by completed_at approved_by \
    approved_at
    task_logs: actor_id
    points_ledger: occurrence_date attempt note created_by task_id reward_id
    user_streaks: last_activity_date
    rewards: created_by description icon
    study_items: topic test_date
    study_sessions: score completed_at
    media: uploaded_by size_bytes context_id expires_at
    notifications: body sent_at read_at
    device_tokens: last_seen_at
    audit_log: actor_id
    """

  @Test func `section 1 2 - exactly the fields that may be null may be null`() {
    let found = pack.collections.map { collection in
      "\(collection.name): \(collection.fields.filter(\.isNullable).map(\.name).sorted().joined(separator: " "))"
    }
    let expected = Self.nullable.split(separator: "\n").map { line in
      let parts = line.split(separator: ": ")
      return "\(parts[0]): \(parts[1].split(separator: " ").sorted().joined(separator: " "))"
    }
    #expect(found.filter { !$0.hasSuffix(": ") }.sorted() == expected.sorted())
  }

  /// Types with the limits that the demands give; `enum` lists are the whole list.
  private static let types = """
    families.name text(1..100)
    families.locale locale(10)
    families.time_zone zone(50)
    users.display_name text(1..100)
    users.email email(255)
    users.two_fa_secret base32(64)
    users.theme text(30)
    users.role enum(parent, teen, child, helper)
    events.title text(1..200)
    events.location text(200)
    events.rrule rrule(255)
    events.category enum(appointment, school, sport, party, family, other)
    tasks.title text(1..200)
    tasks.category text(50)
    tasks.points int(0..1000)
    tasks.rotation enum(none, round_robin, random, fair)
    tasks.status enum(open, pending_approval, done)
    task_logs.action enum(created, claimed, released, photo_added, completed, approved, rejected, rotated)
    points_ledger.kind enum(earn, spend, reversal, adjust)
    points_ledger.note text(200)
    badges.code slug(50)
    study_items.subject text(1..100)
    study_items.status enum(active, done, archived)
    study_sessions.duration_minutes int(1..240)
    study_sessions.score int(0..100)
    media.url url(500)
    media.storage_key text(1..255)
    media.context enum(task_proof, avatar, reward, other)
    media.av_scan_status enum(pending, clean, infected, failed)
    notifications.channel enum(push, email)
    notifications.status enum(pending, sent, failed, cancelled)
    device_tokens.platform enum(ios, android)
    device_tokens.token text(1..512)
    webpush_subs.endpoint url(500)
    webpush_subs.p256dh text(1..255)
    webpush_subs.auth text(1..255)
    audit_log.action text(1..100)
    """

  @Test func `FQ-C14 and section 1 2 - limits and lists are those of the demands`() throws {
    for line in Self.types.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      let path = parts[0].split(separator: ".").map(String.init)
      let field = try #require(pack.collection(named: path[0])?.field(named: path[1]), "\(line)")
      #expect(field.type.name == parts[1], "\(line)")
    }
  }

  @Test func `FQ-C13 - a reward costs at least one point`() throws {
    let cost = try #require(pack.collection(named: "rewards")?.field(named: "cost"))
    #expect(cost.type.fault(of: .int(0)) != nil)
    #expect(cost.type.fault(of: .int(1)) == nil)
  }

  @Test func `FQ-D09 - the documented json fields have shapes, the free ones have none`() throws {
    let shaped = pack.collections.flatMap { collection in
      collection.fields.compactMap { field in
        if case .json(.some) = field.type { "\(collection.name).\(field.name)" } else { nil }
      }
    }
    #expect(
      shaped == [
        "users.permissions", "users.sso", "tasks.metadata", "study_items.study_plan", "study_sessions.quiz_questions",
      ])
  }
}
