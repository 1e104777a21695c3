internal import HearthModel

/// Turns a draft into record changes: names into numbers, wishes into the edits that the merge rules take.
struct DraftResolver {
  let replica: Replica

  /// - Parameter view: a record as the person sees it; its versions are the context of the edits.
  func changes(
    of draft: Draft, now: Instant, view: (ReplicaKey) throws -> VisibleRecord?
  ) throws -> [RecordChange] {
    guard !draft.isEmpty else {
      throw Rejection(.malformed, message: "There is nothing to do. Give at least one edit.")
    }
    var changes = [RecordChange]()
    for wish in draft.changes {
      let collection = try collection(named: wish.collection)
      let change =
        wish.kind == .create
        ? try creation(wish, collection, now, view) : try change(wish, collection, view)
      guard !changes.contains(where: { $0.collection == change.collection && $0.record == change.record }) else {
        throw Rejection(
          .inconsistent, collection: change.collection, record: change.record,
          message: "A record is created, changed or deleted once in a draft. Use a second draft.")
      }
      let shape = EditShape(
        collection: collection, change: change, isHub: false, fillIn: replica.fillIn(at: now))
      _ = try shape.operation()
      changes.append(change)
    }
    try checkTargets(of: changes, view)
    return changes
  }

  /// What is deleted, as far as this device knows, is not pointed to any more; what it does not know the hub decides.
  private func checkTargets(
    of changes: [RecordChange], _ view: (ReplicaKey) throws -> VisibleRecord?
  ) throws {
    let present = Set(changes.filter { $0.kind != .delete }.map { ReplicaKey($0.collection, $0.record) })
    for change in changes {
      guard let collection = replica.pack.collection(change.collection) else { continue }
      for edit in change.edits {
        guard let field = collection.field(edit.field), let target = field.type.target,
          let record = edit.action.reference
        else { continue }
        let key = ReplicaKey(target, record)
        guard !present.contains(key), let known = try view(key), known.life != .live else { continue }
        throw Rejection(
          .gone, collection: change.collection, record: change.record, field: edit.field,
          message: "`\(field.name)` points to a record that is deleted. Restore that first.")
      }
    }
  }

  private func collection(named name: String) throws(Rejection) -> CollectionSchema {
    if let collection = replica.pack.collection(named: name) { return collection }
    throw Rejection(.unknownCollection, message: "`\(replica.pack.name)` has no collection `\(name)`.")
  }

  private func field(named name: String, in collection: CollectionSchema, _ record: RecordID?) throws(Rejection)
    -> Field
  {
    if let field = collection.field(named: name) { return field }
    throw Rejection(
      .unknownField, collection: collection.number, record: record,
      message: "`\(collection.name)` has no field `\(name)`.")
  }

  // MARK: Creation

  private func creation(
    _ wish: Draft.Change, _ collection: CollectionSchema, _ now: Instant,
    _ view: (ReplicaKey) throws -> VisibleRecord?
  ) throws -> RecordChange {
    var edits = [Edit]()
    for (name, action) in wish.actions {
      let field = try field(named: name, in: collection, wish.record)
      try add(action, of: field, current: field.unwrittenValue, to: &edits)
    }
    let fillIn = replica.fillIn(at: now)
    let given = { (field: Field) -> Value? in
      for edit in edits where edit.field == field.number {
        if case .set(let value) = edit.action { return value }
      }
      return fillIn.value(of: field)
    }
    let isKeyed = collection.followsKey(value: given)
    let keyed = collection.keyedID(household: replica.identity.household, value: given)
    guard let id = isKeyed ? keyed : wish.record else {
      let reason = isKeyed ? "needs a value for each part of its key" : "needs an id"
      throw Rejection(.required, collection: collection.number, message: "A record of `\(collection.name)` \(reason).")
    }
    if let given = wish.record, given != id {
      throw Rejection(
        .keyMismatch, collection: collection.number, record: given,
        message: "The id of a `\(collection.name)` record follows from its key. Leave it out.")
    }
    if let known = try view(ReplicaKey(collection.number, id)), known.life != .live {
      throw Rejection(
        .gone, collection: collection.number, record: id, message: "The record is deleted. Restore it instead.")
    }
    return RecordChange(collection: collection.number, record: id, kind: .create, edits: edits)
  }

