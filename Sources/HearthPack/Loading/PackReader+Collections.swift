internal import HearthModel

/// A collection as read, and what messages about it need.
struct CollectionReading {
  let schema: CollectionSchema
  /// Where each field is named.
  let marks: [String: Mark]
  /// Names of lines that made no field.
  let failed: Set<String>
  /// Where the collection is named, and what stands below.
  let pair: YAMLNode.Pair
  let derived: [FieldNumber: ExpressionSource]
  let restrictions: [FieldNumber: ExpressionSource]
  let periods: [FieldNumber: FieldNumber]

  var node: YAMLNode { pair.value }
}

extension PackReader {
  private static let collectionKeys = [
    "use", "fields", "shared", "deletes", "append", "strict", "key", "indexes", "who", "access", "rules", "moves",
    "effects",
    "expires", "keep",
  ]

  mutating func readCollection(_ pair: YAMLNode.Pair) -> CollectionReading? {
    guard let number = collectionNumbers[pair.key],
      let pairs = mapping(pair.value, "a collection, as `{ fields: { title: text } }`")
    else { return nil }
    checkKeys(of: pairs, known: Self.collectionKeys, required: ["fields"], what: "a collection", at: pair.keyMark)
    let node = pair.value
    let assembly = readFields(fieldPairs(of: node))
    checkGroups(assembly)
    if number == household { checkHousehold(assembly, node) }
    checkSettings(node)
    let isShared = node["shared"].map { readBool($0, what: "shared") } ?? false
    if isShared { checkShared(number, assembly, node) }
    let schema = CollectionSchema(
      number: number, name: pair.key, fields: assembly.fields,
      slots: assembly.slots.map {
        CollectionSchema.Slot(name: $0.name, fields: $0.fields, rule: $0.rule, isGroup: $0.isGroup)
      },
      deletes: node["deletes"].flatMap { readDeletes($0) } ?? .deleteWins,
      isAppendOnly: node["append"].map { readBool($0, what: "append") } ?? false,
      isStrict: node["strict"].map { readBool($0, what: "strict") } ?? false,
      isShared: isShared,
      key: node["key"].map { readKey($0, assembly) } ?? [],
      indexes: node["indexes"].map { readIndexes($0, assembly) } ?? [])
    return CollectionReading(
      schema: schema, marks: assembly.marks, failed: assembly.failed, pair: pair, derived: assembly.derived,
      restrictions: assembly.restrictions, periods: readPeriods(assembly))
  }

  /// The field lines of a collection: those of its traits first.
  private mutating func fieldPairs(of node: YAMLNode) -> [YAMLNode.Pair] {
    var pairs = [YAMLNode.Pair]()
    let used = node["use"].map { readNames($0, what: "traits") } ?? []
    for (name, mark) in used {
      guard let trait = traits[name] else {
        report("P104", mark, "`\(name)` is no trait.\(collector.suggestion(for: name, among: traits.keys))")
        continue
      }
      pairs += trait["fields"]?.pairs ?? []  // what is wrong with the trait is reported by `checkTraits`
    }
    pairs += node["fields"].flatMap { mapping($0, "fields, as `title: text(1..200)`") } ?? []
    return pairs
  }

  /// Checks all traits, also those that no collection uses.
  mutating func checkTraits() {
    for (_, trait) in traits.sorted(by: { $0.key < $1.key }) {
      guard let pairs = mapping(trait, "a trait, as `{ fields: { created_at: time } }`") else { continue }
      checkKeys(of: pairs, known: ["fields", "rules"], required: ["fields"], what: "a trait", at: trait.mark)
      _ = readFields(trait["fields"].flatMap { mapping($0, "fields, as `title: text(1..200)`") } ?? [])
    }
  }

