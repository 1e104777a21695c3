internal import HearthModel

// What happens when a day begins in the household's zone: only then does anything depend on the day, so that the same
// history gives the same state (docs/reference/pack-language.md, section 15).

extension Admission {
  /// Deletes what has expired, fires what waits for the day, and computes anew what depends on it.
  ///
  /// - Parameter record: the only record whose day it is; nil for all.
  func turnDay(only record: RecordKey?) throws {
    for collection in pack.collections where plan[collection.number].hasDays {
      guard record.map({ $0.collection == collection.number }) ?? true else { continue }
      let ids = try record.map { [$0.record] } ?? work.records(of: household.id, in: collection.number)
      for id in ids {
        let key = RecordKey(household.id, collection.number, id)
        guard let state = try stage.state(of: key), state.isLive(in: collection) else { continue }
        if isOver(state, collection) { try deleteByRule(key) } else { try turnDay(of: key, state, collection) }
      }
    }
    try settle()
    try account()
  }

  private func isOver(_ state: RecordState, _ collection: CollectionSchema) -> Bool {
    if let field = collection.behavior.expires,
      let end = state.value(of: collection.fields[field.index], in: collection).instant, end <= now
    {
      return true
    }
    guard let retention = collection.behavior.retention, let today = clocks.today,
      let created = state.createdAt(in: collection),
      let day = clocks.day(created)
    else { return false }
    return CivilDay.addingMonths(retention.months, to: day).map { $0 <= today } ?? false
  }

  private func turnDay(of key: RecordKey, _ state: RecordState, _ collection: CollectionSchema) throws {
    for effect in collection.behavior.effects where effect.trigger == .day {
      let scene =
        try stage.touches[key].map { sceneAsSeen(key, $0) } ?? scene(key, collection, try stage.state(of: key))
      try perform(Firing(key: key, effect: effect, scene: scene))
    }
    try recompute(key)
  }
}

extension RecordState {
  /// When the record was created, in collections that note it.
  fileprivate func createdAt(in collection: CollectionSchema) -> Instant? {
    for (position, slot) in collection.slots.enumerated() {
      guard case .hub(.createdAt) = slot.rule, case .hub(.instant(let instant)) = slots[position] else { continue }
      return instant
    }
    return nil
  }
}
