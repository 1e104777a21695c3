package import HearthModel
package import HearthReplica

/// Where a scenario happens: in this process, or at a running hub. The same steps have the same results in both.
package protocol ScenarioWorld {
  /// Opens a connection and lets the device catch up.
  func connect(_ device: String) async throws
  /// Says goodbye.
  func disconnect(_ device: String) async throws
  /// Breaks the connection without a goodbye.
  func cut(_ device: String) async throws
  /// Ends the device's process and starts it anew from what it has kept.
  func restart(_ device: String) async throws
  /// Sets how far a device's clock is ahead of the hub's, in milliseconds.
  func setClock(of device: String, aheadBy milliseconds: Int64) async throws
  /// Makes a change set; returns its counter.
  func commit(_ draft: Draft, on device: String) async throws -> UInt64
  /// Why the device foresees that the hub would refuse an edit; nil when it does not.
  func foreseenRefusal(of draft: Draft, on device: String) async throws -> RejectionCode?
  /// Makes a change set as a device does whose own checks are broken or bypassed; returns its counter.
  func forge(_ draft: Draft, on device: String) async throws -> UInt64
  /// Makes a change set as a service inside the hub does.
  func serve(_ draft: Draft) async throws
  /// Starts the hub anew with another catalogue.
  func renew(_ catalogue: Catalogue) async throws
  /// Lets a day go by, with the hub's daily turn.
  func passDay() async throws
  /// Sends again what was sent.
  func resend(_ device: String) async throws
  /// Waits until the hub has decided everything that connected devices have made, and all of them have seen it.
  func settle() async throws
  /// Lets a moment pass, so that the next step is later.
  func pass() async throws

  /// A record as the person sees it; nil when the device knows none.
  func view(_ key: ReplicaKey, on device: String) async throws -> VisibleRecord?
  /// All records of a collection that the device knows.
  func records(of collection: CollectionSchema, on device: String) async throws -> [(RecordID, VisibleRecord)]
  /// All records of a collection with open conflicts.
  func conflicted(in collection: CollectionSchema, on device: String) async throws -> [(RecordID, VisibleRecord)]
  /// The change sets of the device that were decided.
  func settled(_ device: String) async throws -> [SettledEntry]
  /// The logic of the device as it is.
  func replica(_ device: String) async throws -> Replica
}
