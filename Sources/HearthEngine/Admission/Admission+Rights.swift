internal import HearthModel

// Step 4 of admission: the union of the grants is the right (docs/reference/pack-language.md, section 10).

extension Admission {
  /// Who may not see a record is answered as if it did not exist.
  func checkSight(_ existing: RecordState?, _ key: RecordKey, _ shape: EditShape) throws {
    guard let existing, shape.change.kind != .create, !isHub else { return }
    let permit = plan[key.collection].permit(for: .read, role: actor.role)
    // What the role alone shows needs no scene.
    guard permit.always.isEmpty else { return }
    let scene = scene(key, shape.collection, existing, followsDeleted: true)
    if try Judge.readableFields(permit, scene)?.isEmpty ?? true {
      throw shape.reject(.recordUnknown, nil, "`\(shape.collection.name)` has no such record in this household.")
    }
  }

  /// The right to do this, as far as it is to be judged on the record before.
  func checkRights(_ existing: RecordState?, _ key: RecordKey, _ shape: EditShape) throws {
    guard !isHub else { return }
    let (change, verb) = (shape.change, Access.Verb(shape.change.kind))
    let permit = plan[key.collection].permit(for: verb, role: actor.role)
    let needs = needs(of: change, verb, shape.collection)
    // What only moves needs no other right.
    if verb == .update, needs.isEmpty, !change.edits.isEmpty { return }
    guard !permit.covers(needs) else { return }
    if verb != .create {
      let scene = scene(key, shape.collection, existing, followsDeleted: true)
      try check(Judge.unmet(needs, permit, in: [scene]), verb, change, shape.collection)
    }
    if verb != .delete { conditionalChanges.append(change) }
  }

  /// The same on the result, so that nobody takes or hands over what is not theirs.
  func checkRightsOnResult() throws {
    for change in conditionalChanges {
      let key = RecordKey(household.id, change.collection, change.record)
      guard let touch = stage.touches[key] else { continue }
      let (verb, collection) = (Access.Verb(change.kind), touch.collection)
      let permit = plan[key.collection].permit(for: verb, role: actor.role)
      let scenes = scene(key, touch, followsDeleted: true).all(for: verb)
      try check(Judge.unmet(needs(of: change, verb, collection), permit, in: scenes), verb, change, collection)
    }
  }

  /// Who makes a record a second time, under its key, writes into one that is there: what then shows another value,
  /// given or filled in, needs the right to change it.
  func checkJoin(_ key: RecordKey, _ change: RecordChange) throws {
    guard !isHub, !aliases.isFolded(key), let touch = stage.touches[key], let before = touch.before, touch.wasLive
    else { return }
    let collection = touch.collection
    let needs = collection.fields.filter { field in
      touch.changed.contains(field.number) && !field.isHubWritten && !collection.movedFields.contains(field.number)
        && before.value(of: field, in: collection) != touch.after.value(of: field, in: collection)
    }.map { Judge.Need($0.number) }
    guard !needs.isEmpty else { return }
    let permit = plan[key.collection].permit(for: .update, role: actor.role)
    let scenes = scene(key, touch, followsDeleted: true).all(for: .update)
    try check(Judge.unmet(needs, permit, in: scenes), .update, change, collection)
  }

  private func needs(of change: RecordChange, _ verb: Access.Verb, _ collection: CollectionSchema) -> [Judge.Need] {
    verb == .delete ? [] : Judge.needs(of: change.edits, in: collection)
  }

  private func check(
    _ verdict: Judge.Verdict<Judge.Need?>, _ verb: Access.Verb, _ change: RecordChange, _ collection: CollectionSchema
  ) throws {
    guard case .refused(let need) = verdict else { return }
    throw Judge.forbidden(verb, need, of: change.record, in: collection, role: actor.role)
  }
}
