package import HearthModel

/// Builds what devices are told of one change set.
struct PatchBuilder {
  let stage: Stage
  let author: Authorship
  /// Records that the author's device knows by another id, so that it holds nothing of them yet.
  var renamed: Set<RecordKey> = []

  // MARK: Decisions

  /// What was decided between this change set and writes that had not seen it, or that it had not seen.
  func decisions() throws -> [Decision] {
    try stage.orderedKeys.flatMap { key -> [Decision] in
      guard let touch = stage.touches[key], touch.kind != nil, let collection = stage.pack.collection(key.collection)
      else { return [] }
      var conflicts = touch.after.lifeConflict(in: collection).map { [$0] } ?? []
      conflicts += try hiddenConflict(touch, key).map { [$0] } ?? []
      conflicts += touch.slots.sorted().flatMap { slot in
        touch.after.conflicts(ofSlot: slot, in: collection).map { $0.published(ofSlot: slot, in: collection) }
      }
      return conflicts.filter { $0.concerns(author.dot) || isHiddenBelow($0, touch, collection) }
        .map { Decision(collection: key.collection, record: key.record, conflict: $0) }
    }
  }

  /// Whether a write of this change set stands at or below the path of a conflict between a leaf and what is below it;
  /// the conflict names the most preferred author of what is below only.
  private func isHiddenBelow(_ conflict: Conflict, _ touch: Stage.Touch, _ collection: CollectionSchema) -> Bool {
    guard case .path(let number, let path) = conflict.subject, let field = collection.field(number),
      case .document(let document) = touch.after.slots[field.slot]
    else { return false }
    return document.entries.contains { entry in
      entry.path.starts(with: path) && entry.register.writes.contains { $0.author.dot == author.dot }
    }
  }

  /// That the record is hidden by the delete of a record on which it depends.
  private func hiddenConflict(_ touch: Stage.Touch, _ key: RecordKey) throws -> Conflict? {
    guard touch.after.derived.isHidden, touch.kind != .delete, let cause = try stage.causeOfHiding(key) else {
      return nil
    }
    return Conflict(
      subject: .record, rule: Field.ReferencePolicy.cascade.rawValue, winner: Write(cause, nil),
      losers: [Loser(write: Write(author, .bool(true)), reason: .policy)])
  }

  // MARK: Patches

  /// What every other device is told, as far as its member may see it.
  func publication(_ revision: Revision, at now: Instant) throws -> Publication {
    let keys = stage.orderedKeys
    let changed = keys.filter { !stage.isOnlyShifted($0) }
    let records = changed.map { key in
      let touch = stage.touches[key]!
      return patch(key, touch, fields: changedFields(touch, key))
    }
    let told = Patch(revision: revision, dot: author.dot, at: now, records: records)
    guard !stage.audience.isOpen || stage.pack.roles.session != nil else { return Publication(told) }
    return Publication(
      told, sights: try changed.map { try stage.sight($0) },
      shifted: try keys.filter { stage.isOnlyShifted($0) }.compactMap { try stage.sight($0) },
      standings: try stage.standings(), household: try stage.householdValues())
  }

  /// What the author's device is told: only what it does not compute for itself, as far as its member may see it.
  ///
  /// - Parameters:
  ///   - role: the author's, before the change set.
  ///   - context: what the author had seen of a record, with its own change sets.
  func recordsForAuthor(
    _ submission: Submission, role: String, context: (RecordKey) -> VersionVector
  ) throws -> [RecordPatch] {
    let patches = stage.orderedKeys.map { key in (key, patchForAuthor(key, context: context)) }
    guard !seesAll(role), let view = try stage.audience.view(of: submission, { try stage.state(of: $0) }) else {
      return patches.compactMap(\.1)
    }
    return try patches.compactMap { key, patch in
      guard let sight = try stage.sight(key) else { return patch }
      return cut(patch, key, sight, to: view)
    }
  }

