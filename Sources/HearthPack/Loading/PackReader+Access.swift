internal import HearthModel

extension PackReader {
  /// Words that mean something of their own where names of `who` stand.
  private static let reservedRelations: Set<String> = [
    "all", "nobody", "old", "seen", "member", "device", "household", "now", "today", "written", "id", "creating",
  ]

  /// Reads the names of `who`; each may use those before it.
  mutating func readRelations(_ node: YAMLNode?, _ context: inout CollectionContext) {
    let roles = context.names.roles
    for pair in node.flatMap({ mapping($0, "conditions, as `{ doer: member in assignees }`") }) ?? [] {
      checkName(pair)
      if roles.rank(of: pair.key) != nil || roles.groups[pair.key] != nil {
        report("P602", pair.keyMark, "`\(pair.key)` is a role or a group of roles. Take another name.")
      } else if context.schema.field(named: pair.key) != nil || Self.reservedRelations.contains(pair.key) {
        report("P602", pair.keyMark, "`\(pair.key)` is a field or a word of the language. Take another name.")
      }
      guard let source = source(pair.value, "a condition") else {
        context.relations[pair.key] = .some(nil)
        continue
      }
      let syntax = attempt { () throws(ExpressionFault) in try ExpressionParser.parse(source) }
      var compiler = ExpressionCompiler(
        context.names, in: context.schema, scope: .relation, relations: context.relations)
      if let syntax {
        context.conditions[pair.key] = attempt { () throws(ExpressionFault) in
          try compiler.condition(syntax, text: source.text)
        }
      }
      context.relations[pair.key] = .some(context.conditions[pair.key] == nil ? nil : syntax)
    }
  }

  /// Who is meant by a name: a role, a group of roles, or a name of `who`.
  mutating func who(named name: String, at mark: Mark, _ context: CollectionContext) -> Who? {
    let roles = context.names.roles
    if roles.rank(of: name) != nil { return Who(name: name, roles: [name], relation: nil) }
    if let group = roles.groups[name] { return Who(name: name, roles: Set(group), relation: nil) }
    if let condition = context.conditions[name] { return Who(name: name, roles: nil, relation: condition) }
    guard context.relations[name] == nil else { return nil }
    let known = context.names.roleNames + roles.groups.keys + context.relations.keys
    let hint = collector.suggestion(for: name, among: known)
    report("P104", mark, "`\(name)` is no role, no group and no name of `who`.\(hint)")
    return nil
  }

  /// Who is meant by a name or a list of names.
  mutating func readWho(_ node: YAMLNode, _ context: CollectionContext) -> [Who] {
    if let text = node.text { return who(named: text, at: node.mark, context).map { [$0] } ?? [] }
    return readNames(node, what: "roles or names of `who`").compactMap { who(named: $0.name, at: $0.mark, context) }
  }

  // MARK: Grants

  mutating func readAccess(_ node: YAMLNode, _ context: CollectionContext) -> Access {
    guard let pairs = mapping(node, "rights, as `{ read: { everyone: all } }`") else { return Access() }
    checkKeys(of: pairs, known: Access.Verb.allCases.map(\.rawValue), what: "`access`", at: node.mark)
    for pair in pairs where context.schema.isShared && Access.Verb(rawValue: pair.key).map({ $0 != .read }) ?? false {
      report("P603", pair.keyMark, "nobody may `\(pair.key)` here: `\(context.schema.name)` is shared. Remove it.")
    }
    let grants = { (reader: inout PackReader, verb: Access.Verb) in
      node[verb.rawValue].map { reader.readGrants($0, verb, context) } ?? []
    }
    return Access(
      read: grants(&self, .read), create: grants(&self, .create), update: grants(&self, .update),
      delete: grants(&self, .delete))
  }

  private mutating func readGrants(_ node: YAMLNode, _ verb: Access.Verb, _ context: CollectionContext) -> [Grant] {
    var grants = [Grant]()
    for pair in mapping(node, "who may, as `{ parent: all }`") ?? [] {
      guard let who = who(named: pair.key, at: pair.keyMark, context) else { continue }
      if verb == .read, who.relation != nil { checkRelation(pair, in: .read, context) }
      var (condition, fields): (Expression?, YAMLNode?) = (nil, pair.value)
      if let pairs = pair.value.pairs {
        checkKeys(of: pairs, known: ["if", "fields"], what: "a right", at: pair.value.mark)
        fields = pair.value["fields"]
        if let node = pair.value["if"] {
          guard let read = readCondition(node, verb == .read ? .read : .access, context) else { continue }
          condition = read
        }
      }
      let (set, paths) = readGrantFields(fields, verb, context)
      grants.append(Grant(to: who, condition: condition, fields: set, paths: paths))
    }
    return grants
  }

