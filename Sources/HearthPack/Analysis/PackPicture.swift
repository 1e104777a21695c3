package import HearthModel

/// A pack in words, for people and programs that look into it.
package struct PackPicture: Encodable {
  package let name: String
  package let version: Int
  package let household: String
  package let members: String
  package let zone: String
  package let roles: Roles
  package let collections: [Collection]
  package let expect: [String]

  package struct Roles: Encodable {
    package let ranked: [String]
    package let beside: [String]
    package let service: [String]
    package let groups: [String: [String]]
    package let session: String?
  }

  package struct Collection: Encodable {
    package let name: String
    /// Settings as the pack writes them, as `append: true`.
    package let settings: [String]
    package let fields: [Field]
    package let who: [Named]
    /// By verb, then by role: what they may, in words; a role that may nothing is left out.
    package let access: [String: [String: String]]
    package let rules: [Rule]
    package let moves: [Move]
    package let effects: [Effect]
    package let indexes: [Named]
  }

  package struct Field: Encodable {
    package let name: String
    package let type: String
    package let standard: String
    package let merge: String
    package let marks: [String]
    /// How the hub computes it; nil when it does not.
    package let derived: String?
    /// Whether a creation has to give it.
    package let isRequired: Bool
    /// The collection that it points to.
    package let target: String?
    package let isNullable: Bool
    package let isSet: Bool

    enum CodingKeys: String, CodingKey {
      case name, type, merge, marks, derived, target
      case standard = "default"
      case isRequired = "required"
      case isNullable = "nullable"
      case isSet = "set"
    }
  }

  package struct Named: Encodable {
    package let name: String
    package let text: String
  }

  package struct Rule: Encodable {
    package let name: String
    package let text: String
    package let code: String
    package let says: String?
  }

  package struct Move: Encodable {
    package let name: String
    package let field: String
    package let from: String
    package let to: String
    package let by: [String]
    package let needs: [Rule]
    package let sets: String
    package let decided: String
    package let code: String
  }

  package struct Effect: Encodable {
    package let name: String
    package let when: String
    package let does: String
  }

  package init(_ pack: Pack) {
    name = pack.name
    version = pack.version
    let collectionName = { pack.collection($0)?.name ?? "" }
    household = collectionName(pack.householdCollection)
    members = collectionName(pack.memberCollection)
    zone = "household.\(PathText.name(pack.zoneField, pack.collection(pack.householdCollection)))"
    roles = Roles(
      ranked: pack.roles.ranked, beside: pack.roles.beside, service: pack.roles.service, groups: pack.roles.groups,
      session: pack.roles.session?.text)
    collections = pack.collections.map { Collection($0, in: pack) }
    expect = pack.expectations.map(\.text)
  }
}

extension PackPicture.Collection {
  init(_ collection: CollectionSchema, in pack: Pack) {
    let words = RuleWords(pack, collection)
    let behavior = collection.behavior
    name = collection.name
    settings = Self.settings(collection, words)
    fields = collection.fields.map { PackPicture.Field($0, words) }
    who = Self.relations(behavior)
    access = Self.access(collection, pack)
    rules =
      behavior.checks.map { .init($0.name, $0.condition.text, $0.refusal) }
      + behavior.uniques.map { .init($0.name, words.text(of: $0), $0.refusal) }
      + behavior.acyclics.map { .init($0.name, words.text(of: $0), $0.refusal) }
    moves = behavior.moves.map { .init($0, words) }
    effects = behavior.effects.map {
      PackPicture.Effect(name: $0.name, when: words.trigger(of: $0), does: words.action(of: $0))
    }
    indexes = collection.indexes.map { PackPicture.Named(name: $0.name, text: words.text(of: $0)) }
  }

  private static func settings(_ collection: CollectionSchema, _ words: RuleWords) -> [String] {
    let behavior = collection.behavior
    var settings = [String]()
    if collection.isShared { settings.append("shared: true") }
    if collection.isAppendOnly { settings.append("append: true") }
    if collection.isStrict { settings.append("strict: true") }
    if collection.deletes != .deleteWins { settings.append("deletes: \(collection.deletes)") }
    if !collection.key.isEmpty {
      let condition = behavior.keyCondition.map { " where \($0.text)" } ?? ""
      settings.append("key: \(words.names(collection.key))\(condition)")
    }
    if let field = behavior.expires { settings.append("expires: \(words.name(field))") }
    if let keep = behavior.retention {
      settings.append("keep: \(keep.months) months")
    }
    return settings
  }

