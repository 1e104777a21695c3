internal import HearthModel

extension PackReader {
  private static let ruleKinds = ["check", "unique", "acyclic"]
  /// Scalars of a sentence for people.
  private static let saysMax = 500

  mutating func readRules(
    _ pairs: [YAMLNode.Pair], _ context: CollectionContext, into behavior: inout Behavior
  ) {
    if let node = context.reading.node["rules"] { _ = mapping(node, "rules, as `{ name: { check: a > b } }`") }
    var known = Set<String>()
    for pair in pairs {
      checkName(pair)
      if !known.insert(pair.key).inserted {
        report("P105", pair.keyMark, "the rule `\(pair.key)` stands twice; a trait may bring it. Rename one.")
      }
      guard let parts = mapping(pair.value, "a rule, as `{ check: a > b }`") else { continue }
      let kinds = Self.ruleKinds.filter { pair.value[$0] != nil }
      guard kinds.count == 1 else {
        report("P604", pair.keyMark, "a rule has exactly one of `check`, `unique` and `acyclic`.")
        continue
      }
      switch kinds[0] {
      case "check": readCheck(pair, parts, context).map { behavior.checks.append($0) }
      case "unique": readUnique(pair, parts, context).map { behavior.uniques.append($0) }
      default: readAcyclic(pair, parts, context).map { behavior.acyclics.append($0) }
      }
    }
  }

  // MARK: Kinds

  private mutating func readCheck(
    _ pair: YAMLNode.Pair, _ parts: [YAMLNode.Pair], _ context: CollectionContext
  ) -> Check? {
    checkKeys(of: parts, known: ["check", "code", "says"], what: "a check", at: pair.keyMark)
    let refusal = readRefusal(pair.value, .checkFailed)
    let scope: ExpressionScope = context.schema.isAppendOnly ? .entry : .check
    guard let condition = pair.value["check"].flatMap({ readCondition($0, scope, context) }) else { return nil }
    return Check(name: pair.key, condition: condition, reach: condition.fieldsRead, refusal: refusal)
  }

  private mutating func readUnique(
    _ pair: YAMLNode.Pair, _ parts: [YAMLNode.Pair], _ context: CollectionContext
  ) -> Unique? {
    let node = pair.value
    checkKeys(
      of: parts, known: ["unique", "where", "fold", "across", "duplicate", "code", "says"], what: "a unique",
      at: pair.keyMark)
    let refusal = readRefusal(node, .uniqueViolation)
    let folds = node["fold"].map { readWord($0, ["case"]) != nil } ?? false
    let isAcross = node["across"].map { readWord($0, ["households"]) != nil } ?? false
    let policies = Unique.Policy.allCases.map(\.rawValue)
    let policy = node["duplicate"].flatMap { readWord($0, policies) }.flatMap(Unique.Policy.init(rawValue:)) ?? .reject
    if policy == .alias, let word = node["duplicate"] { checkFolding(word, isAcross: isAcross, context.schema) }
    var condition: Expression?
    if let inner = node["where"] {
      guard let read = readCondition(inner, .condition, context) else { return nil }
      condition = read
    }
    let fields = node["unique"].map { readUniqueFields($0, folds: folds, context) } ?? []
    guard !fields.isEmpty else { return nil }
    return Unique(
      name: pair.key, fields: fields, folds: folds, condition: condition, isAcross: isAcross, policy: policy,
      refusal: refusal)
  }

  /// What is folded into a record is an update of it, by whoever made it the second time.
  private mutating func checkFolding(_ node: YAMLNode, isAcross: Bool, _ schema: CollectionSchema) {
    let obstacles: [(Bool, String)] = [
      (isAcross, "`across: households`: a record is folded into one of its own household"),
      (schema.isAppendOnly, "`append: true`: a row stays as it was written"),
      (schema.isStrict, "`strict: true`: a second creation has not seen the first"),
      (!schema.key.isEmpty, "a `key`, which gives what is made twice one id already"),
    ]
    for (isThere, reason) in obstacles where isThere {
      report("P604", node.mark, "`duplicate: alias` does not go with \(reason). Use `reject`.")
    }
  }

