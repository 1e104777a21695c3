internal import HearthEngine
internal import HearthHub
package import HearthModel
internal import HearthProtocol
internal import HearthReplica

/// What happens inside the hub, and what only a broken device does.
extension InProcessWorld {
  /// Makes a change set as a service of the hub does.
  ///
  /// - Throws: ``Rejection`` when the hub does not take it.
  package func serveNow(_ draft: Draft) throws {
    guard let household else { throw WorldFault("No household was founded.") }
    let changes = try BareChanges(pack: pack, household: household) { key in
      guard let collection = self.pack.collection(key.collection) else { return nil }
      let state = try self.store.read { try $0.record(RecordKey(household, key.collection, key.record)) }
      return state?.whole(in: collection)
    }.changes(of: draft)
    try decideInside(changes)
  }

  /// Makes a change set as a device does that asks nobody whether it may; it waits in the outbox like any other.
  package func forgeNow(_ draft: Draft, on name: String) throws -> UInt64 {
    let device = try device(name)
    let replica = device.core.replica
    let changes = try BareChanges(pack: pack, household: replica.identity.household) { key in
      try replica.view(key, device.storage)
    }.changes(of: draft)
    let forged = try device.core.forge(changes, moment(device), device.storage)
    try carryOut(forged.effects, name)
    return forged.counter
  }

  /// What a device foresees about an edit that it does not make.
  package func foreseenRefusalNow(of draft: Draft, on name: String) throws -> RejectionCode? {
    let device = try device(name)
    let clock = moment(device).clock
    guard case .refused(let rejection) = try device.core.replica.forecast(draft, now: clock, device.storage) else {
      return nil
    }
    return rejection.code
  }

  /// Lets a day go by; a new one then begins in every household.
  package func passDayNow() throws {
    advance(by: 86_400_000)
    try turnDay()
  }

  private func decideInside(_ changes: [RecordChange]) throws {
    guard let household else { return }
    let counter = try store.read { try $0.household(household)?.progress(of: .hub).counter ?? 0 } + 1
    let submission = Submission(
      household: household, replica: .hub, device: nil, member: nil, offset: .zero,
      changeSet: ChangeSet(counter: counter, stamp: HybridTime(milliseconds: now), content: .changes(changes)))
    // A ticket of no connection: everybody is told, and nobody is answered.
    let ticket = HubCore.Ticket(connection: HubCore.ConnectionID(rawValue: 0), submission: submission)
    let results = try decide([ticket])
    if case .decided(let outcome, _)? = results.first, case .rejected(let rejection) = outcome.verdict {
      throw rejection
    }
  }
}

extension RecordState {
  /// The record as one who sees everything of it shows it.
  fileprivate func whole(in collection: CollectionSchema) -> VisibleRecord {
    VisibleRecord(
      versions: versions, life: recordLife(in: collection),
      values: collection.fields.map { value(of: $0, in: collection) },
      conflicts: [])
  }
}
