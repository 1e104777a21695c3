package import HearthModel

extension RuleWords {
  /// The merge rule as the pack writes it.
  package func merge(of field: Field) -> String {
    if collection.behavior.derived[field.number] != nil { return "derived" }
    let slot = collection.slots[field.slot]
    var text = slot.rule.name.replacing(" with precedence", with: "")
    if case .register(let rule) = slot.rule, !rule.precedence.isEmpty {
      text += ", precedence \(rule.precedence.map(\.description).joined(separator: " > "))"
    }
    if slot.isGroup { text += ", group \(slot.name)" }
    if let period = collection.behavior.periods[field.number] { text += ", per \(name(period))" }
    return text
  }

  package func marks(of field: Field) -> [String] {
    let names: [(Field.Marks, String)] = [
      (.system, "system"), (.isPrivate, "private"), (.device, "device"), (.personal, "personal"),
      (.sensitive, "sensitive"), (.external, "external"),
    ]
    let restriction = collection.behavior.restrictions[field.number].map { " when \($0.text)" } ?? ""
    return names.filter { field.marks.contains($0.0) }.map(\.1)
      + (field.onDelete.map { [$0.rawValue + restriction] } ?? [])
  }

  package func standard(of field: Field) -> String {
    switch field.defaultValue {
    case .literal(let value): value.elements?.isEmpty == true ? "{}" : value.isNull ? "" : value.description
    case .now: "now"
    case .today: "today"
    case .household: "household"
    case .member: "member"
    case nil: ""
    }
  }
}
