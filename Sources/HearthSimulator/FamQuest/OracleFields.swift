package import HearthModel

/// FamQuest's fields, written by hand from the list of demands: how each merges, where it points, what it begins with.
package struct OracleField: Sendable {
  /// How concurrent writes become one value.
  enum Merge: Equatable, Sendable {
    /// The latest write; of ranked ones that of the highest role.
    case latest(isRanked: Bool)
    /// Given at creation.
    case immutable
    /// The first who takes it.
    case claim
    /// The first result.
    case first
    case largest
    case smallest
    case set(isRanked: Bool)
    /// JSON, each leaf for itself.
    case leaves
    /// Written by the hub alone.
    case hub
  }

  /// What becomes of a reference whose target goes.
  enum Fate: Sendable {
    case hidesRecord
    case showsNothing
  }

  package let name: String
  let merge: Merge
  /// Fields with the same word are one value.
  var group: String?
  package var start: Value = .null
  var target: String?
  var fate: Fate?
  /// Never leaves the hub.
  var isPrivate = false
  /// Leaves the hub only towards the device that wrote it.
  package var isForItsDevice = false
  /// A device may not write it, though it merges.
  var isSystem = false

  /// The name of the value that is written as one.
  var cell: String { group.map { "group \($0)" } ?? name }
  var isWritable: Bool { merge != .hub && !isSystem }
}

extension OracleField {
  private static let family = OracleField(
    name: "family_id", merge: .immutable, target: "families", fate: .hidesRecord)
  private static let stamps = [hub("created_at"), hub("updated_at")]

  private static func latest(_ name: String, _ start: Value = .null) -> OracleField {
    OracleField(name: name, merge: .latest(isRanked: false), start: start)
  }

  private static func guardian(_ name: String, _ start: Value = .null, group: String? = nil) -> OracleField {
    OracleField(name: name, merge: .latest(isRanked: true), group: group, start: start)
  }

  private static func immutable(_ name: String, _ start: Value = .null) -> OracleField {
    OracleField(name: name, merge: .immutable, start: start)
  }

  private static func hub(_ name: String, _ start: Value = .null) -> OracleField {
    OracleField(name: name, merge: .hub, start: start)
  }

  private static func user(_ name: String, _ fate: Fate, _ merge: Merge = .immutable) -> OracleField {
    OracleField(name: name, merge: merge, target: "users", fate: fate)
  }

  private static func people(_ name: String) -> OracleField {
    OracleField(
      name: name, merge: .set(isRanked: true), start: .list([]), target: "users", fate: .showsNothing)
  }

  private static func json(_ name: String) -> OracleField {
    OracleField(name: name, merge: .leaves, start: .object(ValueObject()))
  }

  private static func secret(_ name: String) -> OracleField {
    OracleField(name: name, merge: .latest(isRanked: false), isPrivate: true)
  }

  /// All collections, in the order in which the hub numbers them.
  package static let all: [(collection: String, fields: [OracleField])] = [
    ("families", families), ("users", users), ("events", events), ("tasks", tasks), ("task_logs", taskLogs),
    ("points_ledger", ledger), ("badges", badges), ("user_streaks", streaks), ("rewards", rewards),
    ("study_items", studyItems), ("study_sessions", studySessions), ("media", media),
    ("notifications", notifications), ("device_tokens", deviceTokens), ("webpush_subs", webpush),
    ("audit_log", audit),
  ]

