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
    var decisions = [Decision]()
    for touch in stage.touches where touch.kind != nil {
      let (key, collection) = (touch.key, touch.collection)
      for conflict in try conflicts(of: touch)
      where conflict.concerns(author.dot) || isHiddenBelow(conflict, touch, collection) {
        decisions.append(Decision(collection: key.collection, record: key.record, conflict: conflict))
      }
    }
    return decisions
  }

  /// The open conflicts of what the change set touched of a record.
  private func conflicts(of touch: Stage.Touch) throws -> [Conflict] {
    let collection = touch.collection
    var conflicts = [Conflict]()
    if let conflict = touch.after.lifeConflict(in: collection) { conflicts.append(conflict) }
    if let conflict = try hiddenConflict(touch) { conflicts.append(conflict) }
    for slot in touch.slots where touch.after.slots[slot].mayDispute {
      for conflict in touch.after.conflicts(ofSlot: slot, in: collection) {
        conflicts.append(conflict.published(ofSlot: slot, in: collection))
      }
    }
    return conflicts
  }

  /// Whether a write of this change set stands at or below the path of a conflict between a leaf and what is below it;
  /// the conflict names the most preferred author of what is below only.
  private func isHiddenBelow(_ conflict: Conflict, _ touch: Stage.Touch, _ collection: CollectionSchema) -> Bool {
    guard case .path(let number, let path) = conflict.subject, let field = collection.field(number),
      case .document(let document) = touch.after.slots[field.slot]
    else { return false }
    return document.entries.contains { entry in
      entry.path.starts(with: path) && entry.register.contains { $0.author.dot == author.dot }
    }
  }

  /// That the record is hidden by the delete of a record on which it depends.
  private func hiddenConflict(_ touch: Stage.Touch) throws -> Conflict? {
    guard touch.after.derived.isHidden, touch.kind != .delete, let cause = try stage.causeOfHiding(touch.key) else {
      return nil
    }
    return Conflict(
      subject: .record, rule: Field.ReferencePolicy.cascade.rawValue, winner: Write(cause, nil),
      losers: [Loser(write: Write(author, .bool(true)), reason: .policy)])
  }

  // MARK: Patches

  /// What every other device is told, as far as its member may see it.
  func publication(_ revision: Revision, at now: Instant) throws -> Publication {
    var (records, sights, shifted): ([RecordPatch], [Sight?], [Sight]) = ([], [], [])
    for touch in stage.touches {
      if touch.isOnlyShifted {
        if let sight = try stage.sight(touch) { shifted.append(sight) }
      } else {
        records.append(patch(touch, fields: touch.changed))
        sights.append(try stage.sight(touch))
      }
    }
    let told = Patch(revision: revision, dot: author.dot, at: now, records: records)
    guard !stage.audience.isOpen || stage.pack.roles.session != nil else { return Publication(told) }
    return Publication(
      told, sights: sights, shifted: shifted,
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
    let view = seesAll(role) ? nil : try stage.audience.view(of: submission) { try stage.state(of: $0) }
    var records = [RecordPatch]()
    for touch in stage.touches {
      var patch = patchForAuthor(touch, context: context)
      if let view, let sight = try stage.sight(touch) { patch = cut(patch, touch, sight, to: view) }
      if let patch { records.append(patch) }
    }
    return records
  }

  /// Whether the role alone shows its members all that can be told of the touched records.
  private func seesAll(_ role: String) -> Bool {
    renamed.isEmpty
      && stage.touches.allSatisfy { touch in
        // A role that changes is another view.
        touch.key.collection != stage.pack.memberCollection
          && touch.collection.publishedFields.isSubset(of: stage.audience.permit(role, touch.key.collection).always)
      }
  }

  private func patchForAuthor(_ touch: Stage.Touch, context: (RecordKey) -> VersionVector) -> RecordPatch? {
    guard !touch.isOnlyShifted else { return nil }
    let key = touch.key
    if renamed.contains(key) { return .whole(key.collection, key.record, touch.after, in: touch.collection) }
    guard touch.kind != nil else { return patch(touch, fields: touch.changed) }
    let isContended = touch.before.map { !$0.isSeen(by: context(key)) } ?? false
    var fields = touch.changed
    if !isContended {
      for number in touch.changed where isKnownToAuthor(touch.collection.fields[number.index], touch) {
        fields.remove(number)
      }
    }
    let patch = patch(touch, fields: fields)
    return patch.saysNothing ? nil : patch
  }

  /// Whether the author's device has worked out for itself what the field shows, where nobody else wrote meanwhile.
  private func isKnownToAuthor(_ field: Field, _ touch: Stage.Touch) -> Bool {
    !touch.ruleSlots.contains(field.slot) && !isHubs(field, touch) && !heldMoreThanItShowed(field, touch)
  }

  /// What of a patch for the author is in the author's view. The author's device shows what it wrote itself, so that
  /// it is also told to drop what it may write and not see.
  private func cut(_ patch: RecordPatch?, _ touch: Stage.Touch, _ sight: Sight, to view: View) -> RecordPatch? {
    let key = touch.key
    let cut = view.cut(sight)
    let isRenamed = renamed.contains(key)
    let isOwn = touch.kind != nil && !isRenamed
    switch cut {
    case .nothing: return isOwn ? .forgotten(key.collection, key.record) : nil
    case .forget: return .forgotten(key.collection, key.record)
    case .whole(let fields): return sight.whole(in: stage.pack)?.cut(to: fields)
    case .changes(let fields):
      if isRenamed { return sight.whole(in: stage.pack)?.cut(to: fields) }
      if isOwn, !written(touch).subtracting(fields).isEmpty { return sight.whole(in: stage.pack)?.cut(to: fields) }
      let patch = patch?.cut(to: fields)
      return isOwn && patch?.saysNothing == true ? nil : patch
    }
  }

  /// The fields that the author's device shows a value in because of its own edit.
  private func written(_ touch: Stage.Touch) -> FieldSet {
    let collection = touch.collection
    // Of a record that it made itself it shows what it believes the hub fills in.
    if touch.kind == .create { return collection.publishedFields }
    let slots = touch.slots.subtracting(touch.ruleSlots)
    let fields = collection.fields.filter { $0.isPublished && !$0.isHubWritten && slots.contains($0.slot) }
    return FieldSet(fields.map(\.number))
  }

  /// Whether the device cannot know the field's value: the hub wrote it, or filled a default in.
  private func isHubs(_ field: Field, _ touch: Stage.Touch) -> Bool {
    if field.isHubWritten || touch.referenceFields.contains(field.number) { return true }
    switch field.defaultValue {
    // Also where a creation joined a record of the same key: the default is written over what that held.
    case .now, .today, .household, .member: return touch.kind == .create
    case .literal, nil: return false
    }
  }

  /// Whether the field held more than it showed before the edit, so that the device cannot know what the edit left:
  /// disputed elements or paths, what a leaf keeps, or an object that was written empty.
  private func heldMoreThanItShowed(_ field: Field, _ touch: Stage.Touch) -> Bool {
    guard let before = touch.before else { return false }
    switch before.slots[field.slot] {
    case .set: return !before.conflicts(ofSlot: field.slot, in: touch.collection).isEmpty
    case .document(let document):
      return document.holdsMore || !before.conflicts(ofSlot: field.slot, in: touch.collection).isEmpty
    case .empty, .register, .counter, .extreme, .hub: return false
    }
  }

  private func patch(_ touch: Stage.Touch, fields: FieldSet) -> RecordPatch {
    let (key, collection) = (touch.key, touch.collection)
    let versions = touch.kind == nil ? touch.after.versions : nil
    guard touch.isLive else {
      return RecordPatch(
        collection: key.collection, record: key.record, isWhole: false, versions: versions,
        life: touch.after.recordLife(in: collection),
        conflicts: touch.after.lifeConflict(in: collection).map { [$0] } ?? [])
    }
    if touch.before != nil, !touch.wasLive {
      return .whole(key.collection, key.record, touch.after, in: collection)
    }
    return RecordPatch(
      collection: key.collection, record: key.record, isWhole: false, versions: versions, life: .live,
      fields: touch.after.published(fields, in: collection),
      conflicts: touch.after.publishedConflicts(of: fields, in: collection))
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
    let written = FieldSet(schema.fields.lazy.filter { !state.slots[$0.slot].isEmpty }.map(\.number))
    return RecordPatch(
      collection: collection, record: record, isWhole: true, versions: state.versions, life: .live,
      fields: state.published(written, in: schema),
      conflicts: state.publishedConflicts(of: schema.publishedFields, in: schema))
  }
}

