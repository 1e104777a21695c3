internal import HearthModel

// Steps 7 and 8 of admission as far as references go: they point to something, nothing restricts a delete, and what
// depends on a record that is not there is hidden or shows null.
//
// What follows is a function of which records are deleted and which references are stored, so the order in which
// change sets arrive cannot matter (P1): restoring a record undoes exactly what its delete brought about.
//
// References to the household's own record are checked but not followed: every record has one, and a household that is
// deleted takes nothing in any more (`householdGone`).

extension Stage {
  /// Checks and follows all references that changed since the last time, and all records that came or went.
  ///
  /// - Parameter restricts: nil when the pack has no `restrict`.
  func settle(restricts: Restricts?) throws {
    let direct = takeUnsettled()
    guard !direct.isEmpty || restricts != nil else { return }
    for key in direct { try followReferences(of: key) }
    let changedLife = direct.filter { lifeChanged($0) }
    if let restricts {
      for key in changedLife where !isVisible(touches[key]!.after, key) { try checkRestrictions(on: key, restricts) }
    }
    try followLives(from: changedLife)
    if let restricts { try checkRestricting(restricts) }
    for touch in touches { touch.settle() }
  }

  // MARK: References that changed

  private func followReferences(of key: RecordKey) throws {
    guard let touch = touches[key], !touch.changed.isDisjoint(with: plan[key.collection].references) else { return }
    let collection = touch.collection
    let fields = collection.fields.filter { field in
      touch.slots.contains(field.slot) && plan[key.collection].references.contains(field.number)
    }
    guard !fields.isEmpty else { return }
    for field in fields {
      let old = touch.settled.map { Self.targets(of: field, $0, collection) } ?? []
      let new = Self.targets(of: field, touch.after, collection)
      // What follows no reference, but an id that read conditions look up, may point to nothing.
      if field.type.target != nil {
        for target in new.subtracting(old).sorted() { try checkTarget(target, of: field, key) }
      }
      guard isFollowed(field) else { continue }
      let reference = { (target: RecordID) in
        Reference(target: target, collection: key.collection, record: key.record, field: field.number)
      }
      self.reference(added: new.subtracting(old).map(reference), removed: old.subtracting(new).map(reference))
    }
    let derived = try derivedState(of: touch.after, key, collection)
    let missing = Set(touch.after.derived.missingTargets).union(derived.missingTargets)
    // What such a field shows is not what was written, so the author is told too.
    let showing = collection.fields.filter { field in
      field.onDelete == .setNull && !Self.targets(of: field, touch.after, collection).isDisjoint(with: missing)
    }
    touch.after.derived = derived
    touch.mark(references: showing.lazy.map(\.number))
  }

  private func isFollowed(_ field: Field) -> Bool {
    field.type.target != pack.householdCollection
  }

  private func checkTarget(_ target: RecordID, of field: Field, _ key: RecordKey) throws {
    let targetKey = RecordKey(household, field.type.target!, target)
    let name = pack.collection(targetKey.collection)?.name ?? ""
    guard try state(of: targetKey) != nil else {
      throw Rejection(
        .referenceMissing, collection: key.collection, record: key.record, field: field.number,
        message: "`\(field.name)` points to no record of `\(name)` in this household.")
    }
    if field.onDelete == .restrict { try checkIsThere(target, field, key) }
  }

  static func targets(of field: Field, _ state: RecordState, _ collection: CollectionSchema) -> Set<RecordID> {
    let value = state.storedValue(of: field, in: collection)
    return Set((value.elements ?? [value]).compactMap(\.id))
  }

  // MARK: Records that came or went

  private func lifeChanged(_ key: RecordKey) -> Bool {
    guard let touch = touches[key] else { return false }
    guard let before = touch.settled else { return !touch.isLive }
    return before.isLive(in: touch.collection) != touch.isLive
  }

  private func checkRestrictions(on key: RecordKey, _ restricts: Restricts) throws {
    guard touches[key]?.kind == .delete || touches[key]?.ruleKind == .delete else { return }
    for reference in try referrers(to: key.record).sorted() {
      let referrer = RecordKey(household, reference.collection, reference.record)
      guard let collection = pack.collection(reference.collection), let field = collection.field(reference.field),
        field.onDelete == .restrict, field.type.target == key.collection,
        let state = try state(of: referrer), isVisible(state, referrer), try restricts(referrer, field.number, state)
      else { continue }
      throw Rejection(
        .restricted, collection: key.collection, record: key.record,
        message:
          "A record of `\(collection.name)` still points to it with `\(field.name)`. Change or delete that first.")
    }
  }

  /// Brings the derived state of everything that depends on these records, directly or not, up to date.
  private func followLives(from changed: [RecordKey]) throws {
    guard !changed.isEmpty else { return }
    let dependants = try dependantsByCascade(of: changed)
    try hide(dependants)
    let direct = Set(changed)
    for key in changed + dependants.filter({ !direct.contains($0) }) { try updateReferrersShowingNull(of: key) }
  }