  // MARK: Changes

  private func change(
    _ wish: Draft.Change, _ collection: CollectionSchema, _ view: (ReplicaKey) throws -> VisibleRecord?
  ) throws -> RecordChange {
    guard let id = wish.record, let record = try view(ReplicaKey(collection.number, id)) else {
      throw Rejection(
        .recordUnknown, collection: collection.number, record: wish.record,
        message: "This device knows no such record of `\(collection.name)`.")
    }
    if wish.kind == .update, record.life != .live {
      throw Rejection(
        .gone, collection: collection.number, record: id, message: "The record is deleted. Restore it first.")
    }
    var edits = [Edit]()
    for (name, action) in wish.actions {
      let field = try field(named: name, in: collection, id)
      try add(action, of: field, current: record[field], to: &edits)
    }
    return RecordChange(
      collection: collection.number, record: id, kind: wish.kind, context: record.versions,
      expectation: wish.expectsUnchanged ? .recordUnchanged : .none,
      edits: completingGroups(edits, collection, record))
  }

  /// A group is written whole: fields that were not asked for keep the value that the person sees.
  private func completingGroups(
    _ edits: [Edit], _ collection: CollectionSchema, _ record: VisibleRecord
  ) -> [Edit] {
    var edits = edits
    let written = Set(edits.map(\.field))
    for slot in collection.slots where slot.isGroup && !written.isDisjoint(with: slot.fields) {
      for number in slot.fields where !written.contains(number) {
        edits.append(Edit(number, .set(record[collection.fields[number.index]])))
      }
    }
    return edits
  }

  /// Adds a wish to those before it in the draft: a value replaces all that was asked of its field, increments add up,
  /// elements and paths stand side by side.
  private func add(
    _ action: Draft.Action, of field: Field, current: Value, to edits: inout [Edit]
  ) throws(Rejection) {
    switch action {
    case .set: edits.removeAll { $0.field == field.number }
    case .add(let increment):
      guard let position = edits.firstIndex(where: { $0.field == field.number }),
        case .add(let before) = edits[position].action
      else { break }
      let (sum, overflow) = before.addingReportingOverflow(increment)
      guard !overflow else {
        throw Rejection(.limitExceeded, field: field.number, message: "`\(field.name)` would leave 64 bits.")
      }
      edits[position] = Edit(field.number, .add(sum))
      return
    case .insert, .remove, .put, .drop: break
    }
    edits += resolve(action, of: field, current: current)
  }

  private func resolve(_ action: Draft.Action, of field: Field, current: Value) -> [Edit] {
    switch action {
    case .set(.list(let wanted)) where field.isSet:
      let current = Set(current.elements ?? [])
      return current.subtracting(wanted).sorted().map { Edit(field.number, .remove($0)) }
        + Set(wanted).subtracting(current).sorted().map { Edit(field.number, .insert($0)) }
    case .set(let value): return [Edit(field.number, .set(value))]
    case .add(let increment): return [Edit(field.number, .add(increment))]
    case .insert(let element): return [Edit(field.number, .insert(element))]
    case .remove(let element): return [Edit(field.number, .remove(element))]
    case .put(let path, let value): return [Edit(field.number, .put(path, value))]
    case .drop(let path): return [Edit(field.number, .drop(path))]
    }
  }
}

extension Edit.Action {
  /// The record to which the field points after the edit; nil when it is no reference.
  fileprivate var reference: RecordID? {
    switch self {
    case .set(let value), .insert(let value): value.id
    case .add, .remove, .put, .drop: nil
    }
  }
}

extension Field {
  fileprivate var isSet: Bool {
    if case .set = type { true } else { false }
  }
}
