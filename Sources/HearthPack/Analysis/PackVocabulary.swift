package import HearthModel

/// The keys of packs by the place where they stand, and the JSON Schema that follows from them.
///
/// A test asks the loader about every key, so that the two cannot differ.
package enum PackVocabulary {
  /// What stands under a key.
  package indirect enum Content: Sendable {
    /// Any text: an expression, a name, a sentence, a number.
    case text
    /// A field line.
    case line
    /// One of some words.
    case word([String])
    case flag
    case number
    /// A list of texts.
    case names
    /// A text or a list of texts.
    case nameOrNames
    /// Named contents.
    case map(Content)
    /// An object of a kind.
    case object(Kind)
    /// A text, or an object of a kind.
    case textOr(Kind)
    /// A text, a list of texts, or an object of a kind.
    case namesOr(Kind)
    /// Whatever a type is: a field line's type or a shape.
    case type
  }

  /// A place with keys of its own.
  package enum Kind: String, CaseIterable, Sendable {
    case pack
    case roles
    case trait
    case collection
    case key
    case index
    case access
    case grant
    case check
    case unique
    case acyclic
    case links
    case move
    case need
    case effect
  }

  package struct Key: Sendable {
    package let name: String
    package let content: Content
    package let meaning: String
    package let isRequired: Bool
  }

  /// The types that a field line may begin with; a named type begins with a capital letter.
  package static let typeNames = [
    "text", "email", "url", "color", "zone", "locale", "rrule", "slug", "base32", "ip", "int", "decimal", "float",
    "bool", "date", "time", "uuid", "enum", "ref", "set", "json",
  ]

  private static func key(_ name: String, _ content: Content, _ meaning: String, required: Bool = false) -> Key {
    Key(name: name, content: content, meaning: meaning, isRequired: required)
  }

  /// The keys of a place.
  package static func keys(of kind: Kind) -> [Key] {
    switch kind {
    case .pack: packKeys
    case .roles: roleKeys
    case .trait:
      [
        key("fields", .map(.line), "Fields that collections with this trait have in front.", required: true),
        key("rules", .map(.object(.check)), "Rules of these collections."),
      ]
    case .collection: collectionKeys
    case .key:
      [
        key("fields", .names, "Immutable fields from which the id follows.", required: true),
        key("where", .text, "Only records that meet this have the id of their key."),
      ]
    case .index: indexKeys
    case .access: Access.Verb.allCases.map { key($0.rawValue, .map(.namesOr(.grant)), meaning(of: $0)) }
    case .grant:
      [
        key("if", .text, "The condition under which the right applies."),
        key("fields", .nameOrNames, "`all`, or the fields; all when left out."),
      ]
    case .check: [key("check", .text, "What must hold of the result.", required: true)] + refusalKeys
    case .unique: uniqueKeys + refusalKeys
    case .acyclic:
      [
        key("acyclic", .textOr(.links), "The reference, or the links, that must not close a circle.", required: true),
        key("depth", .number, "Steps at most, 100 when left out."),
      ] + refusalKeys
    case .links:
      [
        key("from", .text, "The reference to one end.", required: true),
        key("to", .text, "The reference to the other end.", required: true),
      ]
    case .move: moveKeys
    case .need: [key("if", .text, "What must hold.", required: true)] + refusalKeys
    case .effect: effectKeys
    }
  }

  private static let refusalKeys = [
    key("code", .text, "The code of the refusal."), key("says", .text, "The sentence for people."),
  ]

  private static let packKeys = [
    key("pack", .text, "Name of the app.", required: true),
    key("version", .number, "The shape that devices speak.", required: true),
    key("language", .number, "Version of the pack language: 1.", required: true),
    key("household", .text, "The collection with one record for the household itself.", required: true),
    key("members", .text, "The collection of the household's members.", required: true),
    key("zone", .text, "The field with the time zone that a day means, as household.time_zone.", required: true),
    key("roles", .object(.roles), "Roles and their ranks.", required: true),
    key("traits", .map(.object(.trait)), "Bundles of fields that collections use."),
    key("types", .map(.type), "Named types."),
    key("collections", .map(.object(.collection)), "The collections.", required: true),
    key("open", .flag, "Collections without access are open to every member."),
    key("expect", .names, "Sentences that must be provable, as `nobody may update points`."),
  ]

  private static let roleKeys = [
    key("field", .text, "The field of the members' collection that holds the role."),
    key("ranked", .names, "Roles from high to low.", required: true),
    key("beside", .names, "Roles below all ranked ones, equal among themselves."),
    key("service", .names, "Workers inside the hub."),
    key("groups", .map(.names), "Named sets of roles."),
    key("session", .text, "What must hold of a member who comes in."),
  ]

  private static let collectionKeys = [
    key("use", .names, "Traits whose fields stand in front."),
    key("fields", .map(.line), "The fields."),
    key("shared", .flag, "The records come from the catalogue and are the same in every household."),
    key("deletes", .word(["deleteWins", "editWins", "guardian"]), "A delete against an edit that had not seen it."),
    key("append", .flag, "Records are created only, never updated or deleted by a device."),
    key("strict", .flag, "Every update expects the record unchanged."),
    key("key", .namesOr(.key), "Fields from which the id follows."),
    key("indexes", .map(.object(.index)), "Indexes for queries."),
    key("who", .map(.text), "Named conditions between the member and the record."),
    key("access", .object(.access), "Who may do what."),
    key("rules", .map(.object(.check)), "What must hold."),
    key("moves", .map(.object(.move)), "The steps of fields that change in no other way."),
    key("effects", .map(.object(.effect)), "What the hub adds."),
    key("expires", .text, "The field with the moment at which the record goes."),
    key("keep", .text, "How long records stay, as `12 months`."),
  ]

  private static let indexKeys = [
    key("fields", .names, "Fields, perhaps as lower(field) and with desc."),
    key("elements", .text, "A set whose elements are indexed."),
    key("path", .text, "A json field whose leaves are indexed."),
    key("words", .text, "A text whose words are indexed."),
    key("where", .text, "Which records the index holds."),
    key("covers", .names, "Fields that stand behind the others, so that the record need not be read."),
    key("global", .flag, "Over all households."),
    key("serves", .names, "Names under which other documents know it."),
  ]

  private static let uniqueKeys = [
    key("unique", .names, "Fields that no two records have alike.", required: true),
    key("where", .text, "Which records take part."),
    key("fold", .word(["case"]), "Texts are compared in small letters."),
    key("across", .word(["households"]), "Over all households of the hub."),
    key("duplicate", .word(Unique.Policy.allCases.map(\.rawValue)), "What happens when there is one already."),
  ]

  private static let moveKeys =
    [
      key("change", .text, "The field and the step, as `status open -> done`.", required: true),
      key("by", .nameOrNames, "Who may make it.", required: true),
      key("needs", .map(.textOr(.need)), "Named conditions of the step."),
      key("sets", .map(.text), "What the hub writes with it."),
      key("decided", .word(["merge", "hub"]), "Whether it begins at the value that its writer saw, or at the hub's."),
    ] + refusalKeys

  private static let effectKeys = [
    key("when", .text, "When it happens, as `status enters done`.", required: true),
    key("even", .word(["hidden"]), "Also for a move that a concurrent one hides."),
    key("if", .text, "Under which condition."), key("at", .text, "The reference to the record that is written."),
    key("row", .map(.text), "The values of the record that is made."),
    key("negate", .text, "The number that a reversal negates."),
    key("append", .text, "The collection in which a record is made."),
    key("put", .text, "The collection in which the record with this key is made or written."),
    key("set", .map(.text), "What is written."), key("reverse", .text, "The effect whose row is taken back."),
    key("delete", .flag, "The record itself is deleted."),
  ]

  private static func meaning(of verb: Access.Verb) -> String {
    switch verb {
    case .read: "Who sees which records and fields."
    case .create: "Who makes records, and gives which fields."
    case .update: "Who changes which fields."
    case .delete: "Who deletes and restores records."
    }
  }
}