  /// The records that hang on the given ones by `cascade`, over any number of steps: also those among the given ones,
  /// as when one change set deletes a record and restores what hangs on it.
  private func dependantsByCascade(of keys: [RecordKey]) throws -> [RecordKey] {
    var known = Set<RecordKey>()
    var found = [RecordKey]()
    var queue = keys
    while let key = queue.popLast() {
      for reference in try referrers(to: key.record).sorted() {
        let referrer = RecordKey(household, reference.collection, reference.record)
        guard policy(of: reference, target: key.collection) == .cascade, known.insert(referrer).inserted else {
          continue
        }
        found.append(referrer)
        queue.append(referrer)
      }
    }
    return found
  }

  private func policy(of reference: Reference, target: CollectionNumber) -> Field.ReferencePolicy? {
    guard let field = pack.collection(reference.collection)?.field(reference.field), field.type.target == target else {
      return nil
    }
    return field.onDelete
  }

  /// Computes which of the records are hidden: the smallest solution, so that a circle of records hides none of them
  /// unless one of them hangs on a deleted record.
  private func hide(_ keys: [RecordKey]) throws {
    var hidden = Set<RecordKey>()
    let inQuestion = Set(keys)
    var isSettled = false
    while !isSettled {
      isSettled = true
      for key in keys where !hidden.contains(key) {
        let hangsOnMissing = try cascadeTargets(of: key).contains { target in
          if inQuestion.contains(target) { return try hidden.contains(target) || isDeleted(target) }
          guard let state = try state(of: target) else { return false }
          return !isVisible(state, target)
        }
        if hangsOnMissing {
          hidden.insert(key)
          isSettled = false
        }
      }
    }
    for key in keys {
      guard let state = try state(of: key), state.derived.isHidden != hidden.contains(key) else { continue }
      try touch(key)?.after.derived.isHidden = hidden.contains(key)
    }
  }

  private func isDeleted(_ key: RecordKey) throws -> Bool {
    guard let collection = pack.collection(key.collection), let state = try state(of: key) else { return false }
    return state.life(collection.deletes).isDeleted
  }

  /// The delete because of which a record is hidden; nil when it is not hidden.
  func causeOfHiding(_ key: RecordKey) throws -> Authorship? {
    var known: Set<RecordKey> = [key]
    var queue = [key]
    while let next = queue.popLast() {
      for target in try cascadeTargets(of: next).sorted(by: { $0.record < $1.record }) {
        guard let collection = pack.collection(target.collection), let state = try state(of: target) else { continue }
        let life = state.life(collection.deletes)
        if life.isDeleted { return life.resolution?.winner.author }
        if known.insert(target).inserted { queue.append(target) }
      }
    }
    return nil
  }

  private func cascadeTargets(of key: RecordKey) throws -> [RecordKey] {
    guard let collection = pack.collection(key.collection), let state = try state(of: key) else { return [] }
    return collection.fields.filter { $0.onDelete == .cascade && isFollowed($0) }.flatMap { field in
      Self.targets(of: field, state, collection).map { RecordKey(household, field.type.target!, $0) }
    }
  }

  private func updateReferrersShowingNull(of key: RecordKey) throws {
    guard let state = try state(of: key) else { return }
    let isMissing = !isVisible(state, key)
    let references = try referrers(to: key.record).filter { policy(of: $0, target: key.collection) == .setNull }
    // A record may point to the same target with several fields.
    let byReferrer = Dictionary(grouping: references) { RecordKey(household, $0.collection, $0.record) }
    for (referrer, references) in byReferrer {
      guard let current = try self.state(of: referrer),
        current.derived.missingTargets.contains(key.record) != isMissing, let touch = try touch(referrer)
      else { continue }
      touch.mark(references: references.lazy.map(\.field))
      touch.after.derived.setMissing(isMissing, key.record)
    }
  }

  /// The derived state of a record whose references changed.
  private func derivedState(
    of state: RecordState, _ key: RecordKey, _ collection: CollectionSchema
  ) throws -> RecordState.Derived {
    var derived = RecordState.Derived()
    for field in collection.fields where isFollowed(field) && [.cascade, .setNull].contains(field.onDelete) {
      for target in Self.targets(of: field, state, collection) {
        let targetKey = RecordKey(household, field.type.target!, target)
        guard let targetState = try self.state(of: targetKey), !isVisible(targetState, targetKey) else { continue }
        if field.onDelete == .cascade { derived.isHidden = true } else { derived.setMissing(true, target) }
      }
    }
    return derived
  }
}

extension RecordState.Derived {
  fileprivate mutating func setMissing(_ isMissing: Bool, _ target: RecordID) {
    if !isMissing {
      missingTargets.removeAll { $0 == target }
    } else if !missingTargets.contains(target) {
      missingTargets.insert(target, at: missingTargets.firstIndex { $0 > target } ?? missingTargets.endIndex)
    }
  }
}
