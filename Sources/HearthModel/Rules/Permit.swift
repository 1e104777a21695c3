/// What one role may do with the records of one collection: the grants, sorted by whether they ask for anything more
/// than the role. Worked out once, so that an edit that the role alone allows costs a look at some bits.
package struct Permit: Sendable {
  /// The fields that are granted whatever the record says.
  package private(set) var always = FieldSet()
  /// The grants that depend on the record, on the member or on the household.
  package private(set) var conditional: [Grant] = []
  private var paths: [Grant.Path] = []
  /// Whether some grant always applies, whatever its fields.
  private(set) var isUnconditional = false

  /// Nothing.
  package init() {}

  /// Whether the role alone gives the right to all of this; deletes have no needs.
  package func covers(_ needs: [Judge.Need]) -> Bool {
    needs.isEmpty ? isUnconditional : needs.allSatisfy { covers($0) }
  }

  /// The fields of all grants that apply.
  ///
  /// - Parameter applies: whether a conditional grant does; nil when that is not known, and then it gives nothing.
  /// - Returns: the fields, and whether the answer for every grant that mattered was known.
  package func fields(where applies: (Grant) throws -> Bool?) rethrows -> (fields: FieldSet, isKnown: Bool) {
    var (fields, isKnown) = (always, true)
    for grant in conditional where !grant.fields.isSubset(of: fields) {
      switch try applies(grant) {
      case true?: fields.formUnion(grant.fields)
      case false?: break
      case nil: isKnown = false
      }
    }
    return (fields, isKnown)
  }

  func covers(_ need: Judge.Need) -> Bool { need.isMet(by: always, paths) }
}

extension CollectionSchema {
  /// What a role may do. Nobody reads what never leaves the hub, whatever a grant says.
  package func permit(for verb: Access.Verb, role: String) -> Permit {
    let everything = Grant(
      to: Who(name: "everybody", roles: nil, relation: nil), fields: FieldSet(fields.lazy.map(\.number)))
    let grants = behavior.access.isOpen ? [everything] : behavior.access.grants(for: verb)
    var permit = Permit()
    for grant in grants where grant.who.mayMean(role: role) {
      permit.add(verb == .read ? grant.within(publishedFields) : grant)
    }
    return permit
  }
}

extension Permit {
  fileprivate mutating func add(_ grant: Grant) {
    guard grant.conditions.isEmpty else { return conditional.append(grant) }
    isUnconditional = true
    always.formUnion(grant.fields)
    paths += grant.paths
  }
}

extension Grant {
  /// What must hold beside the role.
  package var conditions: [Expression] { [who.relation, condition].compactMap { $0 } }

  fileprivate func within(_ bounds: FieldSet) -> Grant {
    Grant(to: who, condition: condition, fields: fields.intersection(bounds), paths: paths)
  }
}
