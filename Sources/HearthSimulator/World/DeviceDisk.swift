internal import HearthMemory
internal import HearthModel
internal import HearthReplica

/// A device's process ends here and now.
struct DeviceCrash: Error {}

/// A device's disk: what a write has returned from is there for good (the library writes with `synchronous=FULL`), and
/// a crash may come before or after any write.
final class DeviceDisk: ReplicaStorage {
  private(set) var content: MemoryReplica
  /// Writes until the crash, and whether the last of them still reaches the disk; nil when none is to come.
  var crash: (afterWrites: Int, lastIsKept: Bool)?
  private(set) var writes = 0

  init(_ content: MemoryReplica) {
    self.content = content
  }

  func write(_ writes: ReplicaWrites) throws {
    self.writes += 1
    guard let planned = crash else { return content.write(writes) }
    guard planned.afterWrites <= 0 else {
      crash = (planned.afterWrites - 1, planned.lastIsKept)
      return content.write(writes)
    }
    crash = nil
    if planned.lastIsKept { content.write(writes) }
    throw DeviceCrash()
  }

  /// Puts an older copy in place, as from a backup.
  func restore(_ copy: MemoryReplica) {
    content = copy
  }

  func confirmed(_ key: ReplicaKey) throws -> VisibleRecord? { content.confirmed(key) }
  func confirmedKeys() throws -> [ReplicaKey] { content.confirmedKeys() }
  func confirmed(in collection: CollectionNumber) throws -> [(RecordID, VisibleRecord)] {
    content.confirmed(in: collection)
  }
  func staged() throws -> [RecordPatch] { content.staged() }
  func settled(of incarnation: UInt64, after counter: UInt64) throws -> [SettledEntry] {
    content.settled(of: incarnation, after: counter)
  }
  func settled(besides incarnation: UInt64) throws -> [SettledEntry] { content.settled(besides: incarnation) }
}
