extension CollectionSchema {
  /// The id of the record with a natural key: UUIDv5 in the household of the JSON array of the collection's name and
  /// the key's values, so that two devices that create the same thing create the same record.
  ///
  /// - Parameter value: the value of each key field, as given at creation.
  /// - Returns: nil when the collection has no key or a value is missing.
  public func keyedID(household: HouseholdID, value: (Field) -> Value?) -> RecordID? {
    guard !key.isEmpty else { return nil }
    var parts = [Value.text(name)]
    for number in key {
      guard let value = value(fields[number.index]), !value.isNull else { return nil }
      parts.append(value)
    }
    return RecordID(namespace: household.record, name: Array(Value.list(parts).json.utf8))
  }
}
