internal import HearthModel

/// A move that a change set makes.
struct MadeMove {
  let key: RecordKey
  /// The moves that may be meant; the first whose needs are met is.
  let candidates: [Move]
  let field: FieldNumber
  let value: Value
  /// What its writer's device showed, where the hub has gone on since.
  let seen: [FieldNumber: Value]
  /// Whether it is about a time that is over, so that its result is not shown.
  let isLate: Bool
}

// Fields with moves change by their moves alone (docs/reference/pack-language.md, section 12).

extension Admission {
  /// Finds the moves behind the writes to fields with moves.
  ///
  /// - Parameter operation: loses the writes that are late, and those that the hub's own state decides.
  /// - Returns: the latter, to be applied as if their writer had seen the hub's state, and the slots in which the hub
  ///   filled in what the writer's device does not know.
  func takeSteps(
    _ existing: RecordState?, _ key: RecordKey, _ shape: EditShape, _ operation: inout RecordOperation
  ) throws -> (apart: [RecordOperation], filled: PositionSet) {
    let moves = plan[shape.collection.number].moves
    guard !isHub, !moves.isEmpty, shape.change.kind == .create || shape.change.kind == .update else {
      return ([], PositionSet())
    }
    guard let existing else {
      try checkBeginnings(shape, key)
      return ([], PositionSet())
    }
    let edited = shape.change.edits.filter { moves[$0.field] != nil }
    if !edited.isEmpty { try checkStillThere(existing, key, shape) }
    var apart = [RecordOperation]()
    var filled = PositionSet()
    let seen = seen[key] ?? [:]
    for edit in edited {
      guard case .set(let value) = edit.action, let field = shape.collection.field(edit.field) else { continue }
      let made = try step(field, to: value, moves[edit.field]!, existing, seen, key, shape)
      self.moves.append(made)
      let isHubs = made.candidates.allSatisfy(\.isDecidedByHub)
      guard made.isLate || isHubs || shape.collection.slots[field.slot].isGroup else { continue }
      filled.insert(field.slot)
      let write = try wholeWrite(made, field, existing, shape, key)
      operation = operation.without(slot: field.slot)
      if made.isLate { continue }
      if isHubs {
        apart.append(RecordOperation(.update, slots: [(field.slot, .write(write))]))
      } else {
        operation = RecordOperation(operation.kind, slots: operation.slots + [(field.slot, .write(write))])
      }
    }
    return (apart, filled)
  }

  /// A move of what is deleted has no effects, so it is no move: its author is told.
  private func checkStillThere(_ existing: RecordState, _ key: RecordKey, _ shape: EditShape) throws {
    switch existing.recordLife(in: shape.collection) {
    case .live: return
    case .deleted(let author):
      guard shape.collection.deletes == .deleteWins else { return }
      throw shape.reject(.gone, nil, "The record is deleted. Restore it first.", holder: Write(author, nil))
    case .hidden:
      let cause = try stage.causeOfHiding(key).map { Write($0, nil) }
      throw shape.reject(.gone, nil, "What the record belongs to is deleted. Restore that first.", holder: cause)
    }
  }

  /// At its creation a field with moves has its default, and so have the others of its group.
  private func checkBeginnings(_ shape: EditShape, _ key: RecordKey) throws {
    for edit in shape.change.edits where shape.collection.movedFields.contains(edit.field) {
      guard case .set(let value) = edit.action, let field = shape.collection.field(edit.field),
        value != field.unwrittenValue
      else { continue }
      throw refuse(
        Refusal(.transitionRefused), key, shape.collection, field: field.number, rule: field.name,
        otherwise:
          "A new record begins with `\(field.name)` as \(field.unwrittenValue.shortText). Change it afterwards.")
    }
  }

  /// What the writer's device showed of the tracked fields, where that is not what the hub has.
  func seenValues(_ existing: RecordState, _ context: VersionVector) -> [FieldNumber: Value] {
    var seen = context
    seen.join(Dot(submission.replica, max(submission.changeSet.counter, 1) - 1))
    guard !seen.covers(existing.versions) else { return [:] }
    return existing.trail.values(seenBy: seen, submission.replica) ?? [:]
  }

  private func step(
    _ field: Field, to value: Value, _ moves: [Move], _ existing: RecordState, _ seen: [FieldNumber: Value],
    _ key: RecordKey, _ shape: EditShape
  ) throws -> MadeMove {
    let collection = shape.collection
    var scene = scene(key, collection, existing, followsDeleted: true)
    scene.seen = seen
    switch try Judge.step(field.number, to: value, moves, scene) {
    case .moves(let candidates):
      let period = collection.behavior.periods[field.number]
      let isLate = period.flatMap { seen[$0] }.map { $0 != scene.old?.value(of: period!) } ?? false
      return MadeMove(
        key: key, candidates: candidates, field: field.number, value: value, seen: seen, isLate: isLate)
    case .none(let refusal):
      let current = existing.value(of: field, in: collection)
      throw refuse(
        refusal, key, collection, field: field.number, rule: field.name,
        otherwise: Judge.noStep(of: field, from: current.shortText, to: value.shortText),
        holder: field.isPublished ? existing.winner(of: field, in: collection) : nil)
    case .forbidden(let moves):
      throw refuse(
        Refusal(.forbidden), key, collection, field: field.number, rule: moves[0].name,
        otherwise: Judge.mayNotMake(moves, role: actor.role))
    case .unknown:
      preconditionFailure("at the hub everything is known")
    }
  }

