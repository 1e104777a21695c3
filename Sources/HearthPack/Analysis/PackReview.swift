package import HearthModel

/// What can be said about a pack as a whole by walking through every situation that its conditions tell apart
/// (docs/guides/write-a-pack.md): rules that never or always hold, rights that lead nowhere, sentences proved.
package struct PackReview {
  package let pack: Pack
  package private(set) var findings: [Finding] = []
  /// How each sentence of `expect` came out.
  package private(set) var proofs: [Proof] = []
  /// Conditions with more than `Situations.max` combinations.
  package private(set) var notAnalysed: [String] = []

  let places: PackPlaces
  private let file: String

  /// - Parameter text: the pack's file, for the places of what is found.
  package init(_ pack: Pack, text: String, file: String) throws(Diagnostics) {
    self.pack = pack
    self.file = file
    places = try PackPlaces(text, file: file)
    for collection in pack.collections {
      reviewConditions(collection)
      reviewGrants(collection)
      reviewCreation(collection)
      reviewMoves(collection)
      reviewFields(collection)
      reviewPrivacy(collection)
      reviewOrder(collection)
    }
    for (position, expectation) in pack.expectations.enumerated() { prove(expectation, position) }
    findings.sort {
      ($0.mark.line, $0.mark.column, $0.code.rawValue, $0.message) < (
        $1.mark.line, $1.mark.column, $1.code.rawValue, $1.message
      )
    }
  }

  mutating func find(_ code: Finding.Code, _ mark: Mark, _ message: String) {
    let finding = Finding(code: code, file: file, mark: mark, message: message)
    if !findings.contains(finding) { findings.append(finding) }
  }

  mutating func note(_ proof: Proof) { proofs.append(proof) }

  /// Whether a condition holds in all situations, in none, or in some; nil when there are too many to say.
  mutating func range(
    of conditions: [Expression], _ collection: CollectionSchema?, roles: [String]? = nil,
    fixed: [Expression.Input: Possible] = [:], name: String
  ) -> Outcome? {
    guard let all = Situations(of: conditions, in: collection, of: pack, roles: roles, fixed: fixed) else {
      if !notAnalysed.contains(name) { notAnalysed.append(name) }
      return nil
    }
    var (isAlways, isNever) = (true, true)
    all.forEach { situation in
      let holds = conditions.map { situation.holds($0) }
      if holds.contains(where: { $0 != true }) { isAlways = false }
      if !holds.contains(false) { isNever = false }
      return isAlways || isNever
    }
    return isNever ? .never : isAlways ? .always : .sometimes
  }

  enum Outcome {
    case always
    case never
    case sometimes
  }

  // MARK: Conditions

  private mutating func reviewConditions(_ collection: CollectionSchema) {
    let behavior = collection.behavior
    for check in behavior.checks {
      let mark = places.mark(collection.name, "rules", check.name)
      say(of: check.condition, "the rule `\(check.name)`", collection, mark)
    }
    for move in behavior.moves {
      for need in move.needs {
        let mark = places.need(collection.name, move.name, need.name)
        say(of: need.condition, "the need `\(need.name)` of `\(move.name)`", collection, mark)
      }
    }
    for effect in behavior.effects {
      guard let condition = effect.condition else { continue }
      let mark = places.mark(collection.name, "effects", effect.name)
      say(of: condition, "the condition of the effect `\(effect.name)`", collection, mark)
    }
  }

  private mutating func say(
    of condition: Expression, _ what: String, _ collection: CollectionSchema, _ mark: Mark
  ) {
    switch range(of: [condition], collection, name: "\(collection.name): \(what)") {
    case .never?: find(.neverHolds, mark, "\(what) never holds: \(condition.text).")
    case .always?: find(.alwaysHolds, mark, "\(what) always holds: \(condition.text). It says nothing.")
    case .sometimes?, nil: break
    }
  }

  // MARK: Grants

  private mutating func reviewGrants(_ collection: CollectionSchema) {
    let access = collection.behavior.access
    for verb in Access.Verb.allCases {
      let grants = access.grants(for: verb)
      for (position, grant) in grants.enumerated() {
        let mark = places.grant(collection.name, verb, grant.who.name)
        let name = "\(collection.name): \(verb.rawValue) to \(grant.who.name)"
        let conditions = [grant.who.relation, grant.condition].compactMap { $0 }
        let roles = grant.who.roles.map { $0.filter { pack.roles.rank(of: $0) != .hub }.sorted() }
        if roles?.isEmpty != true,
          range(of: conditions, collection, roles: roles, name: name) == .never
        {
          find(
            .rightOfNobody, mark, "`\(verb.rawValue)` to `\(grant.who.name)` applies to nobody: \(text(conditions)).")
        } else if let wider = covering(grant, position, grants, verb, collection) {
          find(
            .covered, mark,
            "`\(verb.rawValue)` to `\(grant.who.name)` gives nothing that `\(wider.who.name)` does not give. Remove it."
          )
        }
      }
    }
    reviewToggles(collection)
  }

  private func text(_ conditions: [Expression]) -> String { conditions.map(\.text).joined(separator: " and ") }

  /// Another grant that gives at least as much wherever this one applies; of two alike the later is told.
  private func covering(
    _ grant: Grant, _ position: Int, _ grants: [Grant], _ verb: Access.Verb, _ collection: CollectionSchema
  ) -> Grant? {
    for (other, wider) in grants.enumerated() where other != position {
      guard verb == .delete || grant.fields.subtracting(wider.fields).isEmpty,
        grant.paths.allSatisfy({ path in
          wider.fields.contains(path.field) || wider.paths.contains { $0.field == path.field && $0.covers(path.keys) }
        })
      else { continue }
      let conditions = [grant, wider].flatMap { [$0.who.relation, $0.condition].compactMap { $0 } }
      guard let all = Situations(of: conditions, in: collection, of: pack),
        !all.contains(where: { $0.applies(grant) != false && $0.applies(wider) != true })
      else { continue }
      let isAlike = !all.contains(where: { $0.applies(wider) != false && $0.applies(grant) != true })
      if isAlike, wider.fields == grant.fields || verb == .delete, other > position { continue }
      return wider
    }
    return nil
  }

  /// A toggle of a member must not give more than the highest role has.
  private mutating func reviewToggles(_ collection: CollectionSchema) {
    guard let highest = pack.roles.ranked.first else { return }
    let access = collection.behavior.access
    for verb in [Access.Verb.create, .update, .delete] {
      let grants = access.grants(for: verb)
      for grant in grants where grant.readsToggle {
        let lower = (pack.roles.ranked + pack.roles.beside).filter { $0 != highest && grant.who.mayMean(role: $0) }
        let conditions = [grant.who.relation, grant.condition].compactMap { $0 }
        guard range(of: conditions, collection, roles: lower, name: "toggles of \(collection.name)") != .never else {
          continue
        }
        var given = FieldSet()
        let had = grants.filter { mayApply($0, to: highest, collection) }
        for other in had { given.formUnion(other.fields) }
        let more = grant.fields.subtracting(given).numbers
        guard verb == .delete ? had.isEmpty : !more.isEmpty else { continue }
        let what = verb == .delete ? "" : " `\(RuleWords(pack, collection).names(more))`"
        find(
          .toggleAbove, places.grant(collection.name, verb, grant.who.name),
          "the toggle behind `\(grant.who.name)` lets lower roles \(verb.rawValue)\(what), which `\(highest)` may not.")
      }
    }
  }

  mutating func mayApply(_ grant: Grant, to role: String, _ collection: CollectionSchema) -> Bool {
    guard grant.who.mayMean(role: role) else { return false }
    let conditions = [grant.who.relation, grant.condition].compactMap { $0 }
    return range(of: conditions, collection, roles: [role], name: "\(collection.name): \(grant.who.name)") != .never
  }
}

extension Grant {
  /// Whether it depends on a json field of the member, where rights of single members stand.
  fileprivate var readsToggle: Bool {
    [who.relation, condition].compactMap { $0 }.flatMap(\.inputs).contains { input in
      input.root == .member && input.steps.count > 1
        && input.steps.contains { if case .key = $0 { true } else { false } }
    }
  }
}
