internal import HearthModel

// Shared collections: their rows stand in the catalogue beside the pack and are the same in every household, so that
// whatever depends on one household, or on who writes, has no meaning there.

extension PackReader {
  /// Settings that say what happens when somebody writes.
  private static let householdKeys = [
    "append", "strict", "deletes", "key", "rules", "moves", "effects", "expires", "keep",
  ]

  /// Notes which collections are shared, before anything refers to them.
  mutating func noteShared(_ pair: YAMLNode.Pair, _ number: CollectionNumber) {
    if pair.value["shared"]?.text == "true" { sharedCollections.insert(number) }
  }

  mutating func checkShared(_ number: CollectionNumber, _ assembly: FieldAssembly, _ node: YAMLNode) {
    for key in Self.householdKeys {
      guard let pair = node.pair(key) else { continue }
      report(
        "P407", pair.keyMark, "`\(key)` is about what a household writes; here the catalogue alone does. Remove it.")
    }
    if let mark = node.pair("shared")?.keyMark, number == household || number == members {
      let what = number == household ? "the household itself" : "the members"
      report(
        "P407", mark, "`\(collectionNames[number.index])` holds \(what), no household's is another's. Remove `shared`.")
    }
    for use in node["use"]?.elements ?? [] {
      guard let name = use.text, traits[name]?["rules"] != nil else { continue }
      report("P407", use.mark, "`\(name)` brings rules; here nobody writes whom they could refuse. Take another trait.")
    }
    for field in assembly.fields {
      guard let obstacle = obstacle(toSharing: field, assembly) else { continue }
      report("P407", assembly.marks[field.name] ?? node.mark, "`\(field.name)` \(obstacle)")
    }
  }

  /// Why a field cannot be the same in all households; nil when it can.
  private func obstacle(toSharing field: Field, _ assembly: FieldAssembly) -> String? {
    if let target = field.type.target, !sharedCollections.contains(target) {
      return "points to `\(collectionNames[target.index])`, of which each household has its own. Point to shared ones."
    }
    switch field.defaultValue {
    case .now, .today, .household, .member:
      return "would have another default in each household. Remove the default."
    case .literal, nil: break
    }
    if field.marks.contains(.device) { return "is for the device that writes it; none does. Remove `device`." }
    if assembly.periods[field.number] != nil { return "begins anew with each `per`; a catalogue has none. Remove it." }
    switch assembly.slots[field.slot].rule {
    case .register(RegisterRule()), .set(isRanked: false), .json(isRanked: false, leaves: nil), .hub: return nil
    case let rule:
      return "merges by `\(rule.name)`; the catalogue alone writes here, so nothing merges. Remove the mark."
    }
  }

  /// The rights in a shared collection: to read, and for everybody when an open pack says nothing.
  func openAccess(_ context: CollectionContext) -> Access {
    guard context.schema.isShared else { return .open }
    let roles = context.names.roles
    let everybody = Who(name: "everybody", roles: Set(roles.ranked + roles.beside), relation: nil)
    let fields = context.schema.fields.filter { !$0.marks.contains(.isPrivate) }
    return Access(read: [Grant(to: everybody, fields: FieldSet(fields.map(\.number)))])
  }

  /// What an effect makes and writes belongs to a household.
  mutating func checkNotShared(_ target: CollectionSchema, at mark: Mark) {
    guard target.isShared else { return }
    report("P608", mark, "`\(target.name)` is shared: its catalogue alone writes it.")
  }
}
