internal import Crypto
package import HearthModel

/// The values of a `unique` of a pack, as the store finds who has them: 16 bytes, whatever the values are.
package struct UniqueKey: Hashable, Comparable, Sendable {
  /// The first 16 bytes of a SHA-256.
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Makes the key of values.
  ///
  /// - Parameter household: nil where the values are unique over all households.
  init(app: String, household: HouseholdID?, collection: CollectionSchema, rule: Unique, values: [Value]) {
    let folded = rule.folds ? values.map { $0.text.map { .text($0.lowercased()) } ?? $0 } : values
    let parts = [
      Value.text(app), household.map { .id($0.record) } ?? .null, .text(collection.name), .text(rule.name),
      .list(folded),
    ]
    bytes = Array(SHA256.hash(data: Array(Value.list(parts).json.utf8)).prefix(16))
  }

  /// Makes the key of another name of a record: a name is one more value that no two records have.
  package init(name: RecordKey, app: String, collection: CollectionSchema) {
    let parts: [Value] = [
      .text(app), .id(name.household.record), .text(collection.name), .null, .list([.id(name.record)]),
    ]
    bytes = Array(SHA256.hash(data: Array(Value.list(parts).json.utf8)).prefix(16))
  }

  package static func < (left: UniqueKey, right: UniqueKey) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

/// The record that has the values of a `unique`.
package struct UniqueHolder: Hashable, Sendable {
  package let household: HouseholdID
  package let collection: CollectionNumber
  package let record: RecordID

  package init(household: HouseholdID, collection: CollectionNumber, record: RecordID) {
    self.household = household
    self.collection = collection
    self.record = record
  }
}

/// That a record has the values of a `unique`.
package struct UniqueEntry: Hashable, Sendable {
  package let key: UniqueKey
  package let collection: CollectionNumber
  package let record: RecordID

  package init(key: UniqueKey, collection: CollectionNumber, record: RecordID) {
    self.key = key
    self.collection = collection
    self.record = record
  }
}
