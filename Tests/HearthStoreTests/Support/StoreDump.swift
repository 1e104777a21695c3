import HearthEngine
import HearthModel

/// Everything that a store tells about households, for comparing two stores or two moments.
struct StoreDump: Equatable {
  struct Household: Equatable {
    let state: HouseholdState
    let devices: [DeviceEntry]
    let records: [String]
    let states: [RecordKey: RecordState]
    let through: Revision
    let changes: [Dot: ChangeEntry]
    let references: [RecordID: [Reference]]
  }

  let entries: [HouseholdEntry]
  let households: [HouseholdID: Household]

  init(_ store: any Store, _ households: [TestHousehold]) throws {
    try self.init(store, households.map(\.id))
  }

  init(_ store: any Store, _ households: [HouseholdID]) throws {
    entries = try store.households()
    var dumps: [HouseholdID: Household] = [:]
    for household in households { dumps[household] = try Self.dump(household, store) }
    self.households = dumps
  }

  private static func dump(_ household: HouseholdID, _ store: any Store) throws -> Household {
    let page = try store.changedRecords(of: household, after: .zero, bytesMax: .max)
    return try store.read { reader in
      let state = try reader.household(household)!
      var states: [RecordKey: RecordState] = [:]
      var references: [RecordID: [Reference]] = [:]
      for entry in page.entries {
        let key = RecordKey(household, entry.collection, entry.record)
        states[key] = try reader.record(key)
        references[entry.record] = try reader.referrers(household, to: entry.record)
      }
      var changes: [Dot: ChangeEntry] = [:]
      for (replica, progress) in state.replicas where progress.counter > 0 {
        for counter in 1...progress.counter {
          changes[Dot(replica, counter)] = try reader.change(household, Dot(replica, counter))
        }
      }
      return Household(
        state: state, devices: try store.devices(of: household),
        records: page.entries.map { "\($0.revision) \($0.collection.rawValue) \($0.record) \($0.state.encoded.count)" },
        states: states, through: page.through, changes: changes, references: references)
    }
  }
}