  /// A relation is compiled once; where it cannot stand is found by writing it out there.
  private mutating func checkRelation(_ pair: YAMLNode.Pair, in scope: ExpressionScope, _ context: CollectionContext) {
    var compiler = ExpressionCompiler(context.names, in: context.schema, scope: scope, relations: context.relations)
    let name = SyntaxName(text: pair.key, mark: pair.keyMark)
    _ = attempt { () throws(ExpressionFault) in
      try compiler.truth(ExpressionSyntax(.path([name]), pair.keyMark))
    }
  }

  private mutating func readGrantFields(
    _ node: YAMLNode?, _ verb: Access.Verb, _ context: CollectionContext
  ) -> (FieldSet, [Grant.Path]) {
    let all = context.schema.fields.filter { !$0.marks.contains(.isPrivate) && context.obstacle(to: verb, $0) == nil }
    guard let node, node.text != "all" else { return (FieldSet(all.map(\.number)), []) }
    var (set, paths): (FieldSet, [Grant.Path]) = (FieldSet(), [])
    if verb == .delete {
      report("P603", node.mark, "a record is deleted as a whole. Write `all`, or `{ if: condition }`.")
      return (set, paths)
    }
    for element in list(node, "fields, or `all`,") ?? [] {
      guard let text = element.text else {
        report("P005", element.mark, "expected the name of a field, found \(element.kind).")
        continue
      }
      if text == "all" {
        set.formUnion(FieldSet(all.map(\.number)))
      } else if text.contains(".") {
        if let path = readGrantPath(element, verb, context) { paths.append(path) }
      } else if let field = readField(element, context) {
        if let obstacle = context.obstacle(to: verb, field) {
          report("P603", element.mark, "`\(text)` cannot be given: \(obstacle)")
        } else {
          set.insert(field.number)
        }
      }
    }
    return (set, paths)
  }

  private mutating func readGrantPath(
    _ node: YAMLNode, _ verb: Access.Verb, _ context: CollectionContext
  ) -> Grant.Path? {
    let parts = (node.text ?? "").split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let field = field(named: parts[0], at: node.mark, context.schema, failed: context.reading.failed) else {
      return nil
    }
    guard verb == .update, case .json(let shape) = field.type, case .json = context.schema.slots[field.slot].rule else {
      report("P603", node.mark, "paths are given in `update`, of json fields that merge path by path.")
      return nil
    }
    if let obstacle = context.obstacle(to: verb, field) {
      report("P603", node.mark, "`\(field.name)` cannot be given: \(obstacle)")
      return nil
    }
    var inner = shape.map { FieldType.Shape.Node.object($0) }
    for (position, key) in parts.enumerated().dropFirst() {
      guard let known = inner else { continue }
      guard case .object(let keys) = known, let next = key == "*" ? keys.others ?? keys.keys.values.first : keys[key]
      else {
        let place = node.places[parts[..<position].map { $0.unicodeScalars.count + 1 }.reduce(0, +)]
        report("P104", place, "`\(key)` is no key of `\(parts[..<position].joined(separator: "."))`.")
        return nil
      }
      inner = next
    }
    return Grant.Path(field: field.number, keys: Array(parts.dropFirst()))
  }
}

extension CollectionContext {
  /// Why a field is nobody's to see or write by a right; nil when it can be given.
  func obstacle(to verb: Access.Verb, _ field: Field) -> String? {
    switch verb {
    case .read: return field.marks.contains(.isPrivate) ? "what is `private` never leaves the hub." : nil
    case .delete: return nil
    case .create, .update: break
    }
    if field.isHubWritten { return "the hub writes it." }
    if field.marks.contains(.system) { return "it is `system`." }
    if governed.contains(field.number) { return "it changes by its moves alone." }
    if companions.contains(field.number) { return "a move writes it." }
    if verb == .update, case .register(let rule) = schema.slots[field.slot].rule, rule.mode == .immutable {
      return "it is `immutable`."
    }
    return nil
  }
}
