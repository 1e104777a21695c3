package import HearthEngine
package import HearthModel
internal import Synchronization

/// The simplest correct store: everything in dictionaries, nothing durable. For tests and the simulator.
package final class MemoryStore: Store {
  private let contents: Mutex<Contents>

  package init() {
    contents = Mutex(Contents())
  }

  private init(_ contents: Contents) {
    self.contents = Mutex(contents)
  }

  /// A store with the same content and a life of its own, as a backup is.
  package func copy() -> MemoryStore {
    MemoryStore(contents.withLock { $0 })
  }

  package func commit(_ decide: (any StoreReader) throws -> Commit) throws {
    let commit = try decide(Reader(contents: contents.withLock { $0 }))
    try contents.withLock { contents in
      var changed = contents
      for founded in commit.founded { try changed.found(founded) }
      for key in commit.households.flatMap(\.releasedUniques) { changed.uniques[key] = nil }
      for household in commit.households { try changed.write(household) }
      contents = changed
    }
  }

  package func addDevice(_ device: DeviceEntry) throws {
    try contents.withLock { try $0.add(device) }
  }

  package func device(tokenHash: [UInt8]) throws -> DeviceEntry? {
    contents.withLock { $0.devices.first { $0.tokenHash == tokenHash } }
  }

  package func devices(of household: HouseholdID) throws -> [DeviceEntry] {
    contents.withLock { $0.devices.filter { $0.household == household } }
  }

  package func households() throws -> [HouseholdEntry] {
    contents.withLock { $0.entries }
  }

  package func openReplica(household: HouseholdID, device: RecordID, incarnation: UInt64) throws -> ReplicaNumber {
    try contents.withLock { contents in
      guard var known = contents.households[household] else { throw StoreFault.unknown(household) }
      let install = Contents.Install(device: device, incarnation: incarnation)
      if let number = known.installs[install] { return number }
      let number = ReplicaNumber(rawValue: UInt32(known.installs.count + 1))
      known.installs[install] = number
      known.state.replicas[number] = HouseholdState.Replica(device: device)
      contents.households[household] = known
      return number
    }
  }

  package func read<Result>(_ body: (any StoreReader) throws -> Result) throws -> Result {
    try body(Reader(contents: contents.withLock { $0 }))
  }

  package func beginLife(_ epoch: Epoch) throws {
    contents.withLock { contents in
      contents.lineage.begin(epoch)
      for id in contents.households.keys { contents.households[id]!.state.lineage.begin(epoch) }
    }
  }

  package func acknowledge(_ acknowledgements: [Acknowledgement], now: Instant) throws {
    contents.withLock { contents in
      for item in acknowledgements {
        contents.households[item.household]?.acknowledged[item.replica] = (item.revision, now)
      }
    }
  }

  package func compact(_ decide: (any CompactionReader) throws -> Compaction) throws {
    let compaction = try decide(Reader(contents: contents.withLock { $0 }))
    contents.withLock { $0.households[compaction.household]?.collect(compaction) }
  }

  package func catalogueMark(of app: String) throws -> [UInt8]? {
    contents.withLock { $0.catalogueMarks[app] }
  }

  package func noteCatalogue(_ mark: [UInt8], of app: String) throws {
    contents.withLock { $0.catalogueMarks[app] = mark }
  }

  package func inquire<Result>(_ body: (any InquiryReader) throws -> Result) throws -> Result {
    try body(Reader(contents: contents.withLock { $0 }))
  }

  package func changedRecords(
    of household: HouseholdID, after revision: Revision, bytesMax: Int
  ) throws -> ChangedRecords {
    try changedRecords(of: household, after: revision, bytesMax: bytesMax) { page, _ in page }
  }

  package func changedRecords<Result>(
    of household: HouseholdID, after revision: Revision, bytesMax: Int,
    _ body: (ChangedRecords, @escaping (RecordKey) throws -> RecordState?) throws -> Result
  ) throws -> Result {
    guard let known = contents.withLock({ $0.households[household] }) else { throw StoreFault.unknown(household) }
    return try body(Self.changedRecords(of: known, after: revision, bytesMax: bytesMax)) { key in
      key.household == household ? known.records[key]?.state : nil
    }
  }

  private static func changedRecords(
    of known: Contents.Household, after revision: Revision, bytesMax: Int
  ) -> ChangedRecords {
    let changed = known.records.filter { $0.value.revision > revision }
      .sorted {
        ($0.value.revision, $0.key.collection, $0.key.record) < ($1.value.revision, $1.key.collection, $1.key.record)
      }
    var entries = [ChangedRecords.Entry]()
    var bytes = 0
    for (key, row) in changed {
      // A page ends between revisions: its cursor stands for whole ones.
      if bytes >= bytesMax, row.revision > entries.last?.revision ?? revision {
        return ChangedRecords(
          entries: entries, through: entries.last?.revision ?? revision, hasMore: true,
          horizon: known.state.horizon)
      }
      bytes += row.state.encoded.count
      entries.append(
        ChangedRecords.Entry(collection: key.collection, record: key.record, revision: row.revision, state: row.state))
    }
    return ChangedRecords(
      entries: entries, through: known.state.revision, hasMore: false, horizon: known.state.horizon)
  }
}