  /// The value of the whole slot: in a group the fields that the move sets have what it sets, the others stay.
  private func wholeWrite(
    _ made: MadeMove, _ field: Field, _ existing: RecordState, _ shape: EditShape, _ key: RecordKey
  ) throws -> Value {
    let slot = shape.collection.slots[field.slot]
    guard slot.isGroup else { return made.value }
    var scene = scene(key, shape.collection, existing)
    scene.seen = made.seen
    let sets = made.candidates[0].sets
    return .list(
      try slot.fields.map { number in
        if number == made.field { return made.value }
        if let assignment = sets.first(where: { $0.field == number }) {
          return try scene.value(of: assignment.value) ?? .null
        }
        if made.value.isNull, shape.collection.fields[number.index].isNullable { return .null }
        return existing.storedValue(of: shape.collection.fields[number.index], in: shape.collection)
      })
  }

  // MARK: On the result

  /// A move whose needs are met.
  struct Step {
    let key: RecordKey
    let move: Move
    /// Whether the record shows its result.
    let isShown: Bool
    /// The scene in which its effects read: when it is not shown, as its writer saw the record with it.
    let scene: Scene
  }

  /// Checks the needs of all moves on the merged result, and writes what the moves that are shown set.
  func checkNeeds() throws -> [Step] {
    var steps = [Step]()
    for made in moves {
      guard let touch = stage.touches[made.key] else { continue }
      let collection = touch.collection
      var scene = sceneAsSeen(made.key, touch)
      let slot = collection.fields[made.field.index].slot
      let isShown = !made.isLate && shows(touch, made)
      if !isShown { scene.overlay = overlay(made, plan[made.key.collection], scene) }
      let move = try choose(made, scene, collection)
      if made.isLate { stage.tell(made.key, slot) }
      if !isShown {
        for assignment in move.sets where assignment.action == .write {
          scene.overlay[assignment.field] = try scene.value(of: assignment.value) ?? .null
        }
      } else {
        try write(move.sets.filter { collection.fields[$0.field.index].slot != slot }, made.key, scene)
      }
      steps.append(Step(key: made.key, move: move, isShown: isShown, scene: scene))
    }
    return steps
  }

  /// Whether the record shows the move's result because of it: its write won, or it took away what stood before
  /// somebody else's write of the same value.
  private func shows(_ touch: Stage.Touch, _ made: MadeMove) -> Bool {
    let (field, collection) = (touch.collection.fields[made.field.index], touch.collection)
    if touch.after.winner(of: field, in: collection)?.author.dot == submission.dot { return true }
    return touch.after.value(of: field, in: collection) == made.value
      && touch.before?.value(of: field, in: collection) != made.value
  }

  /// The record as the writer saw it, with the result of the move.
  private func overlay(_ made: MadeMove, _ plan: CollectionPlan, _ scene: Scene) -> [FieldNumber: Value] {
    var overlay: [FieldNumber: Value] = [:]
    for field in plan.tracked { overlay[field] = made.seen[field] ?? scene.old?.value(of: field) ?? .null }
    overlay[made.field] = made.value
    return overlay
  }

  private func choose(_ made: MadeMove, _ scene: Scene, _ collection: CollectionSchema) throws -> Move {
    var first: (Move, [Move.Need])?
    for move in made.candidates {
      let unmet = try Judge.unmetNeeds(of: move, scene) ?? []
      if unmet.isEmpty { return move }
      if first == nil { first = (move, unmet) }
    }
    let (move, unmet) = first!
    throw refuse(
      unmet[0].refusal, made.key, collection, field: made.field, rule: move.name, failed: unmet.map(\.name),
      otherwise: Judge.needsMore(move, unmet))
  }
}

extension RecordOperation {
  fileprivate func without(slot: Int) -> RecordOperation {
    RecordOperation(kind, slots: slots.filter { $0.slot != slot })
  }
}

extension RecordState {
  /// The write that a register shows; nil where there is none.
  func winner(of field: Field, in collection: CollectionSchema) -> Write? {
    guard case .register(let register) = slots[field.slot],
      let preference = collection.slots[field.slot].preference
    else { return nil }
    return register.winner(by: preference)
  }
}
