package import HearthModel
package import HearthReplica

extension InProcessWorld: ScenarioWorld {
  package func restart(_ device: String) async throws {
    try cut(device)
    try reload(device)
  }

  package func resend(_ device: String) async throws {
    try resendNow(device)
  }

  package func foreseenRefusal(of draft: Draft, on device: String) async throws -> RejectionCode? {
    try foreseenRefusalNow(of: draft, on: device)
  }

  package func forge(_ draft: Draft, on device: String) async throws -> UInt64 {
    try forgeNow(draft, on: device)
  }

  package func serve(_ draft: Draft) async throws {
    try serveNow(draft)
  }

  package func renew(_ catalogue: Catalogue) async throws {
    try renewNow(catalogue)
  }

  package func passDay() async throws {
    try passDayNow()
  }

  package func records(
    of collection: CollectionSchema, on device: String
  ) async throws -> [(RecordID, VisibleRecord)] {
    try view(device, of: collection)
  }

  package func pass() async throws {
    advance(by: 1000)
  }

  package func view(_ key: ReplicaKey, on device: String) async throws -> VisibleRecord? {
    try view(device, key)
  }

  package func conflicted(
    in collection: CollectionSchema, on device: String
  ) async throws -> [(RecordID, VisibleRecord)] {
    try view(device, of: collection).filter { !$0.1.conflicts.isEmpty }
  }
}
