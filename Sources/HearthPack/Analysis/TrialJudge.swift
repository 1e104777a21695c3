package import HearthModel

/// Judges a trial with the functions that the hub judges with, and notes every question on the way.
///
/// What only the hub can know (other records with the same value, circles, counts over other records) is said to be
/// the hub's, and nothing is promised.
package struct TrialJudge {
  let trial: Trial
  let behavior: Behavior
  let setting: Scene.Setting
  var report = TrialReport()
  /// Questions that have no answer here.
  var open: [String] = []

  package static func judge(_ trial: Trial, dayInZone: @escaping (Instant, String) -> Day?) throws -> TrialReport {
    var judge = TrialJudge(trial, dayInZone)
    if let refusal = try judge.refusal() {
      judge.report.answer = .refused(
        refusal.code, rule: refusal.rule, message: refusal.message, failed: refusal.failed)
    } else if !judge.open.isEmpty {
      judge.report.answer = .undecided(judge.open)
    }
    return judge.report
  }

  private init(_ trial: Trial, _ dayInZone: @escaping (Instant, String) -> Day?) {
    self.trial = trial
    behavior = trial.collection.behavior
    let homes = trial.pack.collections[trial.pack.householdCollection.index]
    let home = trial.householdRecord?.facts ?? RecordFacts([:], in: homes)
    setting = Scene.Setting(
      actor: trial.actor, times: trial.times(dayInZone), household: { home }, find: { trial.find($0, $1) })
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

  /// The scene with these values as the result; nil for a record that is not there.
  func scene(_ values: [FieldNumber: Value]?) -> Scene {
    Scene(
      collection: trial.collection, id: trial.id, record: values.map { RecordFacts($0, in: trial.collection) },
      old: trial.before?.facts, seen: trial.seen, changed: changedFields(values), isNew: trial.before == nil,
      in: setting)
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
    Judge.refused(refusal, by: rule, of: trial.id, in: trial.collection, failed: failed, otherwise: message)
  }

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
      now: trial.now, today: setting.times.today, household: trial.household, member: trial.member.id)
    let shape = EditShape(collection: trial.collection, change: change, isHub: setting.actor.isHub, fillIn: fillIn)
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
    guard trial.before != nil, !behavior.access.isOpen, !setting.actor.isHub else { return nil }
    let before = before
    for grant in behavior.access.read where grant.who.mayMean(role: trial.role) { try note(grant, .read, before) }
    let permit = trial.collection.permit(for: .read, role: trial.role)
    let holds = try Judge.readableFields(permit, before).map { !$0.isEmpty }
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
    guard !behavior.access.isOpen, !setting.actor.isHub else { return nil }
    let verb = Access.Verb(trial.kind)
    let needs = verb == .delete ? [] : Judge.needs(of: trial.edits, in: trial.collection)
    // What only moves needs no other right.
    if verb == .update, needs.isEmpty, !trial.edits.isEmpty { return nil }
    let scenes = scene(verb == .delete ? trial.before?.values : result).all(for: verb)
    for grant in behavior.access.grants(for: verb) where grant.who.mayMean(role: trial.role) {
      for (position, scene) in scenes.enumerated() {
        try note(grant, verb, scene, when: scenes.count == 1 ? "" : position == 0 ? ", before" : ", after")
      }
    }
    switch try Judge.unmet(needs, trial.collection.permit(for: verb, role: trial.role), in: scenes) {
    case .granted: return nil
    case .unknown:
      open.append("right to \(verb.rawValue)")
      return nil
    case .refused(let need):
      return Judge.forbidden(verb, need, of: trial.id, in: trial.collection, role: trial.role)
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
  fileprivate var actor: Scene.Actor {
    Scene.Actor(
      member: member.id, role: role, rank: pack.roles.rank(of: role) ?? Rank(rawValue: 1), device: device,
      record: member.facts)
  }

  fileprivate func times(_ dayInZone: @escaping (Instant, String) -> Day?) -> Scene.Times {
    let zone = householdRecord?.values[pack.zoneField]?.text
    return Scene.Times(now: now, written: written) { instant in zone.flatMap { dayInZone(instant, $0) } }
  }

  /// The record behind a reference, as far as the file names it.
  func find(_ collection: CollectionNumber, _ id: RecordID) -> Scene.Finding {
    if let record = related[Place(collection: collection, record: id)] { return .record(record.facts) }
    if collection == pack.memberCollection, id == member.id { return .record(member.facts) }
    if let home = householdRecord, collection == pack.householdCollection, id == home.id { return .record(home.facts) }
    return .unknown
  }
}
