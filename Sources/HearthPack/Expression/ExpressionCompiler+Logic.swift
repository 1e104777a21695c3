internal import HearthModel

extension ExpressionCompiler {
  // MARK: And, or, not

  mutating func negated(_ operand: Operand, at mark: Mark) throws(ExpressionFault) -> Operand {
    Operand(
      node: try emit(.not(operand.node), of: [operand.node], at: mark), type: .bool, mark: mark,
      whenTrue: operand.whenFalse, whenFalse: operand.whenTrue)
  }

  /// A chain of `and` or `or`: each operand is asked only where those before it have not decided.
  mutating func chain(
    _ syntaxes: [ExpressionSyntax], decidingOn deciding: Bool, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    var nodes = [Int]()
    var (known, decided): (Set<Fact>, Set<Fact>?) = ([], nil)
    for syntax in syntaxes {
      let operand = try truth(syntax, knowing: known)
      nodes.append(operand.node)
      let (ifDeciding, ifNot) =
        deciding ? (operand.whenTrue, operand.whenFalse) : (operand.whenFalse, operand.whenTrue)
      decided = decided.map { $0.intersection(ifDeciding.union(known)) } ?? ifDeciding
      known.formUnion(ifNot)
    }
    let node = try join(nodes, decidingOn: deciding, at: mark)
    let whenDecided = decided ?? []
    return Operand(
      node: node, type: .bool, mark: mark, whenTrue: deciding ? whenDecided : known,
      whenFalse: deciding ? known : whenDecided)
  }

  /// Joins the operands of a chain as a tree of small depth that asks them in their order.
  private mutating func join(
    _ operands: [Int], decidingOn deciding: Bool, at mark: Mark
  ) throws(ExpressionFault) -> Int {
    var level = operands
    while level.count > 1 {
      var next = [Int]()
      for start in stride(from: 0, to: level.count, by: 2) {
        guard start + 1 < level.count else {
          next.append(level[start])
          continue
        }
        let (left, right) = (level[start], level[start + 1])
        next.append(try emit(deciding ? .or(left, right) : .and(left, right), of: [left, right], at: mark))
      }
      level = next
    }
    return level[0]
  }

  /// `a implies b` is `not a or b`.
  mutating func implication(
    _ left: ExpressionSyntax, _ right: ExpressionSyntax, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    let premise = try truth(left)
    let refuted = try negated(premise, at: mark)
    let conclusion = try truth(right, knowing: premise.whenTrue)
    let node = try emit(.or(refuted.node, conclusion.node), of: [refuted.node, conclusion.node], at: mark)
    return Operand(
      node: node, type: .bool, mark: mark,
      whenTrue: premise.whenFalse.intersection(conclusion.whenTrue.union(premise.whenTrue)),
      whenFalse: premise.whenTrue.union(conclusion.whenFalse))
  }

  // MARK: If, otherwise

  mutating func choice(
    _ condition: ExpressionSyntax, _ then: ExpressionSyntax, _ otherwise: ExpressionSyntax,
    as expected: ExpressionType?, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    let condition = try truth(condition)
    let (first, second) = try pair(
      then, knowing: condition.whenTrue, otherwise, knowing: condition.whenFalse, as: expected)
    let type = try join(first, second)
    let node = try emit(
      .choose(condition.node, then: first.node, otherwise: second.node),
      of: [condition.node, first.node, second.node], at: mark)
    var operand = Operand(node: node, type: type, isNullable: first.isNullable || second.isNullable, mark: mark)
    operand.reason = first.isNullable ? first.reason : second.reason
    let (holds, fails) = (condition.whenTrue, condition.whenFalse)
    operand.whenTrue = first.whenTrue.union(holds).intersection(second.whenTrue.union(fails))
    operand.whenFalse = first.whenFalse.union(holds).intersection(second.whenFalse.union(fails))
    return operand
  }

  mutating func fallback(
    _ first: ExpressionSyntax, _ second: ExpressionSyntax, as expected: ExpressionType?, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    let (first, second) = try pair(first, knowing: [], second, knowing: [], as: expected)
    guard first.isNullable else {
      throw ExpressionFault("P503", first.mark, "\(describe(first)) is never null. Remove the `otherwise`.")
    }
    let type = try join(first, second)
    let node = try emit(.otherwise(first.node, second.node), of: [first.node, second.node], at: mark)
    var operand = Operand(node: node, type: type, isNullable: second.isNullable, mark: mark, reason: second.reason)
    if second.constant == .bool(false), let input = first.input { operand.whenTrue = Self.facts(of: input) }
    if second.constant == .bool(true), let input = first.input { operand.whenFalse = Self.facts(of: input) }
    return operand
  }

  private func join(_ first: Operand, _ second: Operand) throws(ExpressionFault) -> ExpressionType {
    guard let type = first.type.joined(with: second.type) else { throw mismatch(first, second) }
    return type
  }

