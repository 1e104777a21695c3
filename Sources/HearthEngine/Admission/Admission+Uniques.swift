internal import HearthModel

// `unique` of the pack: decided in the hub's order, against what the store and the batch hold
// (docs/reference/pack-language.md, section 11).

extension Admission {
  /// Notes which values records took and gave up, and refuses those that somebody else has.
  ///
  /// - Returns: the records that have to go, because the pack says that the later one takes over.
  func claimUniques() throws -> [UniqueHolder] {
    var released: [UniqueKey: RecordID] = [:]
    var taken: [(entry: UniqueEntry, rule: Unique, collection: CollectionSchema)] = []
    for touch in stage.touches {
      let key = touch.key
      let collection = touch.collection
      for (rule, reach) in plan[key.collection].uniques where touch.mayChange(reach, since: touch.before) {
        let old = try touch.before.flatMap { try uniqueKey(rule, $0, key, collection) }
        let new = try uniqueKey(rule, touch.after, key, collection)
        guard old != new else { continue }
        if let old { released[old] = key.record }
        guard let new else { continue }
        taken.append((UniqueEntry(key: new, collection: key.collection, record: key.record), rule, collection))
      }
    }
    guard !released.isEmpty || !taken.isEmpty else { return [] }
    var overtaken = [UniqueHolder]()
    var holders: [UniqueKey: RecordID] = [:]
    for (entry, rule, collection) in taken {
      if let other = holders.updateValue(entry.record, forKey: entry.key), other != entry.record {
        throw refuse(rule, entry, collection)
      }
      guard released[entry.key] == nil, let holder = try work.holder(of: entry.key),
        holder.record != entry.record || holder.household != household.id
      else { continue }
      guard rule.policy == .takeOver else { throw refuse(rule, entry, collection) }
      overtaken.append(holder)
    }
    stage.uniques(taken: taken.map(\.entry), released: released)
    return overtaken
  }

  private func refuse(_ rule: Unique, _ entry: UniqueEntry, _ collection: CollectionSchema) -> Rejection {
    let names = rule.fields.map { "`\(collection.fields[$0.index].name)`" }.joined(separator: " and ")
    return refuse(
      rule.refusal, RecordKey(household.id, entry.collection, entry.record), collection, field: rule.fields.first,
      rule: rule.name, otherwise: "Another record of `\(collection.name)` has this \(names) already.")
  }

  /// The key under which a record is found; nil when it takes no part.
  func uniqueKey(
    _ rule: Unique, _ state: RecordState, _ key: RecordKey, _ collection: CollectionSchema
  ) throws -> UniqueKey? {
    guard stage.isVisible(state, key) else { return nil }
    let values = rule.fields.map { state.value(of: collection.fields[$0.index], in: collection) }
    guard !values.contains(where: \.isNull) else { return nil }
    if let condition = rule.condition {
      guard try sceneAlone(key, collection, state).holds(condition) == true else { return nil }
    }
    return UniqueKey(
      app: pack.name, household: rule.isAcross ? nil : household.id, collection: collection, rule: rule, values: values)
  }
}
