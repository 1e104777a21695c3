import HearthEngine
import HearthModel

extension Store {
  /// A household, read outside of a commit.
  func household(_ id: HouseholdID) throws -> HouseholdState? {
    try read { try $0.household(id) }
  }

  /// A record, read outside of a commit.
  func record(_ key: RecordKey) throws -> RecordState? {
    try read { try $0.record(key) }
  }

  /// A change set, read outside of a commit.
  func change(_ household: HouseholdID, _ dot: Dot) throws -> ChangeEntry? {
    try read { try $0.change(household, dot) }
  }

  /// The references to a record, read outside of a commit.
  func referrers(_ household: HouseholdID, to target: RecordID) throws -> [Reference] {
    try read { try $0.referrers(household, to: target) }
  }
}
