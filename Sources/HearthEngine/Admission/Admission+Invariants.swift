internal import HearthModel

// Step 7 of admission as far as the pack states it: what must be true of the result, whoever wrote it
// (docs/reference/pack-language.md, section 11).

extension Admission {
  /// Asks every rule that what changed can make false.
  func checkInvariants() throws {
    for touch in stage.touches {
      let key = touch.key
      let plan = plan[key.collection]
      guard !plan.checks.isEmpty || !plan.acyclics.isEmpty, touch.isLive else { continue }
      let collection = touch.collection
      for check in plan.checks where !touch.wasLive || !check.reach.isDisjoint(with: touch.changed) {
        // A row of an append collection is judged once, when it is written.
        guard !collection.isAppendOnly || touch.before == nil else { continue }
        try ask(check, key, touch, collection)
      }
      for rule in plan.acyclics { try checkChain(rule, key, touch, collection) }
    }
  }

  private func ask(_ check: Check, _ key: RecordKey, _ touch: Stage.Touch, _ collection: CollectionSchema) throws {
    guard try scene(key, touch).holds(check.condition) != true else { return }
    throw refuse(
      check.refusal, key, collection, field: check.reach.numbers.first, rule: check.name,
      otherwise: Judge.wouldNotHold(check))
  }

  // MARK: Chains

  private func checkChain(
    _ rule: Acyclic, _ key: RecordKey, _ touch: Stage.Touch, _ collection: CollectionSchema
  ) throws {
    let start: RecordID
    let next: (RecordID) throws -> [RecordID]
    switch rule.chain {
    case .field(let field):
      guard touch.slots.contains(collection.fields[field.index].slot) else { return }
      start = key.record
      next = { [self] in try targets(of: field, RecordKey(household.id, key.collection, $0), collection) }
    case .link(let from, let to):
      guard touch.before == nil || touch.slots.contains(collection.fields[to.index].slot),
        let first = touch.after.value(of: collection.fields[from.index], in: collection).id
      else { return }
      start = first
      next = { [self] in try linked(from: $0, from, to, collection) }
    }
    var frontier = try next(start)
    var known = Set(frontier)
    for _ in 0..<rule.depth {
      guard !frontier.isEmpty else { return }
      if known.contains(start) { throw circle(rule, key, collection) }
      frontier = try frontier.flatMap(next).filter { known.insert($0).inserted }
    }
    if known.contains(start) { throw circle(rule, key, collection) }
    guard frontier.isEmpty else {
      throw refuse(
        Refusal(.limitExceeded, says: rule.refusal.says), key, collection, rule: rule.name,
        otherwise: "The chain would be longer than \(rule.depth) steps.")
    }
  }

  private func circle(_ rule: Acyclic, _ key: RecordKey, _ collection: CollectionSchema) -> Rejection {
    refuse(rule.refusal, key, collection, rule: rule.name, otherwise: "References would form a circle.")
  }

  private func targets(of field: FieldNumber, _ key: RecordKey, _ collection: CollectionSchema) throws -> [RecordID] {
    guard let state = try stage.state(of: key), stage.isVisible(state, key) else { return [] }
    let value = state.value(of: collection.fields[field.index], in: collection)
    return (value.elements ?? [value]).compactMap(\.id)
  }

  private func linked(
    from record: RecordID, _ from: FieldNumber, _ to: FieldNumber, _ collection: CollectionSchema
  ) throws -> [RecordID] {
    try stage.referrers(to: record).sorted().filter { $0.collection == collection.number && $0.field == from }
      .flatMap { try targets(of: to, RecordKey(household.id, collection.number, $0.record), collection) }
  }

  // MARK: What was shown

  /// Notes what the tracked fields show now, for those who write later without having seen it.
  func keepTrails() throws {
    for touch in stage.touches {
      let key = touch.key
      let (tracked, fields) = (plan[key.collection].tracked, plan[key.collection].trackedFields)
      guard !fields.isDisjoint(with: touch.changed) else { continue }
      let collection = touch.collection
      let shown = { (state: RecordState) in
        tracked.map { RecordPatch.FieldValue($0, state.value(of: collection.fields[$0.index], in: collection)) }
      }
      let now = shown(touch.after)
      guard touch.before.map(shown) != now else { continue }
      let wrote = moves.filter { $0.key == key }.map { RecordPatch.FieldValue($0.field, $0.value) }
      stage.setTrail(Trail.Row(dot: submission.dot, shown: now, wrote: wrote), of: key)
    }
  }
}
