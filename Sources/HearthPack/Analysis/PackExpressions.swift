package import HearthModel

/// All expressions of a pack, with the name of the place where each stands.
package struct PackExpressions {
  package struct Entry {
    /// As `tasks.finish needs photo`.
    package let name: String
    package let collection: CollectionSchema?
    package let expression: Expression
  }

  private let pack: Pack

  package init(_ pack: Pack) {
    self.pack = pack
  }

  /// Those of all collections, and of `session`.
  package var all: [Entry] {
    let session = pack.roles.session.map { [Entry(name: "roles.session", collection: nil, expression: $0)] } ?? []
    return session + pack.collections.flatMap { all(of: $0) }
  }

  /// Those of a collection, in the order of the reference.
  package func all(of collection: CollectionSchema) -> [Entry] {
    let behavior = collection.behavior
    var entries = [Entry]()
    var relations = Set<String>()
    let add = { (entries: inout [Entry], name: String, expression: Expression) in
      entries.append(Entry(name: "\(collection.name).\(name)", collection: collection, expression: expression))
    }
    let grants = Access.Verb.allCases.flatMap { verb in behavior.access.grants(for: verb).map { (verb, $0) } }
    for who in grants.map(\.1.who) + behavior.moves.flatMap(\.by) {
      if let relation = who.relation, relations.insert(who.name).inserted { add(&entries, "who \(who.name)", relation) }
    }
    for (verb, grant) in grants {
      if let condition = grant.condition { add(&entries, "\(verb.rawValue) to \(grant.who.name)", condition) }
    }
    for check in behavior.checks { add(&entries, "rule \(check.name)", check.condition) }
    for unique in behavior.uniques {
      if let condition = unique.condition { add(&entries, "rule \(unique.name) where", condition) }
    }
    for move in behavior.moves {
      for need in move.needs { add(&entries, "\(move.name) needs \(need.name)", need.condition) }
      for assignment in move.sets {
        add(&entries, "\(move.name) sets \(PathText.name(assignment.field, collection))", assignment.value)
      }
    }
    for effect in behavior.effects {
      if let condition = effect.condition { add(&entries, "\(effect.name) if", condition) }
      let target = RuleWords(pack, collection).target(of: effect)
      for assignment in effect.action.assignments {
        add(&entries, "\(effect.name) writes \(PathText.name(assignment.field, target))", assignment.value)
      }
    }
    return entries + rest(of: collection)
  }

  private func rest(of collection: CollectionSchema) -> [Entry] {
    let behavior = collection.behavior
    let entry = { (name: String, expression: Expression) in
      Entry(name: "\(collection.name).\(name)", collection: collection, expression: expression)
    }
    var entries = [Entry]()
    for (field, derived) in behavior.derived.sorted(by: { $0.key < $1.key }) {
      let name = PathText.name(field, collection)
      switch derived {
      case .expression(let expression): entries.append(entry("\(name) derived", expression))
      case .aggregate(let aggregate):
        guard let condition = aggregate.condition, let source = pack.collection(aggregate.source) else { continue }
        entries.append(
          Entry(name: "\(collection.name).\(name) derived where", collection: source, expression: condition))
      }
    }
    if let condition = behavior.keyCondition { entries.append(entry("key where", condition)) }
    for (field, condition) in behavior.restrictions.sorted(by: { $0.key < $1.key }) {
      entries.append(entry("\(PathText.name(field, collection)) restrict when", condition))
    }
    return entries
  }
}