  /// Whether the role alone shows its members all that can be told of the touched records.
  private func seesAll(_ role: String) -> Bool {
    renamed.isEmpty
      && stage.orderedKeys.allSatisfy { key in
        // A role that changes is another view.
        guard key.collection != stage.pack.memberCollection, let collection = stage.touches[key]?.collection else {
          return false
        }
        return collection.publishedFields.isSubset(of: stage.audience.permit(role, key.collection).always)
      }
  }

  private func patchForAuthor(_ key: RecordKey, context: (RecordKey) -> VersionVector) -> RecordPatch? {
    guard !stage.isOnlyShifted(key) else { return nil }
    let touch = stage.touches[key]!
    if renamed.contains(key), let collection = stage.pack.collection(key.collection) {
      return .whole(key.collection, key.record, touch.after, in: collection)
    }
    guard touch.kind != nil else { return patch(key, touch, fields: changedFields(touch, key)) }
    let isContended = touch.before.map { !context(key).covers($0.versions) } ?? false
    let fields = changedFields(touch, key).filter { field in
      isContended || touch.ruleSlots.contains(field.slot) || isHubs(field, touch, key)
        || heldMoreThanItShowed(field, touch, key)
    }
    let patch = patch(key, touch, fields: fields)
    return patch.saysNothing ? nil : patch
  }

  /// What of a patch for the author is in the author's view. The author's device shows what it wrote itself, so that
  /// it is also told to drop what it may write and not see.
  private func cut(_ patch: RecordPatch?, _ key: RecordKey, _ sight: Sight, to view: View) -> RecordPatch? {
    let touch = stage.touches[key]!
    let cut = view.cut(sight)
    let isRenamed = renamed.contains(key)
    let isOwn = touch.kind != nil && !isRenamed
    switch cut {
    case .nothing: return isOwn ? .forgotten(key.collection, key.record) : nil
    case .forget: return .forgotten(key.collection, key.record)
    case .whole(let fields): return sight.whole(in: stage.pack)?.cut(to: fields)
    case .changes(let fields):
      if isRenamed { return sight.whole(in: stage.pack)?.cut(to: fields) }
      if isOwn, !written(touch, key).subtracting(fields).isEmpty { return sight.whole(in: stage.pack)?.cut(to: fields) }
      let patch = patch?.cut(to: fields)
      return isOwn && patch?.saysNothing == true ? nil : patch
    }
  }

  /// The fields that the author's device shows a value in because of its own edit.
  private func written(_ touch: Stage.Touch, _ key: RecordKey) -> FieldSet {
    let collection = stage.pack.collection(key.collection)!
    // Of a record that it made itself it shows what it believes the hub fills in.
    if touch.kind == .create { return collection.publishedFields }
    let slots = touch.slots.subtracting(touch.ruleSlots)
    let fields = collection.fields.filter { $0.isPublished && !$0.isHubWritten && slots.contains($0.slot) }
    return FieldSet(fields.map(\.number))
  }

  /// Whether the device cannot know the field's value: the hub wrote it, or filled a default in.
  private func isHubs(_ field: Field, _ touch: Stage.Touch, _ key: RecordKey) -> Bool {
    if field.isHubWritten || touch.referenceFields.contains(field.number) { return true }
    switch field.defaultValue {
    // Also where a creation joined a record of the same key: the default is written over what that held.
    case .now, .today, .household, .member: return touch.kind == .create
    case .literal, nil: return false
    }
  }

  /// Whether the field held more than it showed before the edit, so that the device cannot know what the edit left:
  /// disputed elements or paths, what a leaf keeps, or an object that was written empty.
  private func heldMoreThanItShowed(_ field: Field, _ touch: Stage.Touch, _ key: RecordKey) -> Bool {
    guard let collection = stage.pack.collection(key.collection), let before = touch.before else { return false }
    switch before.slots[field.slot] {
    case .set: return !before.conflicts(ofSlot: field.slot, in: collection).isEmpty
    case .document(let document):
      return document.holdsMore || !before.conflicts(ofSlot: field.slot, in: collection).isEmpty
    case .empty, .register, .counter, .extreme, .hub: return false
    }
  }

