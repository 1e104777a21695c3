internal import HearthModel

/// Roles as read: the roles, and what the rest of the pack has to be checked against.
struct RolesReading {
  let roles: Roles
  /// The field that holds a member's role.
  let field: String
  /// Where the field is named, or the roles when it is not.
  let mark: Mark
  /// What must hold of a member who comes in.
  let session: YAMLNode?
  /// All roles that a member may have.
  var all: [String] { roles.ranked + roles.beside }
}

extension PackReader {
  /// Roles that a list may have: ranks are 8 bits, and the highest is the hub's.
  private static let rolesMax = 200

  mutating func readRoles(_ pair: YAMLNode.Pair) -> RolesReading? {
    let node = pair.value
    guard let pairs = mapping(node, "roles, as `{ ranked: [parent, child] }`") else { return nil }
    checkKeys(
      of: pairs, known: ["field", "ranked", "beside", "service", "groups", "session"], required: ["ranked"],
      what: "`roles`",
      at: pair.keyMark)
    let field = node["field"].map { readName($0, what: "the field that holds the role") } ?? "role"
    let lists = ["ranked", "beside", "service"].map { readRoleList($0, node) }
    var seen = Set<String>()
    for (name, mark) in lists.joined() where !seen.insert(name).inserted {
      report("P105", mark, "the role `\(name)` stands in two lists. Keep one.")
    }
    let groups = readGroups(node["groups"], roles: seen)
    let names = lists.map { $0.map(\.name) }
    guard let field, !names[0].isEmpty else { return nil }
    return RolesReading(
      roles: Roles(ranked: names[0], beside: names[1], service: names[2], groups: groups), field: field,
      mark: node["field"]?.mark ?? pair.keyMark, session: node["session"])
  }

  /// The roles with what must hold of a member who comes in.
  mutating func readSession(_ reading: RolesReading, _ names: PackNames) -> Roles {
    guard let node = reading.session, let source = source(node, "a condition on `member`") else { return reading.roles }
    var compiler = ExpressionCompiler(names, in: nil, scope: .session)
    let session = attempt { () throws(ExpressionFault) in
      try compiler.condition(try ExpressionParser.parse(source), text: source.text)
    }
    let roles = reading.roles
    return Roles(
      ranked: roles.ranked, beside: roles.beside, service: roles.service, groups: roles.groups, session: session)
  }

  private mutating func readRoleList(_ key: String, _ roles: YAMLNode) -> [(name: String, mark: Mark)] {
    guard let node = roles[key] else { return [] }
    let names = readNames(node, what: "roles")
    if key == "ranked", node.elements?.isEmpty == true { report("P401", node.mark, "at least one role is ranked.") }
    if names.count > Self.rolesMax {
      report("P401", names[Self.rolesMax].mark, "at most \(Self.rolesMax) roles are `\(key)`, here \(names.count).")
    }
    for (name, mark) in names where name == "hub" {
      report("P401", mark, "`hub` is the hub itself, above all roles. Take another name.")
    }
    return names
  }

  private mutating func readGroups(_ node: YAMLNode?, roles: Set<String>) -> [String: [String]] {
    var groups = [String: [String]]()
    for pair in node.flatMap({ mapping($0, "groups of roles") }) ?? [] {
      checkName(pair)
      let members = readNames(pair.value, what: "roles")
      for (name, mark) in members where !roles.contains(name) {
        report("P104", mark, "`\(name)` is no role.\(collector.suggestion(for: name, among: roles))")
      }
      if pair.value.elements?.isEmpty == true {
        report("P401", pair.value.mark, "the group `\(pair.key)` has no roles. Name one, or remove it.")
      }
      if roles.contains(pair.key) { report("P105", pair.keyMark, "`\(pair.key)` is a role and a group. Rename one.") }
      groups[pair.key] = members.map(\.name)
    }
    return groups
  }

  mutating func readRoleField(_ reading: RolesReading, _ members: CollectionReading) -> FieldNumber? {
    guard let field = members.schema.field(named: reading.field) else {
      if !members.failed.contains(reading.field) {
        report(
          "P401", reading.mark,
          "`\(members.schema.name)` has no field `\(reading.field)` for the role. Add it, or name it with `field:`.")
      }
      return nil
    }
    guard case .choice(let names) = field.type, Set(names) == Set(reading.all), !field.isNullable else {
      let expected = "`enum(\(reading.all.joined(separator: ", ")))`"
      let found = "`\(name(of: field.type))\(field.isNullable ? "?" : "")`"
      report(
        "P401", members.marks[field.name] ?? reading.mark,
        "`\(field.name)` holds the role: expected \(expected), the ranked and beside roles, found \(found).")
      return nil
    }
    return field.number
  }
}
