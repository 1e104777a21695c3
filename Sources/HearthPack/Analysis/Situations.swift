package import HearthModel

/// Every situation that some conditions can tell apart: the member's role, and what each input holds.
///
/// Enums, booleans and whether something is null are enumerated exactly; numbers, days and moments as the ranges
/// between the constants that they are compared with; ids as "the member" and "somebody else". Everything else stays
/// open, so that what is proved over all situations holds for every record.
package struct Situations {
  /// Combinations that are walked through; with more the conditions are not analysed.
  package static let max = 4096

  let pack: Pack
  let collection: CollectionSchema?
  let roles: [String]
  let inputs: [(input: Expression.Input, domain: [Possible])]

  /// Prepares the situations of some conditions; nil when there are too many.
  package init?(
    of conditions: [Expression], in collection: CollectionSchema?, of pack: Pack, roles: [String]? = nil,
    fixed: [Expression.Input: Possible] = [:]
  ) {
    self.pack = pack
    self.collection = collection
    self.roles = roles ?? pack.roles.ranked + pack.roles.beside
    var known = Set<Expression.Input>()
    let all = conditions.flatMap(\.inputs).filter { known.insert($0).inserted }
    let domains = Domains(conditions, all, collection, pack)
    inputs = all.map { ($0, fixed[$0].map { [$0] } ?? domains.domain(of: $0)) }
    var count = self.roles.count
    for (_, domain) in inputs {
      let (product, overflow) = count.multipliedReportingOverflow(by: domain.count)
      guard !overflow, product <= Self.max else { return nil }
      count = product
    }
  }

  /// One situation.
  package struct Situation {
    package let role: String
    let values: [Expression.Input: Possible]

    /// Whether a condition holds here; nil when it depends on more.
    package func holds(_ condition: Expression) -> Bool? {
      PossibleEvaluation(expression: condition) { values[$0] ?? .anything }.truth()
    }

    /// Whether somebody is meant here.
    package func isMeant(_ who: Who) -> Bool? {
      guard who.mayMean(role: role) else { return false }
      return who.relation.map { holds($0) } ?? true
    }

    /// Whether a grant applies here.
    package func applies(_ grant: Grant) -> Bool? {
      let isMeant = isMeant(grant.who)
      if isMeant == false { return false }
      let holds = grant.condition.map { self.holds($0) } ?? true
      return holds == false ? false : isMeant == true && holds == true ? true : nil
    }
  }

  /// Walks through the situations that can be, until the body has seen enough.
  package func forEach(_ body: (Situation) -> Bool) {
    for role in roles {
      var values = [Expression.Input: Possible]()
      guard walk(0, role, &values, body) else { return }
    }
  }

  package func contains(where body: (Situation) -> Bool) -> Bool { first(where: body) != nil }

  package func first(where body: (Situation) -> Bool) -> Situation? {
    var found: Situation?
    forEach { situation in
      if body(situation) { found = situation }
      return found == nil
    }
    return found
  }

  /// Returns false when the body has seen enough.
  private func walk(
    _ position: Int, _ role: String, _ values: inout [Expression.Input: Possible], _ body: (Situation) -> Bool
  ) -> Bool {
    guard position < inputs.count else {
      return isPossible(values, role) ? body(Situation(role: role, values: values)) : true
    }
    let (input, domain) = inputs[position]
    for value in value(of: input, as: role).map({ [$0] }) ?? domain {
      values[input] = value
      guard walk(position + 1, role, &values, body) else { return false }
    }
    return true
  }

  /// What follows from the role alone.
  private func value(of input: Expression.Input, as role: String) -> Possible? {
    if input == roleInput { return .exactly(.text(role)) }
    guard input.root == .rank, let rank = pack.roles.rank(of: role) else { return nil }
    return .exactly(.int(Int64(rank.rawValue)))
  }

  private var roleInput: Expression.Input { Expression.Input(.member, [.field(pack.roleField)]) }

  // MARK: What cannot be

  private func isPossible(_ values: [Expression.Input: Possible], _ role: String) -> Bool {
    for (input, value) in values {
      if !isPossible(input, value, values, role) { return false }
    }
    return true
  }

  private func isPossible(
    _ input: Expression.Input, _ value: Possible, _ values: [Expression.Input: Possible], _ role: String
  ) -> Bool {
    // Behind a reference that is null everything is null.
    for end in input.steps.indices where end > 0 {
      let start = values[Expression.Input(input.root, Array(input.steps[..<end]))]
      if start?.isNull == true, value.isNull == false { return false }
    }
    guard input.steps.count == 1, case .field(let field) = input.steps[0] else { return true }
    switch input.root {
    case .old:
      let isNew = values[Expression.Input(.isNew)]?.truth
      if isNew == true, value.isNull == false { return false }
      guard isNew != true, values[Expression.Input(.changed(field))]?.truth == false else { return true }
      return mayEqual(value, values[Expression.Input(.record, input.steps)])
    case .record:
      // The member's own record says of the member what `member` says.
      guard collection?.number == pack.memberCollection, values[Expression.Input(.record)] == Domains.member else {
        return true
      }
      if field == pack.roleField { return mayEqual(value, .exactly(.text(role))) }
      return mayEqual(value, values[Expression.Input(.member, input.steps)])
    default: return true
    }
  }

  private func mayEqual(_ left: Possible, _ right: Possible?) -> Bool {
    guard let right else { return true }
    if case .exactly(let left) = left, case .exactly(let right) = right { return left == right }
    if let left = left.range, let right = right.range { return left.overlaps(right) }
    return left.isNull == nil || right.isNull == nil || left.isNull == right.isNull
  }
}

// MARK: - In words

extension Situations.Situation {
  /// The situation as an example: `role child, status open, claimed_by the member`.
  package func words(in collection: CollectionSchema?, of pack: Pack) -> String {
    let text = PathText(pack, collection)
    let role = Expression.Input(.member, [.field(pack.roleField)])
    let parts = values.filter { $0.key.root != .rank && $0.key != role && $0.key != Expression.Input(.member) }
      .map { "\(text.text($0.key)) \(Domains.words($0.value))" }.sorted()
    return (["role \(self.role)"] + parts).joined(separator: ", ")
  }
}