  private static func relations(_ behavior: Behavior) -> [PackPicture.Named] {
    var known = Set<String>()
    let grants = Access.Verb.allCases.flatMap { behavior.access.grants(for: $0) }
    return (grants.map(\.who) + behavior.moves.flatMap(\.by)).compactMap { who in
      guard let relation = who.relation, known.insert(who.name).inserted else { return nil }
      return PackPicture.Named(name: who.name, text: relation.text)
    }
  }

  private static func access(_ collection: CollectionSchema, _ pack: Pack) -> [String: [String: String]] {
    var access = [String: [String: String]]()
    for verb in Access.Verb.allCases {
      for role in pack.roles.ranked + pack.roles.beside {
        let text = RightsText(collection, pack).text(verb, role)
        if !text.isEmpty { access[verb.rawValue, default: [:]][role] = text }
      }
    }
    return access
  }
}

extension PackPicture.Field {
  init(_ field: Field, _ words: RuleWords) {
    name = field.name
    type = words.type(of: field)
    standard = words.standard(of: field)
    merge = words.merge(of: field)
    marks = words.marks(of: field)
    derived = words.collection.behavior.derived[field.number].map { words.text(of: $0) }
    isRequired = field.isRequired && derived == nil && !field.marks.contains(.system)
    target = field.type.target.flatMap { words.pack.collection($0)?.name }
    isNullable = field.isNullable
    if case .set = field.type { isSet = true } else { isSet = false }
  }
}

extension PackPicture.Rule {
  init(_ name: String, _ text: String, _ refusal: Refusal) {
    self.init(name: name, text: text, code: refusal.code.name, says: refusal.says)
  }
}

extension PackPicture.Move {
  init(_ move: Move, _ words: RuleWords) {
    self.init(
      name: move.name, field: words.name(move.field), from: words.text(of: move.from), to: words.text(of: move.to),
      by: move.by.map(\.name), needs: move.needs.map { .init($0.name, $0.condition.text, $0.refusal) },
      sets: words.assignments(move.sets, words.collection), decided: move.isDecidedByHub ? "hub" : "merge",
      code: move.refusal.code.name)
  }
}

extension RuleWords {
  /// An index as `status, due desc`.
  package func text(of index: CollectionSchema.Index) -> String {
    var text =
      switch index.content {
      case .columns(let columns):
        columns.map { column in
          let name = name(column.field)
          return (column.isFolded ? "lower(\(name))" : name) + (column.isDescending ? " desc" : "")
        }.joined(separator: ", ")
      case .elements(let field): "elements of \(name(field))"
      case .path(let field): "paths of \(name(field))"
      case .words(let field): "words of \(name(field))"
      }
    if let condition = index.condition { text += " where \(condition.text)" }
    if !index.covers.isEmpty { text += ", covers \(index.covers.map { name($0) }.joined(separator: ", "))" }
    if index.isGlobal { text += ", global" }
    if !index.serves.isEmpty { text += " (serves \(index.serves.joined(separator: ", ")))" }
    return text
  }
}

/// What a role may do with the records of a collection, in words.
struct RightsText {
  let collection: CollectionSchema
  let pack: Pack

  init(_ collection: CollectionSchema, _ pack: Pack) {
    self.collection = collection
    self.pack = pack
  }

  /// As `all`, `title, due if editor`; empty when it may nothing.
  func text(_ verb: Access.Verb, _ role: String) -> String {
    let access = collection.behavior.access
    if access.isOpen { return verb == .delete ? "yes" : "all" }
    let words = RuleWords(pack, collection)
    let parts = access.grants(for: verb).compactMap { grant -> String? in
      guard grant.who.mayMean(role: role) else { return nil }
      let conditions = [grant.who.relation, grant.condition].compactMap { $0 }
      let all = Situations(of: conditions, in: collection, of: pack, roles: [role])
      if let all, !all.contains(where: { $0.applies(grant) != false }) { return nil }
      let isAlways = all.map { !$0.contains { $0.applies(grant) != true } } ?? false
      let fields = verb == .delete ? "yes" : words.fields(of: grant)
      let names = [grant.who.relation == nil ? nil : grant.who.name, grant.condition?.text].compactMap { $0 }
      return isAlways ? fields : "\(fields) if \(names.joined(separator: " and "))"
    }
    return parts.joined(separator: "; ")
  }
}