extension RecordState {
  /// The shown values of those of the fields that may leave the hub.
  fileprivate func published(_ fields: FieldSet, in collection: CollectionSchema) -> [RecordPatch.FieldValue] {
    var values = [RecordPatch.FieldValue]()
    for number in fields where collection.publishedFields.contains(number) {
      if values.isEmpty { values.reserveCapacity(4) }
      values.append(RecordPatch.FieldValue(number, value(of: collection.fields[number.index], in: collection)))
    }
    return values
  }

  /// The open conflicts of the record's life, and of those slots of the fields whose fields may all leave the hub.
  fileprivate func publishedConflicts(of fields: FieldSet, in collection: CollectionSchema) -> [Conflict] {
    var published = lifeConflict(in: collection).map { [$0] } ?? []
    var disputed = PositionSet()
    for number in fields {
      let slot = collection.fields[number.index].slot
      if slots[slot].mayDispute { disputed.insert(slot) }
    }
    for slot in disputed where collection.slots[slot].isPublished(in: collection) {
      published += conflicts(ofSlot: slot, in: collection)
    }
    return published
  }

  /// Whether a context covers all that has touched the record.
  fileprivate func isSeen(by context: VersionVector) -> Bool {
    touches.allSatisfy { context.covers($0.author.dot) }
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

extension SlotState {
  /// Whether there can be a conflict; most slots hold one write.
  fileprivate var mayDispute: Bool {
    switch self {
    case .register(let register): register.isContended
    case .set, .document: true
    case .empty, .counter, .extreme, .hub: false
    }
  }

  fileprivate var isEmpty: Bool {
    if case .empty = self { true } else { false }
  }
}