/// All that the store holds; a value, so that a transaction is a copy.
private struct Contents: Sendable {
  struct Install: Hashable {
    let device: RecordID
    let incarnation: UInt64
  }

  struct Row {
    let state: RecordState
    let revision: Revision
  }

  struct Household {
    var state: HouseholdState
    var installs: [Install: ReplicaNumber] = [:]
    var records: [RecordKey: Row] = [:]
    var changes: [Dot: ChangeEntry] = [:]
    var renewed: [RenewedContent: Dot] = [:]
    var references: [RecordID: Set<Reference>] = [:]
    var acknowledged: [ReplicaNumber: (revision: Revision, at: Instant)] = [:]
    /// The rows of decided conflicts.
    var decided: Set<DecidedRecord> = []
    var remnants: [Dot: Remnant] = [:]
    /// Up to which counter the change sets of each replica have been collected.
    var collected: [ReplicaNumber: UInt64] = [:]
    /// The ids of deleted records that were collected.
    var gravestones: Set<RecordKey> = []

    mutating func note(_ decisions: [Decision], _ revision: Revision) {
      for (ordinal, decision) in decisions.enumerated() {
        decided.insert(
          DecidedRecord(
            revision: revision, ordinal: Int64(ordinal), collection: decision.collection, record: decision.record))
      }
    }

    mutating func collect(_ compaction: Compaction) {
      for remnant in compaction.remnants {
        changes[remnant.dot] = nil
        remnants[remnant.dot] = remnant
        collected[remnant.dot.replica] = remnant.dot.counter
      }
      decided.subtract(compaction.decisions)
      for collected in compaction.records {
        let key = RecordKey(compaction.household, collected.collection, collected.record)
        records[key] = nil
        gravestones.insert(key)
        for reference in collected.references { references[reference.target]?.remove(reference) }
        state.horizon = max(state.horizon, collected.revision)
      }
    }
  }

  var households: [HouseholdID: Household] = [:]
  var entries: [HouseholdEntry] = []
  /// The store's lives, as a household has them that has not changed yet.
  var lineage = Lineage()
  var devices: [DeviceEntry] = []
  var uniques: [UniqueKey: UniqueHolder] = [:]
  var catalogueMarks: [String: [UInt8]] = [:]

  mutating func found(_ founded: Commit.Founded) throws {
    guard households[founded.state.id] == nil else {
      throw StoreFault(.exists, "The household `\(founded.label)` (\(founded.state.id)) exists already.")
    }
    var state = founded.state
    state.lineage = lineage
    households[state.id] = Household(state: state)
    entries.append(HouseholdEntry(id: founded.state.id, app: founded.state.app, label: founded.label))
    for device in founded.devices { try add(device) }
  }

  mutating func add(_ device: DeviceEntry) throws {
    guard households[device.household] != nil else { throw StoreFault.unknown(device.household) }
    guard !devices.contains(where: { $0.id == device.id || $0.tokenHash == device.tokenHash }) else {
      throw StoreFault(.exists, "The device `\(device.name)` exists already.")
    }
    devices.append(device)
  }

  mutating func write(_ commit: HouseholdCommit) throws {
    guard var household = households.removeValue(forKey: commit.household) else {
      throw StoreFault.unknown(commit.household)
    }
    guard household.state.revision == commit.expectedHead else {
      throw StoreFault(
        .staleHead, "The head of \(commit.household) is \(household.state.revision), expected \(commit.expectedHead).")
    }
    if commit.head > commit.expectedHead { household.state.lineage.note(first: commit.expectedHead.next) }
    household.state.revision = commit.head
    for entry in commit.records {
      let key = RecordKey(commit.household, entry.collection, entry.record)
      household.records[key] = Row(state: entry.state, revision: entry.revision)
    }
    for change in commit.changes {
      household.changes[change.dot] = change
      // A verdict that is repeated under another number keeps its decisions where they are.
      if change.revision > commit.expectedHead, case .merged(let decisions) = change.verdict {
        household.note(decisions, change.revision)
      }
      var progress = household.state.progress(of: change.dot.replica)
      (progress.counter, progress.stamp) = (change.dot.counter, change.stamp)
      household.state.replicas[change.dot.replica] = progress
      if let content = RenewedContent(change, in: household.state), household.renewed[content] == nil {
        household.renewed[content] = change.dot
      }
    }
    for reference in commit.addedReferences { household.references[reference.target, default: []].insert(reference) }
    for reference in commit.removedReferences { household.references[reference.target]?.remove(reference) }
    for entry in commit.takenUniques {
      uniques[entry.key] = UniqueHolder(
        household: commit.household, collection: entry.collection, record: entry.record)
    }
    households[commit.household] = household
  }
}

private struct Reader: StoreReader {
  let contents: Contents

  func household(_ id: HouseholdID) -> HouseholdState? { contents.households[id]?.state }

