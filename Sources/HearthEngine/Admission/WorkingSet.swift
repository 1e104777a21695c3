internal import HearthModel

/// The state in which a batch is decided: what the store holds, covered by what the batch has changed so far.
final class WorkingSet {
  /// A record of the batch. A class, so that a change set changes it in place.
  final class Record {
    fileprivate(set) var state: RecordState
    let isStored: Bool
    /// The last revision of the batch that changed it; nil when it was only read.
    fileprivate(set) var revision: Revision?
    fileprivate(set) var changedFields = FieldSet()

    init(_ state: RecordState, isStored: Bool) {
      self.state = state
      self.isStored = isStored
    }
  }

  /// A household of the batch.
  final class Household {
    fileprivate(set) var state: HouseholdState
    let expectedHead: Revision
    /// Change sets decided in this batch.
    fileprivate(set) var changes: [ChangeEntry] = []
    /// Those of them that named former dots.
    fileprivate(set) var renewed: [RenewedContent: Dot] = [:]

    init(_ state: HouseholdState) {
      self.state = state
      expectedHead = state.revision
    }
  }

  private let reader: any StoreReader
  private var households: [HouseholdID: Household] = [:]
  private var records: [RecordKey: Record?] = [:]
  private var references: [HouseholdID: ReferenceDelta] = [:]
  /// The values of `unique` rules that changed hands in the batch; nil for those that nobody has any more.
  private var uniques: [UniqueKey: UniqueHolder?] = [:]
  /// The household that gave a value up.
  private var releasers: [UniqueKey: HouseholdID] = [:]

  /// The references that came and went in the batch; the store holds the rest.
  struct ReferenceDelta {
    private(set) var added: Set<Reference> = []
    private(set) var removed: Set<Reference> = []

    var isEmpty: Bool { added.isEmpty && removed.isEmpty }

    mutating func add(_ reference: Reference) {
      if removed.remove(reference) == nil { added.insert(reference) }
    }

    mutating func remove(_ reference: Reference) {
      if added.remove(reference) == nil { removed.insert(reference) }
    }

    /// The stored references to a target as they are with the delta.
    func applied(to stored: Set<Reference>, target: RecordID) -> Set<Reference> {
      stored.subtracting(removed).union(added.filter { $0.target == target })
    }
  }

  init(reader: any StoreReader) {
    self.reader = reader
  }

  // MARK: Reading

  func household(_ id: HouseholdID) throws -> Household? {
    if let household = households[id] { return household }
    guard let state = try reader.household(id) else { return nil }
    let household = Household(state)
    households[id] = household
    return household
  }

  func state(of key: RecordKey) throws -> RecordState? {
    if let known = records[key] { return known?.state }
    let state = try reader.record(key)
    records[key] = .some(state.map { Record($0, isStored: true) })
    return state
  }

  /// What was decided about a change set, also when it has been collected since; nil when nothing was.
  func past(_ household: HouseholdID, _ dot: Dot) throws -> PastDecision? {
    // A resend within one batch is seldom, so that nothing is kept to find it by.
    if let entry = households[household]?.changes.last(where: { $0.dot == dot }) { return PastDecision(entry) }
    if let entry = try reader.change(household, dot) { return PastDecision(entry) }
    return try reader.remnant(household, dot).map { PastDecision($0) }
  }

  func dot(_ household: HouseholdID, of content: RenewedContent) throws -> Dot? {
    if let dot = households[household]?.renewed[content] { return dot }
    return try reader.dot(household, of: content)
  }

  /// Whether there was a record with this id that has been collected. Where none has been nothing is read.
  func isGone(_ key: RecordKey) throws -> Bool {
    guard let household = try household(key.household), household.state.horizon > .zero else { return false }
    return try reader.isGone(key)
  }

  /// The records that point to a record, as the batch has left them.
  func referrers(_ household: HouseholdID, to target: RecordID) throws -> Set<Reference> {
    let stored = Set(try reader.referrers(household, to: target))
    return references[household]?.applied(to: stored, target: target) ?? stored
  }

  /// The record that has the values of a `unique`, as the batch has left it.
  func holder(of key: UniqueKey) throws -> UniqueHolder? {
    if let known = uniques[key] { return known }
    return try reader.holder(of: key)
  }

  func records(of household: HouseholdID, in collection: CollectionNumber) throws -> [RecordID] {
    let created = records.filter { key, record in
      key.household == household && key.collection == collection && record.map { !$0.isStored } ?? false
    }
    return Set(try reader.records(of: household, in: collection)).union(created.keys.map(\.record)).sorted()
  }

  // MARK: Writing

  /// - Parameter released: the values that were given up, by the records that had them.
  func write(_ household: HouseholdID, taken: [UniqueEntry], released: [UniqueKey: RecordID]) throws {
    for (key, record) in released {
      // Somebody who takes over has it before the other one gives it up.
      guard let holder = try holder(of: key), holder.record == record, holder.household == household else { continue }
      uniques[key] = .some(nil)
      releasers[key] = household
    }
    for entry in taken {
      uniques[entry.key] = UniqueHolder(household: household, collection: entry.collection, record: entry.record)
    }
  }

  func write(_ key: RecordKey, _ state: RecordState, revision: Revision, changedFields: FieldSet) {
    let record: Record
    if let known = records[key], let known {
      record = known
    } else {
      record = Record(state, isStored: false)
      records[key] = .some(record)
    }
    record.state = state
    record.revision = revision
    record.changedFields.formUnion(changedFields)
  }

  func write(_ id: HouseholdID, _ state: HouseholdState, _ change: ChangeEntry) {
    guard let household = households[id] else { preconditionFailure("household \(id) was not read") }
    household.state = state
    household.changes.append(change)
    if let content = RenewedContent(change, in: state), household.renewed[content] == nil {
      household.renewed[content] = change.dot
    }
  }

  func write(_ household: HouseholdID, _ body: (inout ReferenceDelta) -> Void) {
    body(&references[household, default: ReferenceDelta()])
  }

  // MARK: The result

  func commit() -> Commit {
    var recordsByHousehold: [HouseholdID: [RecordEntry]] = [:]
    for (key, record) in records {
      guard let record, let revision = record.revision else { continue }
      recordsByHousehold[key.household, default: []].append(
        RecordEntry(
          collection: key.collection, record: key.record, state: record.state, revision: revision,
          isNew: !record.isStored, changedFields: record.changedFields.numbers))
    }
    let changed = households.values.filter { !$0.changes.isEmpty }.sorted { $0.state.id < $1.state.id }
    return Commit(
      households: changed.map { household in
        let id = household.state.id
        return HouseholdCommit(
          household: id, app: household.state.app, expectedHead: household.expectedHead,
          head: household.state.revision,
          records: (recordsByHousehold[id] ?? []).sorted { ($0.collection, $0.record) < ($1.collection, $1.record) },
          changes: household.changes, addedReferences: (references[id]?.added ?? []).sorted(),
          removedReferences: (references[id]?.removed ?? []).sorted(), takenUniques: takenUniques(id),
          releasedUniques: releasedUniques(id))
      })
  }

  private func takenUniques(_ household: HouseholdID) -> [UniqueEntry] {
    uniques.sorted { $0.key < $1.key }.compactMap { key, holder in
      guard let holder, holder.household == household else { return nil }
      return UniqueEntry(key: key, collection: holder.collection, record: holder.record)
    }
  }

  private func releasedUniques(_ household: HouseholdID) -> [UniqueKey] {
    uniques.filter { $0.value == nil && releasers[$0.key] == household }.keys.sorted()
  }
}
