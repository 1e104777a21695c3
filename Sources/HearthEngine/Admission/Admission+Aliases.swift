internal import HearthModel

// Records that were made twice and are one (docs/reference/pack-language.md, section 11.1). What a change set says of
// them under another id is put right before anything else looks at it, so that all other steps know one id only.

extension Admission {
  /// Names in names in one change set: keys of keys of records that were folded.
  private static let roundsMax = 8

  /// Puts the ids that records have in place of the names that the change set uses, and finds the creations that are
  /// folded into records which are there.
  func resolveAliases() throws {
    guard !plan.aliased.isEmpty, !submission.isFounding,
      case .changes(let written) = submission.changeSet.content, written.count <= Self.recordsMax
    else { return }
    for change in written { _ = try target(of: key(of: change)) }
    var changes = written
    for _ in 0..<Self.roundsMax {
      let known = aliases.made.count
      for position in written.indices { changes[position] = try resolved(written[position], in: written) }
      if aliases.made.count == known { break }
    }
    for (written, change) in zip(written, changes) {
      guard let collection = pack.collection(change.collection) else { continue }
      aliases.note(written, as: change, key(of: change), in: collection)
    }
    let changeSet = submission.changeSet
    submission.changeSet = ChangeSet(
      counter: changeSet.counter, stamp: changeSet.stamp, formerly: changeSet.formerly,
      content: .changes(try joined(changes)))
  }

  private func key(of change: RecordChange) -> RecordKey {
    RecordKey(household.id, change.collection, change.record)
  }

  /// The record behind a name (A5, A6); nil when it is none. A name is never the id of a record, so that what is there
  /// needs no look into the names.
  private func target(of name: RecordKey) throws -> RecordID? {
    if let known = aliases.targets[name] { return known }
    guard plan.aliased.contains(name.collection), !aliases.plain.contains(name), try work.state(of: name) == nil,
      let collection = pack.collection(name.collection)
    else { return nil }
    let target = try work.holder(of: UniqueKey(name: name, app: pack.name, collection: collection))?.record
    aliases.note(name, means: target)
    return target
  }

  // MARK: One change

  private func resolved(_ change: RecordChange, in written: [RecordChange]) throws -> RecordChange {
    guard let collection = pack.collection(change.collection) else { return change }
    let key = key(of: change)
    var result = change.with(edits: try change.edits.map { try resolved($0, in: collection) })
    if let target = try target(of: key) {
      result = result.with(record: target)
    } else if change.kind == .create {
      if let keyed = try rekeyed(change, as: result, in: collection) {
        aliases.make(key, of: keyed, isFolded: false)
        result = result.with(record: keyed)
      } else if let holder = try holder(for: result, key, in: collection, written) {
        aliases.make(key, of: holder, isFolded: true)
        result = result.with(record: holder)
      }
    }
    return aliases.isFolded(self.key(of: result)) ? withoutBeginnings(result, in: collection) : result
  }

  /// Row A6: a reference to a name is a reference to the record.
  private func resolved(_ edit: Edit, in collection: CollectionSchema) throws -> Edit {
    guard let field = collection.field(edit.field), let number = field.type.target else { return edit }
    let meant = { [self] (value: Value) throws -> Value in
      guard let id = value.id else { return value }
      return try target(of: RecordKey(household.id, number, id)).map { .id($0) } ?? value
    }
    switch edit.action {
    case .set(let value): return Edit(edit.field, .set(try meant(value)))
    case .insert(let value): return Edit(edit.field, .insert(try meant(value)))
    case .remove(let value): return Edit(edit.field, .remove(try meant(value)))
    case .add, .put, .drop: return edit
    }
  }

  /// Row A7: the id that a key comes to with the ids that records have; nil when it is the one that the device gave.
  private func rekeyed(
    _ written: RecordChange, as change: RecordChange, in collection: CollectionSchema
  ) throws -> RecordID? {
    guard written.edits != change.edits, !collection.key.isEmpty else { return nil }
    let fillIn = fillIn
    let id = { [self] (change: RecordChange) in
      collection.keyedID(household: household.id) { change.givenValue(of: $0) ?? fillIn.value(of: $0) }
    }
    guard id(written) == written.record, let keyed = id(change), keyed != written.record else { return nil }
    return keyed
  }

  // MARK: Folding

  /// Row A1: the record into which a creation is folded; nil when it stands on its own.
  private func holder(
    for change: RecordChange, _ key: RecordKey, in collection: CollectionSchema, _ written: [RecordChange]
  ) throws -> RecordID? {
    let rules = collection.behavior.uniques.filter { $0.policy == .alias }
    guard !rules.isEmpty, try work.state(of: key) == nil else { return nil }
    let shape = EditShape(collection: collection, change: change, isHub: isHub, fillIn: fillIn)
    var state = RecordState(slotCount: collection.slots.count)
    do {
      try state.apply(shape.operation(), by: author, context: VersionVector(), rules: collection.rules)
    } catch {
      // What is wrong with it is said where every change is looked at.
      return nil
    }
    for rule in rules {
      guard let values = try uniqueKey(rule, state, key, collection), let holder = try work.holder(of: values),
        holder.household == household.id
      else { continue }
      let found = key.of(holder.record)
      let isTouched = aliases.isMeant(found) || written.contains { self.key(of: $0) == found }  // A3
      if !isTouched, try mayFold(change, into: found, collection) { return holder.record }
    }
    return nil
  }

