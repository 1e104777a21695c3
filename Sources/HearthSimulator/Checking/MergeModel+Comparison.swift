internal import HearthEngine
internal import HearthModel

// The hub's state against the definitions, record by record.

extension MergeModel {
  /// Compares all that the hub has of the household.
  ///
  /// - Throws: ``Violation`` for the first difference.
  func compare(with store: any StoreSnapshots) throws {
    let entries = try store.changedRecords(of: household, after: .zero, bytesMax: .max).entries
    let states = Dictionary(
      uniqueKeysWithValues: entries.map { (RecordKey(household, $0.collection, $0.record), $0.state) })
    for collection in pack.collections {
      guard let slots = scope.slots[collection.number] else { continue }
      let known = parts[collection.number] ?? [:]
      for record in known.keys.sorted() {
        let place = "\(collection.name)/\(record)"
        guard !gone.contains(RecordKey(household, collection.number, record)) else { continue }
        guard let state = states[RecordKey(household, collection.number, record)] else {
          throw Violation(.oneFate, place, "a change to it was taken in, and the hub has no such record")
        }
        for slot in slots.sorted() {
          try compare(collection.slots[slot], slot, collection, state, known[record]!, place)
          try compareReferences(collection.slots[slot], collection, state, states, place)
        }
        try compareLife(collection, record, state, known[record]!, place)
      }
      let unknown = entries.first { entry in
        entry.collection == collection.number
          && (known[entry.record] == nil || gone.contains(RecordKey(household, collection.number, entry.record)))
      }
      if let unknown {
        throw Violation(.oneFate, "\(collection.name)/\(unknown.record)", "the hub has it, and no change set made it")
      }
    }
  }

  private func compareLife(
    _ collection: CollectionSchema, _ record: RecordID, _ state: RecordState, _ parts: [Part], _ place: String
  ) throws {
    guard scope.deleted.contains(collection.number) else { return }
    let isGone = isDeleted(parts)
    if isGone != !state.tombstones.isEmpty {
      throw Violation(.merge, place, "is \(isGone ? "" : "not ")deleted by definition, at the hub it is otherwise")
    }
    guard scope.lives.contains(collection.number) else { return }
    let isLive = !isGone && !isHidden(collection, parts, depth: 0)
    if isLive != state.isLive(in: collection) {
      throw Violation(.merge, place, "should be \(isLive ? "there" : "out of sight"), at the hub it is otherwise")
    }
  }

  /// Whether something on which a record depends is deleted or hidden. Circles end, since nothing deleted is in them
  /// when it was not found on the way.
  func isHidden(_ collection: CollectionSchema, _ parts: [Part], depth: Int) -> Bool {
    guard depth < 20 else { return false }
    return collection.fields.contains { field in
      // A household that is deleted turns everybody away; its records stay as they are.
      guard field.onDelete == .cascade, let number = field.type.target, number != pack.householdCollection,
        let target = pack.collection(number)
      else { return false }
      let slot = collection.slots[field.slot]
      let value = winner(register(slot, collection, parts), slot.rule)?.value ?? start(of: field)
      let shown = slot.isGroup ? value.elements?[field.place] ?? .null : value
      guard let id = shown.id, let targets = self.parts[number]?[id] else { return false }
      return isDeleted(targets) || isHidden(target, targets, depth: depth + 1)
    }
  }

  private func compare(
    _ slot: CollectionSchema.Slot, _ index: Int, _ collection: CollectionSchema, _ state: RecordState, _ parts: [Part],
    _ place: String
  ) throws {
    let place = "\(place).\(slot.name)"
    let field = collection.fields[slot.fields[0].index]
    switch (slot.rule, state.slots[index]) {
    case (.register, .register(let held)):
      try compare(register(slot, collection, parts), held.writes, place)
      try compareShown(register(slot, collection, parts), slot, collection, state, place)
    case (.register, .empty): try compare(register(slot, collection, parts), [], place)
    case (.counter, _):
      let sum = sum(field.number, parts)
      let held = if case .counter(let counter) = state.slots[index] { counter.total } else { Int64(0) }
      if sum != held { throw Violation(.exactlyOnce, place, "the increments make \(sum), the hub has \(held)") }
    case (.extreme(let direction), _):
      let value = extreme(field.number, direction, parts)
      let held: Value? = if case .extreme(let extreme) = state.slots[index] { extreme.write?.value } else { nil }
      if value != held { throw differs(place, value, held) }
    case (.set, let held):
      let entries = if case .set(let set) = held { set.entries } else { [ElementSet.Entry]() }
      let defined = elements(field.number, parts).filter { !$0.value.isEmpty }
      for entry in entries { try compare(defined[entry.element] ?? [], entry.register.writes, place) }
      if Set(defined.keys) != Set(entries.map(\.element)) {
        throw Violation(.merge, place, "should have writes about \(defined.count) elements, has \(entries.count)")
      }
      try compareElements(field, slot.rule, collection, state, parts, place)
    case (.json, let held):
      let entries = if case .document(let document) = held { document.entries } else { [Document.Entry]() }
      let defined = leaves(field.number, parts)
      let filled = entries.filter { !$0.register.isEmpty }
      for entry in filled { try compare(defined[entry.path] ?? [], entry.register.writes, "\(place).\(entry.path)") }
      if Set(defined.keys) != Set(filled.map(\.path)) {
        throw Violation(
          .merge, place,
          "should have writes at \(defined.keys.sorted { $0.lexicographicallyPrecedes($1) }), has them at "
            + "\(filled.map(\.path))")
      }
      try compareLeaves(field, slot.rule, collection, state, parts, place)
    case (.register, _), (.hub, _):
      throw Violation(.merge, place, "the hub keeps it in another form than its rule \(slot.rule.name) asks for")
    }
  }

