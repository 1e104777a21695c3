internal import HearthModel

/// What can be said about a pack as a whole once each of its lines is right: moves that never begin, effects and
/// derived fields in a circle.
struct PackAnalysis {
  let collections: [CollectionSchema]
  private let writes: [Write]

  /// One way in which an effect changes records.
  private struct Write {
    let effect: EffectName
    let collection: CollectionNumber
    let kind: Kind
    let assignments: [Assignment]
    /// Whether it happens once for each key.
    let isOnce: Bool

    enum Kind {
      case new
      case change
      case deletion
    }
  }

  struct EffectName: Hashable {
    let collection: CollectionNumber
    let name: String
  }

  struct FieldName: Hashable {
    let collection: CollectionNumber
    let field: FieldNumber
  }

  init(_ collections: [CollectionSchema]) {
    self.collections = collections
    writes = collections.flatMap { collection in
      collection.behavior.effects.flatMap { Self.writes(of: $0, in: collection, collections) }
    }
  }

  private static func writes(
    of effect: Effect, in collection: CollectionSchema, _ collections: [CollectionSchema]
  ) -> [Write] {
    let name = EffectName(collection: collection.number, name: effect.name)
    let isKeyed = { (number: CollectionNumber) in
      collections.indices.contains(number.index) && !collections[number.index].key.isEmpty
    }
    let write = { (number: CollectionNumber, kind: Write.Kind, assignments: [Assignment], isOnce: Bool) in
      Write(effect: name, collection: number, kind: kind, assignments: assignments, isOnce: isOnce)
    }
    switch effect.action {
    case .append(let target, let row): return [write(target, .new, row, isKeyed(target))]
    case .put(let target, let row): return [write(target, .new, row, true), write(target, .change, row, false)]
    case .set(let assignments): return [write(collection.number, .change, assignments, false)]
    case .setAt(let field, let assignments):
      guard let target = collection.field(field)?.type.target else { return [] }
      return [write(target, .change, assignments, false)]
    case .reverse(let reversed, _, let row):
      guard case .append(let target, _)? = collection.behavior.effects.first(where: { $0.name == reversed })?.action
      else { return [] }
      return [write(target, .new, row, isKeyed(target))]
    case .delete: return [write(collection.number, .deletion, [], false)]
    }
  }

  // MARK: Moves

  /// The moves of a collection that begin at values which nothing leads to.
  func deadMoves(of collection: CollectionSchema) -> [Move] {
    let moves = collection.behavior.moves
    return Set(moves.map(\.field)).sorted().flatMap { number -> [Move] in
      guard let field = collection.field(number), var reach = Reach(start: field) else { return [] }
      for write in writes where write.collection == collection.number { reach.add(write.assignments, to: number) }
      for move in moves { reach.add(move.sets, to: number) }
      var open = moves.filter { $0.field == number }
      while let next = open.firstIndex(where: { reach.meets($0.from) }) { reach.add(open.remove(at: next).to) }
      return open
    }
  }

  // MARK: Effects

  /// The effects of each circle: each may fire the next, the last the first.
  func effectCircles() -> [[EffectName]] {
    let effects = collections.flatMap { collection in
      collection.behavior.effects.map { (EffectName(collection: collection.number, name: $0.name), $0) }
    }
    let dependents = derivedBySource()
    var watchers = [Watched: [Int]]()
    for (position, (name, effect)) in effects.enumerated() {
      for watched in Self.watched(by: effect.trigger, of: name.collection) {
        watchers[watched, default: []].append(position)
      }
    }
    var edges = [EffectName: [EffectName]]()
    for write in writes where !write.isOnce {
      let candidates = Set(touched(by: write, dependents).flatMap { watchers[$0] ?? [] }).sorted()
      for (name, effect) in candidates.map({ effects[$0] })
      where mayFire(effect.trigger, of: name.collection, write, dependents)
        && !excludes(write, effect.condition, of: name.collection)
      {
        edges[write.effect, default: []].append(name)
      }
    }
    return Circles.find(effects.map(\.0)) { edges[$0] ?? [] }
  }

