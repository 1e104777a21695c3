internal import HearthModel

// Who may do what (FQ-P01 to P18, the columns "create", "update" and "delete").

extension Oracle {
  /// A right: its name, and the fields to which it goes; nil for all that a device may write but private ones.
  struct Right: Hashable {
    let name: String
    var fields: Set<String>?
  }

  private static let usersByParent: Set = [
    "display_name", "role", "role_label", "permissions", "is_active", "theme", "email", "password_hash", "pin", "sso",
  ]
  private static let usersBySelf: Set = ["display_name", "theme", "email", "two_fa_enabled", "two_fa_secret"]
  private static let eventsByEditor: Set = [
    "title", "description", "category", "location", "attendees", "start_at", "end_at", "all_day", "rrule",
  ]
  private static let tasksByHelpers: Set = ["title", "description", "category", "due", "assignees", "metadata"]

  private func toggle(_ member: RecordID, _ area: String, _ right: String) -> Bool? {
    guard case .bool(let value)? = shown(Key("users", member), "permissions").object?[area]?.object?[right] else {
      return nil
    }
    return value
  }

  /// Whether a member may make events: teens may when nobody says otherwise, children when somebody allows it.
  private func mayMakeEvents(_ author: Author, _ before: Oracle) -> Bool {
    guard let member = author.member, ["teen", "child"].contains(author.role) else { return false }
    return before.toggle(member, "events", "create") ?? (author.role == "teen")
  }

  /// The rights to create this record, as it now is.
  func rightsToCreate(_ key: Key, _ author: Author, _ before: Oracle) -> [Right] {
    guard let member = author.member else { return [Right(name: "hub")] }
    let isParent = author.role == "parent"
    let isMine = { (name: String) in shown(key, name) == .id(member) }
    switch key.collection {
    case "users": return isParent ? [Right(name: "parent", fields: Self.usersByParent)] : []
    case "events":
      guard isMine("created_by") else { return [] }
      return isParent || mayMakeEvents(author, before) ? [Right(name: "maker")] : []
    case "tasks":
      guard isMine("created_by") else { return [] }
      if isParent { return [Right(name: "parent")] }
      let isMaker = ["teen", "child"].contains(author.role) && before.toggle(member, "tasks", "create") == true
      return isMaker ? [Right(name: "maker", fields: Self.tasksByHelpers)] : []
    case "points_ledger": return rightsToBook(key, author)
    case "rewards": return isParent && isMine("created_by") ? [Right(name: "parent")] : []
    case "study_items": return isParent || isMine("user_id") ? [Right(name: "owner")] : []
    case "study_sessions": return isParent || isLearner(member, session: key, true) ? [Right(name: "owner")] : []
    case "media": return isMine("uploaded_by") ? [Right(name: "everyone")] : []
    case "device_tokens", "webpush_subs": return isMine("user_id") ? [Right(name: "owner")] : []
    default: return []
    }
  }

  private func rightsToBook(_ key: Key, _ author: Author) -> [Right] {
    guard shown(key, "created_by") == author.memberValue else { return [] }
    var rights = [Right]()
    if author.role == "parent", shown(key, "kind") == .text("adjust") {
      rights.append(Right(name: "parent", fields: ["user_id", "delta", "kind", "note"]))
    }
    if author.role != "helper", shown(key, "kind") == .text("spend"), shown(key, "user_id") == author.memberValue {
      rights.append(Right(name: "owner", fields: ["user_id", "delta", "kind", "reward_id", "note"]))
    }
    return rights
  }

  /// The rights to change this record, as it stands here.
  func rightsToUpdate(_ key: Key, _ author: Author, _ before: Oracle) -> [Right] {
    guard let member = author.member else { return [Right(name: "hub")] }
    let isParent = author.role == "parent"
    let isMine = { (name: String) in shown(key, name) == .id(member) }
    switch key.collection {
    case "families", "rewards": return isParent ? [Right(name: "parent")] : []
    case "users":
      return (isParent ? [Right(name: "parent", fields: Self.usersByParent)] : [])
        + (key.id == member ? [Right(name: "self", fields: Self.usersBySelf)] : [])
    case "events":
      let isEditor = !isParent && before.toggle(member, "events", "edit") == true
      return (isParent ? [Right(name: "parent")] : [])
        + (isMine("created_by") && mayMakeEvents(author, before) ? [Right(name: "owner")] : [])
        + (isEditor ? [Right(name: "editor", fields: Self.eventsByEditor)] : [])
    case "tasks":
      let isEditor = !isParent && before.toggle(member, "tasks", "edit") == true
      return (isParent ? [Right(name: "parent")] : [])
        + (isEditor ? [Right(name: "editor", fields: Self.tasksByHelpers)] : [])
        + (isDoer(member, key) ? [Right(name: "doer", fields: ["proof_photos"])] : [])
    case "study_items":
      return (isParent ? [Right(name: "parent")] : []) + (isMine("user_id") ? [Right(name: "owner")] : [])
    case "study_sessions":
      return (isParent ? [Right(name: "parent")] : [])
        + (isLearner(member, session: key, true) ? [Right(name: "owner")] : [])
    case "notifications": return isMine("user_id") ? [Right(name: "addressee", fields: ["read_at"])] : []
    case "device_tokens", "webpush_subs": return isMine("user_id") ? [Right(name: "owner")] : []
    default: return []
    }
  }

