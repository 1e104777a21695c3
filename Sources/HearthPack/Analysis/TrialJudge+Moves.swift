internal import HearthModel

extension TrialJudge {
  /// A move that the change makes; `move` is the one of which all needs are met.
  struct Made {
    let candidates: [Move]
    let field: Field
    var move: Move?
  }

  /// Finds the moves behind the writes to fields with moves, and asks who may make them.
  mutating func askMoves() throws -> ([Made], Rejection?) {
    var made = [Made]()
    let moves = Dictionary(grouping: behavior.moves, by: \.field)
    for edit in trial.edits {
      guard let moves = moves[edit.field], let field = trial.collection.field(edit.field),
        case .set(let value) = edit.action
      else { continue }
      if trial.kind == .create {
        if value == field.unwrittenValue { continue }
        let text = "a new record begins with `\(field.name)` as \(shown(field.unwrittenValue))"
        report.lines.append(.init(.move, field.name, text, false))
        return (made, reject(Refusal(.transitionRefused), rule: field.name, otherwise: text))
      }
      guard trial.before?.values[edit.field] != value else { continue }
      if let refusal = try ask(moves, of: field, to: value, &made) { return (made, refusal) }
    }
    return (made, nil)
  }

  private mutating func ask(
    _ moves: [Move], of field: Field, to value: Value, _ made: inout [Made]
  ) throws -> Rejection? {
    let before = before
    for move in moves where move.to.fits(value, member: trial.member.id) { try note(move, field, before) }
    switch try Judge.step(field.number, to: value, moves, before) {
    case .moves(let candidates):
      made.append(Made(candidates: candidates, field: field))
      return nil
    case .none(let refusal):
      let current = trial.before?.values[field.number].map { shown($0) } ?? "unknown"
      return reject(
        refusal, rule: field.name,
        otherwise: Judge.noStep(of: field, from: current, to: shown(value)))
    case .forbidden(let moves):
      return reject(
        Refusal(.forbidden), rule: moves[0].name, otherwise: Judge.mayNotMake(moves, role: trial.role))
    case .unknown:
      open.append("steps of \(field.name)")
      return nil
    }
  }

  private mutating func note(_ move: Move, _ field: Field, _ before: Scene) throws {
    let old = trial.before?.values[field.number]
    let start = move.isDecidedByHub ? old : trial.seen[field.number] ?? old
    let begins = start.map { move.from.fits($0, member: trial.member.id) }
    report.lines.append(.init(.move, move.name, RuleWords(trial.pack, trial.collection).change(of: move), begins))
    guard begins != false else { return }
    for who in move.by {
      let steps = try who.relation.map { try TrialTrace(trial, $0).steps(in: before) } ?? []
      let holds = try Judge.isMeant(who, before)
      report.lines.append(.init(.by, "\(move.name) by \(who.name)", who.relation?.text ?? "", holds, steps: steps))
    }
  }

  /// Asks the needs of the moves on the result, and writes what the moves set.
  mutating func askNeeds(_ made: inout [Made], _ result: inout [FieldNumber: Value]?) throws -> Rejection? {
    for position in made.indices {
      let scene = scene(result)
      var refusal: Rejection?
      for move in made[position].candidates where made[position].move == nil {
        for need in move.needs { _ = try note(.need, "\(move.name).\(need.name)", need.condition, in: scene) }
        let unmet = try Judge.unmetNeeds(of: move, scene) ?? []
        if unmet.isEmpty { made[position].move = move } else if refusal == nil { refusal = refuse(move, unmet) }
      }
      guard let move = made[position].move else { return refusal }
      try write(move, scene, into: &result)
    }
    return nil
  }

  private func refuse(_ move: Move, _ unmet: [Move.Need]) -> Rejection {
    reject(
      unmet[0].refusal, rule: move.name, failed: unmet.map(\.name), otherwise: Judge.needsMore(move, unmet))
  }

  private mutating func write(_ move: Move, _ scene: Scene, into result: inout [FieldNumber: Value]?) throws {
    for assignment in move.sets {
      guard let field = trial.collection.field(assignment.field) else { continue }
      let value = try scene.value(of: assignment.value)
      let steps = try TrialTrace(trial, assignment.value).steps(in: scene)
      let text = "\(assignment.action.prefix)\(value.map { shown($0) } ?? "the hub decides")"
      report.lines.append(.init(.sets, "\(move.name) sets \(field.name)", text, nil, steps: steps))
      let old = result?[assignment.field] ?? field.unwrittenValue
      result?[assignment.field] = value.map { assignment.action.applied($0, to: old) }
    }
  }
}

extension Assignment.Action {
  /// The word before the value.
  var prefix: String {
    switch self {
    case .write: ""
    case .insert, .add: "add "
    case .remove: "remove "
    }
  }

  fileprivate func applied(_ value: Value, to old: Value) -> Value {
    switch self {
    case .write: value.isNull && old.elements != nil ? .list([]) : value
    case .insert: value.isNull ? old : .list(Set((old.elements ?? []) + [value]).sorted())
    case .remove: .list((old.elements ?? []).filter { $0 != value })
    case .add: .int((old.int ?? 0).addingReportingOverflow(value.int ?? 0).partialValue)
    }
  }
}
