import HearthModel

/// The marks of a field line, sorted by what they are about.
struct MarkWords {
  var rules: [(name: String, mark: Mark)] = []
  var isGuardian = false
  var guardianMark: Mark?
  var precedence: [(name: String, mark: Mark)] = []
  var group: String?
  var marks: Field.Marks = []
  var policy: (value: Field.ReferencePolicy, mark: Mark)?
}

extension PackReader {
  private static let ruleWords = [
    "lww", "first", "claim", "immutable", "counter", "max", "min", "order", "stamp created", "stamp changed", "version",
  ]
  private static let optionWords: [(String, Field.Marks)] = [
    ("system", .system), ("private", .isPrivate), ("device", .device), ("personal", .personal),
    ("sensitive", .sensitive), ("external", .external),
  ]

  mutating func readMark(_ term: MarkTerm, into words: inout MarkWords) {
    switch term.text {
    case "guardian", "guardian first":
      words.isGuardian = true
      words.guardianMark = term.mark
      if term.words.count == 2 { words.rules.append(("first", term.mark)) }
    case "precedence":
      words.precedence = term.operands
    case let text where term.words.count == 2 && term.words[0] == "group" && Names.isName(term.words[1]):
      if words.group != nil { report("P305", term.mark, "a field is in one group; `\(text)` is a second.") }
      words.group = term.words[1]
    case let text where Self.ruleWords.contains(text):
      words.rules.append((text, term.mark))
    case let text:
      if let option = Self.optionWords.first(where: { $0.0 == text }) {
        words.marks.insert(option.1)
      } else if let policy = Field.ReferencePolicy(rawValue: text) {
        if words.policy != nil { report("P304", term.mark, "a reference has one delete rule.") }
        words.policy = (policy, term.mark)
      } else {
        let known =
          Self.ruleWords + Self.optionWords.map(\.0)
          + ["guardian", "guardian first", "precedence", "group", "cascade", "setNull", "restrict"]
        report("P301", term.mark, "`\(text)` is no mark.\(suggestion(for: text, among: known))")
      }
    }
  }

  /// The merge rule of a field; reports and gives nil when the marks contradict each other or the type.
  mutating func mergeRule(_ words: MarkWords, type: FieldType, line: FieldLine) -> MergeRule? {
    if words.rules.count > 1 {
      report("P302", words.rules[1].mark, "`\(words.rules[1].name)` is a second merge rule beside `\(words.rules[0].name)`.")
      return nil
    }
    let word = words.rules.first
    switch type {
    case .set:
      guard word == nil || word?.name == "lww" else { return misfit(word!, type) }
      return .set(isRanked: words.isGuardian)
    case .json:
      if word?.name == "immutable" { return .register(RegisterRule(.immutable)) }
      guard word == nil || word?.name == "lww" else { return misfit(word!, type) }
      return .json(isRanked: words.isGuardian)
    default: return scalarRule(word, words, type: type)
    }
  }

  private mutating func misfit(_ word: (name: String, mark: Mark), _ type: FieldType) -> MergeRule? {
    report("P303", word.mark, "`\(word.name)` does not merge `\(type.name)`.")
    return nil
  }

  private mutating func scalarRule(
    _ word: (name: String, mark: Mark)?, _ words: MarkWords, type: FieldType
  ) -> MergeRule? {
    let precedence = readPrecedence(words, type)
    let ranked = { (mode: RegisterRule.Mode) in
      MergeRule.register(RegisterRule(mode, isRanked: words.isGuardian, precedence: precedence))
    }
    guard let word else { return ranked(.latest) }
    let isOrdered = type.isOrdered
    switch word.name {
    case "lww": return ranked(.latest)
    case "first": return ranked(.first)
    case "claim": return .register(RegisterRule(.claim))
    case "immutable": return .register(RegisterRule(.immutable))
    case "counter": return type.isNumber ? .counter : misfit(word, type)
    case "max": return isOrdered ? .extreme(.largest) : misfit(word, type)
    case "min": return isOrdered ? .extreme(.smallest) : misfit(word, type)
    case "order":
      if case .text(.plain, _) = type { return ranked(.latest) }
      return misfit(word, type)
    case "stamp created": return type == .time ? .hub(.createdAt) : misfit(word, type)
    case "stamp changed": return type == .time ? .hub(.changedAt) : misfit(word, type)
    default:
      if case .int = type { return .hub(.version) }
      return misfit(word, type)
    }
  }

  private mutating func readPrecedence(_ words: MarkWords, _ type: FieldType) -> [Value] {
    guard let first = words.precedence.first else { return [] }
    guard case .choice(let names) = type else {
      report("P306", first.mark, "`precedence` orders the values of an enum; this is `\(type.name)`.")
      return []
    }
    for (name, mark) in words.precedence where !names.contains(name) {
      report("P306", mark, "`\(name)` is no value of the enum.\(suggestion(for: name, among: names))")
    }
    return words.precedence.map { .text($0.name) }
  }

  /// Marks that contradict each other although each is right alone.
  mutating func checkCombination(_ words: MarkWords, rule: MergeRule, type: FieldType, line: FieldLine) {
    if let mark = words.guardianMark, rule.preference?.isRanked != true {
      report("P302", mark, "`guardian` cannot be combined with `\(rule.name)`.")
    }
    if let first = words.precedence.first, case .register(let register) = rule, register.mode != .latest {
      report("P302", first.mark, "`precedence` cannot be combined with `\(rule.name)`.")
    }
    if case .register(let register) = rule, register.mode == .claim, !line.isNullable {
      report("P303", line.type.mark, "a `claim` is null when nobody holds it: write `?` behind the type.")
    }
    if words.marks.contains(.external), type != .uuid {
      report("P307", line.type.mark, "`external` is for `uuid`; this is `\(type.name)`.")
    }
    if words.marks.contains(.isPrivate), words.marks.contains(.device) {
      report("P307", line.type.mark, "a field is `private` or `device`, not both.")
    }
    if case .hub = rule, line.defaultText != nil || line.isNullable {
      report("P307", line.type.mark, "a field that the hub writes takes neither `?` nor a default.")
    }
  }
}

extension FieldType {
  fileprivate var isNumber: Bool {
    switch self {
    case .int, .decimal: true
    default: false
    }
  }

  fileprivate var isOrdered: Bool {
    switch self {
    case .int, .decimal, .bool, .date, .time: true
    default: false
    }
  }
}
