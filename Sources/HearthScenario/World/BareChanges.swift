internal import HearthModel
internal import HearthReplica

/// Turns a draft into record changes without asking whether anybody would take them: what the hub's own services and
/// forged devices send.
struct BareChanges {
  let pack: Pack
  let household: HouseholdID
  /// A record as whoever writes knows it; nil when it is unknown there.
  let view: (ReplicaKey) throws -> VisibleRecord?

  func changes(of draft: Draft) throws -> [RecordChange] {
    try draft.changes.map { wish in
      guard let collection = pack.collection(named: wish.collection) else {
        throw WorldFault("`\(pack.name)` has no collection `\(wish.collection)`.")
      }
      return wish.kind == .create ? try creation(wish, collection) : try change(wish, collection)
    }
  }

  private func creation(_ wish: Draft.Change, _ collection: CollectionSchema) throws -> RecordChange {
    let edits = try wish.actions.flatMap { name, action in
      let field = try field(name, collection)
      return self.edits(action, field, current: field.unwrittenValue)
    }
    let keyed = collection.keyedID(household: household) { field in
      for edit in edits where edit.field == field.number {
        if case .set(let value) = edit.action { return value }
      }
      return field.defaultValue == .household ? .id(household.record) : nil
    }
    guard let id = wish.record ?? keyed else {
      throw WorldFault("A new record of `\(collection.name)` needs an id, or values for its key.")
    }
    return RecordChange(collection: collection.number, record: id, kind: .create, edits: edits)
  }

  private func change(_ wish: Draft.Change, _ collection: CollectionSchema) throws -> RecordChange {
    guard let id = wish.record else { throw WorldFault("A change of `\(collection.name)` needs a record.") }
    let known = try view(ReplicaKey(collection.number, id))
    let record = known ?? VisibleRecord(in: collection)
    var edits = try wish.actions.flatMap { name, action in
      let field = try field(name, collection)
      return self.edits(action, field, current: record[field])
    }
    let written = Set(edits.map(\.field))
    for slot in collection.slots where slot.isGroup && !written.isDisjoint(with: slot.fields) {
      edits += slot.fields.filter { !written.contains($0) }
        .map { Edit($0, .set(record[collection.fields[$0.index]])) }
    }
    return RecordChange(
      collection: collection.number, record: id, kind: wish.kind, context: record.versions,
      expectation: wish.expectsUnchanged ? .recordUnchanged : .none, edits: edits)
  }

  private func field(_ name: String, _ collection: CollectionSchema) throws -> Field {
    if let field = collection.field(named: name) { return field }
    throw WorldFault("`\(collection.name)` has no field `\(name)`.")
  }

  private func edits(_ action: Draft.Action, _ field: Field, current: Value) -> [Edit] {
    switch action {
    case .set(let value):
      guard case .set = field.type, let wanted = value.elements else { return [Edit(field.number, .set(value))] }
      let held = Set(current.elements ?? [])
      return held.subtracting(wanted).sorted().map { Edit(field.number, .remove($0)) }
        + Set(wanted).subtracting(held).sorted().map { Edit(field.number, .insert($0)) }
    case .add(let increment): return [Edit(field.number, .add(increment))]
    case .insert(let element): return [Edit(field.number, .insert(element))]
    case .remove(let element): return [Edit(field.number, .remove(element))]
    case .put(let path, let value): return [Edit(field.number, .put(path, value))]
    case .drop(let path): return [Edit(field.number, .drop(path))]
    }
  }
}
