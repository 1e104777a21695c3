package import HearthModel

/// Which role may make which step of a field from which state, and do what with a field or a collection.
package struct WhoTable {
  package let subject: String
  package let roles: [String]
  package private(set) var steps: [Step] = []
  package private(set) var verbs: [Verb] = []
  /// States that no step leads away from.
  package private(set) var final: [String] = []
  /// What the names in the cells mean.
  package private(set) var meanings: [(name: String, meaning: String)] = []

  private let pack: Pack
  private let collection: CollectionSchema

  /// Whether a role may, and under which conditions.
  package struct Cell: Equatable {
    package let isPossible: Bool
    /// One of these has to be true; empty when the role is enough.
    package var who: [String]
    /// All of these have to be true.
    package var needs: [String]

    package init(isPossible: Bool, who: [String] = [], needs: [String] = []) {
      self.isPossible = isPossible
      self.who = who
      self.needs = needs
    }

    static let no = Cell(isPossible: false)
  }

  package struct Step {
    package let from: String
    package let move: String
    package let to: String
    package let cells: [Cell]
  }

  package struct Verb {
    package let verb: String
    package let cells: [Cell]
  }

  /// - Parameter field: nil for the records of the collection as a whole.
  package init(_ field: Field?, _ collection: CollectionSchema, _ pack: Pack) {
    self.pack = pack
    self.collection = collection
    roles = pack.roles.ranked + pack.roles.beside
    subject = field.map { "\(collection.name).\($0.name)" } ?? collection.name
    let moves = collection.behavior.moves.filter { $0.field == field?.number }
    if let field, !moves.isEmpty { addSteps(moves, field) }
    addVerbs(field)
  }

  // MARK: Steps

  private mutating func addSteps(_ moves: [Move], _ field: Field) {
    for state in States(field, moves, pack).all {
      let leading = moves.filter { state.fits($0.from) }
      if leading.isEmpty { final.append(state.name) }
      for move in leading {
        let cells = roles.map { cell(move, from: state.value, field, $0) }
        let words = RuleWords(pack, collection)
        steps.append(Step(from: state.name, move: move.name, to: words.text(of: move.to), cells: cells))
      }
    }
  }

  private mutating func cell(_ move: Move, from state: Possible, _ field: Field, _ role: String) -> Cell {
    let path = [Expression.Input.Step.field(field.number)]
    let standing = [Expression.Input(.record, path): state, Expression.Input(.old, path): state]
    let by = move.by.map { who in
      (who.name, answer(who.mayMean(role: role) ? who.relation.map { [$0] } ?? [] : nil, role, standing), who.relation)
    }
    guard by.contains(where: { $0.1 != false }) else { return .no }
    var cell = Cell(isPossible: true)
    if !by.contains(where: { $0.1 == true }) {
      for (name, answer, relation) in by where answer == nil {
        cell.who.append(name)
        explain(name, relation?.text)
      }
    }
    var result = standing
    result[Expression.Input(.record, path)] = States.value(of: move.to, field, pack)
    result[Expression.Input(.isNew)] = .exactly(.bool(false))
    for need in move.needs {
      switch answer([need.condition], role, result) {
      case true?: break
      case false?: return .no
      case nil:
        cell.needs.append(need.name)
        explain("\(move.name) needs \(need.name)", need.condition.text)
      }
    }
    return cell
  }

  /// Whether all conditions hold: always, never, or sometimes; nil conditions never do.
  private func answer(
    _ conditions: [Expression]?, _ role: String, _ fixed: [Expression.Input: Possible] = [:]
  ) -> Bool? {
    guard let conditions else { return false }
    guard let all = Situations(of: conditions, in: collection, of: pack, roles: [role], fixed: fixed) else {
      return nil
    }
    var (isAlways, isNever) = (true, true)
    all.forEach { situation in
      let holds = conditions.map { situation.holds($0) }
      if holds.contains(where: { $0 != true }) { isAlways = false }
      if !holds.contains(false) { isNever = false }
      return isAlways || isNever
    }
    return isNever ? false : isAlways ? true : nil
  }

  private mutating func explain(_ name: String, _ meaning: String?) {
    guard let meaning, !meanings.contains(where: { $0.name == name }) else { return }
    meanings.append((name, meaning))
  }

  // MARK: Verbs

  private mutating func addVerbs(_ field: Field?) {
    let isMoved = field.map { field in collection.behavior.moves.contains { $0.field == field.number } } ?? false
    for verb in Access.Verb.allCases {
      if field != nil, verb == .delete { continue }
      if isMoved, verb != .read { continue }
      let cells = roles.map { cell(verb, field, $0) }
      verbs.append(Verb(verb: verb.rawValue, cells: cells))
    }
  }

  private mutating func cell(_ verb: Access.Verb, _ field: Field?, _ role: String) -> Cell {
    let access = collection.behavior.access
    guard !access.isOpen else { return Cell(isPossible: true) }
    if let field, verb == .read, !field.isPublished { return .no }
    var cell = Cell.no
    for grant in access.grants(for: verb) where grant.who.mayMean(role: role) && grant.gives(field) {
      let conditions = [grant.who.relation, grant.condition].compactMap { $0 }
      let answer = answer(conditions, role)
      if answer == true { return Cell(isPossible: true) }
      guard answer == nil else { continue }
      cell = Cell(isPossible: true, who: cell.who + names(of: grant))
    }
    var known = Set<String>()
    cell.who = cell.who.filter { known.insert($0).inserted }
    return cell
  }

  private mutating func names(of grant: Grant) -> [String] {
    let name = grant.who.relation == nil ? nil : grant.who.name
    explain(grant.who.name, grant.who.relation?.text)
    return [[name, grant.condition.map { "`\($0.text)`" }].compactMap { $0 }.joined(separator: " and ")]
  }
}

extension Grant {
  /// Whether it gives a field, or a path of it; nil asks for the record as a whole.
  func gives(_ field: Field?) -> Bool {
    guard let field else { return true }
    return fields.contains(field.number) || paths.contains { $0.field == field.number }
  }
}

/// The states that a field with moves can be in, as far as its moves tell them apart.
private struct States {
  struct State {
    let name: String
    let value: Possible
    let fits: (Move.Pattern) -> Bool
  }

  let all: [State]

  init(_ field: Field, _ moves: [Move], _ pack: Pack) {
    var states = [State]()
    if field.isNullable {
      states.append(State(name: "null", value: .exactly(.null)) { $0.fits(.null, member: nil) })
    }
    let named = moves.flatMap { move in [move.from, move.to] }.flatMap { pattern -> [Value] in
      if case .values(let values) = pattern { values.filter { !$0.isNull } } else { [] }
    }
    var values = Set(named).sorted()
    if case .choice(let names) = field.type { values = names.map { .text($0) } }
    if field.type == .bool { values = [.bool(false), .bool(true)] }
    states += values.map { value in
      State(name: value.description, value: .exactly(value)) { $0.fits(value, member: nil) }
    }
    if values.isEmpty {
      states.append(
        State(name: "set", value: .something) { pattern in
          switch pattern {
          case .any, .set, .member: true
          case .null, .values: false
          }
        })
    }
    all = states
  }

  /// What a field holds that fits a pattern.
  static func value(of pattern: Move.Pattern, _ field: Field, _ pack: Pack) -> Possible {
    switch pattern {
    case .any: .anything
    case .null: .exactly(.null)
    case .set: .something
    case .member: Domains.member
    case .values(let values): values.count == 1 ? .exactly(values[0]) : .anything
    }
  }
}
