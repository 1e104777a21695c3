extension CollectionSchema {
  /// Whether the id of a record with these values follows from its key: always in a collection with a key, unless the
  /// key has a condition.
  ///
  /// - Parameter value: the value of a field, as given at creation; nil when none is.
  public func followsKey(value: (Field) -> Value?) -> Bool {
    guard !key.isEmpty else { return false }
    guard let condition = behavior.keyCondition else { return true }
    return withoutActuallyEscaping(value) { value in
      let surroundings = Expression.Surroundings(today: nil, day: { _ in nil }) { input in
        // The checker lets the condition read fields of the record alone.
        guard input.root == .record, case .field(let number)? = input.steps.first, let field = self.field(number)
        else { return .null }
        return value(field) ?? field.unwrittenValue
      }
      return (try? condition.holds(in: surroundings)) ?? false
    }
  }

  /// The id of the record with a natural key: UUIDv5 in the household of the JSON array of the collection's name and
  /// the key's values, so that two devices that create the same thing create the same record.
  ///
  /// - Parameter value: the value of each key field, as given at creation.
  /// - Returns: nil when the id does not follow from the key, or a value is missing.
  public func keyedID(household: HouseholdID, value: (Field) -> Value?) -> RecordID? {
    guard followsKey(value: value) else { return nil }
    var parts = [Value.text(name)]
    for number in key {
      guard let value = value(fields[number.index]), !value.isNull else { return nil }
      parts.append(value)
    }
    return RecordID(namespace: household.record, name: Array(Value.list(parts).json.utf8))
  }
}
