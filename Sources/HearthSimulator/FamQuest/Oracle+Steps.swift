internal import HearthModel

// The steps of a task (FQ-C16 to C18, P06 to P08): who may claim, hand in, finish, approve, reject, withdraw, reopen.

extension Oracle {
  /// A step that a change set makes.
  struct Step {
    let task: Key
    /// The field that changes, and what it becomes.
    let field: String
    let value: Value
    /// What the writer's device showed.
    let seen: [String: Value]
    /// The names of the steps that may be meant, in the order of the pack.
    let names: [String]
    /// The one that it is; known once its needs have been asked.
    var name = ""
    /// Whether the task shows its result.
    var isShown = false
  }

  /// What a task shows and later writers may ask for.
  static let tracked = [
    "occurrence_date", "attempt", "assignees", "claimed_by", "claimed_at", "status", "completed_by", "completed_at",
    "approved_by", "approved_at",
  ]

  /// Finds the steps behind a change, and gives the change as it is to be merged.
  mutating func findSteps(_ change: Change, _ author: Author, _ before: Oracle) -> (Change, [Fault]) {
    guard change.collection == "tasks", !author.isHub, change.kind == .create || change.kind == .update else {
      return (change, [])
    }
    var faults = [Fault]()
    var edits = change.edits.filter { $0.field != "claimed_at" }
    if change.kind == .create {
      for (name, action) in change.edits {
        guard case .set(let value) = action else { continue }
        if name == "status" && value != .text("open") || ["claimed_by", "claimed_at"].contains(name) && !value.isNull {
          faults.append(Fault("transitionRefused", "tasks.\(name)"))
        }
      }
      return (with(edits, change), faults)
    }
    let seen = seenValues(change, author, before)
    seenByWriter[change.key] = seen
    let isStep = edits.contains { $0.field == "status" || $0.field == "claimed_by" }
    if isStep, !before.isVisible(change.key) { return (change, [Fault("gone")]) }
    for (name, action) in edits {
      guard case .set(let value) = action, name == "status" || name == "claimed_by" else { continue }
      let found =
        name == "status"
        ? statusStep(change, value, seen, author, before)
        : claimStep(change, value, seen, author, before)
      switch found {
      case .success(let names):
        steps.append(Step(task: change.key, field: name, value: value, seen: seen, names: names))
        if name == "claimed_by" { edits.append(("claimed_at", .set(value.isNull ? .null : .instant(author.at)))) }
      case .failure(let refused): faults.append(refused.fault)
      }
    }
    return (with(edits, change), faults)
  }

  private func with(_ edits: [(field: String, action: Edit.Action)], _ change: Change) -> Change {
    Change(
      collection: change.collection, id: change.id, kind: change.kind, context: change.context,
      expectsUnchanged: change.expectsUnchanged, edits: edits)
  }

  struct NoStep: Error {
    let fault: Fault
  }

  private func statusStep(
    _ change: Change, _ value: Value, _ seen: [String: Value], _ author: Author, _ before: Oracle
  ) -> Result<[String], NoStep> {
    let isParent = author.role == "parent"
    let isDoer = before.isDoer(author.member!, change.key)
    let from = seen["status"]?.text ?? before.shown(change.key, "status").text ?? ""
    let steps: [(name: String, isAllowed: Bool)]
    switch (from, value.text ?? "") {
    case ("open", "pending_approval"): steps = [("hand_in", isDoer)]
    case ("open", "done"): steps = [("finish", isDoer || isParent)]
    case ("pending_approval", "done"): steps = [("approve", isParent)]
    case ("pending_approval", "open"): steps = [("reject", isParent), ("withdraw", isDoer)]
    case ("done", "open"): steps = [("reopen", isParent)]
    default: return .failure(NoStep(fault: Fault("transitionRefused", "tasks.status")))
    }
    let allowed = steps.filter(\.isAllowed).map(\.name)
    return allowed.isEmpty ? .failure(NoStep(fault: Fault("forbidden", "tasks.\(steps[0].name)"))) : .success(allowed)
  }

  private func claimStep(
    _ change: Change, _ value: Value, _ seen: [String: Value], _ author: Author, _ before: Oracle
  ) -> Result<[String], NoStep> {
    let holder = before.shown(change.key, "claimed_by")
    if value == author.memberValue {
      return holder.isNull ? .success(["claim"]) : .failure(NoStep(fault: Fault("alreadyClaimed", "tasks.claimed_by")))
    }
    guard value.isNull, !(seen["claimed_by"] ?? holder).isNull else {
      return .failure(NoStep(fault: Fault("transitionRefused", "tasks.claimed_by")))
    }
    let mayRelease = author.role == "parent" || holder == author.memberValue
    return mayRelease ? .success(["release"]) : .failure(NoStep(fault: Fault("forbidden", "tasks.release")))
  }

  /// What the writer's device showed: the last state that it had, with its own later writes over it.
  func seenValues(_ change: Change, _ author: Author, _ before: Oracle) -> [String: Value] {
    let record = before.records[change.key]!
    var now: [String: Value] = [:]
    for name in Self.tracked { now[name] = before.shown(change.key, name) }
    let seen = seen(change, author)
    if record.versions.allSatisfy({ seen.covers(Dot($0.key, $0.value)) }) { return now }
    var values: [String: Value]?
    var missedSomething = false
    for past in record.past {
      if !seen.covers(past.dot) {
        missedSomething = true
      } else if missedSomething, past.dot.replica == author.dot.replica {
        for (name, value) in past.wrote { values?[name] = value }
      } else {
        (values, missedSomething) = (past.shown, false)
      }
    }
    return values ?? now
  }