// MARK: - JSON Schema

extension PackVocabulary {
  /// A JSON Schema of packs. What stands inside field lines and expressions is for `hearth pack check` to say.
  package static var schema: Value {
    var definitions = Kind.allCases.map { (key: $0.rawValue, value: definition(of: $0)) }
    definitions.append((key: "rule", value: rule))
    return object([
      ("$schema", .text("https://json-schema.org/draft/2020-12/schema")), ("title", .text("Hearth pack")),
      ("$ref", .text("#/$defs/pack")), ("$defs", .object(ValueObject(definitions))),
    ])
  }

  private static func object(_ members: [(String, Value)]) -> Value {
    .object(ValueObject(members.map { (key: $0.0, value: $0.1) }))
  }

  private static func definition(of kind: Kind) -> Value {
    let keys = keys(of: kind)
    let properties = keys.map { ($0.name, described(content($0.content, under: $0.name, of: kind), $0.meaning)) }
    let required = keys.filter(\.isRequired).map { Value.text($0.name) }
    return object(
      [
        ("type", .text("object")), ("additionalProperties", .bool(false)), ("properties", object(properties)),
      ] + (required.isEmpty ? [] : [("required", .list(required))]))
  }

  /// A rule is told by its key: one place with the keys of all three, so that editors complete each of them.
  private static var rule: Value {
    let kinds: [Kind] = [.check, .unique, .acyclic]
    var known = Set<String>()
    let properties = kinds.flatMap { kind in
      keys(of: kind).filter { known.insert($0.name).inserted }
        .map { ($0.name, described(content($0.content, under: $0.name, of: kind), $0.meaning)) }
    }
    return object([
      ("type", .text("object")), ("additionalProperties", .bool(false)), ("properties", object(properties)),
      ("oneOf", .list(kinds.map { object([("required", .list([.text($0.rawValue)]))]) })),
    ])
  }

