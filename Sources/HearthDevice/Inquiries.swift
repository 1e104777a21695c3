public import HearthModel

// What an app asks the hub about its household's past.

extension Device {
  /// The conflicts that no later write has settled, of the whole household, the last decided first.
  ///
  /// - Throws: what ``ask(_:page:timeout:)`` throws.
  public func conflictsAtHub(limit: Int = 1000) async throws -> Answer {
    try await askAll(.conflicts, limit: limit)
  }

  /// What stands behind a record, or behind one field of it: who wrote what, when, what each had seen, which rule
  /// chose, and what lost.
  ///
  /// - Returns: an answer whose content is ``HearthModel/Answer/Content/unknown`` when there is no such record for the
  ///   member.
  /// - Throws: ``HearthModel/Rejection`` for an unknown collection or field, and what ``ask(_:page:timeout:)`` throws.
  public func explain(_ collection: String, _ id: RecordID, _ field: String? = nil) async throws -> Answer {
    let schema = try self.collection(named: collection)
    let number = try field.map { name in
      guard let field = schema.field(named: name) else {
        throw Rejection(.unknownField, message: "`\(collection)` has no field `\(name)`.")
      }
      return field.number
    }
    return try await askAll(.explain(schema.number, id, number))
  }

  /// The change sets that were about a record, the newest first.
  ///
  /// - Throws: ``HearthModel/Rejection`` for an unknown collection, and what ``ask(_:page:timeout:)`` throws.
  public func history(of collection: String, _ id: RecordID, limit: Int = 100) async throws -> Answer {
    let schema = try self.collection(named: collection)
    return try await askAll(.history(schema.number, id), limit: limit)
  }

  /// The deleted records of the household, the last first, with what each of them hides.
  ///
  /// - Throws: what ``ask(_:page:timeout:)`` throws.
  public func deletedRecords(limit: Int = 100) async throws -> Answer {
    try await askAll(.deleted, limit: limit)
  }

  /// Brings a deleted record back, and with it everything that its delete hides.
  ///
  /// - Throws: what ``commit(_:)`` throws.
  @discardableResult
  public func restore(_ collection: String, _ id: RecordID) throws -> ChangeTicket {
    let schema = try self.collection(named: collection)
    return try edit { $0.restore(schema.name, id) }
  }

  /// Writes a value that lost anew, as an edit that has seen all sides of the conflict.
  ///
  /// - Parameters:
  ///   - loser: one of the losers of `conflict`.
  ///   - conflict: as ``explain(_:_:_:)`` or ``conflictsAtHub(limit:)`` told it.
  /// - Throws: ``HearthModel/Rejection`` `.staleVersion` when this device has not the writes that the person saw, so
  /// that nothing is settled that nobody looked at; and what ``commit(_:)`` throws.
  @discardableResult
  public func restoreValue(
    _ loser: Loser, of conflict: Conflict, in collection: String, _ id: RecordID
  ) throws -> ChangeTicket {
    let schema = try self.collection(named: collection)
    let open = try record(collection, id)?.content.conflicts ?? []
    guard open.contains(conflict), conflict.losers.contains(loser) else {
      throw Rejection(
        .staleVersion, collection: schema.number, record: id,
        message: "The conflict has changed since it was explained. Look at it again.")
    }
    return try edit { $0.write(loser.write.value, to: conflict.subject, of: id, in: schema) }
  }
}