  private mutating func readDeletes(_ node: YAMLNode) -> DeletePolicy? {
    if let policy = node.text.flatMap(DeletePolicy.init(rawValue:)) { return policy }
    let names = DeletePolicy.allCases.map(\.rawValue)
    let expected = names.map { "`\($0)`" }.joined(separator: ", ")
    let hint = collector.suggestion(for: node.text ?? "", among: names)
    report("P005", node.mark, "expected one of \(expected), found \(node.kind).\(hint)")
    return nil
  }

  // MARK: Settings that contradict each other

  /// The household's record is there before all others, under the household's id, and nothing hides it.
  private mutating func checkHousehold(_ assembly: FieldAssembly, _ node: YAMLNode) {
    if let key = node.pair("key") {
      report("P402", key.keyMark, "the household's record has the household's id. Remove the key.")
    }
    for field in assembly.fields where field.onDelete == .cascade {
      report(
        "P304", assembly.marks[field.name] ?? node.mark,
        "`\(field.name)` would hide the household's own record. Write `restrict`, or `?` and `setNull`.")
    }
  }

  private mutating func checkSettings(_ node: YAMLNode) {
    guard node["append"]?.text == "true" else { return }
    if let deletes = node.pair("deletes") {
      report("P406", deletes.keyMark, "no device deletes from an `append` collection. Remove `deletes` or `append`.")
    }
    if let strict = node.pair("strict"), strict.value.text == "true" {
      report("P406", strict.keyMark, "no device updates an `append` collection. Remove `strict` or `append`.")
    }
  }

  // MARK: Key

  private mutating func readKey(_ node: YAMLNode, _ assembly: FieldAssembly) -> [FieldNumber] {
    guard let pairs = node.pairs else { return readKeyFields(node, assembly, isConditional: false) }
    checkKeys(of: pairs, known: ["fields", "where"], required: ["fields"], what: "`key`", at: node.mark)
    return node["fields"].map { readKeyFields($0, assembly, isConditional: node["where"] != nil) } ?? []
  }

  private mutating func readKeyFields(
    _ node: YAMLNode, _ assembly: FieldAssembly, isConditional: Bool
  ) -> [FieldNumber] {
    if node.elements?.isEmpty == true {
      report("P402", node.mark, "a key has at least one field. Without the key, ids are random.")
    }
    var key = [FieldNumber]()
    for (name, mark) in readNames(node, what: "fields") {
      guard let field = field(named: name, at: mark, assembly) else { continue }
      if let reason = faultOfKey(field, assembly, isConditional: isConditional) {
        report("P402", mark, "`\(name)` is part of the key, so \(reason)")
      }
      key.append(field.number)
    }
    return key
  }

  /// Why a field cannot be part of a key: every device makes the id from the value at creation, and everybody sees it.
  private func faultOfKey(_ field: Field, _ assembly: FieldAssembly, isConditional: Bool) -> String? {
    // With `where` the condition says that the field is set; see `readKeyCondition`.
    guard case .register(let rule) = assembly.slots[field.slot].rule, rule.mode == .immutable,
      !field.isNullable || isConditional
    else {
      return "it has to be `immutable` and not null."
    }
    if !field.isPublished { return "everybody can find its value from the id. Remove its `private` or `device`." }
    switch field.type {
    case .float, .json: return "its value has to be written one way; `\(name(of: field.type))` has many."
    case .text, .int, .decimal, .bool, .date, .time, .uuid, .choice, .reference, .set: break
    }
    switch field.defaultValue {
    case .now, .today: return "two devices that fill it in would make two ids. Remove the default."
    case .literal: return "its value is always given. Remove the default."
    case .household, .member, nil: return nil
    }
  }

  mutating func field(named name: String, at mark: Mark, _ assembly: FieldAssembly) -> Field? {
    if let field = assembly.field(named: name) { return field }
    if !assembly.isKnown(name) {
      let hint = collector.suggestion(for: name, among: assembly.names)
      report("P104", mark, "`\(name)` is no field of this collection.\(hint)")
    }
    return nil
  }
}