  func mismatch(_ first: Operand, _ second: Operand) -> ExpressionFault {
    let (left, right) = (names.name(of: first.type), names.name(of: second.type))
    return ExpressionFault(
      "P503", second.mark, "both sides need one type: \(describe(first)) is \(left), \(describe(second)) is \(right).")
  }

  // MARK: Two sides

  /// Whether a part gets its type from the other side.
  func isLoose(_ syntax: ExpressionSyntax) -> Bool {
    switch syntax.form {
    case .number, .text, .null: true
    case .path(let path): path.count == 1 && !isKnown(path[0].text)
    default: false
    }
  }

  /// Compiles two sides that have one type: a bare word gets that of the other.
  mutating func pair(
    _ left: ExpressionSyntax, knowing leftFacts: Set<Fact>, _ right: ExpressionSyntax,
    knowing rightFacts: Set<Fact>, as expected: ExpressionType?
  ) throws(ExpressionFault) -> (Operand, Operand) {
    if isLoose(left), !isLoose(right) {
      let second = try compile(right, as: expected, knowing: rightFacts)
      return (try compile(left, as: expected ?? second.type, knowing: leftFacts), second)
    }
    let first = try compile(left, as: expected, knowing: leftFacts)
    return (first, try compile(right, as: expected ?? first.type, knowing: rightFacts))
  }

  // MARK: Comparisons

  mutating func compare(
    _ comparison: Expression.Comparison, _ left: ExpressionSyntax, _ right: ExpressionSyntax, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    let (first, second) = try pair(left, knowing: [], right, knowing: [], as: nil)
    let isEquality = comparison == .equal || comparison == .notEqual
    guard first.type.joined(with: second.type) != nil, first.type != .null || second.type != .null else {
      throw mismatch(first, second)
    }
    if !isEquality {
      try requireValue(first)
      try requireValue(second)
      if first.type == .role { return try compareRanks(comparison, first, second, at: mark) }
      guard first.type.isOrdered else {
        throw ExpressionFault("P503", mark, "`\(names.name(of: first.type))` has no order. Write `==`, `!=` or `in`.")
      }
    } else if case .json = first.type {
      throw ExpressionFault("P503", mark, "json has no `==`. Compare its leaves.")
    }
    let node = try emit(.compare(comparison, first.node, second.node), of: [first.node, second.node], at: mark)
    var operand = Operand(node: node, type: .bool, mark: mark)
    if isEquality { operand.learn(from: first, second, isEqual: comparison == .equal) }
    return operand
  }

  /// `member.role >= teen` asks for one of the roles with that rank.
  private mutating func compareRanks(
    _ comparison: Expression.Comparison, _ first: Operand, _ second: Operand, at mark: Mark
  ) throws(ExpressionFault) -> Operand {
    guard let role = second.constant?.text ?? first.constant?.text, let rank = names.roles.rank(of: role) else {
      throw ExpressionFault("P503", mark, "by rank a role is compared with the name of one, as `member.role >= teen`.")
    }
    let isReversed = second.constant == nil
    let fitting = names.roleNames.filter { name in
      guard let other = names.roles.rank(of: name) else { return false }
      let (left, right) = isReversed ? (rank, other) : (other, rank)
      switch comparison {
      case .less: return left < right
      case .lessOrEqual: return left <= right
      case .greater: return left > right
      case .greaterOrEqual: return left >= right
      case .equal, .notEqual: return false
      }
    }
    let subject = isReversed ? second : first
    let list = try emit(.constant(.list(fitting.sorted().map { .text($0) })), at: mark)
    let node = try emit(.contains(set: list, element: subject.node), of: [list, subject.node], at: mark)
    return Operand(node: node, type: .bool, mark: mark)
  }
}

extension ExpressionCompiler {
  /// What is known where a path holds a value: so do the references on the way to it.
  static func facts(of input: Expression.Input) -> Set<Fact> {
    var facts = Set<Fact>()
    for count in 1...max(1, input.steps.count) { facts.insert(Fact(input.root, Array(input.steps.prefix(count)))) }
    if input.root == .old || input.root == .seen { facts.insert(Fact(.old)) }
    return facts
  }
}

extension ExpressionCompiler.Operand {
  /// Notes what an equality says about null: what equals a value is one, what differs from null is one.
  fileprivate mutating func learn(from first: Self, _ second: Self, isEqual: Bool) {
    for (side, other) in [(first, second), (second, first)] {
      guard let input = side.input else { continue }
      let facts = ExpressionCompiler.facts(of: input)
      if other.type == .null {
        if isEqual { whenFalse.formUnion(facts) } else { whenTrue.formUnion(facts) }
      } else if !other.isNullable {
        if isEqual { whenTrue.formUnion(facts) } else { whenFalse.formUnion(facts) }
      }
    }
  }
}
