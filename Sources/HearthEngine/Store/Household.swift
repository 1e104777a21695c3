package import HearthModel

/// What the hub knows of a household beside its records.
package struct HouseholdState: Hashable, Sendable {
  package let id: HouseholdID
  /// The name of the app's pack.
  package let app: String
  /// The lives of the store behind its revisions.
  package var lineage: Lineage
  /// The last committed revision.
  package var revision: Revision
  /// The last revision of a record that was deleted and has been collected: who has less than that may hold what is
  /// gone, and nobody could tell it so.
  package var horizon = Revision.zero
  /// The installs that may write, by replica number; 0 is the hub.
  package var replicas: [ReplicaNumber: Replica]

  package init(
    id: HouseholdID, app: String, lineage: Lineage = Lineage(), revision: Revision = .zero,
    replicas: [ReplicaNumber: Replica] = [:]
  ) {
    self.id = id
    self.app = app
    self.lineage = lineage
    self.revision = revision
    self.replicas = replicas
  }

  /// How far an install has come.
  package struct Replica: Hashable, Sendable {
    /// The device; nil for the hub itself.
    package let device: RecordID?
    /// The last counter that the hub has decided.
    package var counter: UInt64
    /// The last stamp that counted.
    package var stamp: HybridTime

    package init(device: RecordID?, counter: UInt64 = 0, stamp: HybridTime = HybridTime(rawValue: 0)) {
      self.device = device
      self.counter = counter
      self.stamp = stamp
    }
  }

  /// Whether the store has all that a cursor stands for. It has not when the device was told of it by a store that was
  /// put back since (P12), or when a deleted record was collected of which the device may not have been told.
  ///
  /// - Parameter shown: an epoch as the cursor's device knows it.
  package func has(_ cursor: Cursor, _ shown: (Epoch) -> Epoch = { $0 }) -> Bool {
    guard cursor.epoch != Cursor.start.epoch else { return false }
    let reach = lineage.reach(head: revision) { shown($0) == cursor.epoch }
    return reach.map { cursor.revision <= $0 && cursor.revision >= horizon } ?? false
  }

  /// How far a replica has come; nothing yet when it is new.
  package func progress(of replica: ReplicaNumber) -> Replica {
    replicas[replica] ?? Replica(device: nil)
  }
}

/// A household in the list of all.
package struct HouseholdEntry: Hashable, Sendable {
  package let id: HouseholdID
  package let app: String
  package let label: String

  package init(id: HouseholdID, app: String, label: String) {
    self.id = id
    self.app = app
    self.label = label
  }
}

/// A device that may open sessions.
package struct DeviceEntry: Hashable, Sendable {
  package let id: RecordID
  package let household: HouseholdID
  package let member: RecordID
  /// What people call it.
  package let name: String
  /// SHA-256 of its token; the token itself is nowhere at the hub.
  package let tokenHash: [UInt8]

  package init(id: RecordID, household: HouseholdID, member: RecordID, name: String, tokenHash: [UInt8]) {
    self.id = id
    self.household = household
    self.member = member
    self.name = name
    self.tokenHash = tokenHash
  }
}
