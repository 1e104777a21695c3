package import HearthModel

// Who may see what (FQ-P01 to P18, the column "read"), member by member.

extension Oracle {
  /// Somebody who looks.
  package struct Viewer {
    let member: RecordID
    let role: String
    /// What somebody has to do with a record does not end when what it belongs to is deleted: so it is for who writes,
    /// not for who looks.
    var isWriting = false

    var isFamily: Bool { ["parent", "teen", "child"].contains(role) }
    var isParent: Bool { role == "parent" }
    var value: Value { .id(member) }
  }

  package func viewer(_ member: RecordID, isWriting: Bool = false) -> Viewer {
    Viewer(member: member, role: shown(Key("users", member), "role").text ?? "", isWriting: isWriting)
  }

  /// The fields of a record that a member may see; none when the record is not there for that member.
  package func readable(_ key: Key, by viewer: Viewer) -> Set<String> {
    let all = Set(OracleField.byCollection[key.collection]!.filter { !$0.isPrivate }.map(\.name))
    let isMine = { (name: String) in shown(key, name) == viewer.value }
    switch key.collection {
    case "families": return all
    case "users": return readableOfUser(key, by: viewer, all)
    case "events":
      return viewer.isFamily || ids(key, "attendees").contains(viewer.member) ? all : []
    case "tasks":
      return viewer.isFamily || isDoer(viewer.member, key) || shown(key, "claimable") == .bool(true) ? all : []
    case "task_logs": return viewer.isParent || isMine("actor_id") ? all : []
    case "points_ledger": return viewer.isParent || isMine("user_id") && viewer.role != "helper" ? all : []
    case "badges", "user_streaks", "rewards": return viewer.isFamily ? all : []
    case "study_items": return viewer.isParent || isMine("user_id") ? all : []
    case "study_sessions": return viewer.isParent || isLearner(viewer.member, session: key, viewer.isWriting) ? all : []
    case "media": return isMine("uploaded_by") || isShown(media: key, to: viewer) ? all : []
    case "notifications": return isMine("user_id") ? all : []
    case "device_tokens", "webpush_subs": return isMine("user_id") ? all : viewer.isParent ? ["user_id"] : []
    case "audit_log": return viewer.isParent ? all : []
    default: return []
    }
  }

  private func readableOfUser(_ key: Key, by viewer: Viewer, _ all: Set<String>) -> Set<String> {
    if viewer.isParent || key.id == viewer.member { return all }
    if !viewer.isFamily { return ["display_name"] }
    return [
      "family_id", "display_name", "role", "role_label", "is_active", "theme", "points_balance", "created_at",
      "updated_at",
    ]
  }

  private func isShown(media key: Key, to viewer: Viewer) -> Bool {
    guard shown(key, "av_scan_status") == .text("clean") else { return false }
    if viewer.isFamily { return true }
    guard shown(key, "context") == .text("task_proof"), let id = shown(key, "context_id").id else { return false }
    let task = Key("tasks", id)
    guard viewer.isWriting ? exists(task) : isVisible(task) else { return false }
    return isDoer(viewer.member, task) || shown(task, "claimable") == .bool(true)
  }

  func isDoer(_ member: RecordID, _ task: Key) -> Bool {
    ids(task, "assignees").contains(member) || shown(task, "claimed_by") == .id(member)
  }

  func isLearner(_ member: RecordID, session: Key, _ isWriting: Bool) -> Bool {
    guard let item = shown(session, "study_item_id").id.map({ Key("study_items", $0) }) else { return false }
    return (isWriting ? exists(item) : isVisible(item)) && shown(item, "user_id") == .id(member)
  }
}
