internal import HearthModel

/// What of a pack follows from the change sets alone, so that ``MergeModel`` can say what it must be.
struct Scope {
  /// The slots whose siblings are known, by collection.
  private(set) var slots: [CollectionNumber: Set<Int>] = [:]
  /// The collections of whose records it is known whether they are deleted, and whether they are hidden.
  private(set) var deleted: Set<CollectionNumber> = []
  private(set) var lives: Set<CollectionNumber> = []

  init(_ pack: Pack) {
    var made: Set<CollectionNumber> = []
    var written: [CollectionNumber: Set<FieldNumber>] = [:]
    for collection in pack.collections {
      for effect in collection.behavior.effects { Self.note(effect.action, collection, pack, &made, &written) }
      for move in collection.behavior.moves {
        written[collection.number, default: []].formUnion([move.field] + move.sets.map(\.field))
      }
    }
    for collection in pack.collections where !made.contains(collection.number) && !Self.hasAliases(collection, pack) {
      let open = collection.slots.indices.filter { index in
        let slot = collection.slots[index]
        return Self.isPlain(slot, collection) && written[collection.number, default: []].isDisjoint(with: slot.fields)
      }
      slots[collection.number] = Set(open)
      if Self.hasPlainDeletes(collection) { deleted.insert(collection.number) }
    }
    lives = deleted
    while let lost = lives.first(where: { number in !Self.dependencies(of: pack.collection(number)!).isSubset(of: lives)
    }) {
      lives.remove(lost)
    }
  }

  private static func note(
    _ action: Effect.Action, _ collection: CollectionSchema, _ pack: Pack, _ made: inout Set<CollectionNumber>,
    _ written: inout [CollectionNumber: Set<FieldNumber>]
  ) {
    switch action {
    case .append(let target, _), .put(let target, _): made.insert(target)
    case .set(let assignments): written[collection.number, default: []].formUnion(assignments.map(\.field))
    case .setAt(let reference, let assignments):
      guard let target = collection.field(reference)?.type.target else { return }
      written[target, default: []].formUnion(assignments.map(\.field))
    case .reverse(let name, _, _):
      for effect in collection.behavior.effects where effect.name == name {
        note(effect.action, collection, pack, &made, &written)
      }
    case .delete: made.insert(collection.number)
    }
  }

  private static func isPlain(_ slot: CollectionSchema.Slot, _ collection: CollectionSchema) -> Bool {
    let fields = slot.fields.map { collection.fields[$0.index] }
    guard fields.allSatisfy({ collection.behavior.periods[$0.number] == nil }) else { return false }
    // What the hub's clock fills in is the hub's alone to know, and of a record with a key only the first creation's.
    let isFilled = fields.contains { field in
      switch field.defaultValue {
      case .now, .today: true
      case .household, .member: !collection.key.isEmpty
      case .literal, nil: false
      }
    }
    guard !isFilled else { return false }
    switch slot.rule {
    case .register(let rule): return rule.mode == .latest || rule.mode == .immutable
    case .counter, .extreme, .set, .json: return true
    case .hub: return false
    }
  }

  private static func hasPlainDeletes(_ collection: CollectionSchema) -> Bool {
    collection.deletes == .deleteWins && collection.behavior.expires == nil && collection.behavior.retention == nil
      && !collection.isShared && !collection.behavior.uniques.contains { $0.policy != .reject }
  }

  private static func hasAliases(_ collection: CollectionSchema, _ pack: Pack) -> Bool {
    let folded = pack.collections.filter { $0.behavior.uniques.contains { $0.policy == .alias } }.map(\.number)
    return folded.contains(collection.number)
      || collection.fields.contains { field in field.type.target.map { folded.contains($0) } ?? false }
  }

  private static func dependencies(of collection: CollectionSchema) -> Set<CollectionNumber> {
    Set(collection.fields.filter { $0.onDelete == .cascade }.compactMap(\.type.target))
  }
}
