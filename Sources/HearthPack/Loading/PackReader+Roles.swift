import HearthModel

/// Roles as read: the roles, and what the rest of the pack has to be checked against.
struct RolesReading {
  let roles: Roles
  let field: String
  /// All roles that a member may have.
  var all: [String] { roles.ranked + roles.beside }
}

extension PackReader {
  mutating func readRoles(_ node: YAMLNode) -> RolesReading? {
    guard let pairs = mapping(node, "roles") else { return nil }
    checkKeys(
      of: pairs, known: ["field", "ranked", "beside", "service", "groups"], required: ["ranked"], what: "`roles`",
      at: node.mark)
    let field = node["field"].flatMap { readName($0, what: "the field that holds the role") } ?? "role"
    let lists = ["ranked", "beside", "service"].map { key in
      node[key].map { readNames($0, what: "roles") } ?? []
    }
    var seen = Set<String>()
    for (name, mark) in lists.joined() where !seen.insert(name).inserted {
      report("P105", mark, "the role `\(name)` stands in two lists.")
    }
    if lists[0].isEmpty, let ranked = node["ranked"] {
      report("P401", ranked.mark, "at least one role is ranked.")
    }
    if lists[0].count > 200 { report("P401", node.mark, "at most 200 roles are ranked.") }
    let groups = readGroups(node["groups"], roles: seen)
    let names = lists.map { $0.map(\.name) }
    return RolesReading(
      roles: Roles(ranked: names[0], beside: names[1], service: names[2], groups: groups), field: field)
  }

  private mutating func readGroups(_ node: YAMLNode?, roles: Set<String>) -> [String: [String]] {
    var groups = [String: [String]]()
    for pair in node.flatMap({ mapping($0, "groups of roles") }) ?? [] where checkName(pair) {
      let members = readNames(pair.value, what: "roles")
      for (name, mark) in members where !roles.contains(name) {
        report("P104", mark, "`\(name)` is no role.\(suggestion(for: name, among: roles))")
      }
      if roles.contains(pair.key) { report("P105", pair.keyMark, "`\(pair.key)` is a role and a group.") }
      groups[pair.key] = members.map(\.name)
    }
    return groups
  }

  mutating func readRoleField(_ reading: RolesReading, _ members: CollectionSchema, _ mark: Mark) -> FieldNumber? {
    guard let field = members.field(named: reading.field) else {
      report(
        "P401", mark, "`\(members.name)` has no field `\(reading.field)` for the role. Add it, or name it with `field:`.")
      return nil
    }
    guard case .choice(let names) = field.type, Set(names) == Set(reading.all), !field.isNullable else {
      report(
        "P401", mark,
        "`\(members.name).\(field.name)` has to be `enum(\(reading.all.joined(separator: ", ")))`, the ranked and beside roles, and not null."
      )
      return nil
    }
    return field.number
  }
}