  private static func reference(_ name: String) -> Value { object([("$ref", .text("#/$defs/\(name)"))]) }

  private static func described(_ schema: Value, _ meaning: String) -> Value {
    let members = (schema.object?.members ?? []).map { (key: $0.key, value: $0.value) }
    return .object(ValueObject(members + [(key: "description", value: .text(meaning))]))
  }

  private static func content(_ content: Content, under name: String, of kind: Kind) -> Value {
    // YAML reads `1` and `true` as no text, and the pack reads every scalar as text.
    let scalar = object([("type", .list([.text("string"), .text("number"), .text("boolean"), .text("null")]))])
    let texts = object([("type", .text("array")), ("items", scalar)])
    switch content {
    case .text: return scalar
    case .line: return object([("type", .text("string")), ("pattern", .text(linePattern))])
    case .word(let words): return object([("enum", .list(words.map { .text($0) }))])
    case .flag: return object([("type", .text("boolean"))])
    case .number: return object([("type", .text("integer"))])
    case .names: return texts
    case .nameOrNames: return object([("oneOf", .list([scalar, texts]))])
    case .map(let inner):
      let inside = name == "rules" ? reference("rule") : self.content(inner, under: "", of: kind)
      return object([("type", .text("object")), ("additionalProperties", inside)])
    case .object(let kind): return reference(kind.rawValue)
    case .textOr(let kind): return object([("oneOf", .list([scalar, reference(kind.rawValue)]))])
    case .namesOr(let kind): return object([("oneOf", .list([scalar, texts, reference(kind.rawValue)]))])
    case .type: return object([("type", .list([.text("string"), .text("object")]))])
    }
  }

  /// A field line begins with a type: one of the language's, or a named one.
  private static let linePattern = "^([A-Z][A-Za-z0-9]*|\(typeNames.joined(separator: "|")))([ (?,=]|$)"
}
