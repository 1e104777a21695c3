internal import HearthModel

// What the hub adds in the same revision (docs/reference/pack-language.md, section 13). What it writes carries the
// author's dot: it follows from what the author did, so the author's later edits have seen it.

extension Admission {
  /// What effects of one change set may do at most.
  static let effectsMax = 1000

  /// Runs the effects of moves, and then of what changed, until nothing fires.
  func runEffects(of steps: [Step]) throws {
    try settle()
    try account()
    // What founds a household is a picture of it, not something that happened.
    guard !submission.isFounding else { return }
    var firings = steps.flatMap { step in effects(of: step) }
    firings += try effectsOfChanges()
    while !firings.isEmpty {
      for firing in firings { try perform(firing) }
      try settle()
      try account()
      firings = try effectsOfChanges()
    }
  }

  /// An effect and the scene in which it fires.
  struct Firing {
    let key: RecordKey
    let effect: Effect
    var scene: Scene
  }

  // MARK: What fires

  private func effects(of step: Step) -> [Firing] {
    pack.collection(step.key.collection)!.behavior.effects.compactMap { effect in
      guard step.isShown || effect.firesHidden else { return nil }
      switch effect.trigger {
      case .move(let name, let by):
        guard name == step.move.name, (try? isMeant(by, step.scene)) ?? false else { return nil }
      case .enters(let field, let pattern) where !step.isShown:
        guard field == step.move.field, let value = step.scene.overlay[field], pattern.fits(value, member: nil),
          let seen = step.scene.seen[field] ?? step.scene.old?.value(of: field), !pattern.fits(seen, member: nil)
        else { return nil }
      case .enters, .leaves, .changes, .created, .deleted, .day: return nil
      }
      return Firing(key: step.key, effect: effect, scene: step.scene)
    }
  }

  private func isMeant(_ by: [Who], _ scene: Scene) throws -> Bool {
    try by.isEmpty || Judge.isMeant(any: by, scene.before) == true
  }

  /// The effects of what changed since they were last looked for.
  private func effectsOfChanges() throws -> [Firing] {
    var firings = [Firing]()
    for touch in stage.touches {
      let key = touch.key
      let plan = plan[key.collection]
      guard !plan.effects.isEmpty else { continue }
      if touch.mayChange(plan.effectReach, since: touch.noticed) {
        for effect in plan.effects where fires(effect, touch) {
          firings.append(Firing(key: key, effect: effect, scene: sceneAsSeen(key, touch)))
        }
      }
      touch.noticed = touch.after
    }
    return firings
  }

  /// Whether what the effect waits for has happened since effects were last looked for.
  private func fires(_ effect: Effect, _ touch: Stage.Touch) -> Bool {
    let (former, collection) = (touch.noticed, touch.collection)
    let value = { (field: FieldNumber, state: RecordState?) in
      let field = collection.fields[field.index]
      return state?.value(of: field, in: collection) ?? field.unwrittenValue
    }
    switch effect.trigger {
    case .created: return former == nil && touch.isLive
    case .deleted: return !touch.isLive && former?.isLive(in: collection) ?? false
    case .enters(let field, let pattern):
      guard touch.isLive, former == nil || touch.changed.contains(field) else { return false }
      return pattern.fits(value(field, touch.after), member: nil)
        && !(former != nil && pattern.fits(value(field, former), member: nil))
    case .leaves(let field, let pattern):
      guard touch.isLive, former != nil, touch.changed.contains(field) else { return false }
      return pattern.fits(value(field, former), member: nil) && !pattern.fits(value(field, touch.after), member: nil)
    case .changes(let fields):
      guard touch.isLive else { return false }
      return fields.contains {
        (former == nil || touch.changed.contains($0)) && value($0, former) != value($0, touch.after)
      }
    case .move, .day: return false
    }
  }

  // MARK: What is done

  /// Carries one effect out, when its condition holds.
  func perform(_ firing: Firing) throws {
    var scene = firing.scene
    // What earlier effects did counts.
    if scene.overlay.isEmpty, let touch = stage.touches[firing.key] { scene = sceneAsSeen(firing.key, touch) }
    if let condition = firing.effect.condition, try scene.holds(condition) != true { return }
    let collection = pack.collection(firing.key.collection)!
    effectCount += 1
    guard effectCount <= Self.effectsMax else {
      throw refuse(
        Refusal(.limitExceeded), firing.key, collection, rule: firing.effect.name,
        otherwise: "What follows from this change set does not end after \(Self.effectsMax) steps.")
    }
    switch firing.effect.action {
    case .set(let row): try write(row, firing.key, scene)
    case .setAt(let reference, let row):
      guard let target = collection.fields[reference.index].type.target,
        let id = try scene.value(of: .field(reference))?.id
      else { return }
      try write(row, RecordKey(household.id, target, id), scene)
    case .append(let number, let row): try append(row, to: number, firing, scene, writesExisting: false)
    case .put(let number, let row): try append(row, to: number, firing, scene, writesExisting: true)
    case .reverse(let name, let negated, let row): try reverse(name, negated, row, firing, scene, collection)
    case .delete: try deleteByRule(firing.key)
    }
  }

