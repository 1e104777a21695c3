import Foundation
import HearthEngine
import HearthMemory
import HearthModel

/// A store in memory whose commits a test can hold and fail, and which can be set back as by a restore from a backup.
final class StoreDouble: Store, @unchecked Sendable {
  /// What was written, so that a prefix of it can be written again.
  private enum Entry {
    case commit(Commit)
    case device(DeviceEntry)
    case replica(HouseholdID, RecordID, UInt64)
    case life(Epoch)
  }

  private let condition = NSCondition()
  private var inner: any Store
  private let makeInner: () -> any Store
  private var log: [Entry] = []
  private var isHeld = false
  private var waiting = 0
  private var fault: StoreFault?
  private var faultsLeft = 0
  private var counts = (commits: 0, changeSets: 0, attempts: 0)

  init(_ makeInner: @escaping () -> any Store = { MemoryStore() }) {
    self.makeInner = makeInner
    inner = makeInner()
  }

  // MARK: What a test does

  /// Lets commits wait, decided and not written, until `release`.
  func hold() {
    condition.withLock { isHeld = true }
  }

  func release() {
    condition.withLock {
      isHeld = false
      condition.broadcast()
    }
  }

  /// Lets exactly one waiting or coming commit pass.
  func releaseOne() {
    condition.withLock {
      singles += 1
      condition.broadcast()
    }
  }

  private var singles = 0

  /// Lets the next commits fail, for so many times.
  func fail(_ fault: StoreFault, times: Int = .max) {
    condition.withLock { (self.fault, faultsLeft) = (fault, times) }
  }

  func recover() {
    condition.withLock { (fault, faultsLeft) = (nil, 0) }
  }

  /// How many commits wait in `hold`.
  var heldCommits: Int { condition.withLock { waiting } }
  /// How many commits have been written.
  var commits: Int { condition.withLock { counts.commits } }
  /// How many times a commit was asked for, those that failed included.
  var attempts: Int { condition.withLock { counts.attempts } }
  /// How many change sets those commits have decided.
  var changeSets: Int { condition.withLock { counts.changeSets } }

  /// A point to which the store can be set back.
  var mark: Int { condition.withLock { log.count } }

  /// Sets the store back, as a restore from a backup does: what came later was never written.
  func restore(to mark: Int) throws {
    try condition.withLock {
      log = Array(log.prefix(mark))
      inner = makeInner()
      for entry in log {
        switch entry {
        case .commit(let commit): try inner.commit { _ in commit }
        case .device(let device): try inner.addDevice(device)
        case .replica(let household, let device, let incarnation):
          _ = try inner.openReplica(household: household, device: device, incarnation: incarnation)
        case .life(let epoch): try inner.beginLife(epoch)
        }
      }
    }
  }

  // MARK: Store

  func commit(_ decide: (any StoreReader) throws -> Commit) throws {
    let store = try begin()
    var written = Commit()
    try store.commit { reader in
      written = try decide(reader)
      waitWhileHeld()
      return written
    }
    condition.withLock {
      log.append(.commit(written))
      counts.commits += 1
      counts.changeSets += written.households.reduce(0) { $0 + $1.changes.count }
    }
  }

  private func begin() throws -> any Store {
    try condition.withLock {
      counts.attempts += 1
      if let fault, faultsLeft > 0 {
        faultsLeft -= 1
        throw fault
      }
      return inner
    }
  }

  private func waitWhileHeld() {
    condition.withLock {
      waiting += 1
      while isHeld, singles == 0 { condition.wait() }
      if isHeld { singles -= 1 }
      waiting -= 1
    }
  }

  private var current: any Store { condition.withLock { inner } }

  func addDevice(_ device: DeviceEntry) throws {
    try current.addDevice(device)
    condition.withLock { log.append(.device(device)) }
  }

  func openReplica(household: HouseholdID, device: RecordID, incarnation: UInt64) throws -> ReplicaNumber {
    let number = try current.openReplica(household: household, device: device, incarnation: incarnation)
    condition.withLock { log.append(.replica(household, device, incarnation)) }
    return number
  }

  func beginLife(_ epoch: Epoch) throws {
    try current.beginLife(epoch)
    condition.withLock { log.append(.life(epoch)) }
  }

  func device(tokenHash: [UInt8]) throws -> DeviceEntry? { try current.device(tokenHash: tokenHash) }
  func devices(of household: HouseholdID) throws -> [DeviceEntry] { try current.devices(of: household) }
  func households() throws -> [HouseholdEntry] { try current.households() }
  func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result { try current.read(body) }
  func catalogueMark(of app: String) throws -> [UInt8]? { try current.catalogueMark(of: app) }
  func noteCatalogue(_ mark: [UInt8], of app: String) throws { try current.noteCatalogue(mark, of: app) }
  func acknowledge(_ acknowledgements: [Acknowledgement], now: Instant) throws {
    try current.acknowledge(acknowledgements, now: now)
  }
  func compact(_ decide: (any CompactionReader) throws -> Compaction) throws { try current.compact(decide) }

  func inquire<Result>(_ body: (any InquiryReader) throws -> Result) throws -> Result { try current.inquire(body) }

  func changedRecords(of household: HouseholdID, after revision: Revision, bytesMax: Int) throws -> ChangedRecords {
    try current.changedRecords(of: household, after: revision, bytesMax: bytesMax)
  }

  func changedRecords<Result>(
    of household: HouseholdID, after revision: Revision, bytesMax: Int,
    _ body: (ChangedRecords, @escaping (RecordKey) throws -> RecordState?) throws -> Result
  ) throws -> Result {
    try current.changedRecords(of: household, after: revision, bytesMax: bytesMax, body)
  }
}

extension Store {
  /// The canonical state of a record.
  func state(_ household: HouseholdID, _ pack: Pack, _ collection: String, _ record: RecordID) throws -> RecordState? {
    try read { try $0.record(RecordKey(household, pack.collection(named: collection)!.number, record)) }
  }

  /// The canonical value of a field.
  func value(
    _ household: HouseholdID, _ pack: Pack, _ collection: String, _ record: RecordID, _ field: String
  ) throws -> Value? {
    try state(household, pack, collection, record)?
      .value(of: pack.field(collection, field), in: pack.collection(named: collection)!)
  }
}
