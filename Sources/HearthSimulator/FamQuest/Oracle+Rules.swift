internal import HearthModel

// What must always be true (FQ-C01 to C15), what the hub computes (FQ-C21), and its own marks (FQ-C22, C23).

extension Oracle {
  /// Balances, parents and streaks, computed from everything there is.
  mutating func account(_ author: Author) {
    for user in records.keys where user.collection == "users" {
      records[user]!.cells["points_balance"] = .plain(.int(balance(of: user.id)))
    }
    let family = Key("families", household)
    if exists(family) { records[family]!.cells["active_parents"] = .plain(.int(Int64(activeParents))) }
    for key in written where key.collection == "user_streaks" && isVisible(key) {
      let run = Self.currentRun(days(key), today: Int(author.today.rawValue))
      records[key]!.cells["current_streak"] = .plain(.int(Int64(run)))
    }
  }

  /// The fold over the whole book.
  func balance(of member: RecordID) -> Int64 {
    records.keys.filter { $0.collection == "points_ledger" && shown($0, "user_id") == .id(member) && isVisible($0) }
      .reduce(0) { $0 + shown($1, "delta").int! }
  }

  var activeParents: Int {
    visible("users").filter {
      shown(Key("users", $0), "role") == .text("parent") && shown(Key("users", $0), "is_active") == .bool(true)
    }.count
  }

  /// The rules that would not hold.
  func brokenRules(_ author: Author, _ before: Oracle) -> [Fault] {
    var faults = [Fault]()
    let parents = before.exists(Key("families", household)) ? before.activeParents : -1
    if activeParents < 1, parents != activeParents { faults.append(Fault("limitExceeded", "families.a_parent_stays")) }
    for key in records.keys where isVisible(key) {
      switch key.collection {
      case "users":
        if isNews(key, ["email", "pin"], before), shown(key, "email").isNull, shown(key, "pin").isNull {
          faults.append(Fault("checkFailed", "users.a_way_in"))
        }
      case "events":
        if case .instant(let end) = shown(key, "end_at"), case .instant(let start) = shown(key, "start_at"),
          end < start,
          isNews(key, ["start_at", "end_at"], before)
        {
          faults.append(Fault("checkFailed", "events.ends_after_start"))
        }
      case "points_ledger": if !before.exists(key) { faults += brokenRules(ofBooking: key) }
      case "user_streaks":
        if shown(key, "longest_streak") < shown(key, "current_streak") {
          faults.append(Fault("checkFailed", "user_streaks.longest_is_longest"))
        }
      default: break
      }
    }
    for (collection, field, rule) in [("users", "email", "email_once"), ("media", "storage_key", "one_file")] {
      if isTwice(collection, field), !before.isTwice(collection, field) {
        faults.append(Fault("uniqueViolation", "\(collection).\(rule)"))
      }
    }
    return faults
  }

  private func isNews(_ key: Key, _ names: [String], _ before: Oracle) -> Bool {
    !before.exists(key) || !before.isVisible(key) || written.contains(key)
      || names.contains { before.shown(key, $0) != shown(key, $0) }
  }

  private func brokenRules(ofBooking key: Key) -> [Fault] {
    let (delta, kind) = (shown(key, "delta").int!, shown(key, "kind").text!)
    var faults = [Fault]()
    if delta == 0 { faults.append(Fault("checkFailed", "points_ledger.never_nothing")) }
    if kind == "earn", delta <= 0 || shown(key, "task_id").isNull {
      faults.append(Fault("checkFailed", "points_ledger.earned"))
    }
    guard kind == "spend" else { return faults }
    guard let reward = shown(key, "reward_id").id else {
      return faults + [Fault("gone", "points_ledger.still_sold"), Fault("checkFailed", "points_ledger.fair_price")]
    }
    let shop = Key("rewards", reward)
    if shown(shop, "is_active") != .bool(true) || delta != -shown(shop, "cost").int! {
      faults.append(Fault("checkFailed", "points_ledger.fair_price"))
    }
    if let buyer = shown(key, "user_id").id, balance(of: buyer) < 0 {
      faults.append(Fault("insufficientBalance", "points_ledger.enough_points"))
    }
    return faults
  }

  private func isTwice(_ collection: String, _ field: String) -> Bool {
    let values = visible(collection).compactMap { shown(Key(collection, $0), field).text?.lowercased() }
    return Set(values).count < values.count
  }

  // MARK: The hub's own marks

  mutating func stamp(_ author: Author, _ before: Oracle) {
    for key in written {
      let names = OracleField.byName[key.collection]!
      let isNew = !before.exists(key)
      if isNew, names["created_at"] != nil, records[key]!.cells["created_at"] == nil {
        records[key]!.cells["created_at"] = .plain(.instant(author.at))
      }
      if names["updated_at"] != nil { records[key]!.cells["updated_at"] = .plain(.instant(author.at)) }
      if names["version"] != nil {
        let version = isNew ? 0 : before.stored(key, "version").int ?? 0
        records[key]!.cells["version"] = .plain(.int(version + 1))
      }
    }
  }
}
