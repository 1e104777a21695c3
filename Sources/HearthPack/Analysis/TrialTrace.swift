internal import HearthModel

/// The values of the parts of an expression, with the names that a trial gives to records.
struct TrialTrace {
  let trial: Trial
  let text: ExpressionText

  init(_ trial: Trial, _ expression: Expression) {
    self.trial = trial
    text = ExpressionText(expression, in: trial.collection, of: trial.pack)
  }

  /// The expression as one step with its parts below it.
  func steps(in scene: Scene) throws -> [TrialReport.Step] {
    let trace = try text.expression.trace(in: scene)
    return [step(text.expression.nodes.count - 1, trace)]
  }

  private func step(_ node: Int, _ trace: [Int: Value?]) -> TrialReport.Step {
    let value = trace[node]
    let parts = text.parts(of: node).filter { !text.isLiteral($0) }.map { step($0, trace) }
    return TrialReport.Step(
      text: text.text(of: node), value: value.flatMap { $0 }.map { Self.shown($0, trial) }, isAsked: value != nil,
      parts: parts)
  }

  static func shown(_ value: Value, _ trial: Trial) -> String {
    switch value {
    case .id(let id): trial.names[id] ?? id.description
    case .list(let elements): "[" + elements.map { shown($0, trial) }.sorted().joined(separator: ", ") + "]"
    case .text(let text): text.count > 60 ? "\(text.prefix(59))…" : text
    default: value.description
    }
  }
}
