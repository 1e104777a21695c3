internal import HearthEngine
internal import HearthMemory
internal import HearthModel
internal import HearthPack
internal import HearthTesting

/// Chooses the next step of a script: mostly commits, and all else that writes to a store.
struct ScriptMaker {
  /// A device and where its counters stand.
  private struct Install {
    let household: HouseholdID
    let entry: DeviceEntry
    var incarnation: UInt64 = 1
    var replica: ReplicaNumber?
    var counter: UInt64 = 0
  }

  private let pack: Pack
  private let seed: Seed
  private var random: SeededGenerator
  private var edits: ScriptEdits
  private var installs: [Install] = []
  private var sent: [Submission] = []
  private(set) var households: [HouseholdID] = []
  private var stepNumber = 0

  /// Households that are founded in all.
  private static let householdCount = 4

  init(pack: Pack, seed: Seed, random: SeededGenerator) {
    self.pack = pack
    self.seed = seed
    self.random = random
    edits = ScriptEdits(pack: pack)
  }

  /// The next step of a store that holds this.
  mutating func next(_ store: MemoryStore) throws -> ScriptStep {
    stepNumber += 1
    if households.count < 2 || (households.count < Self.householdCount && random.oneIn(40)) { return found() }
    switch random.below(100) {
    case 0..<64: return .commit(try batch(store))
    case 64..<78: return .tidy
    case 78..<82: return .reopen
    case 82..<87: return openReplica()
    case 87..<90: return addDevice()
    case 90..<92: return .beginLife(Epoch(rawValue: random.next() | 1))
    case 92..<94: return .noteCatalogue((0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }, app: pack.name)
    case 94..<96: return .compact(random.pick(households), random.pick(Self.marks))
    default: return .acknowledge(try acknowledgements(store))
    }
  }

  /// Takes in what a step made.
  mutating func note(_ step: ScriptStep, _ store: MemoryStore) throws {
    switch step {
    case .found(let household, _):
      households.append(household.id)
      installs += try store.devices(of: household.id).map { Install(household: household.id, entry: $0) }
      edits.note(household)
    case .addDevice(let entry): installs.append(Install(household: entry.household, entry: entry))
    case .openReplica(let household, let device, let incarnation):
      guard let place = installs.firstIndex(where: { $0.household == household && $0.entry.id == device }) else {
        return
      }
      let replica = try store.openReplica(household: household, device: device, incarnation: incarnation)
      if installs[place].replica != replica { installs[place].counter = 0 }
      (installs[place].incarnation, installs[place].replica) = (incarnation, replica)
    case .commit(let batch): sent += batch
    default: break
    }
  }

  /// Where a step of collecting begins: at all change sets, all decisions, all records.
  private static let marks = [
    CompactionMark.history, .decisions(through: Revision(rawValue: .max), after: nil),
    .records(through: Revision(rawValue: .max), after: nil),
  ]

  // MARK: People and devices

  private mutating func found() -> ScriptStep {
    let model = seed.households[households.count % seed.households.count]
    var random = random
    defer { self.random = random }
    let own = seed.with([model]).renamed(pack) { RecordID(high: random.next(), low: random.next()) }.households[0]
    return .found(own, seed: random.next())
  }

  private mutating func addDevice() -> ScriptStep {
    let owner = random.pick(installs)
    let hash = (0..<32).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    return .addDevice(
      DeviceEntry(
        id: RecordID(high: random.next(), low: random.next()), household: owner.household, member: owner.entry.member,
        name: "device-\(stepNumber)", tokenHash: hash))
  }

  private mutating func openReplica() -> ScriptStep {
    let install = random.pick(installs)
    // Again, or anew after a restore.
    let incarnation = install.incarnation + (random.oneIn(2) ? 1 : 0)
    return .openReplica(install.household, device: install.entry.id, incarnation: incarnation)
  }

  private mutating func acknowledgements(_ store: MemoryStore) throws -> [Acknowledgement] {
    try installs.filter { $0.replica != nil }.prefix(1 + random.below(6)).compactMap { install in
      guard let replica = install.replica, let state = try store.read({ try $0.household(install.household) }) else {
        return nil
      }
      return Acknowledgement(household: install.household, replica: replica, revision: state.revision)
    }
  }

  // MARK: Change sets

  private mutating func batch(_ store: MemoryStore) throws -> [Submission] {
    let open = installs.indices.filter { installs[$0].replica != nil }
    guard !open.isEmpty else { return [] }
    let size = random.oneIn(8) ? 20 + random.below(30) : 1 + random.below(5)
    return try (0..<size).map { _ in
      if !sent.isEmpty, random.oneIn(12) { return random.pick(sent) }
      let place = random.pick(open)
      installs[place].counter += 1
      return try submission(installs[place], store)
    }
  }

  private mutating func submission(_ install: Install, _ store: MemoryStore) throws -> Submission {
    let changes = try (0..<1 + random.below(3)).map { _ in
      try edits.change(in: install.household, &random) { key in try store.read { try $0.record(key)?.versions } }
    }
    let stamp = HybridTime(milliseconds: StoreScript.now(stepNumber).milliseconds)
    return Submission(
      household: install.household, replica: install.replica ?? .hub, device: install.entry.id,
      member: install.entry.member, offset: .zero,
      changeSet: ChangeSet(counter: install.counter, stamp: stamp, content: .changes(changes)))
  }
}
