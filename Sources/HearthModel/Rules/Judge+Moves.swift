extension Judge {
  /// What becomes of a write to a field with moves.
  package enum Step: Sendable {
    /// These moves lead there and the writer may make them; the first whose needs are met is made.
    case moves([Move])
    /// No move leads there.
    case none(Refusal)
    /// One does, but not for this writer.
    case forbidden([Move])
    /// The hub decides.
    case unknown
  }

  /// The moves that lead from where a field stands to a value.
  ///
  /// - Parameters:
  ///   - scene: with `old` and `seen` as before the change set.
  ///   - moves: those of the field.
  package static func step(
    _ field: FieldNumber, to value: Value, _ moves: [Move], _ scene: Scene
  ) throws -> Step {
    let old = scene.old.map { $0.value(of: field) } ?? .null
    guard let old else { return .unknown }
    let seen = scene.seen[field] ?? old
    let member = scene.actor.member
    let leading = moves.filter { $0.to.fits(value, member: member) }
    let possible = leading.filter { $0.from.fits($0.isDecidedByHub ? old : seen, member: member) }
    guard !possible.isEmpty else { return .none(leading.first?.refusal ?? Refusal(.transitionRefused)) }
    let before = scene.before
    var allowed = [Move]()
    var isKnown = true
    for move in possible {
      switch try isMeant(any: move.by, before) {
      case true?: allowed.append(move)
      case false?: break
      case nil: isKnown = false
      }
    }
    if allowed.isEmpty { return isKnown ? .forbidden(possible) : .unknown }
    return .moves(allowed)
  }

  /// The needs of a move that are not met; nil when that is not known here.
  package static func unmetNeeds(of move: Move, _ scene: Scene) throws -> [Move.Need]? {
    var unmet = [Move.Need]()
    for need in move.needs {
      guard let holds = try scene.holds(need.condition) else { return nil }
      if !holds { unmet.append(need) }
    }
    return unmet
  }
}