  private mutating func readUniqueFields(
    _ node: YAMLNode, folds: Bool, _ context: CollectionContext
  ) -> [FieldNumber] {
    var fields = [Field]()
    for (name, mark) in readNames(node, what: "fields") {
      guard let field = field(named: name, at: mark, context.schema, failed: context.reading.failed) else { continue }
      switch field.type {
      case .set, .json, .float:
        report("P604", mark, "`\(name)` is `\(self.name(of: field.type))`, and cannot be compared for equality here.")
      case .text, .int, .decimal, .bool, .date, .time, .uuid, .choice, .reference: fields.append(field)
      }
    }
    if node.elements?.isEmpty == true { report("P604", node.mark, "a unique has at least one field.") }
    let isText = fields.contains { if case .text = $0.type { true } else { false } }
    if folds, !fields.isEmpty, !isText {
      report("P604", node.mark, "`fold: case` is for texts; no field of this rule is one. Remove it.")
    }
    return fields.map(\.number)
  }

  private mutating func readAcyclic(
    _ pair: YAMLNode.Pair, _ parts: [YAMLNode.Pair], _ context: CollectionContext
  ) -> Acyclic? {
    let node = pair.value
    checkKeys(of: parts, known: ["acyclic", "depth", "code", "says"], what: "an acyclic", at: pair.keyMark)
    let refusal = readRefusal(node, .cycle)
    let depth = node["depth"].flatMap { readInt($0, 1...1000, what: "the steps at most") } ?? 100
    guard let chain = node["acyclic"].flatMap({ readChain($0, context) }) else { return nil }
    return Acyclic(name: pair.key, chain: chain, depth: depth, refusal: refusal)
  }

  private mutating func readChain(_ node: YAMLNode, _ context: CollectionContext) -> Acyclic.Chain? {
    if let pairs = node.pairs {
      checkKeys(of: pairs, known: ["from", "to"], required: ["from", "to"], what: "the links", at: node.mark)
      guard let from = node["from"].flatMap({ readField($0, context) }),
        let to = node["to"].flatMap({ readField($0, context) })
      else { return nil }
      guard case .reference(let first) = from.type, case .reference(let second) = to.type, first == second, from != to
      else {
        report("P604", node.mark, "links need two references to one collection.")
        return nil
      }
      return .link(from: from.number, to: to.number)
    }
    guard let field = readField(node, context) else { return nil }
    guard field.type.target == context.schema.number else {
      report("P604", node.mark, "`\(field.name)` does not point to `\(context.schema.name)`, so it closes no circle.")
      return nil
    }
    return .field(field.number)
  }

  // MARK: Refusals

  /// The code and the sentence of a refusal.
  mutating func readRefusal(_ node: YAMLNode, _ usual: RejectionCode) -> Refusal {
    Refusal(node["code"].flatMap { readCode($0) } ?? usual, says: node["says"].flatMap { readSentence($0) })
  }

  private mutating func readCode(_ node: YAMLNode) -> RejectionCode? {
    // Smaller numbers say that a change set cannot be read or refers to nothing: no rule says so.
    let codes = RejectionCode.allCases.filter { ($0.rawValue > 2200 || $0 == .gone) && $0 != .householdGone }
    return readWord(node, codes.map(\.name)).flatMap { name in codes.first { $0.name == name } }
  }

  private mutating func readSentence(_ node: YAMLNode) -> String? {
    guard let text = node.text, (1...Self.saysMax).contains(text.unicodeScalars.count) else {
      report("P005", node.mark, "expected a sentence of at most \(Self.saysMax) characters, found \(node.kind).")
      return nil
    }
    return text
  }

  /// One of a few words.
  mutating func readWord(_ node: YAMLNode, _ words: [String]) -> String? {
    if let text = node.text, words.contains(text) { return text }
    let hint = collector.suggestion(for: node.text ?? "", among: words)
    let expected = words.count <= 4 ? "one of " + words.map { "`\($0)`" }.joined(separator: ", ") : "a known word"
    report("P005", node.mark, "expected \(words.count == 1 ? "`\(words[0])`" : expected), found \(node.kind).\(hint)")
    return nil
  }
}
