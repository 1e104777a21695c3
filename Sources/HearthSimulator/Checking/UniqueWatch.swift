internal import HearthEngine
internal import HearthModel

/// Values that only one record may have: nobody shares them, and nobody is refused for one that is free.
struct UniqueWatch {
  let pack: Pack
  let store: any Store

  /// Compares all records of some households.
  func check(_ households: [HouseholdID]) throws {
    let entries = try Dictionary(uniqueKeysWithValues: households.map { ($0, try self.entries($0)) })
    for collection in pack.collections {
      for rule in collection.behavior.uniques where rule.condition == nil {
        var holders: [Key: RecordID] = [:]
        for household in households {
          for (record, key) in keys(of: rule, collection, household, entries[household]!) {
            guard let other = holders.updateValue(record, forKey: key) else { continue }
            throw Violation(.authority, "\(collection.name)/\(record)", "\(rule.name): \(other) has the same values")
          }
        }
      }
    }
  }

  /// Whether some record has the values that a change set was refused for.
  func isHeld(_ rejection: Rejection, _ entry: ChangeEntry, _ own: HouseholdID, _ all: [HouseholdID]) throws -> Bool {
    for change in entry.changeSet.changes {
      guard let collection = pack.collection(change.collection),
        let rule = collection.behavior.uniques.first(where: { $0.name == rejection.rule })
      else { continue }
      let values = rule.fields.map { field in change.edits.last { $0.field == field }?.action.value }
      // What the change leaves out stands in the record.
      guard rule.condition == nil, values.allSatisfy({ $0 != nil }) else { return true }
      let wanted = key(rule, values.map { $0! }, own)
      for household in rule.isAcross ? all : [own] {
        let keys = keys(of: rule, collection, household, try entries(household))
        if keys.contains(where: { $0.1 == wanted }) { return true }
      }
      return false
    }
    return true
  }

  private struct Key: Hashable {
    let household: HouseholdID?
    let values: [Value]
  }

  private func key(_ rule: Unique, _ values: [Value], _ household: HouseholdID) -> Key {
    let folded = values.map { value in rule.folds ? value.text.map { .text($0.lowercased()) } ?? value : value }
    return Key(household: rule.isAcross ? nil : household, values: folded)
  }

  private func entries(_ household: HouseholdID) throws -> [ChangedRecords.Entry] {
    try store.changedRecords(of: household, after: .zero, bytesMax: .max).entries
  }

  private func keys(
    of rule: Unique, _ collection: CollectionSchema, _ household: HouseholdID, _ entries: [ChangedRecords.Entry]
  ) -> [(RecordID, Key)] {
    entries.compactMap { entry in
      guard entry.collection == collection.number, entry.state.isLive(in: collection) else { return nil }
      let values = rule.fields.map { entry.state.value(of: collection.fields[$0.index], in: collection) }
      return values.contains(where: \.isNull) ? nil : (entry.record, key(rule, values, household))
    }
  }
}

extension Edit.Action {
  fileprivate var value: Value? { if case .set(let value) = self { value } else { nil } }
}
