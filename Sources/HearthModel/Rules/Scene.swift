/// What the inputs of expressions stand for, around one record and one change set, at the hub or on a device.
///
/// The same scene serves rights, rules, moves and effects, so that a device judges an edit with the code that the hub
/// will judge it with (docs/reference/pack-language.md, section 8.2).
package struct Scene {
  /// Who writes or looks.
  package struct Actor: Sendable {
    /// The member; nil for the hub.
    package let member: RecordID?
    /// The member's role; empty for the hub.
    package let role: String
    package let rank: Rank
    /// The device; nil for the hub, or where it is not known.
    package let device: RecordID?
    /// The member's own record, as before the change set.
    package let record: RecordFacts?

    package init(member: RecordID?, role: String, rank: Rank, device: RecordID?, record: RecordFacts?) {
      self.member = member
      self.role = role
      self.rank = rank
      self.device = device
      self.record = record
    }

    /// The hub and its services.
    package static let hub = Actor(member: nil, role: "", rank: .hub, device: nil, record: nil)

    package var isHub: Bool { rank == .hub }
  }

  /// The clocks.
  package struct Times {
    package let now: Instant
    /// The corrected stamp of the change set.
    package let written: Instant
    /// The day of a moment in the household's zone; nil when the zone is not known.
    package let day: (Instant) -> Day?

    package init(now: Instant, written: Instant, day: @escaping (Instant) -> Day?) {
      self.now = now
      self.written = written
      self.day = day
    }

    /// The day of `now` in the household's zone; nil when the zone is not known.
    package var today: Day? { day(now) }

    /// No time at all: rights to read ask for none (docs/reference/pack-language.md, section 8.2).
    package static var none: Times {
      Times(now: Instant(milliseconds: 0), written: Instant(milliseconds: 0), day: { _ in nil })
    }
  }

  /// What is known of a record that something points to.
  package enum Finding: Sendable {
    /// It is there.
    case record(RecordFacts)
    /// It is not there, or deleted.
    case none
    /// This side cannot know.
    case unknown
  }

  /// What is the same around every record that one change set touches, or one member looks at.
  package final class Setting {
    package let actor: Actor
    package let times: Times
    /// Finds the household's own record; asked for the state that goes with `record`.
    let household: () throws -> RecordFacts?
    /// Finds records behind references; asked for the state that goes with `record`.
    let find: (CollectionNumber, RecordID) throws -> Finding

    package init(
      actor: Actor, times: Times, household: @escaping () throws -> RecordFacts?,
      find: @escaping (CollectionNumber, RecordID) throws -> Finding
    ) {
      self.actor = actor
      self.times = times
      self.household = household
      self.find = find
    }
  }

  package let collection: CollectionSchema
  package let id: RecordID
  /// The record as a result.
  package var record: RecordFacts?
  /// The record before the change set.
  package var old: RecordFacts?
  /// What the writer's device showed, as far as it differs from `old`.
  package var seen: [FieldNumber: Value]
  /// Values that stand in for those of `record`: of a move whose result is not shown.
  package var overlay: [FieldNumber: Value]
  /// The fields that the change set changed.
  package var changed: FieldSet
  package var isNew: Bool
  package let setting: Setting

  package init(
    collection: CollectionSchema, id: RecordID, record: RecordFacts?, old: RecordFacts? = nil,
    seen: [FieldNumber: Value] = [:], overlay: [FieldNumber: Value] = [:], changed: FieldSet = FieldSet(),
    isNew: Bool = false, in setting: Setting
  ) {
    self.collection = collection
    self.id = id
    self.record = record
    self.old = old
    self.seen = seen
    self.overlay = overlay
    self.changed = changed
    self.isNew = isNew
    self.setting = setting
  }

  package var actor: Actor { setting.actor }

  /// The scene in which `record` is what was before: rights are judged there first.
  package var before: Scene {
    var scene = self
    scene.record = old
    scene.overlay = [:]
    return scene
  }

  // MARK: Values

  /// The value of an expression; nil when it depends on what is not known here.
  package func value(of expression: Expression) throws -> Value? {
    try expression.value(from: self)
  }

  /// Whether a condition holds; nil when that is not known here.
  package func holds(_ condition: Expression) throws -> Bool? {
    try condition.truth(from: self)
  }
}

extension Scene: ExpressionSource {
  package var today: Day? { setting.times.today }

  package func day(of instant: Instant) -> Day? { setting.times.day(instant) }

  /// The value of an input; nil when it is not known here.
  package func value(of input: Expression.Input) throws -> Value? {
    switch input.root {
    case .record:
      return try walk(input.steps, from: .id(id)) { number in overlay[number] ?? Self.value(number, in: record) }
    case .old: return try walk(input.steps, from: .id(id)) { Self.value($0, in: old) }
    case .seen: return try walk(input.steps, from: .id(id)) { seen[$0] ?? Self.value($0, in: old) }
    case .member:
      let own = actor.member.map { Value.id($0) } ?? .null
      return try walk(input.steps, from: own) { Self.value($0, in: actor.record) }
    case .household:
      let facts = try setting.household()
      return try walk(input.steps, from: .null) { Self.value($0, in: facts) }
    case .device: return actor.device.map { .id($0) } ?? (actor.isHub ? .null : nil)
    case .now: return .instant(setting.times.now)
    case .today: return today.map { .day($0) }
    case .written: return .instant(setting.times.written)
    case .changed(let field): return .bool(changed.contains(field))
    case .isNew: return .bool(isNew)
    case .rank: return .int(Int64(actor.rank.rawValue))
    }
  }

  private static func value(_ number: FieldNumber, in facts: RecordFacts?) -> Value? {
    guard let facts else { return .null }
    return facts.value(of: number)
  }

  /// Goes along the steps; null where a reference on the way is null or its record is not there.
  private func walk(
    _ steps: [Expression.Input.Step], from start: Value, field: (FieldNumber) -> Value?
  ) throws -> Value? {
    var value: Value? = start
    var facts: RecordFacts?
    var isAtStart = true
    for step in steps {
      switch step {
      case .field(let number):
        value = isAtStart ? field(number) : Self.value(number, in: facts)
        isAtStart = false
      case .follow(let collection):
        guard let known = value else { return nil }
        guard let target = known.id else { return .null }
        switch try setting.find(collection, target) {
        case .record(let found): facts = found
        case .none: return .null
        case .unknown: return nil
        }
      case .key(let key):
        guard let known = value else { return nil }
        value = known.object?[key] ?? .null
      }
    }
    return value
  }
}
