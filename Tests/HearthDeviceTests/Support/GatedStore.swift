import Foundation
import HearthEngine
import HearthMemory
import HearthModel

/// A store whose commits wait while its gate is closed: the hub has received change sets and has not decided them.
final class GatedStore: Store, @unchecked Sendable {
  private let store = MemoryStore()
  private let condition = NSCondition()
  private var isClosed = false

  func close() {
    condition.withLock { isClosed = true }
  }

  func open() {
    condition.withLock {
      isClosed = false
      condition.broadcast()
    }
  }

  func commit(_ decide: (any StoreReader) throws -> Commit) throws {
    condition.withLock { while isClosed { condition.wait() } }
    try store.commit(decide)
  }

  func addDevice(_ device: DeviceEntry) throws { try store.addDevice(device) }
  func device(tokenHash: [UInt8]) throws -> DeviceEntry? { try store.device(tokenHash: tokenHash) }
  func devices(of household: HouseholdID) throws -> [DeviceEntry] { try store.devices(of: household) }
  func households() throws -> [HouseholdEntry] { try store.households() }
  func openReplica(household: HouseholdID, device: RecordID, incarnation: UInt64) throws -> ReplicaNumber {
    try store.openReplica(household: household, device: device, incarnation: incarnation)
  }
  func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result { try store.read(body) }
  func beginLife(_ epoch: Epoch) throws {
    try store.beginLife(epoch)
  }
  func catalogueMark(of app: String) throws -> [UInt8]? { try store.catalogueMark(of: app) }
  func noteCatalogue(_ mark: [UInt8], of app: String) throws { try store.noteCatalogue(mark, of: app) }
  func acknowledge(_ acknowledgements: [Acknowledgement], now: Instant) throws {
    try store.acknowledge(acknowledgements, now: now)
  }
  func compact(_ decide: (any CompactionReader) throws -> Compaction) throws { try store.compact(decide) }
  func inquire<Result>(_ body: (any InquiryReader) throws -> Result) throws -> Result { try store.inquire(body) }
  func changedRecords(
    of household: HouseholdID, after revision: Revision, bytesMax: Int
  ) throws -> ChangedRecords {
    try store.changedRecords(of: household, after: revision, bytesMax: bytesMax)
  }

  func changedRecords<Result>(
    of household: HouseholdID, after revision: Revision, bytesMax: Int,
    _ body: (ChangedRecords, @escaping (RecordKey) throws -> RecordState?) throws -> Result
  ) throws -> Result {
    try store.changedRecords(of: household, after: revision, bytesMax: bytesMax, body)
  }
}
