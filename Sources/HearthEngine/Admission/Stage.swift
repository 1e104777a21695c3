internal import HearthModel

/// What one change set has changed so far: thrown away when it is rejected, absorbed when it is taken in (P4).
final class Stage {
  private let work: WorkingSet
  let household: HouseholdID
  let plan: Plan
  private(set) var touches = TouchList()
  private var references = WorkingSet.ReferenceDelta()
  private var takenUniques: [UniqueEntry] = []
  private var releasedUniques: [UniqueKey: RecordID] = [:]
  /// The records that were written since references were last followed.
  private var unsettled: [RecordKey] = []

  init(work: WorkingSet, household: HouseholdID, plan: Plan) {
    self.work = work
    self.household = household
    self.plan = plan
  }

  var pack: Pack { plan.pack }
  /// Who sees what.
  var audience: Audience { plan.audience }

  // MARK: Reading

  func state(of key: RecordKey) throws -> RecordState? {
    if let touch = touches[key] { return touch.after }
    return try work.state(of: key)
  }

  func referrers(to target: RecordID) throws -> Set<Reference> {
    references.applied(to: try work.referrers(household, to: target), target: target)
  }

  func isVisible(_ state: RecordState, _ key: RecordKey) -> Bool {
    pack.collection(key.collection).map { state.isLive(in: $0) } ?? false
  }

  /// A record as expressions read it; nil when there is none.
  func facts(of number: CollectionNumber, _ record: RecordID, followsDeleted: Bool) throws -> RecordFacts? {
    guard let collection = pack.collection(number),
      let state = try state(of: RecordKey(household, number, record)), followsDeleted || state.isLive(in: collection)
    else { return nil }
    return RecordFacts(state, in: collection)
  }

  // MARK: Writing

  /// Writes what the change set itself does.
  func put(
    _ key: RecordKey, _ state: RecordState, before: RecordState?, slots: PositionSet, kind: RecordChange.Kind
  ) {
    guard let collection = pack.collection(key.collection) else { return }
    let touch = Touch(key, collection, before: before, after: state, kind: kind)
    touch.mark(slots)
    touches.add(touch)
    unsettle(key)
  }

  /// Writes what a move or an effect does.
  func put(_ key: RecordKey, _ state: RecordState, ruleSlots: PositionSet, ruleKind: RecordChange.Kind) throws {
    guard let touch = try touch(key, orNew: state) else { return }
    touch.after = state
    touch.markByRule(ruleSlots)
    touch.markByRule(ruleKind)
    unsettle(key)
  }

  /// Writes what the hub computes; nothing follows from it but other computations.
  func putDerived(_ value: Value, slot: Int, of key: RecordKey) throws {
    guard let touch = try touch(key) else { return }
    touch.after.setHubValue(value, slot: slot)
    touch.mark(CollectionOfOne(slot))
  }

  /// The touch of a record; one in which nothing has changed for a record that has none. Nil when there is no record.
  @discardableResult
  func touch(_ key: RecordKey, orNew state: RecordState? = nil) throws -> Touch? {
    if let known = touches[key] { return known }
    let before = try work.state(of: key)
    guard let after = before ?? state, let collection = pack.collection(key.collection) else { return nil }
    let touch = Touch(key, collection, before: before, after: after, kind: nil)
    touches.add(touch)
    return touch
  }

  private func unsettle(_ key: RecordKey) {
    if unsettled.last != key { unsettled.append(key) }
  }

  func setTrail(_ row: Trail.Row, of key: RecordKey) {
    touches[key]?.after.trail.append(row)
  }

  /// Tells everybody what a slot holds although the change set did not change it: its author believes otherwise.
  func tell(_ key: RecordKey, _ slot: Int) {
    touches[key]?.markByRule(CollectionOfOne(slot))
  }

  func uniques(taken: [UniqueEntry], released: [UniqueKey: RecordID]) {
    takenUniques = taken
    releasedUniques = released
  }

  func reference(added: [Reference], removed: [Reference]) {
    for reference in added { references.add(reference) }
    for reference in removed { references.remove(reference) }
  }

  /// The records to settle, in a stable order; afterwards none.
  func takeUnsettled() -> [RecordKey] {
    defer { unsettled = [] }
    return unsettled.count < 2 ? unsettled : Set(unsettled).sorted { $0.precedes($1) }
  }

  // MARK: The hub's own fields

  /// Writes time stamps and the version of the records that the change set itself touched. What a seed gives stays.
  /// Nothing may follow from it.
  func stampHubFields(now: Instant) {
    for touch in touches {
      touch.finish()
      guard let kind = touch.kind ?? touch.ruleKind else { continue }
      for (position, field) in plan[touch.collection.number].hubSlots where !touch.slots.contains(position) {
        guard let value = Self.hubValue(field, touch.before?.slots[position], kind: kind, now: now) else { continue }
        touch.after.setHubValue(value, slot: position)
        touch.mark(CollectionOfOne(position))
      }
    }
  }

  private static func hubValue(
    _ field: HubField, _ before: SlotState?, kind: RecordChange.Kind, now: Instant
  ) -> Value? {
    switch field {
    case .createdAt: return before == nil ? .instant(now) : nil
    case .changedAt: return .instant(now)
    case .derived: return nil
    case .version:
      guard case .hub(.int(let version))? = before else { return .int(1) }
      return .int(version == .max ? version : version + 1)
    }
  }

  // MARK: The end

  /// Hands everything to the working set.
  func absorb(into work: WorkingSet, revision: Revision) throws {
    for touch in touches {
      work.write(touch.key, touch.after, revision: revision, changedFields: touch.changed)
    }
    if !takenUniques.isEmpty || !releasedUniques.isEmpty {
      try work.write(household, taken: takenUniques, released: releasedUniques)
    }
    guard !references.isEmpty else { return }
    work.write(household) { delta in
      for reference in references.added { delta.add(reference) }
      for reference in references.removed { delta.remove(reference) }
    }
  }
}
