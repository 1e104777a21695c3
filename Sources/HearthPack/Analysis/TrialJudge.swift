package import HearthModel

/// Judges a trial with the functions that the hub judges with, and notes every question on the way.
///
/// What only the hub can know (other records with the same value, circles, counts over other records) is said to be
/// the hub's, and nothing is promised.
package struct TrialJudge {
  let trial: Trial
  let behavior: Behavior
  /// The day of a moment in a time zone.
  let dayInZone: (Instant, String) -> Day?
  var report = TrialReport()
  /// Questions that have no answer here.
  var open: [String] = []

  package static func judge(_ trial: Trial, dayInZone: @escaping (Instant, String) -> Day?) throws -> TrialReport {
    var judge = TrialJudge(trial: trial, behavior: trial.collection.behavior, dayInZone: dayInZone)
    if let refusal = try judge.refusal() {
      judge.report.answer = .refused(
        refusal.code, rule: refusal.rule, message: refusal.message, failed: refusal.failed)
    } else if !judge.open.isEmpty {
      judge.report.answer = .undecided(judge.open)
    }
    return judge.report
  }

  /// Asks everything; nil when nothing refuses.
  private mutating func refusal() throws -> Rejection? {
    if let refusal = try askSession() { return refusal }
    if let refusal = askShape() { return refusal }
    if let refusal = try askSight() { return refusal }
    var result: [FieldNumber: Value]? = trial.kind == .delete ? nil : try resultValues()
    var (made, refusal) = try askMoves()
    if let refusal { return refusal }
    if let refusal = try askRights(result) { return refusal }
    if let refusal = try askNeeds(&made, &result) { return refusal }
    if result != nil, let refusal = try askChecks(result) { return refusal }
    try noteEffects(made, result)
    return nil
  }

  // MARK: Scenes

  var actor: Scene.Actor {
    Scene.Actor(
      member: trial.member.id, role: trial.role, rank: trial.pack.roles.rank(of: trial.role) ?? Rank(rawValue: 1),
      device: trial.device, record: trial.member.facts)
  }

  var times: Scene.Times {
    let zone = trial.householdRecord?.values[trial.pack.zoneField]?.text
    let day = { (instant: Instant) in zone.flatMap { dayInZone(instant, $0) } }
    return Scene.Times(now: trial.now, today: day(trial.now), written: trial.written, day: day)
  }

  /// The scene with these values as the result; nil for a record that is not there.
  func scene(_ values: [FieldNumber: Value]?) -> Scene {
    let homes = trial.pack.collections[trial.pack.householdCollection.index]
    return Scene(
      collection: trial.collection, id: trial.id, record: values.map { RecordFacts($0, in: trial.collection) },
      old: trial.before?.facts, seen: trial.seen, changed: changedFields(values), isNew: trial.before == nil,
      actor: actor, times: times, household: trial.householdRecord?.facts ?? RecordFacts([:], in: homes),
      find: { [trial] in trial.find($0, $1) })
  }

  /// The scene in which the record is as it was.
  var before: Scene { scene(trial.before?.values) }

  private func changedFields(_ values: [FieldNumber: Value]?) -> FieldSet {
    let fields = trial.collection.fields.map(\.number)
    return FieldSet(fields.filter { trial.before == nil || values?[$0] != trial.before?.values[$0] })
  }

  // MARK: Lines

  mutating func note(
    _ kind: TrialReport.Kind, _ name: String, _ expression: Expression, in scene: Scene
  ) throws -> Bool? {
    let holds = try scene.holds(expression)
    let steps = try TrialTrace(trial, expression).steps(in: scene)
    report.lines.append(.init(kind, name, expression.text, holds, steps: steps))
    if holds == nil { open.append("\(kind.rawValue) \(name)") }
    return holds
  }

  func reject(_ refusal: Refusal, rule: String, failed: [String] = [], otherwise message: String) -> Rejection {
    Rejection(
      refusal.code, collection: trial.collection.number, record: trial.id, message: refusal.says ?? message,
      rule: "\(trial.collection.name).\(rule)", failed: failed)
  }

  var roleName: String { trial.role.prefix(1).uppercased() + trial.role.dropFirst() }

  // MARK: Coming in, shape, sight

  private mutating func askSession() throws -> Rejection? {
    guard let session = trial.pack.roles.session, try note(.session, "session", session, in: before) == false else {
      return nil
    }
    return Rejection(.forbidden, message: "The member may not come in: \(session.text).", rule: "roles.session")
  }

  private mutating func askShape() -> Rejection? {
    let change = RecordChange(
      collection: trial.collection.number, record: trial.id, kind: trial.kind, edits: trial.edits)
    let fillIn = EditShape.FillIn(
      now: trial.now, today: times.today, household: trial.household, member: trial.member.id)
    let shape = EditShape(collection: trial.collection, change: change, isHub: actor.isHub, fillIn: fillIn)
    do {
      _ = try shape.operation()
      report.lines.append(.init(.shape, "values", "types, limits, required fields", true))
      return nil
    } catch {
      report.lines.append(.init(.shape, "values", error.message, false))
      return error
    }
  }

  private mutating func askSight() throws -> Rejection? {
    guard trial.before != nil, !behavior.access.isOpen, !actor.isHub else { return nil }
    let before = before
    for grant in behavior.access.read where grant.who.mayMean(role: trial.role) { try note(grant, .read, before) }
    let holds = try Judge.readableFields(before).map { !$0.isEmpty }
    report.lines.append(.init(.sight, "sees the record", "", holds))
    if holds == nil { open.append("sight of the record") }
    guard holds == false else { return nil }
    return Rejection(
      .recordUnknown, message: "`\(trial.collection.name)` has no such record in this household.",
      rule: "\(trial.collection.name).access.read")
  }
}

