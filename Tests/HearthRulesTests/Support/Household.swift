import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import HearthSimulator
import HearthTesting

/// Eva's family with its hub and its devices in one process, and the oracle that looks over the hub's shoulder.
final class Household {
  /// Something that should not be, with what led to it.
  struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
      self.description = description
    }
  }

  static let start = Instant("2025-11-11T17:00:00Z")!
  /// Winter in Amsterdam.
  static let dayInZone: @Sendable (Instant, String) -> Day? = { instant, _ in day(instant) }
  static let day: @Sendable (Instant) -> Day = { Day(rawValue: Int32(($0.milliseconds + 3_600_000) / 86_400_000)) }

  let world: InProcessWorld
  let pack: Pack
  let id: HouseholdID
  private(set) var oracle: Oracle
  /// Who uses which device.
  private(set) var members: [String: RecordID] = [:]
  /// What happened, for people.
  var story: [String] = []
  /// How many change sets were decided, and how many of them refused.
  private(set) var decided = 0
  private(set) var refused = 0
  /// The codes of refusals, counted.
  private(set) var codes: [String: Int] = [:]
  private var replayed: Set<Dot> = []
  private let engine: Engine

  init(_ pack: Pack = FamQuest.pack, _ seed: Seed.Household = FamQuest.seed.households[0], seed number: Int) throws {
    self.pack = pack
    id = seed.id
    engine = Engine(packs: [pack.name: pack], dayInZone: Self.dayInZone)
    world = InProcessWorld(pack: pack, seed: UInt64(number), start: Self.start, dayInZone: Self.dayInZone)
    _ = try world.found(seed)
    oracle = Oracle(household: seed.id.record, day: Self.day)
    try check()
  }

  func addDevice(_ name: String, _ member: String) throws {
    members[name] = RecordID(name: member)
    try world.addDevice(name, member: RecordID(name: member), household: id)
  }

  // MARK: The hub's log

  /// What the hub decided since the last time, in its order.
  private func newEntries() throws -> [ChangeEntry] {
    try world.store.read { reader in
      let household = try reader.household(id)!
      var entries = [ChangeEntry]()
      for (number, replica) in household.replicas where replica.counter > 0 {
        for counter in 1...replica.counter where !replayed.contains(Dot(number, counter)) {
          if let entry = try reader.change(id, Dot(number, counter)) { entries.append(entry) }
        }
      }
      // A refusal leaves the head where it was.
      return entries.sorted {
        ($0.revision, $0.isRefused ? 1 : 0, $0.dot) < ($1.revision, $1.isRefused ? 1 : 0, $1.dot)
      }
    }
  }

  /// Lets the oracle decide what the hub decided, and compares: each verdict, and then all that the family has.
  func check() throws {
    for entry in try newEntries() {
      replayed.insert(entry.dot)
      decided += 1
      try compare(entry)
    }
    let picture = try HubPicture(world.store, id, pack)
    if let difference = oracle.difference(from: picture) { throw Failure(difference) }
    if let broken = picture.brokenInvariant { throw Failure(broken) }
  }

  private func compare(_ entry: ChangeEntry) throws {
    let submission = Oracle.Submission(entry, in: pack)
    let faults = oracle.decide(submission)
    guard case .rejected(let rejection) = entry.verdict else {
      story.append("  the hub takes in \(entry.dot) (revision \(entry.revision.rawValue))")
      guard faults.isEmpty else { throw Failure("\(entry.dot) was taken in, although: \(faults)") }
      return
    }
    refused += 1
    codes[rejection.code.name, default: 0] += 1
    let rule = rejection.rule.map { " \($0)" } ?? ""
    story.append("  the hub refuses \(entry.dot): \(rejection.code.name)\(rule) \(rejection.failed)")
    guard !faults.isEmpty else {
      throw Failure(
        "\(entry.dot) was refused \(rejection.code.name)\(rule), although nothing forbids it: \(rejection.message)")
    }
    guard faults.contains(where: { $0.isNamed(by: rejection) }) else {
      throw Failure(
        "\(entry.dot) was refused \(rejection.code.name)\(rule) \(rejection.failed), it should be one of \(faults)")
    }
  }

  // MARK: What people do

  @discardableResult
  func commit(_ draft: Draft, on device: String) throws -> Bool {
    do {
      _ = try world.commit(draft, on: device)
    } catch let rejection as Rejection {
      story.append("\(device) refuses itself \(describe(draft)): \(rejection.code.name)")
      return false
    }
    story.append("\(device): \(describe(draft))")
    return true
  }

  func connect(_ device: String) throws {
    story.append("\(device) connects")
    try world.connect(device)
    try world.settle()
  }

  /// Connects those again whom the hub has sent away because what they may see has changed.
  func waitForAll(_ devices: [String]) throws {
    for _ in 0..<4 {
      for device in devices where try world.condition(device) != .live { try connect(device) }
    }
  }

  func disconnect(_ device: String) throws {
    try world.disconnect(device)
    try world.settle()
  }

  /// A replica number for change sets that come from no honest device.
  func openForger() throws -> ReplicaNumber {
    try world.store.openReplica(household: id, device: RecordID(name: "forger"), incarnation: 77)
  }

  /// A change set that no honest device would make, put before the hub in a member's name.
  func forge(
    _ collection: String, _ record: RecordID, _ field: String, _ value: Value, as member: String,
    replica: ReplicaNumber, counter: UInt64
  ) throws {
    let schema = pack.collection(named: collection)!
    let key = RecordKey(id, schema.number, record)
    let context = try world.store.read { try $0.record(key)?.versions } ?? VersionVector()
    let change = RecordChange(
      collection: schema.number, record: record, kind: .update, context: context,
      edits: [Edit(schema.field(named: field)!.number, .set(value))])
    let stamp = HybridTime(milliseconds: world.now)
    let submission = Submission(
      household: id, replica: replica, device: RecordID(name: "forger"), member: RecordID(name: member), offset: .zero,
      changeSet: ChangeSet(counter: counter, stamp: stamp, content: .changes([change])))
    story.append(
      "somebody forges in \(member)'s name: \(collection)/\(Names.name(of: record)).\(field) = \(value.brief)")
    try world.store.commit { reader in
      try engine.decide([submission], reader: reader, now: Instant(milliseconds: world.now)).commit
    }
  }

  // MARK: Words

  private func describe(_ draft: Draft) -> String {
    draft.changes.map { change in
      let record = change.record.map(Names.name) ?? "by key"
      let actions = change.actions.map { "\($0.field) \(brief($0.action))" }.joined(separator: ", ")
      return
        "\(change.kind) \(change.collection)/\(record) \(actions)\(change.expectsUnchanged ? ", if unchanged" : "")"
    }.joined(separator: " and ")
  }

  private func brief(_ action: Draft.Action) -> String {
    switch action {
    case .set(let value): "= \(value.brief)"
    case .add(let increment): "+ \(increment)"
    case .insert(let value): "with \(value.brief)"
    case .remove(let value): "without \(value.brief)"
    case .put(let path, let value): "at \(path.joined(separator: ".")) = \(value.brief)"
    case .drop(let path): "without \(path.joined(separator: "."))"
    }
  }
}

extension ChangeEntry {
  var isRefused: Bool { if case .rejected = verdict { true } else { false } }
}