  /// Row A2: nobody learns of a record or changes it by making it a second time.
  private func mayFold(_ change: RecordChange, into key: RecordKey, _ collection: CollectionSchema) throws -> Bool {
    guard let existing = try work.state(of: key) else { return false }
    guard !isHub, !collection.behavior.access.isOpen else { return true }
    let scene = scene(key, collection, existing, followsDeleted: true)
    let plan = plan[collection.number]
    let readable = try Judge.readableFields(plan.permit(for: .read, role: actor.role), scene)
    guard readable?.isEmpty == false else { return false }
    let needs = withoutBeginnings(change, in: collection).edits.compactMap { edit -> Judge.Need? in
      guard let field = collection.field(edit.field) else { return nil }
      let shown = existing.value(of: field, in: collection)
      switch edit.action {
      case .set(let value): return value == shown ? nil : Judge.Need(edit.field)
      case .insert(let element): return shown.elements?.contains(element) == true ? nil : Judge.Need(edit.field)
      case .put(let path, _), .drop(let path): return Judge.Need(edit.field, path: path)
      case .add, .remove: return Judge.Need(edit.field)
      }
    }
    let permit = plan.permit(for: .update, role: actor.role)
    guard !needs.isEmpty, case .refused = try Judge.unmet(needs, permit, in: [scene]) else { return true }
    return false
  }

  /// A new record begins its moves at their defaults; of a record that is there that says nothing.
  private func withoutBeginnings(_ change: RecordChange, in collection: CollectionSchema) -> RecordChange {
    change.with(
      edits: change.edits.filter { edit in
        guard collection.movedFields.contains(edit.field), let field = collection.field(edit.field),
          case .set(let value) = edit.action
        else { return true }
        return value != field.unwrittenValue
      })
  }

  // MARK: Several changes to one record

  /// Row A8. What stands twice under its own id is refused as such, later.
  private func joined(_ changes: [RecordChange]) throws -> [RecordChange] {
    let renamed = aliases.renamed
    guard !renamed.isEmpty else { return changes }
    var result = [RecordChange]()
    var positions: [RecordKey: Int] = [:]
    for change in changes {
      let key = key(of: change)
      guard renamed.contains(key), let position = positions[key] else {
        positions[key] = result.count
        result.append(change)
        continue
      }
      guard let joined = result[position].joined(with: change) else {
        throw Rejection(
          .inconsistent, collection: change.collection, record: change.record,
          message: "Two records of this change set have become one, and it does different things to them. "
            + "Look at the record and do it again.")
      }
      result[position] = joined
    }
    return result
  }

  // MARK: What is told and kept

  /// The author's device shows the name where it wrote one, so that it is told.
  func tellRewritten() {
    for (key, slots) in aliases.rewritten {
      for slot in slots { stage.tell(key, slot) }
    }
  }

  /// Row A9: which record has become which, in the outcome.
  func aliasDecisions() -> [HearthModel.Decision] {
    aliases.made.map { name in
      let key = aliases.record(of: name)
      let first = stage.touches[key]?.before?.touches.map(\.author).min { ($0.stamp, $0.dot) < ($1.stamp, $1.dot) }
      let loser = Loser(write: Write(author, .id(name.record)), reason: .arrival)
      return HearthModel.Decision(
        collection: key.collection, record: key.record,
        conflict: Conflict(
          subject: .record, rule: Unique.Policy.alias.rawValue, winner: Write(first ?? author, .id(key.record)),
          losers: [loser]))
    }
  }

  /// Row A10: names are kept beside the values that stand once.
  func keepAliases() throws {
    guard !aliases.made.isEmpty else { return }
    let entries = aliases.made.compactMap { name in
      pack.collection(name.collection).map { collection in
        UniqueEntry(
          key: UniqueKey(name: name, app: pack.name, collection: collection), collection: name.collection,
          record: aliases.record(of: name).record)
      }
    }
    try work.write(household.id, taken: entries, released: [:])
  }
}

extension RecordOperation {
  /// Row A1: a folded creation writes what its writer gave, and no default over what is there.
  func onlyGiven(by shape: EditShape) -> RecordOperation {
    let given = Set(shape.change.edits.compactMap { shape.collection.field($0.field)?.slot })
    return RecordOperation(kind, slots: slots.filter { given.contains($0.slot) })
  }
}

extension RecordChange {
  fileprivate func with(record: RecordID? = nil, edits: [Edit]? = nil) -> RecordChange {
    RecordChange(
      collection: collection, record: record ?? self.record, kind: kind, context: context, expectation: expectation,
      edits: edits ?? self.edits)
  }

  /// What a creation gives a field.
  fileprivate func givenValue(of field: Field) -> Value? {
    for edit in edits where edit.field == field.number {
      if case .set(let value) = edit.action { return value }
    }
    return nil
  }

  /// Both changes as one; nil when they do different things.
  fileprivate func joined(with other: RecordChange) -> RecordChange? {
    guard kind == other.kind, kind != .create,
      expectation == other.expectation || expectation == .none || other.expectation == .none
    else { return nil }
    var context = context
    context.join(other.context)
    return RecordChange(
      collection: collection, record: record, kind: kind, context: context,
      expectation: expectation == .none ? other.expectation : expectation,
      edits: edits + other.edits.filter { !edits.contains($0) })
  }
}
