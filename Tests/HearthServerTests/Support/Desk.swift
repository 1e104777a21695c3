import HearthEngine
import HearthMemory
import HearthModel
import HearthPack

/// The engine with a family in a store: change sets go straight to their decision, without session, wire or socket.
final class Desk {
  let store: any Store
  let household: Seed.Household
  /// The hub's clock.
  var now = Instant("2025-11-11T16:00:00Z")!
  private var installs: [String: (device: RecordID, member: RecordID, replica: ReplicaNumber)] = [:]

  init(_ household: Seed.Household = Fixture.eva, store: any Store = MemoryStore()) throws {
    (self.store, self.household) = (store, household)
    _ = try TestHub.found(household, in: store, now: now)
    for entry in try store.devices(of: household.id) {
      let replica = try store.openReplica(household: household.id, device: entry.id, incarnation: 1)
      installs[entry.name] = (entry.id, entry.member, replica)
    }
  }

  func replica(_ device: String) -> ReplicaNumber { installs[device]!.replica }

  /// Decides change sets of devices in one batch.
  @discardableResult
  func decide(
    _ changeSets: (device: String, changeSet: ChangeSet)..., offset: ClockOffset = .zero
  ) throws -> [SubmissionResult] {
    try decide(changeSets.map { submission($0.device, $0.changeSet, offset: offset) })
  }

  func decide(_ submissions: [Submission]) throws -> [SubmissionResult] {
    var results = [SubmissionResult]()
    try store.commit { reader in
      let decided = try Fixture.engine.decide(submissions, reader: reader, now: now)
      results = decided.results
      return decided.commit
    }
    return results
  }

  func submission(_ device: String, _ changeSet: ChangeSet, offset: ClockOffset = .zero) -> Submission {
    let install = installs[device]!
    return Submission(
      household: household.id, replica: install.replica, device: install.device, member: install.member,
      offset: offset, changeSet: changeSet)
  }

  func state(_ collection: String, _ name: String) throws -> RecordState? {
    try store.state(household.id, Fixture.famquest, collection, RecordID(name: name))
  }

  func value(_ collection: String, _ name: String, _ field: String) throws -> Value? {
    try store.value(household.id, Fixture.famquest, collection, RecordID(name: name), field)
  }

  /// Every record of the seed as it is now.
  func everything() throws -> [RecordKey: RecordState] {
    var states: [RecordKey: RecordState] = [:]
    for record in household.records {
      let key = RecordKey(household.id, record.collection, record.id)
      states[key] = try store.read { try $0.record(key) }
    }
    return states
  }
}

extension SubmissionResult {
  /// The outcome; nil when there is none.
  var outcome: Outcome? {
    switch self {
    case .decided(let outcome, _), .repeated(let outcome): outcome
    case .gap, .forked: nil
    }
  }

  /// Why it was rejected; nil when it was not.
  var rejection: Rejection? {
    if case .rejected(let rejection)? = outcome?.verdict { rejection } else { nil }
  }
}

extension Outcome {
  /// Why it was rejected; nil when it was not.
  var rejection: Rejection? {
    if case .rejected(let rejection) = verdict { rejection } else { nil }
  }
}

extension ChangeSet {
  /// A change set of these changes.
  init(_ counter: UInt64, stamp: Int64 = 1_762_880_000_000, _ changes: RecordChange...) {
    self.init(counter: counter, stamp: HybridTime(milliseconds: stamp), content: .changes(changes))
  }

  init(_ counter: UInt64, stamp: Int64 = 1_762_880_000_000, changes: [RecordChange]) {
    self.init(counter: counter, stamp: HybridTime(milliseconds: stamp), content: .changes(changes))
  }
}
