internal import HearthModel

extension ExpressionCompiler {
  // MARK: In

  /// `x in (a, b)`.
  mutating func membership(
    _ element: ExpressionSyntax, in list: [ExpressionSyntax], at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    if list.count == 1, !isLoose(list[0]) {
      let outer = self
      if let operand = try? compile(list[0]), case .set = operand.type {
        self = outer
        return try membership(element, in: list[0], at: mark)
      }
      self = outer
    }
    let subject = try compile(element)
    try requireValue(subject)
    var nodes = [Int]()
    var constants = [Value]()
    for syntax in list {
      if subject.type == .role, let group = group(syntax) {
        constants += group.map { .text($0) }
        continue
      }
      let start = self
      let operand = try compile(syntax, as: subject.type)
      guard subject.type.joined(with: operand.type) != nil, operand.type != .null else {
        throw mismatch(subject, operand)
      }
      if let constant = operand.constant {
        constants.append(constant)
        self = start
      } else {
        nodes.append(
          try emit(
            .compare(.equal, subject.node, operand.node), of: [subject.node, operand.node], at: syntax.mark))
      }
    }
    return try oneOf(subject, constants, nodes, at: mark)
  }

  private mutating func oneOf(
    _ subject: Operand, _ constants: [Value], _ others: [Int], at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    var nodes = others
    if !constants.isEmpty {
      let list = try emit(.constant(.list(Set(constants).sorted())), cost: constants.count, at: mark)
      nodes.append(try emit(.contains(set: list, element: subject.node), of: [list, subject.node], at: mark))
    }
    var node = nodes[0]
    for other in nodes.dropFirst() { node = try emit(.or(node, other), of: [node, other], at: mark) }
    return Operand(node: node, type: .bool, mark: mark)
  }

  /// The roles of a group that is named in a list.
  private func group(_ syntax: ExpressionSyntax) -> [String]? {
    guard let text = syntax.pathText, !isKnown(text) else { return nil }
    return names.roles.groups[text]
  }

  /// `x in set`, `set contains x`.
  mutating func membership(
    _ element: ExpressionSyntax, in set: ExpressionSyntax, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    if isLoose(set), let roles = group(set) { return try membership(element, inRoles: roles, at: mark) }
    let set = try compile(set)
    guard case .set(let type, _) = set.type else { throw misfit(set, expected: "a set, or a list `(a, b)`") }
    try requireValue(set)
    let element = try compile(element, as: type)
    guard type.joined(with: element.type) != nil, element.type != .null else {
      throw misfit(element, expected: names.name(of: type))
    }
    try requireValue(element)
    let node = try emit(.contains(set: set.node, element: element.node), of: [set.node, element.node], at: mark)
    return Operand(node: node, type: .bool, mark: mark)
  }

  /// `member.role in family`.
  private mutating func membership(
    _ element: ExpressionSyntax, inRoles roles: [String], at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    let subject = try compile(element)
    guard subject.type == .role else { throw misfit(subject, expected: "a role") }
    try requireValue(subject)
    return try oneOf(subject, roles.map { .text($0) }, [], at: mark)
  }

  // MARK: Is

  mutating func test(
    _ syntax: ExpressionSyntax, _ test: ExpressionSyntax.Test, _ isNegated: Bool, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    let subject = try compile(syntax)
    if test == .empty { return try emptiness(subject, isNegated, at: mark) }
    guard subject.constant == nil else { throw ExpressionFault("P503", mark, "this is a literal. Ask a field.") }
    let isNull = Operand(
      node: try emit(.isNull(subject.node), of: [subject.node], at: mark), type: .bool, mark: mark,
      whenFalse: subject.input.map { Self.facts(of: $0) } ?? [])
    return (test == .null) == isNegated ? try negated(isNull, at: mark) : isNull
  }

  /// Null has no content either.
  private mutating func emptiness(
    _ subject: Operand, _ isNegated: Bool, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    switch subject.type {
    case .set, .json, .text: break
    default: throw misfit(subject, expected: "a set, json or text before `is empty`")
    }
    var node = try emit(.isEmpty(subject.node), of: [subject.node], at: mark)
    if subject.isNullable {
      let null = try emit(.isNull(subject.node), of: [subject.node], at: mark)
      node = try emit(.or(null, node), of: [null, node], at: mark)
    }
    let isEmpty = Operand(
      node: node, type: .bool, mark: mark, whenFalse: subject.input.map { Self.facts(of: $0) } ?? [])
    return isNegated ? try negated(isEmpty, at: mark) : isEmpty
  }

  mutating func match(
    _ syntax: ExpressionSyntax, _ pattern: String, _ place: Mark, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    let subject = try compile(syntax)
    guard case .text(let length) = subject.type else { throw misfit(subject, expected: "text before `matches`") }
    try requireValue(subject)
    let compiled: TextPattern
    do {
      compiled = try TextPattern(pattern)
    } catch {
      throw ExpressionFault("P205", place, "the pattern `\(pattern)` cannot be read: \(error.reason).")
    }
    let node = try emit(.matches(subject.node, compiled), of: [subject.node], cost: 1 + 2 * length, at: mark)
    return Operand(node: node, type: .bool, mark: mark)
  }

  // MARK: Any, every, count

  mutating func quantify(
    _ quantifier: Expression.Quantifier, _ name: SyntaxName, _ set: ExpressionSyntax, _ body: ExpressionSyntax,
    at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    let set = try compile(set)
    guard case .set(let type, let maximum) = set.type else { throw misfit(set, expected: "a set behind `in`") }
    try requireValue(set)
    if isKnown(name.text) || element != nil {
      let reason = element != nil ? "one `\(quantifier.rawValue)` cannot stand in another." : "the name is taken."
      throw ExpressionFault("P502", name.mark, "`\(name.text)` cannot be the element here: \(reason)")
    }
    element = (name.text, type)
    defer { element = nil }
    let body = try truth(body)
    let node = try emit(
      .quantifier(quantifier, set: set.node, body: body.node), of: [set.node, body.node], factor: maximum, at: mark)
    let result: ExpressionType = quantifier == .count ? .int(0...Int64(maximum)) : .bool
    return Operand(node: node, type: result, mark: mark)
  }
}
