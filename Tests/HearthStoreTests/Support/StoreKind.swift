import Foundation
import HearthEngine
import HearthMemory
import HearthModel
import HearthSQLite
import Synchronization
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
    url = FileManager.default.temporaryDirectory.appending(
      path: "hearth-store-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  /// The path of a file in the folder.
  func file(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }
}

/// A SQLite store in a folder of its own, which can be closed and opened again.
final class TemporaryStore: Store {
  let folder: TemporaryFolder
  private let options: SQLiteStore.Options
  private let current: Mutex<SQLiteStore?>

  init(options: SQLiteStore.Options = SQLiteStore.Options(), in folder: TemporaryFolder? = nil) throws {
    self.folder = try folder ?? TemporaryFolder()
    self.options = options
    current = Mutex(try SQLiteStore.open(at: self.folder.path, packs: Fixture.packs, options: options))
  }

  var store: SQLiteStore { current.withLock { $0! } }

  func reopen() throws { try whileClosed { _ in } }

  /// Closes the store, runs a body with the path of the file, and opens the store again.
  func whileClosed(_ body: (String) throws -> Void) throws {
    try current.withLock { current in
      let path = current!.path
      try current?.close()
      current = nil
      try body(path)
      current = try SQLiteStore.open(at: folder.path, packs: Fixture.packs, options: options)
    }
  }

  func commit(_ decide: (any StoreReader) throws -> Commit) throws { try store.commit(decide) }
  func sweep(_ decide: (any StoreReader) throws -> Commit) throws { try store.sweep(decide) }
  func endSweep() throws { try store.endSweep() }
  func addDevice(_ device: DeviceEntry) throws { try store.addDevice(device) }
  func device(tokenHash: [UInt8]) throws -> DeviceEntry? { try store.device(tokenHash: tokenHash) }
  func devices(of household: HouseholdID) throws -> [DeviceEntry] { try store.devices(of: household) }
  func households() throws -> [HouseholdEntry] { try store.households() }
  func openReplica(household: HouseholdID, device: RecordID, incarnation: UInt64) throws -> ReplicaNumber {
    try store.openReplica(household: household, device: device, incarnation: incarnation)
  }
  func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result { try store.read(body) }
  func beginLife(_ epoch: Epoch) throws { try store.beginLife(epoch) }
  func acknowledge(_ acknowledgements: [Acknowledgement], now: Instant) throws {
    try store.acknowledge(acknowledgements, now: now)
  }
  func compact(_ decide: (any CompactionReader) throws -> Compaction) throws { try store.compact(decide) }
  func catalogueMark(of app: String) throws -> [UInt8]? { try store.catalogueMark(of: app) }
  func noteCatalogue(_ mark: [UInt8], of app: String) throws { try store.noteCatalogue(mark, of: app) }
  func tidy() throws { try store.tidy() }
  func inquire<Result>(_ body: (any InquiryReader) throws -> Result) throws -> Result { try store.inquire(body) }
  func changedRecords(of household: HouseholdID, after revision: Revision, bytesMax: Int) throws -> ChangedRecords {
    try store.changedRecords(of: household, after: revision, bytesMax: bytesMax)
  }

  func changedRecords<Result>(
    of household: HouseholdID, after revision: Revision, bytesMax: Int,
    _ body: (ChangedRecords, @escaping (RecordKey) throws -> RecordState?) throws -> Result
  ) throws -> Result {
    try store.changedRecords(of: household, after: revision, bytesMax: bytesMax, body)
  }
}
