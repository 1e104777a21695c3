internal import HearthModel

/// The marks of pages: where the next one goes on.
///
/// A mark comes back from a device, so it may hold anything; what cannot be read is the beginning, and what it names
/// is only a place to look from, never something to be seen.
enum PageMark {
  static func decided(_ bytes: [UInt8]) -> DecidedRecord? {
    var reader = ByteReader(bytes)
    guard !bytes.isEmpty, let revision = try? reader.readNumber(), let ordinal = try? reader.readSigned(),
      let collection = try? reader.read(CollectionNumber.self), let record = try? reader.read(RecordID.self),
      (try? reader.finish()) != nil
    else { return nil }
    return DecidedRecord(
      revision: Revision(rawValue: revision), ordinal: ordinal, collection: collection, record: record)
  }

  static func bytes(_ mark: DecidedRecord) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(mark.revision.rawValue)
    writer.write(signed: mark.ordinal)
    writer.write(mark.collection)
    writer.write(mark.record)
    return writer.bytes
  }

  /// The slot to go on with.
  static func slot(_ bytes: [UInt8]) -> Int? {
    var reader = ByteReader(bytes)
    guard !bytes.isEmpty, let slot = try? reader.readInteger(UInt16.self), (try? reader.finish()) != nil else {
      return nil
    }
    return Int(slot)
  }

  static func bytes(slot: Int) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(UInt64(slot))
    return writer.bytes
  }

  static func changed(_ bytes: [UInt8]) -> ChangedMark? {
    var reader = ByteReader(bytes)
    guard !bytes.isEmpty, let revision = try? reader.readNumber(),
      let collection = try? reader.read(CollectionNumber.self), let record = try? reader.read(RecordID.self),
      (try? reader.finish()) != nil
    else { return nil }
    return ChangedMark(revision: Revision(rawValue: revision), collection: collection, record: record)
  }

  static func bytes(_ mark: ChangedMark) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(mark.revision.rawValue)
    writer.write(mark.collection)
    writer.write(mark.record)
    return writer.bytes
  }

  /// For each replica the counter below which to go on; replicas that are done have none.
  static func counters(_ bytes: [UInt8]) -> [ReplicaNumber: UInt64]? {
    guard !bytes.isEmpty, let vector = try? VersionVector(encoded: bytes) else { return nil }
    return Dictionary(vector.entries.map { ($0.replica, $0.counter) }) { $1 }
  }

  static func bytes(_ counters: [ReplicaNumber: UInt64]) -> [UInt8] {
    VersionVector(counters.map { Dot($0.key, $0.value) }).encoded
  }
}