  /// Writes into a record that is there; into another one nothing.
  func write(_ row: [Assignment], _ key: RecordKey, _ scene: Scene) throws {
    guard !row.isEmpty, let collection = pack.collection(key.collection), var state = try stage.state(of: key),
      stage.isVisible(state, key)
    else { return }
    var slots = PositionSet()
    // All values are those of before the row.
    let values = try row.map { try scene.value(of: $0.value) ?? .null }
    for (assignment, value) in zip(row, values) {
      let field = collection.fields[assignment.field.index]
      for operation in operations(assignment, value, state, collection) {
        try applyByRule(RecordOperation(.update, slots: [(field.slot, operation)]), to: &state, key, collection)
        slots.insert(field.slot)
      }
    }
    guard !slots.isEmpty else { return }
    try stage.put(key, state, ruleSlots: slots, ruleKind: .update)
  }

  /// What an assignment means for the field's slot; nothing when it changes nothing.
  private func operations(
    _ assignment: Assignment, _ value: Value, _ state: RecordState, _ collection: CollectionSchema
  ) -> [SlotOperation] {
    let field = collection.fields[assignment.field.index]
    let slot = collection.slots[field.slot]
    let current = state.storedValue(of: field, in: collection)
    switch assignment.action {
    case .insert: return value.isNull || current.elements?.contains(value) == true ? [] : [.insert(value)]
    case .remove: return value.isNull || current.elements?.contains(value) != true ? [] : [.remove(value)]
    case .add:
      if case .counter = slot.rule { return (value.int ?? value.decimal?.units).map { [.add($0)] } ?? [] }
      return sum(current, value).map { [.write($0)] } ?? []
    case .write:
      guard value != current else { return [] }
      if case .set = slot.rule {
        let (old, new) = (Set(current.elements ?? []), Set(value.elements ?? []))
        return old.subtracting(new).sorted().map { .remove($0) } + new.subtracting(old).sorted().map { .insert($0) }
      }
      if case .json = slot.rule {
        guard !assignment.path.isEmpty else { return [.write(value)] }
        return [value.isNull ? .drop(assignment.path) : .put(assignment.path, value.inJSON)]
      }
      guard slot.isGroup else { return [.write(value)] }
      let values = slot.fields.map { number in
        number == field.number ? value : state.storedValue(of: collection.fields[number.index], in: collection)
      }
      return [.write(.list(values))]
    }
  }

  private func sum(_ left: Value, _ right: Value) -> Value? {
    switch (left, right) {
    case (.null, _): return right
    case (.int(let left), .int(let right)):
      let (sum, overflow) = left.addingReportingOverflow(right)
      return overflow ? nil : .int(sum)
    case (.decimal(let left), .decimal(let right)) where left.scale == right.scale:
      let (sum, overflow) = left.units.addingReportingOverflow(right.units)
      return overflow ? nil : .decimal(FixedDecimal(units: sum, scale: left.scale))
    default: return nil
    }
  }

  /// Applies an operation of the hub's own, which has seen everything.
  func applyByRule(
    _ operation: RecordOperation, to state: inout RecordState, _ key: RecordKey, _ collection: CollectionSchema
  ) throws {
    for (slot, slotOperation) in operation.slots {
      if case .write(let value) = slotOperation { try checkFits(value, slot, key, collection) }
    }
    let isOrdered = operation.slots.contains { slot, _ in
      guard case .register(let rule) = collection.slots[slot].rule else { return false }
      return rule.mode == .first || rule.mode == .claim
    }
    let authorship = isOrdered ? Authorship(dot: submission.dot, stamp: stamp, rank: .hub) : author
    do {
      try state.add(operation, by: authorship, context: state.versions, rules: collection.rules)
    } catch {
      throw Rejection(
        .limitExceeded, collection: key.collection, record: key.record,
        message: "What follows from this change set does not fit `\(collection.slots[error.slot].name)`.")
    }
  }

  private func checkFits(_ value: Value, _ slot: Int, _ key: RecordKey, _ collection: CollectionSchema) throws {
    let fields = collection.slots[slot].fields
    let values = collection.slots[slot].isGroup ? value.elements ?? [] : [value]
    for (number, value) in zip(fields, values) {
      let field = collection.fields[number.index]
      let fault = value.isNull ? nil : field.type.fault(of: value)
      guard fault != nil || (value.isNull && !field.isNullable) else { continue }
      throw Rejection(
        .limitExceeded, collection: key.collection, record: key.record, field: number,
        message: "What follows from this change set does not fit `\(field.name)`.")
    }
  }

  func deleteByRule(_ key: RecordKey) throws {
    guard let collection = pack.collection(key.collection), var state = try stage.state(of: key),
      stage.isVisible(state, key)
    else { return }
    try applyByRule(RecordOperation(.delete), to: &state, key, collection)
    try stage.put(key, state, ruleSlots: PositionSet(), ruleKind: .delete)
  }
}

extension Expression.Input {
  /// A field of the record at hand.
  static func field(_ number: FieldNumber) -> Expression.Input { Expression.Input(.record, [.field(number)]) }
}
