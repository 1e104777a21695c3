import Foundation
import HearthEngine
import HearthHub
import HearthModel
import HearthPack
import HearthTesting
import Testing

/// A household in a store, and its devices, as a hub drives them.
final class TestHousehold {
  let id: HouseholdID
  let pack: Pack
  let store: any Store
  let engine: Engine
  private(set) var devices: [TestDevice] = []
  /// The installs that were opened, in their order.
  private(set) var opened: [Install] = []
  /// The hub's clock; moves by a second with each submission.
  private(set) var now: Instant

  /// Founds a household of a seed.
  init(_ seed: Seed.Household, in store: any Store, pack: Pack = Fixture.famquest) throws {
    (id, self.pack, self.store) = (seed.id, pack, store)
    engine = Fixture.engine
    now = Instant(milliseconds: 1_762_880_400_000)
    var random = SeededGenerator(seed: seed.id.record.low)
    _ = try Founding(engine: engine).found(
      seed, app: pack.name, in: store, now: now, random: { random.next() },
      makeToken: { "token-\(random.next())" })
    for device in try store.devices(of: id) { devices.append(TestDevice(device)) }
  }

  /// Founds a household with the given records as one change set of the hub.
  init(id: HouseholdID, in store: any Store, pack: Pack, records: [RecordChange], devices: [DeviceEntry]) throws {
    (self.id, self.pack, self.store) = (id, pack, store)
    engine = Fixture.engine
    now = Instant(milliseconds: 1_762_880_400_000)
    let changeSet = ChangeSet(counter: 1, stamp: HybridTime(milliseconds: now.milliseconds), content: .changes(records))
    let submission = Submission(
      household: id, replica: .hub, device: nil, member: nil, offset: .zero, changeSet: changeSet)
    let state = HouseholdState(id: id, app: pack.name)
    try store.commit { _ in
      let decided = try engine.decide([submission], reader: NewHousehold(state: state), now: now)
      return Commit(
        founded: [Commit.Founded(state: state, label: "test", devices: devices)],
        households: decided.commit.households)
    }
    self.devices = devices.map { TestDevice($0) }
  }

  func device(_ name: String) throws -> TestDevice {
    try #require(devices.first { $0.entry.name == name })
  }

  /// Opens the install of a device.
  func open(_ device: TestDevice) throws {
    let replica = try store.openReplica(household: id, device: device.entry.id, incarnation: device.incarnation)
    device.replica = replica
    opened.append(Install(device: device.entry.id, incarnation: device.incarnation, replica: replica))
  }

  /// An install and the number that it got.
  struct Install {
    let device: RecordID
    let incarnation: UInt64
    let replica: ReplicaNumber
  }

  // MARK: Submitting

  /// A change set of a device with its next counter; not yet sent.
  func submission(
    _ device: TestDevice, _ changes: [RecordChange], formerly: [Dot] = [], counter: UInt64? = nil
  ) throws -> Submission {
    if device.replica == nil { try open(device) }
    now = Instant(milliseconds: now.milliseconds + 1000)
    device.counter = counter ?? device.counter + 1
    return Submission(
      household: id, replica: device.replica!, device: device.entry.id, member: device.entry.member, offset: .zero,
      changeSet: ChangeSet(
        counter: device.counter, stamp: HybridTime(milliseconds: now.milliseconds), formerly: formerly,
        content: .changes(changes)))
  }

  /// Decides and commits one batch.
  @discardableResult
  func commit(_ batch: [Submission]) throws -> [SubmissionResult] {
    try Self.commit(batch, in: store, engine: engine, now: now)
  }

  /// Decides and commits a batch of any households.
  static func commit(
    _ batch: [Submission], in store: any Store, engine: Engine, now: Instant
  ) throws -> [SubmissionResult] {
    var results = [SubmissionResult]()
    try store.commit { reader in
      let decided = try engine.decide(batch, reader: reader, now: now)
      results = decided.results
      return decided.commit
    }
    return results
  }

  /// Submits one change set alone and gives its verdict.
  @discardableResult
  func submit(_ device: TestDevice, _ changes: RecordChange...) throws -> Outcome.Verdict {
    let results = try commit([submission(device, changes)])
    guard case .decided(let outcome, _)? = results.first else { throw NotDecided(results: results) }
    return outcome.verdict
  }

  struct NotDecided: Error {
    let results: [SubmissionResult]
  }

  // MARK: Reading

  func state() throws -> HouseholdState {
    try #require(try store.household(id))
  }

  func record(_ collection: String, _ record: RecordID) throws -> RecordState? {
    let number = try #require(pack.collection(named: collection)).number
    return try store.record(RecordKey(id, number, record))
  }

  func value(_ collection: String, _ record: RecordID, _ field: String) throws -> Value {
    let schema = try #require(pack.collection(named: collection))
    let state = try #require(try self.record(collection, record))
    return state.value(of: try #require(schema.field(named: field)), in: schema)
  }

  /// Everything that changed after a revision, in one page.
  func changed(after revision: UInt64 = 0) throws -> ChangedRecords {
    try store.changedRecords(of: id, after: Revision(rawValue: revision), bytesMax: .max)
  }
}

/// A device and where its counters stand.
final class TestDevice {
  let entry: DeviceEntry
  var incarnation: UInt64 = 1
  var replica: ReplicaNumber?
  var counter: UInt64 = 0

  init(_ entry: DeviceEntry) {
    self.entry = entry
  }
}

/// What a decision reads while its household is founded.
private struct NewHousehold: StoreReader {
  let state: HouseholdState

  func household(_ id: HouseholdID) -> HouseholdState? { id == state.id ? state : nil }
  func record(_ key: RecordKey) -> RecordState? { nil }
  func change(_ household: HouseholdID, _ dot: Dot) -> ChangeEntry? { nil }
  func remnant(_ household: HouseholdID, _ dot: Dot) -> Remnant? { nil }
  func isGone(_ key: RecordKey) -> Bool { false }
  func dot(_ household: HouseholdID, of content: RenewedContent) -> Dot? { nil }
  func referrers(_ household: HouseholdID, to target: RecordID) -> [Reference] { [] }
  func holder(of key: UniqueKey) -> UniqueHolder? { nil }
  func records(of household: HouseholdID, in collection: CollectionNumber) -> [RecordID] { [] }
}