  // MARK: On the result

  mutating func makeSteps(_ author: Author, _ before: Oracle) -> [Fault] {
    for position in steps.indices {
      let step = steps[position]
      let field = OracleField.byName["tasks"]![step.field]!
      let writes = records[step.task]!.cells[field.cell].writes
      let hasWon = registerWinner(writes, field, "tasks")?.dot == author.dot
      let brings = shown(step.task, step.field) == step.value && before.shown(step.task, step.field) != step.value
      let isShown = hasWon || brings
      let (name, failed) = choose(step, isShown, author)
      guard failed.isEmpty else { return [Fault(Self.code(of: failed[0]), "tasks.\(name)", failed)] }
      (steps[position].name, steps[position].isShown) = (name, isShown)
      if isShown { makeStep(name, step, author, before) }
    }
    return []
  }

  static func code(of need: String) -> String {
    switch need {
    case "photo": "checkFailed"
    case "no_approval": "forbidden"
    default: "transitionRefused"
    }
  }

  /// The first step whose needs are met, or the first one with those that are not.
  private func choose(_ step: Step, _ isShown: Bool, _ author: Author) -> (String, [String]) {
    let results = step.names.map { ($0, unmet($0, step, isShown, author)) }
    return results.first { $0.1.isEmpty } ?? results[0]
  }

  private func unmet(_ name: String, _ step: Step, _ isShown: Bool, _ author: Author) -> [String] {
    let task = step.task
    let needsPhoto = shown(task, "photo_required") == .bool(true) && ids(task, "proof_photos").isEmpty
    switch name {
    case "claim":
      let isOffered = shown(task, "claimable") == .bool(true) && shown(task, "status") == .text("open")
      let known = step.seen["assignees"]?.elements?.compactMap(\.id) ?? []
      let isFree = ids(task, "assignees").allSatisfy { $0 == author.member || known.contains($0) }
      return (isOffered ? [] : ["offered"]) + (isFree ? [] : ["still_free"])
    case "hand_in": return needsPhoto ? ["photo"] : []
    case "finish":
      let needsApproval = shown(task, "parent_approval") == .bool(true) && author.role != "parent"
      return (needsPhoto ? ["photo"] : []) + (needsApproval ? ["no_approval"] : [])
    default: return []
    }
  }

  private func or(_ value: Value, _ other: Value) -> Value { value.isNull ? other : value }

  private mutating func makeStep(_ name: String, _ step: Step, _ author: Author, _ before: Oracle) {
    let task = step.task
    let now = { [self] (name: String) in shown(task, name) }
    switch name {
    case "claim": insert(task, "assignees", author.memberValue, author)
    case "release":
      if now("rotation") == .text("none") {
        remove(task, "assignees", before.shown(task, "claimed_by"), author)
      }
    case "hand_in":
      let values = [
        "completed_by": or(now("completed_by"), author.memberValue),
        "completed_at": or(now("completed_at"), .instant(author.written)),
      ]
      write(task, values, author)
    case "finish": write(task, whatFinishSets(step, author), author)
    case "approve":
      let values = [
        "attempt": step.seen["attempt"]!, "completed_by": or(now("completed_by"), step.seen["completed_by"]!),
        "completed_at": or(now("completed_at"), step.seen["completed_at"]!),
        "approved_by": or(now("approved_by"), author.memberValue),
        "approved_at": or(now("approved_at"), .instant(author.written)),
      ]
      write(task, values, author)
    case "reject", "withdraw", "reopen":
      let attempt = Value.int(step.seen["attempt"]!.int! + 1)
      write(
        task,
        [
          "attempt": attempt, "completed_by": .null, "completed_at": .null, "approved_by": .null, "approved_at": .null,
        ], author)
    default: break
    }
  }

  private func whatFinishSets(_ step: Step, _ author: Author) -> [String: Value] {
    let task = step.task
    let holder = shown(task, "claimed_by")
    let only = ids(task, "assignees").count == 1 ? Value.id(ids(task, "assignees")[0]) : .null
    let doer = isDoer(author.member!, task) ? author.memberValue : or(or(holder, only), author.memberValue)
    var values = [
      "attempt": step.seen["attempt"]!, "completed_by": or(shown(task, "completed_by"), doer),
      "completed_at": or(shown(task, "completed_at"), .instant(author.written)),
    ]
    if shown(task, "parent_approval") == .bool(true) {
      values["approved_by"] = or(shown(task, "approved_by"), author.memberValue)
      values["approved_at"] = or(shown(task, "approved_at"), .instant(author.written))
    }
    return values
  }

  mutating func write(_ key: Key, _ values: [String: Value], _ author: Author) {
    for (name, value) in values.sorted(by: { $0.key < $1.key }) { write(key, name, value, author) }
  }

  /// Keeps what tasks show, for those who write later without having seen it.
  mutating func remember(_ author: Author, _ before: Oracle) {
    for key in records.keys where key.collection == "tasks" {
      var shown: [String: Value] = [:]
      for name in Self.tracked { shown[name] = self.shown(key, name) }
      var old: [String: Value] = [:]
      for name in Self.tracked where before.exists(key) { old[name] = before.shown(key, name) }
      guard shown != old else { continue }
      var wrote: [String: Value] = [:]
      for step in steps where step.task == key { wrote[step.field] = step.value }
      records[key]!.past.append(OracleRecord.Past(dot: author.dot, shown: shown, wrote: wrote))
    }
  }
}
