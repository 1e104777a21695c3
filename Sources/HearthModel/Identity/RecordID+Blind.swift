internal import Crypto

extension RecordID {
  /// What stands for a record in a message to devices that may never have seen it: who holds the record knows which one
  /// is meant, and nobody else learns its id.
  ///
  /// The first 8 bytes of SHA-256 over the household's id, the collection's number in two bytes and the record's id.
  package func blinded(in household: HouseholdID, _ collection: CollectionNumber) -> UInt64 {
    var hasher = SHA256()
    hasher.update(data: household.record.bytes)
    hasher.update(data: [UInt8(collection.rawValue >> 8), UInt8(collection.rawValue & 0xff)])
    hasher.update(data: bytes)
    return hasher.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}
