import Foundation
import HearthEngine
import HearthHub
import HearthMemory
import HearthModel
import HearthPack

/// FamQuest's first family at a hub, and change sets as its members' devices would send them.
final class RuleDesk {
  static let app: (pack: Pack, seed: Seed) = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "fixtures/famquest")
    do {
      let text = { (name: String) in try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
      let pack = try PackLoader.load(text("schema.yaml"), file: "schema.yaml")
      return (pack, try SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack))
    } catch {
      preconditionFailure("FamQuest does not load: \(error)")
    }
  }()

  let pack = RuleDesk.app.pack
  let store: MemoryStore
  let engine: Engine
  let household: HouseholdID
  var now = Instant("2025-11-11T16:00:00Z")!
  private var replicas: [String: (number: ReplicaNumber, device: RecordID, counter: UInt64)] = [:]

  private static let founded: (store: MemoryStore, household: HouseholdID) = {
    let store = MemoryStore()
    let family = app.seed.households[0]
    var counter: UInt64 = 0
    do {
      _ = try Founding(engine: engine).found(
        family, app: app.pack.name, in: store, now: Instant("2025-11-10T20:00:00Z")!,
        random: {
          counter += 1
          return counter
        }, makeToken: { "token\(counter)" })
    } catch {
      preconditionFailure("the family cannot be founded: \(error)")
    }
    return (store, family.id)
  }()

  private static let engine = Engine(packs: [app.pack.name: app.pack]) { instant, _ in
    Day(rawValue: Int32(instant.milliseconds / 86_400_000))
  }

  init() {
    store = Self.founded.store.copy()
    household = Self.founded.household
    engine = Self.engine
  }

  // MARK: What devices do

  /// What a device has seen: nothing but the founding, or all that the hub has.
  enum Context {
    case founding
    case everything
    case these(VersionVector)
  }

  /// One record change by names.
  func change(
    _ address: String, _ kind: RecordChange.Kind = .update, _ values: [(String, Edit.Action)] = [],
    seen: Context = .everything
  ) -> RecordChange {
    let (collection, id) = resolve(address)
    let context: VersionVector =
      switch seen {
      case .founding: VersionVector([Dot(.hub, 1)])
      case .everything: state(address)?.versions ?? VersionVector()
      case .these(let vector): vector
      }
    return RecordChange(
      collection: collection.number, record: id, kind: kind, context: context,
      edits: values.map { Edit(collection.field(named: $0.0)!.number, $0.1) })
  }

  /// Submits a change set of a member's device and answers what became of it.
  @discardableResult
  func submit(
    _ member: String, device: String? = nil, at stamp: Instant? = nil, _ changes: RecordChange...
  ) throws -> Outcome.Verdict {
    try submit(member, device: device, at: stamp, changes)
  }

  @discardableResult
  func submit(
    _ member: String, device: String? = nil, at stamp: Instant? = nil, _ changes: [RecordChange]
  ) throws -> Outcome.Verdict {
    let name = device ?? "\(member)-own"
    if replicas[name] == nil {
      let id = RecordID(name: name)
      try? store.addDevice(
        DeviceEntry(
          id: id, household: household, member: RecordID(name: member), name: name, tokenHash: Array(name.utf8)))
      let number = try store.openReplica(household: household, device: id, incarnation: 1)
      replicas[name] = (number, id, 0)
    }
    replicas[name]!.counter += 1
    let replica = replicas[name]!
    let submission = Submission(
      household: household, replica: replica.number, device: replica.device, member: RecordID(name: member),
      offset: .zero,
      changeSet: ChangeSet(
        counter: replica.counter, stamp: HybridTime(milliseconds: (stamp ?? now).milliseconds),
        content: .changes(changes)))
    return try decide(submission)
  }

  /// Submits a change set of the hub's services.
  @discardableResult
  func serve(_ changes: RecordChange...) throws -> Outcome.Verdict {
    let counter = try store.read { try $0.household(household)!.progress(of: .hub).counter + 1 }
    return try decide(
      Submission(
        household: household, replica: .hub, device: nil, member: nil, offset: .zero,
        changeSet: ChangeSet(
          counter: counter, stamp: HybridTime(milliseconds: now.milliseconds), content: .changes(changes))))
  }

  /// Turns the day.
  func turnDay() throws {
    try store.commit { try engine.turnDay(of: [household], reader: $0, now: now).batch.commit }
  }

  private func decide(_ submission: Submission) throws -> Outcome.Verdict {
    var verdict: Outcome.Verdict?
    try store.commit { reader in
      let batch = try engine.decide([submission], reader: reader, now: now)
      if case .decided(let outcome, _)? = batch.results.first { verdict = outcome.verdict }
      return batch.commit
    }
    return verdict!
  }

  // MARK: What the hub has

  func resolve(_ address: String) -> (CollectionSchema, RecordID) {
    let parts = address.split(separator: "/", maxSplits: 1).map(String.init)
    return (pack.collection(named: parts[0])!, RecordID(readable: parts[1])!)
  }

  func state(_ address: String) -> RecordState? {
    let (collection, id) = resolve(address)
    return try! store.read { try $0.record(RecordKey(household, collection.number, id)) }
  }

  func value(_ address: String, _ field: String) -> Value? {
    let (collection, _) = resolve(address)
    return state(address)?.value(of: collection.field(named: field)!, in: collection)
  }

  /// The visible records of a collection.
  func records(_ name: String) -> [[String: Value]] {
    let collection = pack.collection(named: name)!
    return try! store.read { reader in
      try reader.records(of: household, in: collection.number).compactMap { id in
        guard let state = try reader.record(RecordKey(household, collection.number, id)),
          case .live = state.recordLife(in: collection)
        else { return nil }
        return Dictionary(collection.fields.map { ($0.name, state.value(of: $0, in: collection)) }) { $1 }
      }
    }
  }

  func person(_ name: String) -> Value { .id(RecordID(name: name)) }
}

extension Outcome.Verdict {
  var isTaken: Bool {
    if case .rejected = self { false } else { true }
  }

  var rejection: Rejection? {
    if case .rejected(let rejection) = self { rejection } else { nil }
  }
}
