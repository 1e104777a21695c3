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
    try touches.flatMap { touch in
      try readers(of: touch, audience.dependents).filter { reader in
        guard touches[reader] == nil, let rights = audience[reader.collection], let state = try state(of: reader) else {
          return false
        }
        let before = try audience.values(rights, reader, state) { try self.former(of: $0) }
        return try audience.values(rights, reader, state) { try self.state(of: $0) } != before
      }
    }
  }

  /// The records at the other end of the paths that lead to a record and read what changed of it, in a stable order.
  private func readers(of touch: Touch, _ dependents: [[Audience.Dependent]]) throws -> [RecordKey] {
    let number = touch.key.collection
    guard dependents.indices.contains(number.index), !dependents[number.index].isEmpty else { return [] }
    var found = Set<RecordKey>()
    for dependent in dependents[number.index] where touch.hasChanged(dependent.field) {
      var ends: Set<RecordKey> = [touch.key]
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
    return found.sorted { $0.precedes($1) }
  }

  /// A record as it was before the change set.
  private func former(of key: RecordKey) throws -> RecordState? {
    if let touch = touches[key] { return touch.before }
    return try state(of: key)
  }

  // MARK: What sessions are told

  /// How a touched record is seen, before and after; nil where its collection is open to everybody.
  func sight(_ touch: Touch) throws -> Sight? {
    let key = touch.key
    guard let rights = audience[key.collection], !rights.isOpen else { return nil }
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
    var members = Set<RecordID>()
    for touch in touches {
      if touch.key.collection == pack.memberCollection { members.insert(touch.key.record) }
      for reader in try readers(of: touch, audience.memberDependents) { members.insert(reader.record) }
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

extension Stage.Touch {
  /// Whether a field may show something else than before, or the record came or went.
  fileprivate func hasChanged(_ field: FieldNumber?) -> Bool {
    if let field, changed.contains(field) { return true }
    return wasLive != isLive
  }

  /// Whether the record counts as changed only because it may come into a view or leave it.
  var isOnlyShifted: Bool { kind == nil && changed.isEmpty && before == after }
}