  private func compare(_ defined: [Written], _ held: [Write], _ place: String) throws {
    let held = held.map {
      Written(
        author: Author(dot: $0.author.dot, stamp: $0.author.stamp, rank: $0.author.rank.rawValue, member: nil),
        value: $0.value)
    }
    let defined = defined.map {
      Written(
        author: Author(dot: $0.author.dot, stamp: $0.author.stamp, rank: $0.author.rank, member: nil), value: $0.value)
    }
    guard Set(defined) != Set(held) else { return }
    let text = { (writes: [Written]) in
      "[" + writes.map { "\($0.author.dot) \($0.value.map { "\($0)" } ?? "removed")" }.sorted().joined(separator: ", ")
        + "]"
    }
    throw Violation(.merge, place, "the siblings should be \(text(defined)), the hub has \(text(held))")
  }

  private func compareShown(
    _ siblings: [Written], _ slot: CollectionSchema.Slot, _ collection: CollectionSchema, _ state: RecordState,
    _ place: String
  ) throws {
    let shown = winner(siblings, slot.rule)?.value
    for number in slot.fields {
      let field = collection.fields[number.index]
      // What a reference shows depends on whether its target is there.
      guard field.type.target == nil else { continue }
      let expected = shown.map { slot.isGroup ? $0.elements?[field.place] ?? .null : $0 } ?? start(of: field)
      let value = state.value(of: field, in: collection)
      if expected != value { throw differs("\(place).\(field.name)", expected, value) }
    }
  }

  /// A reference to what is not there shows nothing, where its field says so.
  private func compareReferences(
    _ slot: CollectionSchema.Slot, _ collection: CollectionSchema, _ state: RecordState,
    _ states: [RecordKey: RecordState], _ place: String
  ) throws {
    for number in slot.fields {
      let field = collection.fields[number.index]
      guard field.onDelete == .setNull, let target = field.type.target.flatMap({ pack.collection($0) }),
        let id = state.value(of: field, in: collection).id,
        let state = states[RecordKey(household, target.number, id)], !state.isLive(in: target)
      else { continue }
      throw Violation(.merge, "\(place).\(field.name)", "shows \(id), which is not there")
    }
  }

  private func compareElements(
    _ field: Field, _ rule: MergeRule, _ collection: CollectionSchema, _ state: RecordState, _ parts: [Part],
    _ place: String
  ) throws {
    // What a reference shows depends on whether its target is there.
    guard field.type.target == nil else { return }
    let expected = Value.list(shownElements(field.number, rule, parts).sorted())
    let shown = state.value(of: field, in: collection)
    if Set(expected.elements ?? []) != Set(shown.elements ?? []) { throw differs(place, expected, shown) }
  }

  private func compareLeaves(
    _ field: Field, _ rule: MergeRule, _ collection: CollectionSchema, _ state: RecordState, _ parts: [Part],
    _ place: String
  ) throws {
    let (values, unknown) = shownLeaves(field, rule, parts)
    // An empty object stands nowhere when something stands beside it.
    let shown = leaves(of: state.value(of: field, in: collection), at: [])
    for path in Set(values.keys).union(shown.keys).sorted(by: { $0.lexicographicallyPrecedes($1) }) {
      guard !unknown.contains(where: { $0.starts(with: path) || path.starts(with: $0) }) else { continue }
      if values[path] != shown[path] { throw differs("\(place).\(path)", values[path], shown[path]) }
    }
  }

  private func leaves(of value: Value, at path: [String]) -> [[String]: Value] {
    guard let object = value.object, !object.members.isEmpty || path.isEmpty else { return [path: value] }
    return object.members.reduce(into: [:]) { all, member in
      all.merge(leaves(of: member.value, at: path + [member.key])) { $1 }
    }
  }

  private func differs(_ place: String, _ expected: Value?, _ found: Value?) -> Violation {
    let text = { (value: Value?) in value.map { "\($0)" } ?? "nothing" }
    return Violation(.merge, place, "should be \(text(expected)), is \(text(found))")
  }
}
