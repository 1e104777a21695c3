internal import HearthModel

/// What one change set has changed so far: thrown away when it is rejected, absorbed when it is taken in (P4).
struct Stage {
  private let work: WorkingSet
  let household: HouseholdID
  let pack: Pack
  /// Who sees what.
  let audience: Audience
  private(set) var touches: [RecordKey: Touch] = [:]
  private var references = WorkingSet.ReferenceDelta()
  private var takenUniques: [UniqueEntry] = []
  private var releasedUniques: [UniqueKey: RecordID] = [:]

  /// A record that the change set changed, itself or by what follows from it.
  struct Touch {
    /// The record before; nil when the change set created it.
    let before: RecordState?
    var after: RecordState
    /// The slots that were written, ascending.
    var slots: Set<Int>
    /// What the change set did; nil for a record that changed only by what follows.
    var kind: RecordChange.Kind?
    /// Fields whose references appeared or vanished with their targets.
    var referenceFields: Set<FieldNumber> = []
    /// The slots that moves and effects wrote, so that the author does not know what they hold.
    var ruleSlots: Set<Int> = []
    /// What moves and effects did to the record as a whole; nil when they did not touch it.
    var ruleKind: RecordChange.Kind?
    /// The record when references were last followed.
    var settled: RecordState?

    init(before: RecordState?, after: RecordState, slots: Set<Int>, kind: RecordChange.Kind?) {
      self.before = before
      self.after = after
      self.slots = slots
      self.kind = kind
      settled = before
    }
  }

  /// The records that were written since references were last followed.
  private var unsettled: Set<RecordKey> = []

  init(work: WorkingSet, household: HouseholdID, pack: Pack, audience: Audience) {
    self.work = work
    self.audience = audience
    self.household = household
    self.pack = pack
  }

  func state(of key: RecordKey) throws -> RecordState? {
    if let touch = touches[key] { return touch.after }
    return try work.state(of: key)
  }

  func referrers(to target: RecordID) throws -> Set<Reference> {
    references.applied(to: try work.referrers(household, to: target), target: target)
  }

  mutating func put(
    _ key: RecordKey, _ state: RecordState, before: RecordState?, slots: Set<Int>, kind: RecordChange.Kind
  ) {
    touches[key] = Touch(before: before, after: state, slots: slots, kind: kind)
    unsettled.insert(key)
  }

  /// Writes what a move or an effect does.
  mutating func put(_ key: RecordKey, _ state: RecordState, ruleSlots: Set<Int>, ruleKind: RecordChange.Kind) throws {
    var touch = try touches[key] ?? Touch(before: work.state(of: key), after: state, slots: [], kind: nil)
    touch.after = state
    touch.slots.formUnion(ruleSlots)
    touch.ruleSlots.formUnion(ruleSlots)
    touch.ruleKind = touch.ruleKind == .create ? .create : ruleKind
    touches[key] = touch
    unsettled.insert(key)
  }

  /// Writes what the hub computes; nothing follows from it but other computations.
  mutating func putDerived(_ value: Value, slot: Int, of key: RecordKey) throws {
    try change(key) { touch in
      touch.after.setHubValue(value, slot: slot)
      touch.slots.insert(slot)
    }
  }

  /// The records to settle, in a stable order; afterwards none.
  mutating func takeUnsettled() -> [RecordKey] {
    defer { unsettled = [] }
    return unsettled.sorted { ($0.collection, $0.record) < ($1.collection, $1.record) }
  }

  mutating func markSettled(_ key: RecordKey) {
    let after = touches[key]?.after
    touches[key]?.settled = after
  }

  mutating func setTrail(_ row: Trail.Row, of key: RecordKey) {
    touches[key]?.after.trail.append(row)
  }

  mutating func change(_ key: RecordKey, _ body: (inout Touch) -> Void) throws {
    var touch: Touch
    if let known = touches[key] {
      touch = known
    } else if let state = try work.state(of: key) {
      touch = Touch(before: state, after: state, slots: [], kind: nil)
    } else {
      preconditionFailure("a reference points from \(key), which is not there")
    }
    body(&touch)
    touches[key] = touch
  }

  /// Tells everybody what a slot holds although the change set did not change it: its author believes otherwise.
  mutating func tell(_ key: RecordKey, _ slot: Int) {
    touches[key]?.slots.insert(slot)
    touches[key]?.ruleSlots.insert(slot)
  }

  mutating func uniques(taken: [UniqueEntry], released: [UniqueKey: RecordID]) {
    takenUniques = taken
    releasedUniques = released
  }

  mutating func reference(added: [Reference], removed: [Reference]) {
    for reference in added { references.add(reference) }
    for reference in removed { references.remove(reference) }
  }

  /// The records in a stable order: by collection, then id.
  var orderedKeys: [RecordKey] {
    touches.keys.sorted { ($0.collection, $0.record) < ($1.collection, $1.record) }
  }

  // MARK: The hub's own fields

  /// Writes time stamps and the version of the records that the change set itself touched. What a seed gives stays.
  mutating func stampHubFields(now: Instant) {
    for (key, touch) in touches {
      guard let kind = touch.kind ?? touch.ruleKind, let collection = pack.collection(key.collection) else { continue }
      var touch = touch
      for (position, slot) in collection.slots.enumerated() {
        guard case .hub(let field) = slot.rule, !touch.slots.contains(position) else { continue }
        guard let value = Self.hubValue(field, touch.before?.slots[position], kind: kind, now: now) else { continue }
        touch.after.setHubValue(value, slot: position)
        touch.slots.insert(position)
      }
      touches[key] = touch
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
    for (key, touch) in touches {
      guard let collection = pack.collection(key.collection) else { continue }
      var fields = touch.referenceFields
      for slot in touch.slots { fields.formUnion(collection.slots[slot].fields) }
      work.write(key, touch.after, revision: revision, changedFields: fields)
    }
    if !takenUniques.isEmpty || !releasedUniques.isEmpty {
      try work.write(household, taken: takenUniques, released: releasedUniques)
    }
    work.write(household) { delta in
      for reference in references.added { delta.add(reference) }
      for reference in references.removed { delta.remove(reference) }
    }
  }
}
