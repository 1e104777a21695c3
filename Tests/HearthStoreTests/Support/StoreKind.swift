import Foundation
import HearthEngine
import HearthMemory
import HearthModel
import HearthSQLite
import Testing

/// The stores that the conformance suite runs on.
enum StoreKind: String, CaseIterable, CustomTestStringConvertible {
  case memory
  case sqlite

  var testDescription: String { rawValue }

  /// An empty store for the packs of the tests.
  func makeStore() throws -> any Store {
    switch self {
    case .memory: MemoryStore()
    case .sqlite: try TemporaryStore()
    }
  }
}

/// A folder that is gone when its owner is.
final class TemporaryFolder: Sendable {
  let url: URL
  var path: String { url.path(percentEncoded: false) }

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "hearth-store-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
}

/// A SQLite store in a folder of its own.
final class TemporaryStore: Store {
  let folder: TemporaryFolder
  let store: SQLiteStore

  init() throws {
    folder = try TemporaryFolder()
    store = try SQLiteStore.open(at: folder.path, packs: Fixture.packs)
  }

  func commit(_ decide: (any StoreReader) throws -> Commit) throws { try store.commit(decide) }
  func addDevice(_ device: DeviceEntry) throws { try store.addDevice(device) }
  func device(tokenHash: [UInt8]) throws -> DeviceEntry? { try store.device(tokenHash: tokenHash) }
  func devices(of household: HouseholdID) throws -> [DeviceEntry] { try store.devices(of: household) }
  func households() throws -> [HouseholdEntry] { try store.households() }
  func openReplica(household: HouseholdID, device: RecordID, incarnation: UInt64) throws -> ReplicaNumber {
    try store.openReplica(household: household, device: device, incarnation: incarnation)
  }
  func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result { try store.read(body) }
  func renewEpoch(of household: HouseholdID, _ epoch: Epoch) throws { try store.renewEpoch(of: household, epoch) }
  func acknowledge(_ acknowledgements: [Acknowledgement]) throws { try store.acknowledge(acknowledgements) }
  func tidy() throws { try store.tidy() }
  func changedRecords(of household: HouseholdID, after revision: Revision, bytesMax: Int) throws -> ChangedRecords {
    try store.changedRecords(of: household, after: revision, bytesMax: bytesMax)
  }
}
