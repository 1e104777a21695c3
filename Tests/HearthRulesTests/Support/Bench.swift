import HearthEngine
import HearthHub
import HearthMemory
import HearthModel
import HearthPack
import HearthSimulator
import HearthTesting

/// A hub without connections, where every clock and every order can be tried: Eva's family, the engine and the oracle.
struct Bench {
  private struct Base: Sendable {
    let store: MemoryStore
    let oracle: Oracle
  }

  private static let household = FamQuest.seed.households[0]
  private static let engine = Engine(packs: [FamQuest.pack.name: FamQuest.pack], dayInZone: Household.dayInZone)
  private static let base: Base = {
    let store = MemoryStore()
    var number: UInt64 = 0
    _ = try! Founding(engine: engine).found(
      household, app: FamQuest.pack.name, in: store, now: Household.start,
      random: {
        number += 1
        return number
      }, makeToken: { "token-\(number)" })
    var oracle = Oracle(household: household.id.record, day: Household.day)
    let entry = try! store.read { try $0.change(household.id, Dot(.hub, 1))! }
    _ = oracle.decide(Oracle.Submission(entry, in: FamQuest.pack))
    return Base(store: store, oracle: oracle)
  }()

  let pack = FamQuest.pack
  let store: MemoryStore
  private(set) var oracle: Oracle
  private var replicas: [String: ReplicaNumber] = [:]
  private var counters: [String: UInt64] = [:]
  /// Everything that was ever put before the hub.
  private var sent: [Submission] = []
  /// The hub's clock in milliseconds after the founding.
  var clock: Int64 = 60_000

  init() {
    store = Self.base.store.copy()
    oracle = Self.base.oracle
  }

  // MARK: Change sets

  /// What a device has made and not sent yet.
  struct Letter: Sendable {
    let device: String
    let member: String
    let changes: [RecordChange]
    /// Its clock when it was made, in milliseconds after the founding.
    let clock: Int64
  }

  /// A change of one record by somebody who sees what the hub has now.
  func change(_ collection: String, _ record: String, _ values: [(String, Edit.Action)]) throws -> RecordChange {
    let schema = pack.collection(named: collection)!
    let key = RecordKey(Self.household.id, schema.number, RecordID(name: record))
    let context = try store.read { try $0.record(key)?.versions } ?? VersionVector()
    return RecordChange(
      collection: schema.number, record: key.record, kind: .update, context: context,
      edits: values.map { Edit(schema.field(named: $0.0)!.number, $0.1) })
  }

  func creation(_ collection: String, _ record: String, _ values: [(String, Value)]) -> RecordChange {
    let schema = pack.collection(named: collection)!
    return RecordChange(
      collection: schema.number, record: RecordID(name: record), kind: .create,
      edits: values.map { Edit(schema.field(named: $0.0)!.number, .set($0.1)) })
  }

  /// Puts a letter before the hub and the oracle.
  ///
  /// - Returns: the rejection; nil when it was taken in.
  /// - Throws: ``Household/Failure`` where they disagree.
  @discardableResult
  mutating func deliver(_ letter: Letter) throws -> Rejection? {
    clock += 1000
    let submission = try submission(of: letter)
    try send(submission)
    sent.append(submission)
    let dot = Dot(submission.replica, submission.changeSet.counter)
    let entry = try store.read { try $0.change(Self.household.id, dot)! }
    let faults = oracle.decide(Oracle.Submission(entry, in: pack))
    if case .rejected(let rejection) = entry.verdict {
      if !faults.contains(where: { $0.isNamed(by: rejection) }) {
        throw Household.Failure("\(letter.device) was refused \(rejection), should be one of \(faults)")
      }
      return rejection
    }
    if !faults.isEmpty { throw Household.Failure("\(letter.device) was taken in, although \(faults)") }
    return nil
  }

  private mutating func submission(of letter: Letter) throws -> Submission {
    let device = RecordID(name: letter.device)
    let number =
      try replicas[letter.device]
      ?? store.openReplica(household: Self.household.id, device: device, incarnation: 1)
    replicas[letter.device] = number
    counters[letter.device, default: 0] += 1
    let stamp = HybridTime(milliseconds: Household.start.milliseconds + letter.clock)
    return Submission(
      household: Self.household.id, replica: number, device: device, member: RecordID(name: letter.member),
      offset: .zero,
      changeSet: ChangeSet(counter: counters[letter.device]!, stamp: stamp, content: .changes(letter.changes)))
  }

  /// Puts something that was decided before the hub again: nothing may come of it.
  func sayAgain(_ random: inout SeededGenerator) throws {
    guard !sent.isEmpty else { return }
    let head = try revision
    try send(random.pick(sent))
    if try revision != head { throw Household.Failure("what was said again had an effect") }
  }

  private var revision: Revision {
    get throws { try store.read { try $0.household(Self.household.id)!.revision } }
  }

  private func send(_ submission: Submission) throws {
    let now = Instant(milliseconds: Household.start.milliseconds + clock)
    try store.commit { reader in try Self.engine.decide([submission], reader: reader, now: now).commit }
  }

  /// Compares all that the hub has with the oracle's.
  func check() throws {
    let picture = try HubPicture(store, Self.household.id, pack)
    if let difference = oracle.difference(from: picture) { throw Household.Failure(difference) }
    if let broken = picture.brokenInvariant { throw Household.Failure(broken) }
  }

  func value(_ collection: String, _ record: String, _ field: String) throws -> Value {
    let schema = pack.collection(named: collection)!
    let key = RecordKey(Self.household.id, schema.number, RecordID(name: record))
    return try store.read { try $0.record(key)?.value(of: schema.field(named: field)!, in: schema) } ?? .null
  }
}

extension Array {
  /// All orders of the elements.
  var permutations: [[Element]] {
    guard count > 1 else { return [self] }
    return indices.flatMap { first -> [[Element]] in
      var rest = self
      let element = rest.remove(at: first)
      return rest.permutations.map { [element] + $0 }
    }
  }
}
