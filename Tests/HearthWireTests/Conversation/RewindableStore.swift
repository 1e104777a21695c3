import HearthEngine
import HearthMemory
import HearthModel
import Synchronization

/// A store that can be taken back to what it held after any of its writes: a backup for every moment.
final class RewindableStore: Store {
  private enum Write: Sendable {
    case commit(Commit)
    case device(DeviceEntry)
    case replica(HouseholdID, RecordID, UInt64)
    case life(Epoch)
  }

  private let memory = MemoryStore()
  private let writes = Mutex([Write]())

  /// Writes so far.
  var writeCount: Int { writes.withLock { $0.count } }

  /// A store that has seen only the first writes of this one.
  func rewound(to count: Int) throws -> RewindableStore {
    let store = RewindableStore()
    for write in writes.withLock({ $0.prefix(count) }) {
      switch write {
      case .commit(let commit): try store.commit { _ in commit }
      case .device(let device): try store.addDevice(device)
      case .replica(let household, let device, let incarnation):
        _ = try store.openReplica(household: household, device: device, incarnation: incarnation)
      case .life(let epoch): try store.beginLife(epoch)
      }
    }
    return store
  }

  func commit(_ decide: (any StoreReader) throws -> Commit) throws {
    var written = Commit()
    try memory.commit { reader in
      written = try decide(reader)
      return written
    }
    let commit = written
    writes.withLock { $0.append(.commit(commit)) }
  }

  func catalogueMark(of app: String) throws -> [UInt8]? { try memory.catalogueMark(of: app) }
  func noteCatalogue(_ mark: [UInt8], of app: String) throws { try memory.noteCatalogue(mark, of: app) }

  func addDevice(_ device: DeviceEntry) throws {
    try memory.addDevice(device)
    writes.withLock { $0.append(.device(device)) }
  }

  func openReplica(household: HouseholdID, device: RecordID, incarnation: UInt64) throws -> ReplicaNumber {
    let number = try memory.openReplica(household: household, device: device, incarnation: incarnation)
    writes.withLock { $0.append(.replica(household, device, incarnation)) }
    return number
  }

  func beginLife(_ epoch: Epoch) throws {
    try memory.beginLife(epoch)
    writes.withLock { $0.append(.life(epoch)) }
  }

  func device(tokenHash: [UInt8]) throws -> DeviceEntry? { try memory.device(tokenHash: tokenHash) }

  func devices(of household: HouseholdID) throws -> [DeviceEntry] { try memory.devices(of: household) }

  func households() throws -> [HouseholdEntry] { try memory.households() }

  func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result { try memory.read(body) }

  func inquire<Result>(_ body: (any InquiryReader) throws -> Result) throws -> Result { try memory.inquire(body) }

  func acknowledge(_ acknowledgements: [Acknowledgement], now: Instant) throws {
    try memory.acknowledge(acknowledgements, now: now)
  }
  func compact(_ decide: (any CompactionReader) throws -> Compaction) throws { try memory.compact(decide) }

  func changedRecords(
    of household: HouseholdID, after revision: Revision, bytesMax: Int
  ) throws -> ChangedRecords {
    try memory.changedRecords(of: household, after: revision, bytesMax: bytesMax)
  }

  func changedRecords<Result>(
    of household: HouseholdID, after revision: Revision, bytesMax: Int,
    _ body: (ChangedRecords, @escaping (RecordKey) throws -> RecordState?) throws -> Result
  ) throws -> Result {
    try memory.changedRecords(of: household, after: revision, bytesMax: bytesMax, body)
  }
}