  /// What an effect looks at, to find the effects that a write concerns without asking each.
  private enum Watched: Hashable {
    case field(FieldName)
    case creation(CollectionNumber)
    case deletion(CollectionNumber)
  }

  private static func watched(by trigger: Effect.Trigger, of collection: CollectionNumber) -> [Watched] {
    switch trigger {
    case .enters(let field, _), .leaves(let field, _):
      [.field(FieldName(collection: collection, field: field))]
    case .changes(let fields): fields.map { .field(FieldName(collection: collection, field: $0)) }
    case .created: [.creation(collection)]
    case .deleted: [.deletion(collection)]
    case .move, .day: []
    }
  }

  /// What a write touches: fields, those derived from them, and the record's life.
  private func touched(by write: Write, _ dependents: [FieldName: Set<FieldName>]) -> Set<Watched> {
    var touched = Set<Watched>()
    for field in fieldsTouched(by: write) {
      let name = FieldName(collection: write.collection, field: field)
      touched.insert(.field(name))
      touched.formUnion((dependents[name] ?? []).map { .field($0) })
    }
    if write.kind == .new { touched.insert(.creation(write.collection)) }
    if write.kind == .deletion { touched.insert(.deletion(write.collection)) }
    return touched
  }

  /// The fields of its collection that a write may change: all of them when a record comes or goes.
  private func fieldsTouched(by write: Write) -> [FieldNumber] {
    if write.kind == .change { return write.assignments.map(\.field) }
    guard collections.indices.contains(write.collection.index) else { return [] }
    return collections[write.collection.index].fields.map(\.number)
  }

  /// Whether what is written makes the condition of the next effect false, whatever else the record holds.
  private func excludes(_ write: Write, _ condition: Expression?, of collection: CollectionNumber) -> Bool {
    guard let condition, write.collection == collection else { return false }
    var written: [FieldNumber: Value] = [:]
    for assignment in write.assignments where assignment.action == .write && assignment.path.isEmpty {
      written[assignment.field] = assignment.value.constant
    }
    let surroundings = Expression.Surroundings(today: nil, day: { _ in nil }) { input in
      guard input.root == .record, case .field(let field)? = input.steps.first, input.steps.count == 1 else {
        return nil
      }
      return written[field]
    }
    return (try? condition.holds(in: surroundings)) == false
  }

  private func mayFire(
    _ trigger: Effect.Trigger, of collection: CollectionNumber, _ write: Write,
    _ dependents: [FieldName: Set<FieldName>]
  ) -> Bool {
    let change = { (field: FieldNumber) in
      self.change(of: FieldName(collection: collection, field: field), by: write, dependents)
    }
    switch trigger {
    case .created: return write.collection == collection && write.kind == .new
    case .deleted: return write.collection == collection && write.kind == .deletion
    case .day, .move: return false
    case .changes(let fields): return fields.contains { change($0) != nil }
    case .enters(let field, let pattern):
      guard let change = change(field) else { return false }
      return change.mayBe { pattern.fits($0, member: nil) }
    case .leaves(let field, let pattern):
      guard write.kind != .new || write.collection != collection, let change = change(field) else { return false }
      return change.mayBe { !pattern.fits($0, member: nil) }
    }
  }

  /// What a write makes of a field.
  private enum Change {
    case to(Value)
    case anything

    init(_ constant: Value?) { self = constant.map { .to($0) } ?? .anything }

    func mayBe(_ condition: (Value) -> Bool) -> Bool {
      if case .to(let value) = self { condition(value) } else { true }
    }
  }

