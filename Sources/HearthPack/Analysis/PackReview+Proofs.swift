internal import HearthModel

extension PackReview {
  /// How a sentence of `expect` came out.
  package struct Proof {
    package let text: String
    package let result: Result

    package enum Result: Equatable {
      case proved
      /// With an example.
      case refuted(String)
      /// The conditions leave it open.
      case open(String)
    }
  }

  /// Proves or refutes a sentence in every situation.
  mutating func prove(_ expectation: Expectation, _ position: Int) {
    guard let collection = pack.collection(expectation.collection) else { return }
    let result = expectation.isAllowed ? possible(expectation, collection) : impossible(expectation, collection)
    note(Proof(text: expectation.text, result: result))
    switch result {
    case .proved: break
    case .refuted(let example):
      find(.refuted, places.expectation(position), "`\(expectation.text)` is not so: \(example).")
    case .open(let reason):
      find(.unproved, places.expectation(position), "`\(expectation.text)` cannot be proved: \(reason).")
    }
  }

  /// One way to do what a sentence is about.
  private struct Way {
    let name: String
    let who: Who
    let conditions: [Expression]
  }

  /// A sentence `may not`: no way is open in any situation.
  private func impossible(_ expectation: Expectation, _ collection: CollectionSchema) -> Proof.Result {
    var open: String?
    for role in expectation.roles.sorted() {
      if collection.behavior.access.isOpen { return .refuted("everybody may do everything in `\(collection.name)`") }
      if pack.roles.rank(of: role) == .hub { return .refuted("services do what they like") }
      for way in ways(expectation, collection) where way.who.mayMean(role: role) {
        guard let all = Situations(of: way.conditions, in: collection, of: pack, roles: [role]) else {
          open = "`\(way.name)` has more than \(Situations.max) situations"
          continue
        }
        let sure = all.first { situation in way.conditions.allSatisfy { situation.holds($0) == true } }
        if let sure { return .refuted("\(way.name), with \(sure.words(in: collection, of: pack))") }
        let perhaps = all.first { situation in !way.conditions.contains { situation.holds($0) == false } }
        if let perhaps { open = open ?? "\(way.name) may apply, with \(perhaps.words(in: collection, of: pack))" }
      }
    }
    return open.map { .open($0) } ?? .proved
  }

  /// A sentence `may`: each role has a way that is open in some situation.
  private func possible(_ expectation: Expectation, _ collection: CollectionSchema) -> Proof.Result {
    if collection.behavior.access.isOpen { return .proved }
    for role in expectation.roles.sorted() where pack.roles.rank(of: role) != .hub {
      var isOpen = false
      let isProved = ways(expectation, collection).contains { way in
        guard way.who.mayMean(role: role) else { return false }
        guard let all = Situations(of: way.conditions, in: collection, of: pack, roles: [role]) else {
          isOpen = true
          return false
        }
        if all.contains(where: { situation in !way.conditions.contains { situation.holds($0) == false } }) {
          isOpen = true
        }
        return all.contains { situation in way.conditions.allSatisfy { situation.holds($0) == true } }
      }
      if isProved { continue }
      return isOpen ? .open("it depends on values for `\(role)`") : .refuted("no right of `\(role)` gives it")
    }
    return .proved
  }

  private func ways(_ expectation: Expectation, _ collection: CollectionSchema) -> [Way] {
    let behavior = collection.behavior
    let field = expectation.field.flatMap { collection.field($0) }
    let verbs: [Access.Verb] =
      switch expectation.verb {
      case .read: [.read]
      case .create: [.create]
      case .update: [.update]
      case .delete: [.delete]
      case .write: [.create, .update]
      }
    var ways = [Way]()
    for verb in verbs {
      if verb == .read, let field, !field.isPublished { continue }
      if verb != .read, verb != .create, collection.isAppendOnly { continue }
      for grant in behavior.access.grants(for: verb) where grant.gives(field) {
        let conditions = [grant.who.relation, grant.condition].compactMap { $0 }
        ways.append(Way(name: "`\(verb.rawValue)` to `\(grant.who.name)`", who: grant.who, conditions: conditions))
      }
      guard verb == .update else { continue }
      for move in behavior.moves where field == nil || field?.number == move.field {
        for who in move.by {
          let needs = who.relation.map { [$0] } ?? []
          ways.append(Way(name: "the move `\(move.name)` by `\(who.name)`", who: who, conditions: needs))
        }
      }
    }
    return ways
  }
}
