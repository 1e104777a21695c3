internal import HearthModel

extension PackReview {
  // MARK: Creation

  /// A field that must be given and that no creator may give keeps everybody from creating.
  mutating func reviewCreation(_ collection: CollectionSchema) {
    let grants = collection.behavior.access.create
    guard !grants.isEmpty else { return }
    for field in collection.fields where field.isRequired && !isHubs(field, collection) {
      if grants.contains(where: { $0.fields.contains(field.number) }) { continue }
      find(
        .cannotCreate, places.mark(collection.name, "fields", field.name),
        "a new record needs `\(field.name)`, and no right to create gives it. Add it to a right, or give it a default.")
    }
  }

  private func isHubs(_ field: Field, _ collection: CollectionSchema) -> Bool {
    field.isHubWritten || field.marks.contains(.system) || collection.behavior.derived[field.number] != nil
  }

  // MARK: Moves

  /// Moves of which the needs never hold together, and states that nothing reaches.
  mutating func reviewMoves(_ collection: CollectionSchema) {
    let moves = collection.behavior.moves
    for move in moves where move.needs.count > 1 {
      let name = "\(collection.name): the needs of \(move.name)"
      guard range(of: move.needs.map(\.condition), collection, name: name) == .never else { continue }
      if move.needs.contains(where: { range(of: [$0.condition], collection, name: name) == .never }) { continue }
      let needs = move.needs.map { "`\($0.name)`" }.joined(separator: ", ")
      find(
        .cannotStart, places.mark(collection.name, "moves", move.name),
        "the move `\(move.name)` can never start: its needs \(needs) exclude each other.")
    }
    for number in Set(moves.map(\.field)).sorted() { reviewStates(of: number, moves, collection) }
  }

  private mutating func reviewStates(of number: FieldNumber, _ moves: [Move], _ collection: CollectionSchema) {
    guard let field = collection.field(number), case .choice(let names) = field.type else { return }
    var reached = Set<Value>()
    if let value = field.firstValue { reached.insert(value) }
    for move in moves where move.field == number {
      guard case .values(let values) = move.to else { return }
      reached.formUnion(values)
    }
    for assignment in assignments(to: collection) where assignment.field == number {
      guard let value = assignment.value.literal else { return }
      reached.insert(value)
    }
    for name in names where !reached.contains(.text(name)) {
      find(
        .unreachable, places.mark(collection.name, "fields", field.name),
        "nothing brings `\(field.name)` to `\(name)`: no move leads there, and no effect sets it.")
    }
  }

  /// What effects and moves of any collection write into records of this one.
  private func assignments(to collection: CollectionSchema) -> [Assignment] {
    pack.collections.flatMap { source -> [Assignment] in
      let words = RuleWords(pack, source)
      let effects = source.behavior.effects.filter { words.target(of: $0)?.number == collection.number }
      let own = source.number == collection.number ? source.behavior.moves.flatMap(\.sets) : []
      return own + effects.flatMap(\.action.assignments)
    }
  }

  // MARK: Fields that lead nowhere

  mutating func reviewFields(_ collection: CollectionSchema) {
    let access = collection.behavior.access
    guard !access.isOpen else { return }
    let moved = Set(collection.behavior.moves.map(\.field))
    let written = Set(assignments(to: collection).map(\.field))
    let read = readFields
    for field in collection.fields {
      let mark = places.mark(collection.name, "fields", field.name)
      let isGiven = (access.create + access.update).contains { $0.gives(field) }
      // Where nobody may create, services inside the hub do.
      if !access.create.isEmpty, !isGiven, !moved.contains(field.number), !written.contains(field.number),
        !isHubs(field, collection),
        !isDynamic(field), !isSingle(collection)
      {
        find(.neverWritten, mark, "nobody may write `\(field.name)`, and nothing else does.")
      }
      let isRead = access.read.contains { $0.gives(field) } || !field.isPublished
      if !isRead, !access.read.isEmpty, !read.contains(FieldPlace(collection.number, field.number)) {
        find(.neverRead, mark, "nobody may read `\(field.name)`, and no rule does.")
      }
    }
  }

  /// The household's record is founded, not created.
  private func isSingle(_ collection: CollectionSchema) -> Bool { collection.number == pack.householdCollection }

  private func isDynamic(_ field: Field) -> Bool {
    switch field.defaultValue {
    case .now, .today, .household, .member: true
    case .literal, nil: false
    }
  }

  private struct FieldPlace: Hashable {
    let collection: CollectionNumber
    let field: FieldNumber

    init(_ collection: CollectionNumber, _ field: FieldNumber) {
      self.collection = collection
      self.field = field
    }
  }

  /// The fields that some expression, key, index or unique of the pack reads.
  private var readFields: Set<FieldPlace> {
    var places = Set<FieldPlace>()
    for collection in pack.collections {
      for expression in PackExpressions(pack).all(of: collection).map(\.expression) {
        for input in expression.inputs { add(input, collection, &places) }
      }
      for field in collection.key + collection.behavior.uniques.flatMap(\.fields) {
        places.insert(FieldPlace(collection.number, field))
      }
      for case .aggregate(let aggregate) in collection.behavior.derived.values {
        for field in [aggregate.reference] + (aggregate.value.map { [$0] } ?? []) {
          places.insert(FieldPlace(aggregate.source, field))
        }
        if let source = pack.collection(aggregate.source) {
          for input in aggregate.condition?.inputs ?? [] { add(input, source, &places) }
        }
      }
    }
    return places
  }

  private func add(_ input: Expression.Input, _ collection: CollectionSchema, _ places: inout Set<FieldPlace>) {
    var current: CollectionNumber?
    switch input.root {
    case .record, .old, .seen: current = collection.number
    case .member: current = pack.memberCollection
    case .household: current = pack.householdCollection
    case .changed(let field): places.insert(FieldPlace(collection.number, field))
    case .device, .now, .today, .written, .isNew, .rank: break
    }
    for step in input.steps {
      switch step {
      case .field(let field): if let current { places.insert(FieldPlace(current, field)) }
      case .follow(let target): current = target
      case .key: break
      }
    }
  }

  // MARK: Private fields

  /// Who sees a record must not depend on what nobody sees: the filter would tell it.
  mutating func reviewPrivacy(_ collection: CollectionSchema) {
    for grant in collection.behavior.access.read {
      for input in [grant.who.relation, grant.condition].compactMap({ $0 }).flatMap(\.inputs) {
        guard let name = privateField(input, collection) else { continue }
        find(
          .privateFilter, places.grant(collection.name, .read, grant.who.name),
          "`read` to `\(grant.who.name)` asks the private field `\(name)`: who sees the record would learn of it.")
      }
    }
  }

  private func privateField(_ input: Expression.Input, _ collection: CollectionSchema) -> String? {
    var current: CollectionSchema?
    switch input.root {
    case .record: current = collection
    case .household: current = pack.collection(pack.householdCollection)
    // What is asked of the looking member says nothing of others.
    case .member, .old, .seen, .changed, .device, .now, .today, .written, .isNew, .rank: return nil
    }
    for step in input.steps {
      switch step {
      case .field(let number):
        if let field = current?.field(number), field.marks.contains(.isPrivate) { return field.name }
      case .follow(let target): current = pack.collection(target)
      case .key: break
      }
    }
    return nil
  }
}

extension Expression {
  /// The value of an expression that is a literal alone.
  var literal: Value? {
    if nodes.count == 1, case .constant(let value) = nodes[0] { value } else { nil }
  }
}