  func record(_ key: RecordKey) -> RecordState? { contents.households[key.household]?.records[key]?.state }

  func isGone(_ key: RecordKey) -> Bool { contents.households[key.household]?.gravestones.contains(key) ?? false }

  func change(_ household: HouseholdID, _ dot: Dot) -> ChangeEntry? { contents.households[household]?.changes[dot] }

  func remnant(_ household: HouseholdID, _ dot: Dot) -> Remnant? { contents.households[household]?.remnants[dot] }

  func dot(_ household: HouseholdID, of content: RenewedContent) -> Dot? {
    contents.households[household]?.renewed[content]
  }

  func referrers(_ household: HouseholdID, to target: RecordID) -> [Reference] {
    contents.households[household]?.references[target, default: []].sorted() ?? []
  }

  func holder(of key: UniqueKey) -> UniqueHolder? { contents.uniques[key] }

  func records(of household: HouseholdID, in collection: CollectionNumber) -> [RecordID] {
    (contents.households[household]?.records.keys.filter { $0.collection == collection } ?? []).map(\.record).sorted()
  }
}

extension Reader: CompactionReader {
  func installs(of household: HouseholdID) -> [InstallStanding] {
    guard let known = contents.households[household] else { return [] }
    return known.installs.values.sorted().map { replica in
      let (revision, at) = known.acknowledged[replica] ?? (.zero, Instant(milliseconds: 0))
      return InstallStanding(replica: replica, acknowledged: revision, heard: at)
    }
  }

  func changes(
    of household: HouseholdID, by replica: ReplicaNumber, while body: (ChangeEntry) throws -> Bool
  ) rethrows {
    guard let known = contents.households[household] else { return }
    var counter = known.collected[replica, default: 0] + 1
    while let change = known.changes[Dot(replica, counter)], try body(change) { counter += 1 }
  }

  func decisions(
    of household: HouseholdID, through revision: Revision, after mark: DecidedRecord?, limit: Int
  ) -> [DecidedRecord] {
    let rows = (contents.households[household]?.decided ?? []).filter { row in
      row.revision <= revision && mark.map { $0.place < row.place } ?? true
    }
    return Array(rows.sorted { $0.place < $1.place }.prefix(limit))
  }
}

extension Reader {
  func deletedRecords(
    of household: HouseholdID, through revision: Revision, after mark: ChangedMark?, limit: Int
  ) -> [ChangedRecords.Entry] {
    let deleted = entries(of: household).filter { entry in
      !entry.state.tombstones.isEmpty && entry.revision <= revision
        && mark.map { $0.place < ChangedMark(entry).place } ?? true
    }
    return Array(deleted.sorted { ChangedMark($0).place < ChangedMark($1).place }.prefix(limit))
  }

  func entry(_ key: RecordKey) -> ChangedRecords.Entry? {
    contents.households[key.household]?.records[key].map { row in
      ChangedRecords.Entry(collection: key.collection, record: key.record, revision: row.revision, state: row.state)
    }
  }

  private func entries(of household: HouseholdID) -> [ChangedRecords.Entry] {
    (contents.households[household]?.records.keys).map { $0.compactMap(entry) } ?? []
  }
}

extension Reader: InquiryReader {
  func collected(of household: HouseholdID) -> [ReplicaNumber: UInt64] {
    contents.households[household]?.collected ?? [:]
  }

  func devices(of household: HouseholdID) -> [DeviceEntry] { contents.devices.filter { $0.household == household } }

  func lastChange(
    of household: HouseholdID, by replica: ReplicaNumber, below counter: UInt64, naming record: RecordID, stepsMax: Int
  ) -> ChangeSearch {
    let changes = contents.households[household]?.changes ?? [:]
    var next = counter
    for _ in 0..<stepsMax {
      guard next > 1 else { return .none }
      next -= 1
      guard let change = changes[Dot(replica, next)] else { continue }
      if change.changeSet.changes.contains(where: { $0.record == record }) { return .found(change) }
    }
    return next > 1 ? .notYet(lookedDownTo: next) : .none
  }

  func decidedRecords(of household: HouseholdID, after mark: DecidedRecord?, limit: Int) -> [DecidedRecord] {
    let decided = contents.households[household]?.decided ?? []
    let behind = decided.filter { row in mark.map { row.place < $0.place } ?? true }
    return Array(behind.sorted { $0.place > $1.place }.prefix(limit))
  }

  func deletedRecords(
    of household: HouseholdID, after mark: ChangedMark?, limit: Int
  ) -> [ChangedRecords.Entry] {
    let records = contents.households[household]?.records ?? [:]
    let deleted = records.filter { !$0.value.state.tombstones.isEmpty }.map { key, row in
      ChangedRecords.Entry(collection: key.collection, record: key.record, revision: row.revision, state: row.state)
    }
    return Array(
      deleted.filter { mark?.precedes(ChangedMark($0)) ?? true }
        .sorted { ChangedMark($0).precedes(ChangedMark($1)) }.prefix(limit))
  }
}

extension DecidedRecord {
  fileprivate var place: (Revision, Int64) { (revision, ordinal) }
}
