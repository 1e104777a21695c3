package import HearthEngine
package import HearthModel

// The hub's own words turned into the oracle's: numbers into names.

extension Oracle.Submission {
  package init(_ entry: ChangeEntry, in pack: Pack) {
    self.init(
      dot: entry.dot, stamp: entry.stamp, at: entry.at, member: entry.member,
      changes: entry.changeSet.changes.map { Oracle.Change($0, in: pack) })
  }
}

extension Oracle.Change {
  init(_ change: RecordChange, in pack: Pack) {
    let collection = pack.collection(change.collection)!
    self.init(
      collection: collection.name, id: change.record, kind: change.kind, context: change.context,
      expectsUnchanged: change.expectation == .recordUnchanged,
      edits: change.edits.map { (field: collection.field($0.field)?.name ?? "", action: $0.action) })
  }
}

extension Oracle.Fault {
  /// Whether a refusal by the hub says this.
  package func isNamed(by rejection: Rejection) -> Bool {
    guard code == rejection.code.name, failed == rejection.failed else { return false }
    return rule == nil || rule == rejection.rule
  }
}

extension Oracle {
  /// Where the hub's state of the household differs from the oracle's; nil when nowhere.
  package func difference(from hub: HubPicture) -> String? {
    for (collection, fields) in OracleField.all {
      let own = visible(collection)
      if Self.made.contains(collection) {
        let ownRows = own.map { row(Key(collection, $0), fields) }.sorted()
        let hubRows = (hub.records[collection] ?? [:]).values.map { row($0, fields) }.sorted()
        if let difference = Self.difference(ownRows, hubRows) { return "\(collection): \(difference)" }
        continue
      }
      let hubs = hub.records[collection] ?? [:]
      if let id = Set(own).symmetricDifference(hubs.keys).min() {
        return "\(collection)/\(id) is there \(hubs[id] == nil ? "for the oracle, not at the hub" : "at the hub only")"
      }
      for id in own.sorted() {
        for field in fields {
          let (mine, theirs) = (shown(Key(collection, id), field.name), hubs[id]![field.name]!)
          if mine != theirs { return "\(collection)/\(id).\(field.name) is \(theirs.brief), should be \(mine.brief)" }
        }
      }
    }
    return nil
  }

  /// Collections whose rows the hub makes, under ids of its own.
  private static let made: Set = ["task_logs", "points_ledger", "badges", "user_streaks", "audit_log"]

  private static func difference(_ own: [String], _ hubs: [String]) -> String? {
    var rest = hubs
    var missing = [String]()
    for row in own {
      if let position = rest.firstIndex(of: row) { rest.remove(at: position) } else { missing.append(row) }
    }
    if missing.isEmpty, rest.isEmpty { return nil }
    return "the hub lacks \(missing), and has \(rest) instead"
  }

  private func row(_ key: Key, _ fields: [OracleField]) -> String {
    row(Dictionary(uniqueKeysWithValues: fields.map { ($0.name, shown(key, $0.name)) }), fields)
  }

  private func row(_ values: [String: Value], _ fields: [OracleField]) -> String {
    fields.filter { !["meta", "metadata"].contains($0.name) }.map { "\($0.name): \(values[$0.name]!.brief)" }
      .joined(separator: ", ")
  }
}

/// What a hub shows of a household: only what is there.
package struct HubPicture {
  package var records: [String: [RecordID: [String: Value]]] = [:]

  package init(_ store: any Store, _ household: HouseholdID, _ pack: Pack) throws {
    for entry in try store.changedRecords(of: household, after: .zero, bytesMax: .max).entries {
      let collection = pack.collection(entry.collection)!
      guard case .live = entry.state.recordLife(in: collection) else { continue }
      let values = collection.fields.map { ($0.name, entry.state.value(of: $0, in: collection)) }
      records[collection.name, default: [:]][entry.record] = Dictionary(uniqueKeysWithValues: values)
    }
  }
}

extension Value {
  /// The value in a few letters.
  package var brief: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .int(let value): "\(value)"
    case .text(let text): "'\(text)'"
    case .id(let id): Names.name(of: id)
    case .day(let day): "\(day)"
    case .instant(let instant): "\(instant)"
    case .list(let values): "[\(values.map(\.brief).joined(separator: ", "))]"
    case .object(let object):
      "{\(object.members.map { "\($0.key): \($0.value.brief)" }.joined(separator: ", "))}"
    case .decimal, .float: "\(self)"
    }
  }
}

/// The names behind ids, for people.
package enum Names {
  private static let known: [RecordID: String] = {
    let seeded = [
      "eva-family", "eva", "sam", "noah", "luna", "finn", "mira", "set-table", "tidy-room", "dishes", "water-plants",
      "clean-bathroom", "screen-time", "movie-night", "later-bedtime", "dentist", "gym-class", "luna-birthday",
      "sam-maths", "sam-maths-factoring", "luna-room-photo", "tell-eva-luna-is-done", "remind-sam-dishes",
    ]
    let made = (0...99).map { "n\($0)" }
    return Dictionary(uniqueKeysWithValues: (seeded + made).map { (RecordID(name: $0), $0) })
  }()

  package static func name(of id: RecordID) -> String { known[id] ?? id.description }
}
