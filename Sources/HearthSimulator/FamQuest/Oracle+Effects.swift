internal import HearthModel

// What follows from what people do (FQ-C17, C19 to C21, D06): awards, reversals, streaks, badges, logs, the audit.

extension Oracle {
  mutating func runEffects(_ author: Author, _ before: Oracle) {
    for step in steps { runEffects(of: step, author) }
    var last = before
    for _ in 0..<20 {
      let now = self
      var hasFired = false
      for key in now.inOrder where now.exists(key) {
        let change = Transition(key: key, from: last, to: now)
        guard change.isAny else { continue }
        hasFired = true
        runEffects(of: change, author, before)
      }
      last = now
      account(author)
      if !hasFired { return }
    }
  }

  /// The records that may have changed, in the order in which the hub looks at them.
  var inOrder: [Key] {
    let order = Dictionary(uniqueKeysWithValues: OracleField.all.enumerated().map { ($1.collection, $0) })
    return records.keys.filter { Self.withEffects.contains($0.collection) }
      .sorted { (order[$0.collection]!, $0.id) < (order[$1.collection]!, $1.id) }
  }

  private static let withEffects: Set = ["users", "tasks", "points_ledger", "user_streaks", "rewards", "media"]

  /// What has changed of a record.
  struct Transition {
    let key: Key
    let from: Oracle
    let to: Oracle

    var existed: Bool { from.exists(key) }
    var isThere: Bool { to.isVisible(key) }
    var isCreated: Bool { !existed && isThere }
    var isDeleted: Bool { existed && from.isVisible(key) && !isThere }

    func changed(_ names: String...) -> Bool {
      isThere
        && names.contains { name in
          to.shown(key, name) != (existed ? from.shown(key, name) : OracleField.byName[key.collection]![name]!.start)
        }
    }

    func enters(_ name: String, _ value: Value) -> Bool {
      isThere && to.shown(key, name) == value && !(existed && from.shown(key, name) == value)
    }

    func leaves(_ name: String, _ value: Value) -> Bool {
      isThere && existed && from.shown(key, name) == value && to.shown(key, name) != value
    }

    /// Whether there is anything at all to follow.
    var isAny: Bool {
      if isCreated || isDeleted { return true }
      let names: [String] =
        switch key.collection {
        case "users": ["role", "permissions", "is_active", "email", "pin", "password_hash", "two_fa_enabled"]
        case "tasks": ["status", "claimable", "assignees", "proof_photos", "occurrence_date"]
        case "user_streaks": ["active_days"]
        case "rewards": ["cost", "is_active"]
        case "media": ["av_scan_status"]
        default: []
        }
      return names.contains { changed($0) }
    }
  }

  private mutating func runEffects(of change: Transition, _ author: Author, _ before: Oracle) {
    switch change.key.collection {
    case "users": auditUser(change, author)
    case "tasks": followTask(change, author, before)
    case "points_ledger": auditBooking(change, author)
    case "user_streaks": followStreak(change, author)
    case "rewards": auditReward(change, author)
    case "media":
      if change.enters("av_scan_status", .text("infected")) {
        records[change.key]!.deletes.append(author.dot)
        hasMovedLives = true
      }
    default: break
    }
  }

  // MARK: The audit

  private mutating func audit(_ action: String, _ author: Author) {
    add("audit_log", ["actor_id": author.memberValue, "action": .text(action)], author)
  }

  private mutating func auditUser(_ change: Transition, _ author: Author) {
    if change.isCreated { audit("member_created", author) }
    if change.isDeleted { audit("member_deleted", author) }
    guard change.existed else { return }
    if change.changed("role") { audit("role_changed", author) }
    if change.changed("permissions") { audit("permissions_changed", author) }
    if change.changed("is_active") { audit("activity_changed", author) }
    if change.changed("email", "pin", "password_hash", "two_fa_enabled") { audit("sign_in_changed", author) }
  }

  private mutating func auditBooking(_ change: Transition, _ author: Author) {
    guard change.isCreated else { return }
    switch shown(change.key, "kind").text {
    case "adjust": audit("points_adjusted", author)
    case "spend": audit("reward_bought", author)
    default: break
    }
  }