  /// What a write makes of a field; nil when it leaves it as it is.
  private func change(
    of name: FieldName, by write: Write, _ dependents: [FieldName: Set<FieldName>]
  ) -> Change? {
    if write.collection == name.collection {
      if let assignment = write.assignments.first(where: { $0.field == name.field }) {
        return Change(assignment.action == .write ? assignment.value.constant : nil)
      }
      if write.kind == .new, let field = collections[name.collection.index].field(name.field), !field.isHubWritten {
        return Change(field.firstValue)
      }
    }
    let isDerived = fieldsTouched(by: write).contains { field in
      dependents[FieldName(collection: write.collection, field: field)]?.contains(name) == true
    }
    return isDerived ? .anything : nil
  }

  // MARK: Derived fields

  /// The derived fields that depend on a field, directly or through others.
  private func derivedBySource() -> [FieldName: Set<FieldName>] {
    var direct = [FieldName: Set<FieldName>]()
    for (name, sources) in derivedSources() {
      for source in sources { direct[source, default: []].insert(name) }
    }
    var all = [FieldName: Set<FieldName>]()
    for source in direct.keys {
      var (found, open) = (Set<FieldName>(), Array(direct[source] ?? []))
      while let next = open.popLast() {
        if found.insert(next).inserted { open += direct[next] ?? [] }
      }
      all[source] = found
    }
    return all
  }

  /// What each derived field is computed from.
  private func derivedSources() -> [FieldName: Set<FieldName>] {
    var sources = [FieldName: Set<FieldName>]()
    for collection in collections {
      for (field, derived) in collection.behavior.derived {
        let name = FieldName(collection: collection.number, field: field)
        switch derived {
        case .expression(let expression): sources[name] = fields(of: expression, in: collection.number)
        case .aggregate(let aggregate):
          var read = aggregate.condition.map { fields(of: $0, in: aggregate.source) } ?? []
          read.insert(FieldName(collection: aggregate.source, field: aggregate.reference))
          if let value = aggregate.value { read.insert(FieldName(collection: aggregate.source, field: value)) }
          sources[name] = read
        }
      }
    }
    return sources
  }

  /// The fields that an expression reads, those of other records too.
  private func fields(of expression: Expression, in collection: CollectionNumber) -> Set<FieldName> {
    var fields = Set<FieldName>()
    for input in expression.inputs {
      var current: CollectionNumber? = input.root == .record ? collection : nil
      for step in input.steps {
        switch step {
        case .field(let field): if let current { fields.insert(FieldName(collection: current, field: field)) }
        case .follow(let target): current = target
        case .key: break
        }
      }
    }
    return fields
  }

  /// The derived fields of each circle: each is computed from the next.
  func derivedCircles() -> [[FieldName]] {
    let sources = derivedSources()
    let names = sources.keys.sorted { ($0.collection, $0.field) < ($1.collection, $1.field) }
    return Circles.find(names) { (sources[$0] ?? []).filter { sources[$0] != nil } }
  }
}

// MARK: - Values that a field can have

/// The values that a field with moves can get to.
private struct Reach {
  private var values: Set<Value> = []
  private var isAnything = false

  /// What a new record shows; nil when the field has no first value.
  init?(start field: Field) {
    guard field.defaultValue != nil || field.isNullable else { return nil }
    if let value = field.firstValue { values = [value] } else { isAnything = true }
  }

  mutating func add(_ assignments: [Assignment], to field: FieldNumber) {
    for assignment in assignments where assignment.field == field {
      if let constant = assignment.value.constant { values.insert(constant) } else { isAnything = true }
    }
  }

  mutating func add(_ pattern: Move.Pattern) {
    switch pattern {
    case .null: values.insert(.null)
    case .values(let list): values.formUnion(list)
    case .any, .set, .member: isAnything = true
    }
  }

  func meets(_ pattern: Move.Pattern) -> Bool {
    switch pattern {
    case .any: true
    case .member: isAnything
    case .null, .set, .values: isAnything || values.contains { pattern.fits($0, member: nil) }
    }
  }
}

extension Expression {
  /// The value of an expression that is a literal alone.
  var constant: Value? {
    if nodes.count == 1, case .constant(let value) = nodes[0] { value } else { nil }
  }
}
