import HearthEngine
import HearthModel

/// A FamQuest household as its hub has it: every record, also a deleted one, with every value, also a private one; and
/// who may see what of it, said once more in the simplest words (FQ-P01 to P18, the column "read").
struct FamilyPicture {
  struct Place: Hashable {
    let collection: String
    let record: RecordID
    let field: String
  }

  private(set) var records: [String: [RecordID: [String: Value]]] = [:]

  init(_ store: any Store, _ household: HouseholdID, _ pack: Pack) throws {
    for entry in try store.changedRecords(of: household, after: .zero, bytesMax: .max).entries {
      guard let collection = pack.collection(entry.collection) else { continue }
      let values = collection.fields.map { ($0.name, entry.state.storedValue(of: $0, in: collection)) }
      records[collection.name, default: [:]][entry.record] = Dictionary(values) { $1 }
    }
  }

  var places: [(Place, Value)] {
    records.flatMap { collection, records in
      records.flatMap { id, values in
        values.map { (Place(collection: collection, record: id, field: $0.key), $0.value) }
      }
    }
  }

  // MARK: Who may see what

  private static let secrets: Set = ["password_hash", "pin", "two_fa_secret", "sso"]
  private static let ofOneDevice = [
    "device_tokens": ["platform", "token"], "webpush_subs": ["endpoint", "p256dh", "auth"],
  ]
  private static let ofAnotherMember: Set = [
    "family_id", "display_name", "role", "role_label", "is_active", "theme", "points_balance", "created_at",
    "updated_at",
  ]

  /// Whether a member may see a field, on any device but the one that wrote it.
  func mayRead(_ place: Place, _ member: RecordID) -> Bool {
    guard let viewer = records["users"]?[member], viewer["is_active"] == .bool(true), let role = viewer["role"]?.text,
      let record = records[place.collection]?[place.record], !Self.secrets.contains(place.field)
    else { return false }
    let isParent = role == "parent"
    let isFamily = isParent || role == "teen" || role == "child"
    let isOwn = record["user_id"]?.id == member
    switch place.collection {
    case "families": return true
    case "users":
      if isParent || place.record == member { return true }
      return isFamily ? Self.ofAnotherMember.contains(place.field) : place.field == "display_name"
    case "events": return isFamily || ids(record, "attendees").contains(member)
    case "tasks": return isFamily || isOpen(task: record, to: member)
    case "task_logs": return isParent || record["actor_id"]?.id == member
    case "points_ledger": return isParent || isFamily && isOwn
    case "badges", "user_streaks", "rewards": return isFamily
    case "study_items": return isParent || isOwn
    case "study_sessions":
      let item = record["study_item_id"]?.id.flatMap { records["study_items"]?[$0] }
      return isParent || item?["user_id"]?.id == member
    case "media": return record["uploaded_by"]?.id == member || isShown(media: record, member, isFamily)
    case "notifications": return isOwn
    case "device_tokens", "webpush_subs":
      if Self.ofOneDevice[place.collection]?.contains(place.field) == true { return false }
      return isOwn || isParent && place.field == "user_id"
    case "audit_log": return isParent
    default: return false
    }
  }

  private func isOpen(task: [String: Value], to member: RecordID) -> Bool {
    task["claimable"] == .bool(true) || task["claimed_by"]?.id == member || ids(task, "assignees").contains(member)
  }

  private func isShown(media: [String: Value], _ member: RecordID, _ isFamily: Bool) -> Bool {
    guard media["av_scan_status"]?.text == "clean" else { return false }
    if isFamily { return true }
    guard media["context"]?.text == "task_proof", let id = media["context_id"]?.id, let task = records["tasks"]?[id]
    else { return false }
    return isOpen(task: task, to: member)
  }

  private func ids(_ record: [String: Value], _ field: String) -> [RecordID] {
    (record[field]?.elements ?? []).compactMap(\.id)
  }
}
