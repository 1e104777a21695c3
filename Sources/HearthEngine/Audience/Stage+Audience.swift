internal import HearthModel

// What a change set means for who sees what. Nothing here asks about a single reader: each session does that itself,
// with the values that are collected here.

extension Stage {
  /// Finds the records that the change set did not touch and that may come into a view or leave it all the same,
  /// because of a record on the way that a read condition follows. They count as changed in this revision, so that a
  /// device that is away finds them when it catches up.
  func shift() throws {
    guard !audience.isOpen else { return }
    for key in try shifted() { try touch(key) }
  }

  private func shifted() throws -> [RecordKey] {
    try orderedKeys.flatMap { key in
      try readers(of: key, audience.dependents).filter { reader in
        guard touches[reader] == nil, let rights = audience[reader.collection], let state = try state(of: reader) else {
          return false
        }
        let before = try audience.values(rights, reader, state) { try self.former(of: $0) }
        return try audience.values(rights, reader, state) { try self.state(of: $0) } != before
      }
    }
  }

  /// The records at the other end of the paths that lead to a record and read what changed of it, in a stable order.
  private func readers(of key: RecordKey, _ dependents: [[Audience.Dependent]]) throws -> [RecordKey] {
    guard dependents.indices.contains(key.collection.index) else { return [] }
    var found = Set<RecordKey>()
    for dependent in dependents[key.collection.index] where hasChanged(dependent.field, of: key) {
      var ends: Set<RecordKey> = [key]
      for link in dependent.links {
        var next = Set<RecordKey>()
        for end in ends {
          for reference in try referrers(to: end.record)
          where reference.collection == link.collection && reference.field == link.field {
            next.insert(RecordKey(household, reference.collection, reference.record))
          }
        }
        ends = next
      }
      found.formUnion(ends)
    }
    return found.sorted { ($0.collection, $0.record) < ($1.collection, $1.record) }
  }

  private func hasChanged(_ field: FieldNumber?, of key: RecordKey) -> Bool {
    guard let touch = touches[key] else { return false }
    if touch.wasLive != touch.isLive { return true }
    return field.map { touch.changed.contains($0) } ?? false
  }

  /// A record as it was before the change set.
  private func former(of key: RecordKey) throws -> RecordState? {
    if let touch = touches[key] { return touch.before }
    return try state(of: key)
  }

  /// Whether a record counts as changed only because it may come into a view or leave it.
  func isOnlyShifted(_ key: RecordKey) -> Bool {
    guard let touch = touches[key], touch.kind == nil, touch.changed.isEmpty else { return false }
    return touch.before == touch.after
  }

  // MARK: What sessions are told

  /// How a touched record is seen, before and after; nil where its collection is open to everybody.
  func sight(_ key: RecordKey) throws -> Sight? {
    guard let rights = audience[key.collection], !rights.isOpen, let touch = touches[key] else { return nil }
    let after = try audience.values(rights, key, touch.after) { try self.state(of: $0) }
    let before = try touch.before.map { former in
      guard rights.reach.leadsOn || !rights.reach.fields.isDisjoint(with: touch.changed) else { return after }
      return try audience.values(rights, key, former) { try self.former(of: $0) }
    }
    return Sight(collection: key.collection, record: key.record, before: before, after: after, state: touch.after)
  }

  /// The standing of each member whose own record, or a record that conditions reach from there, has changed.
  func standings() throws -> [RecordID: Standing] {
    guard !audience.isOpen || pack.roles.session != nil else { return [:] }
    var members = Set(orderedKeys.lazy.filter { $0.collection == self.pack.memberCollection }.map(\.record))
    for key in orderedKeys {
      members.formUnion(try readers(of: key, audience.memberDependents).map(\.record))
    }
    var standings: [RecordID: Standing] = [:]
    for member in members {
      standings[member] = try audience.standing(of: member, in: household) { try self.state(of: $0) } ?? .gone
    }
    return standings
  }

  /// What the household's own record says to read conditions now; nil when it cannot have changed.
  func householdValues() throws -> [Value]? {
    let key = RecordKey(household, pack.householdCollection, household.record)
    let leadsOn = audience.householdInputs.contains { $0.steps.count > 1 }
    guard !audience.householdInputs.isEmpty, leadsOn || touches[key] != nil else { return nil }
    return try audience.householdValues(household) { try self.state(of: $0) }
  }
}
