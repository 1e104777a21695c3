public import HearthModel
internal import HearthReplica

/// A change set that the hub rejected: nothing of it counts, and nothing of it is lost (P6).
public struct RejectedChange: Hashable, Sendable {
  /// Which.
  public let ticket: ChangeTicket
  /// What it would have done.
  public let changes: [RecordChange]
  /// Why not.
  public let rejection: Rejection
  /// The hub's time of the decision.
  public let at: Instant
  /// The install that sent it.
  let incarnation: UInt64

  init?(_ entry: SettledEntry) {
    guard case .rejected(let rejection) = entry.verdict else { return nil }
    ticket = ChangeTicket(entry.changeSet)
    changes = entry.changeSet.changes
    self.rejection = rejection
    at = entry.at
    incarnation = entry.incarnation
  }
}

extension Device {
  /// The rejected change sets that nobody has dismissed or made anew, oldest first, with what they would have done.
  ///
  /// - Throws: ``DeviceError`` `.storage` when the file fails.
  public func rejected() throws -> [RejectedChange] {
    try storage.rejected().compactMap { RejectedChange($0) }
  }

  /// Takes a rejected change set from the list: the person has seen it and wants no more of it.
  ///
  /// Harmless when it was dismissed before.
  /// - Throws: ``DeviceError`` `.storage` when the file fails.
  public func dismiss(_ change: RejectedChange) throws {
    try storage.dismiss(change.ticket.counter, of: change.incarnation)
    statusChanged()
  }

  /// Makes the edits of a rejected change set anew, as a change set that has seen what this device shows, and dismisses
  /// the rejected one.
  ///
  /// What the rejected one expected to be unchanged is expected to be as this device shows it.
  /// - Returns: the new change set; the hub may reject that one as well.
  /// - Throws: ``HearthModel/Rejection`` when it is doomed, as an edit of a record that is deleted; the rejected one
  ///   then stays in the list. ``DeviceError`` `.storage` when the file fails.
  @discardableResult
  public func retry(_ change: RejectedChange) throws -> ChangeTicket {
    let ticket = try commit(Draft(repeating: change.changes, in: configuration.pack))
    try dismiss(change)
    return ticket
  }
}

extension Draft {
  /// The wishes that lead to the given changes.
  init(repeating changes: [RecordChange], in pack: Pack) {
    self.init()
    for change in changes {
      guard let collection = pack.collection(change.collection) else { continue }
      switch change.kind {
      case .create: create(collection.name, change.record, [])
      case .delete: delete(collection.name, change.record)
      case .restore: restore(collection.name, change.record)
      case .update: break
      }
      for edit in change.edits { repeatEdit(edit, of: change.record, in: collection) }
      if change.expectation != .none { expectUnchanged(collection.name, change.record) }
    }
  }

  private mutating func repeatEdit(_ edit: Edit, of id: RecordID, in collection: CollectionSchema) {
    guard let name = collection.field(edit.field)?.name else { return }
    switch edit.action {
    case .set(let value): set(collection.name, id, name, value)
    case .add(let units): increment(collection.name, id, name, by: units)
    case .insert(let element): insert(collection.name, id, name, element)
    case .remove(let element): remove(collection.name, id, name, element)
    case .put(let path, let value): put(collection.name, id, name, path, value)
    case .drop(let path): drop(collection.name, id, name, path)
    }
  }
}