  static let byCollection = Dictionary(uniqueKeysWithValues: all.map { ($0.collection, $0.fields) })
  static let byName = byCollection.mapValues { fields in
    Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0) })
  }
  /// Rows that are only added.
  static let appended: Set = ["task_logs", "points_ledger", "badges", "audit_log"]

  private static let families =
    stamps + [
      latest("name"), latest("locale", .text("nl-NL")), latest("time_zone", .text("Europe/Amsterdam")),
      hub("active_parents", .int(0)),
    ]

  private static let users =
    stamps + [
      family, guardian("display_name"), latest("role"), latest("role_label"), json("permissions"),
      guardian("is_active", .bool(true)), latest("theme", .text("default")), latest("email"), secret("password_hash"),
      secret("pin"), latest("two_fa_enabled", .bool(false)), secret("two_fa_secret"),
      OracleField(name: "sso", merge: .leaves, start: .object(ValueObject()), isPrivate: true),
      hub("points_balance", .int(0)),
    ]

  private static let events =
    stamps + [
      family, user("created_by", .showsNothing), guardian("title"), guardian("description"),
      guardian("category", .text("other")), guardian("location"), people("attendees"),
      guardian("start_at", group: "when"), guardian("end_at", group: "when"),
      guardian("all_day", .bool(false), group: "when"), guardian("rrule"),
    ]

  private static let tasks =
    stamps + [
      family, user("created_by", .showsNothing), guardian("title"), guardian("description"), guardian("category"),
      guardian("due"), guardian("points", .int(0)), guardian("photo_required", .bool(false)),
      guardian("parent_approval", .bool(false)), json("metadata"), guardian("rrule", group: "recur"),
      guardian("rotation", .text("none"), group: "recur"), hub("occurrence_date"), hub("attempt", .int(1)),
      people("assignees"), guardian("claimable", .bool(false)),
      OracleField(name: "claimed_by", merge: .claim, group: "claim", target: "users", fate: .showsNothing),
      OracleField(name: "claimed_at", merge: .claim, group: "claim"), guardian("status", .text("open")),
      OracleField(
        name: "proof_photos", merge: .set(isRanked: false), start: .list([]), target: "media", fate: .showsNothing),
      user("completed_by", .showsNothing, .hub), hub("completed_at"), user("approved_by", .showsNothing, .hub),
      hub("approved_at"), hub("version"),
    ]

  private static let taskLogs = [
    hub("created_at"), OracleField(name: "task_id", merge: .immutable, target: "tasks", fate: .hidesRecord),
    user("actor_id", .showsNothing), immutable("action"), immutable("occurrence_date"), immutable("attempt"),
    immutable("metadata", .object(ValueObject())),
  ]

  private static let ledger = [
    hub("created_at"), user("user_id", .hidesRecord), immutable("delta"), immutable("kind"),
    OracleField(name: "task_id", merge: .immutable, target: "tasks", fate: .showsNothing),
    OracleField(name: "reward_id", merge: .immutable, target: "rewards", fate: .showsNothing),
    immutable("occurrence_date"), immutable("attempt"), immutable("note"), user("created_by", .showsNothing),
  ]

  private static let badges = [
    user("user_id", .hidesRecord), immutable("code"), OracleField(name: "awarded_at", merge: .smallest),
  ]

  private static let streaks =
    stamps + [
      user("user_id", .hidesRecord),
      OracleField(name: "active_days", merge: .set(isRanked: false), start: .list([]), isSystem: true),
      hub("current_streak", .int(0)),
      OracleField(name: "longest_streak", merge: .largest, start: .int(0), isSystem: true),
      OracleField(name: "last_activity_date", merge: .largest, isSystem: true),
    ]

  private static let rewards =
    stamps + [
      family, user("created_by", .showsNothing), latest("name"), latest("description"), latest("icon"),
      latest("cost"), latest("is_active", .bool(true)),
    ]

  private static let studyItems =
    stamps + [
      user("user_id", .hidesRecord), latest("subject"), latest("topic"), latest("test_date"),
      latest("status", .text("active")), json("study_plan"),
    ]

  private static let studySessions =
    stamps + [
      OracleField(name: "study_item_id", merge: .immutable, target: "study_items", fate: .hidesRecord),
      latest("scheduled_date"), latest("duration_minutes", .int(25)),
      OracleField(name: "quiz_questions", merge: .leaves, start: .object(ValueObject()), isSystem: true),
      OracleField(name: "score", merge: .first, group: "result"),
      OracleField(name: "completed_at", merge: .first, group: "result"),
    ]

  private static let media = [
    hub("created_at"), family, user("uploaded_by", .showsNothing), immutable("url"), immutable("storage_key"),
    immutable("mime_type"), immutable("size_bytes"), immutable("context"), immutable("context_id"),
    OracleField(
      name: "av_scan_status", merge: .latest(isRanked: false), start: .text("pending"), isSystem: true),
    latest("expires_at"),
  ]

  private static let notifications = [
    hub("created_at"), user("user_id", .hidesRecord), immutable("type"), immutable("channel"), immutable("title"),
    immutable("body"), immutable("payload", .object(ValueObject())),
    OracleField(name: "scheduled_for", merge: .latest(isRanked: false), isSystem: true),
    OracleField(name: "status", merge: .latest(isRanked: false), start: .text("pending"), isSystem: true),
    OracleField(name: "sent_at", merge: .smallest, isSystem: true),
    OracleField(name: "read_at", merge: .smallest),
  ]

  private static let deviceTokens = [
    hub("created_at"), user("user_id", .hidesRecord),
    OracleField(name: "platform", merge: .immutable, isForItsDevice: true),
    OracleField(name: "token", merge: .latest(isRanked: false), isForItsDevice: true),
    OracleField(name: "last_seen_at", merge: .largest, isSystem: true),
  ]

  private static let webpush =
    [hub("created_at"), user("user_id", .hidesRecord)]
    + ["endpoint", "p256dh", "auth"].map {
      OracleField(name: $0, merge: .latest(isRanked: false), group: "sub", isForItsDevice: true)
    }

  private static let audit = [
    hub("created_at"), family, user("actor_id", .showsNothing), immutable("action"),
    immutable("meta", .object(ValueObject())),
  ]
}
