// How rules refuse, in the same words at the hub, on a device and in a trial.

extension Judge {
  /// That nobody gave the right.
  ///
  /// - Parameter need: what is missing; nil for the record as a whole.
  package static func forbidden(
    _ verb: Access.Verb, _ need: Need?, of record: RecordID, in collection: CollectionSchema, role: String
  ) -> Rejection {
    let field = need.flatMap { collection.field($0.field) }
    let what = field.map { "`\($0.name)` of `\(collection.name)`" } ?? "records of `\(collection.name)`"
    return Rejection(
      .forbidden, collection: collection.number, record: record, field: field?.number,
      message: "\(name(of: role)) may not \(verb.rawValue) \(what) here.",
      rule: "\(collection.name).access.\(verb.rawValue)")
  }

  /// That a rule of the collection refuses.
  ///
  /// - Parameter message: what is said where the pack says nothing.
  package static func refused(
    _ refusal: Refusal, by rule: String, of record: RecordID, in collection: CollectionSchema,
    field: FieldNumber? = nil, failed: [String] = [], holder: Write? = nil, otherwise message: String
  ) -> Rejection {
    Rejection(
      refusal.code, collection: collection.number, record: record, field: field, message: refusal.says ?? message,
      holder: holder, rule: "\(collection.name).\(rule)", failed: failed)
  }

  /// What is said of a step that nobody with the role may make here.
  package static func mayNotMake(_ moves: [Move], role: String) -> String {
    "\(name(of: role)) may not make the step \(list(moves.map(\.name))) here."
  }

  /// What is said of a step whose needs are not met.
  package static func needsMore(_ move: Move, _ unmet: [Move.Need]) -> String {
    "The step `\(move.name)` needs \(list(unmet.map(\.name)))."
  }

  /// What is said of a value that no step leads to.
  package static func noStep(of field: Field, from current: String, to value: String) -> String {
    "`\(field.name)` is \(current); no step leads from there to \(value)."
  }

  /// What is said of a check that is left false.
  package static func wouldNotHold(_ check: Check) -> String {
    "`\(check.name)` would not hold: \(check.condition.text)."
  }

  private static func name(of role: String) -> String { role.prefix(1).uppercased() + role.dropFirst() }

  private static func list(_ names: [String]) -> String { names.map { "`\($0)`" }.joined(separator: ", ") }
}

extension Value {
  /// The value for a message: short, and without what a person typed.
  package var shortText: String {
    switch self {
    case .null: "empty"
    case .text(let text) where text.utf8.count <= 48: "`\(text)`"
    case .bool(let value): "`\(value)`"
    case .int(let value): "`\(value)`"
    default: "set"
    }
  }
}