  private func changedFields(_ touch: Stage.Touch, _ key: RecordKey) -> [Field] {
    guard let collection = stage.pack.collection(key.collection) else { return [] }
    return collection.fields.filter { touch.changed.contains($0.number) }
  }

  private func patch(_ key: RecordKey, _ touch: Stage.Touch, fields: [Field]) -> RecordPatch {
    let collection = stage.pack.collection(key.collection)!
    let versions = touch.kind == nil ? touch.after.versions : nil
    guard stage.isVisible(touch.after, key) else {
      return RecordPatch(
        collection: key.collection, record: key.record, isWhole: false, versions: versions,
        life: touch.after.recordLife(in: collection),
        conflicts: touch.after.lifeConflict(in: collection).map { [$0] } ?? [])
    }
    if let before = touch.before, !stage.isVisible(before, key) {
      return .whole(key.collection, key.record, touch.after, in: collection)
    }
    return RecordPatch(
      collection: key.collection, record: key.record, isWhole: false, versions: versions, life: .live,
      fields: touch.after.published(fields, in: collection),
      conflicts: touch.after.publishedConflicts(slots: Set(fields.map(\.slot)), in: collection))
  }
}

extension RecordPatch {
  /// Whether a device that has applied its own edits learns nothing from it.
  fileprivate var saysNothing: Bool { fields.isEmpty && life == .live && !isWhole && conflicts.isEmpty }

  /// Everything that devices may see of a record, for snapshots and for records that come back.
  package static func whole(
    _ collection: CollectionNumber, _ record: RecordID, _ state: RecordState, in schema: CollectionSchema
  ) -> RecordPatch {
    let life = state.recordLife(in: schema)
    guard case .live = life else {
      return RecordPatch(
        collection: collection, record: record, isWhole: true, versions: state.versions, life: life,
        conflicts: state.lifeConflict(in: schema).map { [$0] } ?? [])
    }
    let written = schema.fields.filter { state.slots[$0.slot] != .empty }
    return RecordPatch(
      collection: collection, record: record, isWhole: true, versions: state.versions, life: .live,
      fields: state.published(written, in: schema),
      conflicts: state.publishedConflicts(slots: Set(schema.slots.indices), in: schema))
  }
}

extension RecordState {
  /// The shown values of those of the fields that may leave the hub.
  fileprivate func published(_ fields: [Field], in collection: CollectionSchema) -> [RecordPatch.FieldValue] {
    fields.filter(\.isPublished).map { RecordPatch.FieldValue($0.number, value(of: $0, in: collection)) }
  }

  /// The open conflicts of the record's life and of those of the slots whose fields may all leave the hub.
  fileprivate func publishedConflicts(slots: Set<Int>, in collection: CollectionSchema) -> [Conflict] {
    let open = slots.sorted().filter { collection.slots[$0].isPublished(in: collection) }
    return (lifeConflict(in: collection).map { [$0] } ?? []) + open.flatMap { conflicts(ofSlot: $0, in: collection) }
  }
}

extension Conflict {
  /// The conflict without its values, elements and paths where they may not leave the hub.
  fileprivate func published(ofSlot slot: Int, in collection: CollectionSchema) -> Conflict {
    guard !collection.slots[slot].isPublished(in: collection) else { return self }
    return Conflict(
      subject: .fields(subject.fields), rule: rule, winner: Write(winner.author, nil),
      losers: losers.map { Loser(write: Write($0.write.author, nil), reason: $0.reason) })
  }

  /// Whether a change set is among the writes.
  fileprivate func concerns(_ dot: Dot) -> Bool {
    winner.author.dot == dot || losers.contains { $0.write.author.dot == dot }
  }
}

extension CollectionSchema.Slot {
  /// Whether all its fields may leave the hub.
  fileprivate func isPublished(in collection: CollectionSchema) -> Bool {
    fields.allSatisfy { collection.fields[$0.index].isPublished }
  }
}
