internal import HearthModel

extension HubPicture {
  /// Something about the family that must never be so; nil when all is well.
  package var brokenInvariant: String? {
    let users = records["users"] ?? [:]
    let ledger = (records["points_ledger"] ?? [:]).values
    if !users.values.contains(where: { $0["role"] == .text("parent") && $0["is_active"] == .bool(true) }) {
      return "no active parent is left"
    }
    for (id, user) in users {
      let balance = ledger.filter { $0["user_id"] == .id(id) }.reduce(0) { $0 + $1["delta"]!.int! }
      if user["points_balance"] != .int(balance) {
        return "\(Names.name(of: id)) has \(user["points_balance"]!.brief) points, the book says \(balance)"
      }
      if user["email"]!.isNull, user["pin"]!.isNull { return "\(Names.name(of: id)) has no way in" }
    }
    var booked = Set<[Value]>()
    for row in ledger where row["kind"] == .text("earn") || row["kind"] == .text("reversal") {
      let key = ["task_id", "occurrence_date", "attempt", "kind"].map { row[$0]! }
      if !row["task_id"]!.isNull, !booked.insert(key).inserted { return "booked twice: \(key.map(\.brief))" }
    }
    for event in (records["events"] ?? [:]).values {
      if case .instant(let end)? = event["end_at"], case .instant(let start)? = event["start_at"], end < start {
        return "an event ends before it starts"
      }
    }
    for (id, task) in records["tasks"] ?? [:] {
      if !task["claimed_by"]!.isNull, task["claimed_at"]!.isNull {
        return "\(Names.name(of: id)) has a claimer and no time"
      }
      if task["status"] == .text("open"), !task["completed_by"]!.isNull, task["approved_by"]!.isNull == false {
        return "\(Names.name(of: id)) is open and approved"
      }
    }
    let emails = users.values.compactMap { $0["email"]!.text?.lowercased() }
    if Set(emails).count < emails.count { return "an e-mail address stands twice" }
    return nil
  }
}