  private mutating func auditReward(_ change: Transition, _ author: Author) {
    if change.isCreated { audit("reward_created", author) }
    if change.existed, change.changed("cost", "is_active") { audit("reward_changed", author) }
    if change.isDeleted { audit("reward_deleted", author) }
  }

  // MARK: Tasks

  private mutating func followTask(_ change: Transition, _ author: Author, _ before: Oracle) {
    let task = change.key
    let isDone = change.enters("status", .text("done"))
    if isDone { award(task, author, before) }
    if change.leaves("status", .text("done")) { takeBack(task, author, before) }
    if change.leaves("claimable", .bool(true)), !shown(task, "claimed_by").isNull,
      shown(task, "rotation") == .text("none")
    {
      voidClaim(task, author)
    }
    if change.changed("assignees") { followAssignees(task, author, before) }
    if change.existed, change.changed("proof_photos") { followProof(task, author) }
    if isDone { countDay(task, author) }
    if change.isCreated { log(task, "created", author, shown(task, "occurrence_date"), shown(task, "attempt")) }
    if change.existed, change.changed("proof_photos"),
      ids(task, "proof_photos").count > before.ids(task, "proof_photos").count
    {
      log(task, "photo_added", author, shown(task, "occurrence_date"), shown(task, "attempt"))
    }
    if change.isCreated { audit("task_created", author) }
    if change.isDeleted { audit("task_deleted", author) }
    if isDone { audit("task_completed", author) }
  }

  private func seen(_ task: Key, _ name: String, _ before: Oracle) -> Value {
    steps.first { $0.task == task }?.seen[name] ?? before.shown(task, name)
  }

  private func booked(_ task: Key, _ date: Value, _ attempt: Value, _ kind: String) -> Key? {
    records.keys.first { key in
      key.collection == "points_ledger" && stored(key, "task_id") == .id(task.id)
        && stored(key, "occurrence_date") == date && stored(key, "attempt") == attempt
        && stored(key, "kind") == .text(kind)
    }
  }

  private mutating func award(_ task: Key, _ author: Author, _ before: Oracle) {
    let (date, attempt) = (seen(task, "occurrence_date", before), seen(task, "attempt", before))
    guard shown(task, "points").int! > 0, !shown(task, "completed_by").isNull,
      booked(task, date, attempt, "earn") == nil
    else { return }
    let row: [String: Value] = [
      "user_id": shown(task, "completed_by"), "delta": shown(task, "points"), "kind": .text("earn"),
      "task_id": .id(task.id), "occurrence_date": date, "attempt": attempt, "created_by": .null,
    ]
    add("points_ledger", row, author)
  }

  private mutating func takeBack(_ task: Key, _ author: Author, _ before: Oracle) {
    let (date, attempt) = (seen(task, "occurrence_date", before), seen(task, "attempt", before))
    guard shown(task, "occurrence_date") == before.shown(task, "occurrence_date"),
      let earned = booked(task, date, attempt, "earn"), isVisible(earned),
      booked(task, date, attempt, "reversal") == nil
    else { return }
    var row: [String: Value] = [:]
    for name in ["user_id", "task_id", "reward_id", "occurrence_date", "attempt", "note"] {
      row[name] = stored(earned, name)
    }
    row["delta"] = .int(-stored(earned, "delta").int!)
    row["kind"] = .text("reversal")
    row["created_by"] = author.memberValue
    add("points_ledger", row, author)
  }

  private mutating func voidClaim(_ task: Key, _ author: Author) {
    remove(task, "assignees", shown(task, "claimed_by"), author)
    write(task, "claimed_by", .null, author)
    write(task, "claimed_at", .null, author)
  }

  private mutating func followAssignees(_ task: Key, _ author: Author, _ before: Oracle) {
    let holder = shown(task, "claimed_by")
    guard let claimer = holder.id else { return }
    let isAssigned = ids(task, "assignees").contains(claimer)
    if shown(task, "rotation") != .text("none") {
      if !isAssigned {
        write(task, "claimed_by", .null, author)
        write(task, "claimed_at", .null, author)
      }
    } else if author.role == "parent", !steps.contains(where: { $0.task == task && $0.field == "claimed_by" }),
      seenByWriter[task]?["claimed_by"] != holder || !isAssigned
    {
      voidClaim(task, author)
    }
  }