  /// Whether somebody may delete this record, and bring it back.
  func mayDelete(_ key: Key, _ author: Author, _ before: Oracle) -> Bool {
    guard let member = author.member else { return true }
    let isParent = author.role == "parent"
    let isMine = { (name: String) in shown(key, name) == .id(member) }
    switch key.collection {
    case "families", "users", "tasks", "rewards": return isParent
    case "events": return isParent || isMine("created_by") && mayMakeEvents(author, before)
    case "study_items", "device_tokens", "webpush_subs": return isParent || isMine("user_id")
    case "study_sessions": return isParent || isLearner(member, session: key, true)
    case "media": return isParent || isMine("uploaded_by")
    default: return false
    }
  }

  // MARK: One change

  /// The edits that need a right; steps have rights of their own.
  private func edited(_ change: Change) -> [String] {
    change.edits.map(\.field).filter {
      change.collection != "tasks" || !["status", "claimed_by", "claimed_at"].contains($0)
    }
  }

  private func covers(_ right: Right, _ name: String, in collection: String) -> Bool {
    right.fields?.contains(name) ?? !OracleField.byName[collection]![name]!.isPrivate
  }

  func faultsOfRights(_ change: Change, _ author: Author, _ before: Oracle) -> [Fault] {
    guard !author.isHub else { return [] }
    switch change.kind {
    case .create: return []
    case .update:
      let names = edited(change)
      guard !names.isEmpty || change.edits.isEmpty else { return [] }
      let rights = before.rightsToUpdate(change.key, author, before)
      let isGranted =
        names.isEmpty
        ? !rights.isEmpty : names.allSatisfy { name in rights.contains { covers($0, name, in: change.collection) } }
      return isGranted ? [] : [Fault("forbidden", "\(change.collection).access.update")]
    case .delete, .restore:
      return before.mayDelete(change.key, author, before)
        ? [] : [Fault("forbidden", "\(change.collection).access.delete")]
    }
  }

  /// The same on the result: who writes must have the same right before and after.
  func rightsOnResult(of change: Change, _ author: Author, _ before: Oracle) -> [Fault] {
    guard !author.isHub else { return [] }
    let names = edited(change)
    switch change.kind {
    case .create:
      let rights = rightsToCreate(change.key, author, before)
      let isGranted =
        !rights.isEmpty
        && names.allSatisfy { name in
          rights.contains { covers($0, name, in: change.collection) }
        }
      return isGranted ? [] : [Fault("forbidden", "\(change.collection).access.create")]
    case .update:
      guard !names.isEmpty else { return [] }
      let after = Set(rightsToUpdate(change.key, author, before).map(\.name))
      let rights = before.rightsToUpdate(change.key, author, before).filter { after.contains($0.name) }
      let isGranted = names.allSatisfy { name in rights.contains { covers($0, name, in: change.collection) } }
      return isGranted ? [] : [Fault("forbidden", "\(change.collection).access.update")]
    case .delete, .restore: return []
    }
  }

  // MARK: Before anything is merged

  /// Takes one change in as far as it concerns its record alone.
  mutating func take(_ change: Change, _ author: Author, _ before: Oracle) -> [Fault] {
    var faults = faultsOfShape(change, author, before)
    guard faults.isEmpty else { return faults }
    if change.kind != .create {
      guard before.exists(change.key) else { return [Fault("recordUnknown")] }
      if let member = author.member, before.readable(change.key, by: before.viewer(member, isWriting: true)).isEmpty {
        return [Fault("recordUnknown")]
      }
      if change.kind == .update, !before.records[change.key]!.deletes.isEmpty {
        let seen = Seen(change.context)
        if before.records[change.key]!.deletes.allSatisfy({ seen.covers($0) }) { return [Fault("gone")] }
      }
    } else if before.exists(change.key), !["badges", "user_streaks"].contains(change.collection) {
      return [Fault("recordExists")]
    }
    faults += faultsOfRights(change, author, before)
    if change.expectsUnchanged, change.kind != .create {
      let seen = seen(change, author)
      if before.records[change.key]!.versions.contains(where: { !seen.covers(Dot($0.key, $0.value)) }) {
        faults.append(Fault("staleVersion"))
      }
    }
    let (normal, stepFaults) = findSteps(change, author, before)
    faults += stepFaults
    return faults + merge(normal, author)
  }

  /// What no device may write, whoever uses it.
  private func faultsOfShape(_ change: Change, _ author: Author, _ before: Oracle) -> [Fault] {
    guard !author.isHub else { return [] }
    if change.kind != .create, OracleField.appended.contains(change.collection) { return [Fault("notWritable")] }
    for (name, _) in change.edits {
      guard let field = OracleField.byName[change.collection]![name] else { return [Fault("unknownField")] }
      if !field.isWritable { return [Fault("notWritable")] }
      if field.merge == .immutable, change.kind == .update { return [Fault("notWritable")] }
    }
    return []
  }

  /// Nothing points to what has never been.
  func danglingReferences(of change: Change) -> [Fault] {
    guard change.kind == .create || change.kind == .update else { return [] }
    return change.edits.flatMap { name, action -> [Fault] in
      guard let target = OracleField.byName[change.collection]![name]!.target else { return [] }
      let ids: [RecordID]
      switch action {
      case .set(let value), .insert(let value): ids = (value.elements ?? [value]).compactMap(\.id)
      case .add, .remove, .put, .drop: ids = []
      }
      return ids.contains { !exists(Key(target, $0)) } ? [Fault("referenceMissing")] : []
    }
  }
}