// MARK: - Rights

extension TrialJudge {
  private mutating func askRights(_ result: [FieldNumber: Value]?) throws -> Rejection? {
    guard !behavior.access.isOpen, !actor.isHub else { return nil }
    let verb: Access.Verb =
      switch trial.kind {
      case .create: .create
      case .update: .update
      case .delete, .restore: .delete
      }
    let needs = verb == .delete ? [] : self.needs
    // What only moves needs no other right.
    if verb == .update, needs.isEmpty, !trial.edits.isEmpty { return nil }
    let scenes = rightScenes(verb, result)
    for grant in behavior.access.grants(for: verb) where grant.who.mayMean(role: trial.role) {
      for (position, scene) in scenes.enumerated() {
        try note(grant, verb, scene, when: scenes.count == 1 ? "" : position == 0 ? ", before" : ", after")
      }
    }
    switch try Judge.unmet(needs, verb, in: scenes) {
    case .granted: return nil
    case .unknown:
      open.append("right to \(verb.rawValue)")
      return nil
    case .refused(let need):
      let field = need.flatMap { trial.collection.field($0.field) }
      let what = field.map { "`\($0.name)` of `\(trial.collection.name)`" } ?? "records of `\(trial.collection.name)`"
      return Rejection(
        .forbidden, field: field?.number, message: "\(roleName) may not \(verb.rawValue) \(what) here.",
        rule: "\(trial.collection.name).access.\(verb.rawValue)")
    }
  }

  /// What the edits need a right for; moves have rights of their own, and bring the rest of their group along.
  private var needs: [Judge.Need] {
    let moved = Set(behavior.moves.compactMap { trial.collection.field($0.field)?.slot })
    return trial.edits.compactMap { edit in
      guard let field = trial.collection.field(edit.field), !moved.contains(field.slot) else { return nil }
      switch edit.action {
      case .put(let path, _), .drop(let path): return Judge.Need(edit.field, path: path)
      case .set, .add, .insert, .remove: return Judge.Need(edit.field)
      }
    }
  }

  /// An update is judged on the record before and after, a creation on the result, a delete on what was.
  private func rightScenes(_ verb: Access.Verb, _ result: [FieldNumber: Value]?) -> [Scene] {
    let after = scene(result)
    return switch verb {
    case .create: [after]
    case .update: [after.before, after]
    case .delete, .read: [before]
    }
  }

  private mutating func note(_ grant: Grant, _ verb: Access.Verb, _ scene: Scene, when: String = "") throws {
    let holds = try Judge.applies(grant, scene)
    let steps = try [grant.who.relation, grant.condition].compactMap { $0 }.flatMap {
      try TrialTrace(trial, $0).steps(in: scene)
    }
    let text = verb == .delete ? "" : RuleWords(trial.pack, trial.collection).fields(of: grant)
    report.lines.append(.init(.grant, "\(verb.rawValue) to \(grant.who.name)\(when)", text, holds, steps: steps))
  }
}

extension Trial {
  /// The record behind a reference, as far as the file names it.
  func find(_ collection: CollectionNumber, _ id: RecordID) -> Scene.Finding {
    if let record = related[Place(collection: collection, record: id)] { return .record(record.facts) }
    if collection == pack.memberCollection, id == member.id { return .record(member.facts) }
    if let home = householdRecord, collection == pack.householdCollection, id == home.id { return .record(home.facts) }
    return .unknown
  }
}
