internal import HearthModel

// Records that effects make: rows of ledgers and logs, and their opposites.

extension Admission {
  /// Makes a record, or writes into the one that its key names.
  func append(
    _ row: [Assignment], to number: CollectionNumber, _ firing: Firing, _ scene: Scene, writesExisting: Bool
  ) throws {
    let target = pack.collection(number)!
    let values = try self.values(of: row, scene)
    let id = keyedID(values, target) ?? ownID(firing)
    let key = RecordKey(household.id, number, id)
    guard let existing = try stage.state(of: key) else { return try create(values, row, key, target) }
    guard writesExisting, stage.isVisible(existing, key) else { return }
    let changing = row.filter { assignment in
      let slot = target.slots[target.fields[assignment.field.index].slot]
      guard case .register(let rule) = slot.rule else { return true }
      return rule.mode != .immutable
    }
    try write(changing, key, scene)
  }

  /// Makes the opposite of the row that another effect made.
  func reverse(
    _ name: String, _ negated: FieldNumber, _ row: [Assignment], _ firing: Firing, _ scene: Scene,
    _ collection: CollectionSchema
  ) throws {
    guard let effect = collection.behavior.effects.first(where: { $0.name == name }),
      case .append(let number, let original) = effect.action, let target = pack.collection(number),
      let id = try keyedID(self.values(of: original, scene), target),
      let booked = try stage.state(of: RecordKey(household.id, number, id)),
      stage.isVisible(booked, RecordKey(household.id, number, id))
    else { return }
    var values: [FieldNumber: Value] = [:]
    for field in target.fields where !field.isHubWritten && booked.slots[field.slot] != .empty {
      values[field.number] = booked.storedValue(of: field, in: target)
    }
    values[negated] = values[negated]?.negated ?? .null
    for (field, value) in try self.values(of: row, scene) { values[field] = value }
    let reversal = keyedID(values, target) ?? ownID(firing)
    let key = RecordKey(household.id, number, reversal)
    guard try stage.state(of: key) == nil else { return }
    try create(values, row, key, target)
  }

  private func values(of row: [Assignment], _ scene: Scene) throws -> [FieldNumber: Value] {
    var values: [FieldNumber: Value] = [:]
    for assignment in row {
      let value = try scene.value(of: assignment.value) ?? .null
      guard !assignment.path.isEmpty else {
        values[assignment.field] = value
        continue
      }
      var object = values[assignment.field]?.object ?? ValueObject()
      if !value.isNull { object.set(value.inJSON, at: assignment.path[...]) }
      values[assignment.field] = .object(object)
    }
    return values
  }

  /// The id that the key gives; nil when the collection has none, or its condition does not hold.
  private func keyedID(_ values: [FieldNumber: Value], _ target: CollectionSchema) -> RecordID? {
    target.keyedID(household: household.id) { field in values[field.number] ?? fillInOnly(field) }
  }

  private func fillInOnly(_ field: Field) -> Value? {
    fillIn.value(of: field)
  }

  /// An id that the same history gives again.
  private func ownID(_ firing: Firing) -> RecordID {
    let dot = submission.dot
    let name = "effect/\(firing.effect.name)/\(firing.key.record)/\(dot.replica.rawValue)/\(dot.counter)/\(effectCount)"
    return RecordID(namespace: household.id.record, name: Array(name.utf8))
  }

  private func create(
    _ values: [FieldNumber: Value], _ row: [Assignment], _ key: RecordKey, _ target: CollectionSchema
  ) throws {
    let edits = values.sorted { $0.key < $1.key }.flatMap { number, value -> [Edit] in
      let field = target.fields[number.index]
      if value.isNull { return field.isNullable ? [Edit(number, .set(.null))] : [] }
      switch target.slots[field.slot].rule {
      case .set: return (value.elements ?? [value]).map { Edit(number, .insert($0)) }
      case .counter: return [Edit(number, .add(value.int ?? value.decimal?.units ?? 0))]
      case .register, .extreme, .json, .hub: return [Edit(number, .set(value))]
      }
    }
    let change = RecordChange(collection: target.number, record: key.record, kind: .create, edits: edits)
    let shape = EditShape(collection: target, change: change, isHub: true, fillIn: fillIn)
    let operation = try shape.operation()
    var state = RecordState(slotCount: target.slots.count)
    do {
      try state.add(operation, by: author, context: VersionVector(), rules: target.rules)
    } catch {
      throw rejection(error, target, shape)
    }
    try stage.put(key, state, ruleSlots: PositionSet(operation.slots.lazy.map(\.slot)), ruleKind: .create)
  }
}

extension Value {
  /// The value as it stands in a JSON object, where ids and times are text.
  var inJSON: Value {
    switch self {
    case .id(let id): .text(id.description)
    case .day(let day): .text(day.description)
    case .instant(let instant): .text(instant.description)
    case .decimal, .null, .bool, .int, .float, .text, .list, .object: self
    }
  }

  /// The number with the other sign; nil for what is no number.
  fileprivate var negated: Value? {
    switch self {
    case .int(let number): number == .min ? nil : .int(-number)
    case .decimal(let number):
      number.units == .min ? nil : .decimal(FixedDecimal(units: -number.units, scale: number.scale))
    default: nil
    }
  }
}
