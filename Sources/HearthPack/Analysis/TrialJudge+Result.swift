internal import HearthModel

extension TrialJudge {
  // MARK: Values

  /// The record with the change, before the hub adds anything.
  func resultValues() throws -> [FieldNumber: Value] {
    var values = trial.before?.values ?? startValues()
    for edit in trial.edits {
      guard let field = trial.collection.field(edit.field) else { continue }
      values[edit.field] = edit.action.applied(to: values[edit.field] ?? field.unwrittenValue)
    }
    for (field, derived) in behavior.derived.sorted(by: { $0.key < $1.key }) where trial.before == nil {
      if case .expression(let expression) = derived { values[field] = try scene(values).value(of: expression) }
    }
    return values
  }

  /// What a new record shows that nobody has given.
  private func startValues() -> [FieldNumber: Value] {
    var values = [FieldNumber: Value]()
    for field in trial.collection.fields where behavior.derived[field.number] == nil {
      switch field.defaultValue {
      case .now: values[field.number] = .instant(trial.now)
      case .today: values[field.number] = setting.times.today.map { .day($0) }
      case .household: values[field.number] = .id(trial.household.record)
      case .member: values[field.number] = .id(trial.member.id)
      case .literal, nil: values[field.number] = field.unwrittenValue
      }
    }
    return values
  }

  // MARK: Checks

  mutating func askChecks(_ result: [FieldNumber: Value]?) throws -> Rejection? {
    let scene = scene(result)
    var first: Rejection?
    for check in behavior.checks {
      guard trial.kind == .restore || trial.before == nil || !check.reach.isDisjoint(with: scene.changed) else {
        report.lines.append(.init(.later, check.name, "not asked: nothing that it reads changes", nil))
        continue
      }
      guard try note(.check, check.name, check.condition, in: scene) == false, first == nil else { continue }
      first = reject(
        check.refusal, rule: check.name, otherwise: Judge.wouldNotHold(check))
    }
    let words = RuleWords(trial.pack, trial.collection)
    for unique in behavior.uniques where unique.fields.contains(where: { scene.changed.contains($0) }) {
      report.lines.append(.init(.later, unique.name, "\(words.text(of: unique)): the hub decides", nil))
    }
    for acyclic in behavior.acyclics {
      report.lines.append(.init(.later, acyclic.name, "\(words.text(of: acyclic)): the hub decides", nil))
    }
    return first
  }

  // MARK: Effects

  /// Names the effects that the change itself fires; what these fire in turn is the hub's.
  mutating func noteEffects(_ made: [Made], _ result: [FieldNumber: Value]?) throws {
    let scene = scene(result)
    let words = RuleWords(trial.pack, trial.collection)
    for effect in behavior.effects where try fires(effect.trigger, made, scene) {
      let holds = try effect.condition.map { try scene.holds($0) } ?? true
      let steps = try effect.condition.map { try TrialTrace(trial, $0).steps(in: scene) } ?? []
      report.lines.append(.init(.effect, effect.name, words.trigger(of: effect), holds, steps: steps))
      guard holds == true, let target = words.target(of: effect) else { continue }
      for assignment in effect.action.assignments {
        let value = try scene.value(of: assignment.value).map { shown($0) } ?? "the hub decides"
        let name = PathText.name(assignment.field, target) + assignment.path.map { ".\($0)" }.joined()
        report.lines.append(.init(.writes, "\(target.name).\(name)", assignment.action.prefix + value, nil))
      }
    }
  }

  private func fires(_ trigger: Effect.Trigger, _ made: [Made], _ scene: Scene) throws -> Bool {
    let isDeleted = trial.kind == .delete
    let fits = { (field: FieldNumber, pattern: Move.Pattern, facts: RecordFacts?) in
      facts.map { pattern.fits($0.value(of: field) ?? .null, member: trial.member.id) } ?? false
    }
    switch trigger {
    case .enters(let field, let pattern):
      return !isDeleted && fits(field, pattern, scene.record) && !fits(field, pattern, scene.old)
    case .leaves(let field, let pattern):
      return !isDeleted && fits(field, pattern, scene.old) && !fits(field, pattern, scene.record)
    case .changes(let fields): return !isDeleted && fields.contains { scene.changed.contains($0) }
    case .move(let name, let by):
      guard made.contains(where: { $0.move?.name == name }) else { return false }
      return try by.isEmpty || Judge.isMeant(any: by, scene.before) == true
    case .created: return trial.kind == .create
    case .deleted: return isDeleted
    case .day: return false
    }
  }

  /// A value with the names that the file gives to records.
  func shown(_ value: Value) -> String { TrialTrace.shown(value, trial) }
}

// MARK: - Writing

extension Edit.Action {
  /// The value after the edit.
  fileprivate func applied(to value: Value) -> Value {
    switch self {
    case .set(let new): return new
    case .add(let amount):
      if case .decimal(let number) = value {
        let (sum, overflow) = number.units.addingReportingOverflow(amount)
        return overflow ? value : .decimal(FixedDecimal(units: sum, scale: number.scale))
      }
      let (sum, overflow) = (value.int ?? 0).addingReportingOverflow(amount)
      return overflow ? value : .int(sum)
    case .insert(let element): return .list(Set((value.elements ?? []) + [element]).sorted())
    case .remove(let element): return .list((value.elements ?? []).filter { $0 != element })
    case .put(let path, let new): return value.replacing(path[...], with: new)
    case .drop(let path): return value.replacing(path[...], with: nil)
    }
  }
}

extension Value {
  /// The object with another value at a path; nil takes it away.
  fileprivate func replacing(_ path: ArraySlice<String>, with new: Value?) -> Value {
    guard let key = path.first else { return new ?? .null }
    let members = (object?.members ?? []).filter { $0.key != key }.map { (key: $0.key, value: $0.value) }
    let inner = path.count == 1 ? new : (object?[key] ?? .null).replacing(path.dropFirst(), with: new)
    return .object(ValueObject(members + (inner.map { [(key: key, value: $0)] } ?? [])))
  }
}
