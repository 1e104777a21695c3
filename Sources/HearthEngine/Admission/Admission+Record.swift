internal import HearthModel

// Steps 3, 5 and 6 of admission for one record: it is there or not, it is as the writer expects it, and what the merge
// leaves stays within its limits.

extension Admission {
  func checkPresence(
    _ existing: RecordState?, _ change: RecordChange, _ collection: CollectionSchema, _ shape: EditShape
  ) throws {
    if existing == nil { try checkIsNotGone(change, shape) }
    switch change.kind {
    case .create: try checkCreation(existing, change, collection, shape)
    case .update, .delete, .restore:
      guard let existing else {
        throw shape.reject(.recordUnknown, nil, "`\(collection.name)` has no such record in this household.")
      }
      guard change.kind == .update, case .deleted(let author) = existing.recordLife(in: collection),
        existing.tombstones.allSatisfy({ cut(change.context).covers($0.author.dot) })
      else { return }
      throw shape.reject(
        .gone, nil, "The record was deleted before this edit. Restore it first.", holder: Write(author, nil))
    }
  }

  /// An id that was collected is never used again: what is written to it comes from somebody who was away for long.
  ///
  /// Whether the member saw the record cannot be asked any more; who may see only some of a collection is told nothing.
  private func checkIsNotGone(_ change: RecordChange, _ shape: EditShape) throws {
    guard try work.isGone(RecordKey(household.id, change.collection, change.record)) else { return }
    let sees = isHub || !plan[change.collection].permit(for: .read, role: actor.role).always.isEmpty
    guard sees || change.kind == .create else { return }
    throw shape.reject(
      .recordGone, nil, "The record was deleted long ago and is not kept any more. Make another one to keep this edit.")
  }

  private func checkCreation(
    _ existing: RecordState?, _ change: RecordChange, _ collection: CollectionSchema, _ shape: EditShape
  ) throws(Rejection) {
    let given = { (field: Field) -> Value? in
      for edit in change.edits where edit.field == field.number {
        if case .set(let value) = edit.action { return value }
      }
      return shape.fillIn.value(of: field)
    }
    if !collection.followsKey(value: given) {
      guard existing == nil || aliases.isFolded(RecordKey(household.id, change.collection, change.record)) else {
        throw shape.reject(.recordExists, nil, "`\(collection.name)` has a record with this id already.")
      }
    } else {
      let id = collection.keyedID(household: household.id, value: given)
      guard id == change.record else {
        throw shape.reject(
          .keyMismatch, nil,
          "The id of a `\(collection.name)` record follows from its key; expected \(id?.description ?? "a key").")
      }
    }
    if collection.number == pack.householdCollection, change.record != household.id.record {
      throw shape.reject(.forbidden, nil, "A household has one record of its own.")
    }
  }

  func checkExpectation(
    _ existing: RecordState, _ change: RecordChange, _ context: VersionVector, _ shape: EditShape
  ) throws(Rejection) {
    var seen = context
    seen.join(Dot(submission.replica, max(submission.changeSet.counter, 1) - 1))
    let isStale: Bool
    switch change.expectation {
    case .recordUnchanged: isStale = !seen.covers(existing.versions)
    case .none: isStale = shape.collection.isStrict && !isHub && !seen.covers(existing.versions)
    case .fieldsUnchanged(let fields):
      let slots = fields.compactMap { shape.collection.field($0)?.slot }
      isStale = slots.count < fields.count || slots.contains { !existing.hasOnly(seen: seen, inSlot: $0) }
    }
    if isStale {
      throw shape.reject(
        .staleVersion, nil, "The record changed since this device saw it. Look at it again and repeat the edit.")
    }
  }

  func checkLimits(
    _ state: RecordState, _ slot: Int, _ collection: CollectionSchema, _ shape: EditShape
  ) throws(Rejection) {
    let field = collection.fields[collection.slots[slot].fields[0].index]
    switch collection.slots[slot].rule {
    case .set:
      guard case .set(_, let maximum) = field.type, case .set(let set) = state.slots[slot] else { return }
      // Removed elements stay until they are collected, so that they are bounded too.
      let count = state.storedValue(of: field, in: collection).elements?.count ?? 0
      guard count <= maximum, set.entries.count <= maximum * 10 + 100 else {
        throw shape.reject(.limitExceeded, field, "`\(field.name)` holds at most \(maximum) elements.")
      }
    case .json, .counter:
      // Removed paths stay until they are collected, so that they are bounded too.
      if case .document(let document) = state.slots[slot], document.pathCount > FieldType.jsonLeavesMax * 4 {
        throw shape.reject(.limitExceeded, field, "`\(field.name)` has too many paths, those removed included.")
      }
      if let fault = field.type.fault(of: state.storedValue(of: field, in: collection)) {
        throw shape.reject(
          .limitExceeded, field,
          "`\(field.name)` would leave its limits: expected \(fault.expected), would be \(fault.found).")
      }
    case .register, .extreme, .hub: break
    }
  }

  func rejection(
    _ refusal: RecordRefusal, _ collection: CollectionSchema, _ shape: EditShape
  ) -> Rejection {
    let field = collection.fields[collection.slots[refusal.slot].fields[0].index]
    let visible = { (write: Write) in field.isPublished ? write : Write(write.author, nil) }
    switch refusal.refusal {
    case .alreadyClaimed(let holder):
      return shape.reject(
        .alreadyClaimed, field, "Somebody else was first to take `\(field.name)`.", holder: visible(holder))
    case .alreadySet(let holder):
      return shape.reject(.alreadySet, field, "`\(field.name)` takes one value and has it.", holder: visible(holder))
    case .overflow:
      return shape.reject(.limitExceeded, field, "`\(field.name)` would leave 64 bits.")
    }
  }
}

extension RecordState {
  /// Whether a context covers every write of a slot.
  fileprivate func hasOnly(seen: VersionVector, inSlot slot: Int) -> Bool {
    switch slots[slot] {
    case .empty, .hub: true
    case .register(let register): register.allSatisfy { seen.covers($0.author.dot) }
    case .extreme(let extreme): extreme.write.map { seen.covers($0.author.dot) } ?? true
    case .set(let set): set.entries.allSatisfy { $0.register.allSatisfy { seen.covers($0.author.dot) } }
    case .document(let document):
      document.entries.allSatisfy { $0.register.allSatisfy { seen.covers($0.author.dot) } }
    // A counter does not say which increments it has; the record as a whole does.
    case .counter: seen.covers(versions)
    }
  }
}
