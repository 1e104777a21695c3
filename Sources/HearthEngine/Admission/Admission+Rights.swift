internal import HearthModel

// Step 4 of admission: the union of the grants is the right (docs/reference/pack-language.md, section 10).

extension Admission {
  /// Who may not see a record is answered as if it did not exist.
  func checkSight(_ existing: RecordState?, _ key: RecordKey, _ shape: EditShape) throws {
    guard let existing, shape.change.kind != .create, !isHub, !shape.collection.behavior.access.isOpen else { return }
    let scene = try scene(key, shape.collection, record: existing, old: existing, followsDeleted: true)
    if try Judge.readableFields(scene)?.isEmpty ?? true {
      throw shape.reject(.recordUnknown, nil, "`\(shape.collection.name)` has no such record in this household.")
    }
  }

  /// The right to do this, judged on the record before; of creations on the result alone.
  mutating func checkRights(_ existing: RecordState?, _ key: RecordKey, _ shape: EditShape) throws {
    let collection = shape.collection
    guard !isHub, !collection.behavior.access.isOpen else { return }
    switch shape.change.kind {
    case .create:
      conditionalUpdates.append(key)
    case .update:
      let needs = needs(of: shape)
      // What only moves needs no other right.
      guard !needs.isEmpty || shape.change.edits.isEmpty else { return }
      let scene = try scene(key, collection, record: existing, old: existing, followsDeleted: true)
      try refuse(Judge.unmet(needs, .update, in: [scene.before]), .update, shape)
      conditionalUpdates.append(key)
    case .delete, .restore:
      let scene = try scene(key, collection, record: existing, old: existing, followsDeleted: true)
      try refuse(Judge.unmet([], .delete, in: [scene]), .delete, shape)
    }
  }

  /// The same on the result, so that nobody takes or hands over what is not theirs.
  mutating func checkRightsOnResult() throws {
    for key in conditionalUpdates {
      guard let touch = stage.touches[key], let collection = pack.collection(key.collection),
        let change = submission.changeSet.changes.first(where: {
          $0.collection == key.collection && $0.record == key.record
        })
      else { continue }
      let shape = EditShape(collection: collection, change: change, isHub: isHub, fillIn: try fillIn())
      let scene = try scene(key, touch, followsDeleted: true)
      let isCreation = change.kind == .create
      try refuse(
        Judge.unmet(
          needs(of: shape), isCreation ? .create : .update, in: isCreation ? [scene] : [scene.before, scene]),
        isCreation ? .create : .update, shape)
    }
  }

  /// What the edits need a right for: moves have rights of their own, and bring the other fields of their group along.
  private func needs(of shape: EditShape) -> [Judge.Need] {
    let moves = plan[shape.collection.number].moves
    let movedSlots = Set(moves.keys.compactMap { shape.collection.field($0)?.slot })
    return shape.change.edits.compactMap { edit in
      guard let field = shape.collection.field(edit.field), !movedSlots.contains(field.slot) else { return nil }
      switch edit.action {
      case .put(let path, _), .drop(let path): return Judge.Need(edit.field, path: path)
      case .set, .add, .insert, .remove: return Judge.Need(edit.field)
      }
    }
  }

  private func refuse(_ verdict: Judge.Verdict<Judge.Need?>, _ verb: Access.Verb, _ shape: EditShape) throws {
    guard case .refused(let need) = verdict else { return }
    let field = need.flatMap { shape.collection.field($0.field) }
    let what = field.map { "`\($0.name)` of `\(shape.collection.name)`" } ?? "records of `\(shape.collection.name)`"
    let message =
      "\(actor.role.prefix(1).uppercased() + actor.role.dropFirst()) may not \(verb.rawValue) \(what) here."
    throw Rejection(
      .forbidden, collection: shape.collection.number, record: shape.change.record, field: field?.number,
      message: message, rule: "\(shape.collection.name).access.\(verb.rawValue)")
  }
}