  private mutating func followProof(_ task: Key, _ author: Author) {
    guard shown(task, "photo_required") == .bool(true), ids(task, "proof_photos").isEmpty else { return }
    let status = shown(task, "status").text
    let age = shown(task, "completed_at").instant.map { author.today.rawValue - day($0).rawValue }
    guard status == "pending_approval" || status == "done" && age.map({ $0 <= 1 }) == true else { return }
    let attempt = Value.int(shown(task, "attempt").int! + 1)
    let values: [String: Value] = [
      "status": .text("open"), "attempt": attempt, "completed_by": .null, "completed_at": .null, "approved_by": .null,
      "approved_at": .null,
    ]
    write(task, values, author)
  }

  // MARK: Days and badges

  private mutating func countDay(_ task: Key, _ author: Author) {
    let (user, moment) = (shown(task, "completed_by"), shown(task, "completed_at"))
    guard let member = user.id else { return }
    if let moment = moment.instant {
      let today = Value.day(day(moment))
      if let streak = row("user_streaks", of: member) {
        insert(streak, "active_days", today, author)
        if today > stored(streak, "last_activity_date") { write(streak, "last_activity_date", today, author) }
      } else {
        add("user_streaks", ["user_id": user, "active_days": .list([today]), "last_activity_date": today], author)
      }
    }
    putBadge(user, "first_task_complete", author)
  }

  private func row(_ collection: String, of member: RecordID, code: String? = nil) -> Key? {
    records.keys.first { key in
      key.collection == collection && stored(key, "user_id") == .id(member)
        && (code.map { stored(key, "code") == .text($0) } ?? true)
    }
  }

  private mutating func putBadge(_ user: Value, _ code: String, _ author: Author) {
    if let badge = row("badges", of: user.id!, code: code) {
      write(badge, "awarded_at", .instant(author.written), author)
    } else {
      add("badges", ["user_id": user, "code": .text(code), "awarded_at": .instant(author.written)], author)
    }
  }

  private mutating func followStreak(_ change: Transition, _ author: Author) {
    guard change.changed("active_days") else { return }
    let longest = Self.longestRun(days(change.key))
    write(change.key, "longest_streak", .int(Int64(longest)), author)
    if longest >= 7 { putBadge(shown(change.key, "user_id"), "week_streak_7", author) }
  }

  func days(_ streak: Key) -> [Int] {
    (stored(streak, "active_days").elements ?? []).compactMap {
      if case .day(let day) = $0 { Int(day.rawValue) } else { nil }
    }
  }

  static func longestRun(_ days: [Int]) -> Int {
    days.map { start in (0...).first { !days.contains(start + $0) }! }.max() ?? 0
  }

  static func currentRun(_ days: [Int], today: Int) -> Int {
    let end = days.contains(today) ? today : today - 1
    return (0...).first { !days.contains(end - $0) }!
  }

  // MARK: The visible history

  private mutating func log(
    _ task: Key, _ action: String, _ author: Author, _ date: Value, _ attempt: Value
  ) {
    let isOnce = ["completed", "approved", "rejected"].contains(action)
    let isThere = records.keys.contains { key in
      key.collection == "task_logs" && stored(key, "task_id") == .id(task.id)
        && stored(key, "occurrence_date") == date && stored(key, "attempt") == attempt
        && stored(key, "action") == .text(action)
    }
    if isOnce, isThere { return }
    let row: [String: Value] = [
      "task_id": .id(task.id), "actor_id": author.memberValue, "action": .text(action), "occurrence_date": date,
      "attempt": attempt,
    ]
    add("task_logs", row, author)
  }

  private mutating func runEffects(of step: Step, _ author: Author) {
    let (task, date, attempt) = (step.task, step.seen["occurrence_date"]!, step.seen["attempt"]!)
    switch step.name {
    case "claim": log(task, "claimed", author, shown(task, "occurrence_date"), shown(task, "attempt"))
    case "release" where step.isShown:
      log(task, "released", author, shown(task, "occurrence_date"), shown(task, "attempt"))
    case "hand_in", "finish": log(task, "completed", author, date, attempt)
    case "approve": log(task, "approved", author, date, attempt)
    case "reject": log(task, "rejected", author, date, attempt)
    case "reopen" where step.isShown: audit("task_reopened", author)
    default: break
    }
  }
}
