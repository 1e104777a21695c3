package import HearthEngine
package import HearthModel
package import HearthPack

/// Founds a household from a seed: its records are one change set of the hub's own.
package struct Founding: Sendable {
  package let engine: Engine

  package init(engine: Engine) {
    self.engine = engine
  }

  /// A device that was added, with the token that opens its sessions; the hub keeps only the token's hash.
  package struct NewDevice: Sendable {
    package let name: String
    package let member: RecordID
    package let token: String
  }

  /// Adds the household, its records and its devices in one transaction.
  ///
  /// - Parameters:
  ///   - now: the hub's clock.
  ///   - random: gives 64 random bits each time.
  ///   - makeToken: makes a new secret token.
  /// - Throws: ``StoreFault`` `.exists` when the hub has the household already; ``Rejection`` when the seed breaks a
  ///   rule of its pack.
  package func found(
    _ household: Seed.Household, app: String, in store: any Store, now: Instant, random: () -> UInt64,
    makeToken: () -> String
  ) throws -> [NewDevice] {
    try found([household], app: app, in: store, now: now, random: random, makeToken: makeToken)[0]
  }

  /// Adds many households in one transaction, all of them or none; cheaper by the syncs of theirs that it saves.
  ///
  /// - Returns: the devices of each.
  /// - Throws: as for one.
  package func found(
    _ households: [Seed.Household], app: String, in store: any Store, now: Instant, random: () -> UInt64,
    makeToken: () -> String
  ) throws -> [[NewDevice]] {
    let states = households.map { HouseholdState(id: $0.id, app: app) }
    let submissions = households.map { household in
      Submission(
        household: household.id, replica: .hub, device: nil, member: nil, offset: .zero,
        changeSet: changeSet(of: household, app: app, now: now))
    }
    let devices = households.map { household in
      household.devices.map { make($0, of: household.id, random: random, token: makeToken()) }
    }
    try store.commit { reader in
      let decided = try engine.decide(submissions, reader: EmptyHouseholds(states, others: reader), now: now)
      for result in decided.results {
        if case .decided(let outcome, _) = result, case .rejected(let reason) = outcome.verdict { throw reason }
      }
      return Commit(
        founded: households.indices.map {
          Commit.Founded(state: states[$0], label: households[$0].label, devices: devices[$0].map(\.entry))
        },
        households: decided.commit.households)
    }
    return devices.map { $0.map(\.device) }
  }

  /// Adds a device of a member.
  package func addDevice(
    _ device: Seed.Device, to household: HouseholdID, in store: any Store, random: () -> UInt64, token: String
  ) throws -> NewDevice {
    let made = make(device, of: household, random: random, token: token)
    try store.addDevice(made.entry)
    return made.device
  }

  private func make(
    _ device: Seed.Device, of household: HouseholdID, random: () -> UInt64, token: String
  ) -> (entry: DeviceEntry, device: NewDevice) {
    let entry = DeviceEntry(
      id: RecordID(high: random(), low: random()), household: household, member: device.member, name: device.name,
      tokenHash: Doorkeeper.hash(ofToken: token))
    return (entry, NewDevice(name: device.name, member: device.member, token: token))
  }

  private func changeSet(of household: Seed.Household, app: String, now: Instant) -> ChangeSet {
    let pack = engine.packs[app]
    let rows = (pack?.catalogue?.rows ?? []).compactMap { row in
      pack?.collection(row.collection).map { row.creation(in: $0) }
    }
    let changes =
      rows
      + household.records.map { record in
        RecordChange(
          collection: record.collection, record: record.id, kind: .create,
          edits: record.values.flatMap { value in edits(value, pack?.collection(record.collection)) })
      }
    return ChangeSet(counter: 1, stamp: HybridTime(milliseconds: now.milliseconds), content: .changes(changes))
  }

  private func edits(_ value: RecordPatch.FieldValue, _ collection: CollectionSchema?) -> [Edit] {
    guard let collection, let field = collection.field(value.field) else { return [] }
    switch (collection.slots[field.slot].rule, value.value) {
    case (.set, .list(let elements)): return elements.map { Edit(value.field, .insert($0)) }
    case (.counter, .int(let number)): return [Edit(value.field, .add(number))]
    case (.counter, .decimal(let number)): return [Edit(value.field, .add(number.units))]
    default: return [Edit(value.field, .set(value.value))]
    }
  }
}

/// What the engine reads while households are founded: nothing but the households themselves.
private struct EmptyHouseholds: StoreReader {
  private let states: [HouseholdID: HouseholdState]
  /// Other households may have the values of a `unique` that holds over all of them.
  private let others: any StoreReader

  init(_ states: [HouseholdState], others: any StoreReader) {
    self.states = Dictionary(states.map { ($0.id, $0) }) { first, _ in first }
    self.others = others
  }

  func household(_ id: HouseholdID) -> HouseholdState? { states[id] }
  func record(_ key: RecordKey) -> RecordState? { nil }
  func change(_ household: HouseholdID, _ dot: Dot) -> ChangeEntry? { nil }
  func remnant(_ household: HouseholdID, _ dot: Dot) -> Remnant? { nil }
  func isGone(_ key: RecordKey) -> Bool { false }
  func dot(_ household: HouseholdID, of content: RenewedContent) -> Dot? { nil }
  func referrers(_ household: HouseholdID, to target: RecordID) -> [Reference] { [] }
  func holder(of key: UniqueKey) throws -> UniqueHolder? { try others.holder(of: key) }
  func records(of household: HouseholdID, in collection: CollectionNumber) -> [RecordID] { [] }
}
