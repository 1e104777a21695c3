internal import HearthModel

/// The marks of a field line, sorted by what they are about, each with its place.
struct MarkWords {
  var rules: [(name: String, mark: Mark)] = []
  var guardian: Mark?
  var precedence: (operands: [(name: String, mark: Mark)], mark: Mark)?
  var group: (name: String, mark: Mark)?
  var options: [(value: Field.Marks, mark: Mark)] = []
  var policy: (value: Field.ReferencePolicy, mark: Mark)?
  /// When a reference restricts; nil when always.
  var restriction: ExpressionSource?
  /// What the hub computes.
  var derived: ExpressionSource?
  /// The field whose change begins the register anew.
  var period: (name: String, mark: Mark)?

  var optionSet: Field.Marks { Field.Marks(options.map(\.value)) }

  func mark(of option: Field.Marks) -> Mark? { options.first { $0.value == option }?.mark }
}

extension PackReader {
  private static let ruleWords = [
    "lww", "first", "claim", "immutable", "counter", "max", "min", "order", "stamp created", "stamp changed", "version",
  ]
  private static let optionWords: [(String, Field.Marks)] = [
    ("system", .system), ("private", .isPrivate), ("device", .device), ("personal", .personal),
    ("sensitive", .sensitive), ("external", .external),
  ]
  static let markWords =
    ruleWords + optionWords.map(\.0)
    + ["guardian", "guardian first", "precedence", "group", "cascade", "setNull", "restrict", "per", "derived"]

  mutating func readMark(_ term: MarkTerm, into words: inout MarkWords) {
    switch term.text {
    case "guardian", "guardian first":
      if words.guardian != nil { reportTwice("guardian", term.mark) }
      words.guardian = term.mark
      if term.words.count == 2 { words.rules.append(("first", term.mark)) }
    case "precedence":
      if words.precedence != nil { reportTwice("precedence", term.mark) }
      words.precedence = (term.operands, term.mark)
    case let text where term.words.count == 2 && term.words[0] == "group" && Names.isName(term.words[1]):
      if words.group != nil { report("P305", term.mark, "a field is in one group; `\(text)` is a second. Keep one.") }
      words.group = (term.words[1], term.mark)
    case "derived":
      words.rules.append(("derived", term.mark))
      words.derived = term.expression
    case "restrict when":
      readOption("restrict", term.mark, into: &words)
      words.restriction = term.expression
    case _ where term.words.count == 2 && term.words[0] == "per" && Names.isName(term.words[1]):
      if words.period != nil { reportTwice("per", term.mark) }
      words.period = (term.words[1], term.mark)
    case let text where Self.ruleWords.contains(text):
      words.rules.append((text, term.mark))
    case let text:
      readOption(text, term.mark, into: &words)
    }
  }

  private mutating func readOption(_ text: String, _ mark: Mark, into words: inout MarkWords) {
    if let (_, option) = Self.optionWords.first(where: { $0.0 == text }) {
      if words.mark(of: option) != nil { reportTwice(text, mark) }
      words.options.append((option, mark))
    } else if let policy = Field.ReferencePolicy(rawValue: text) {
      if words.policy != nil { report("P304", mark, "a reference has one delete rule. Keep one.") }
      words.policy = (policy, mark)
    } else if text == "group" || text.hasPrefix("group ") {
      report("P305", mark, "expected `group` and the name of the group. A name is \(Names.rule)")
    } else if text == "stamp" {
      report("P301", mark, "`stamp` is no mark. Write `stamp created` or `stamp changed`.")
    } else {
      report("P301", mark, "`\(text)` is no mark.\(collector.suggestion(for: text, among: Self.markWords))")
    }
  }

  private mutating func reportTwice(_ text: String, _ mark: Mark) {
    report("P105", mark, "the mark `\(text)` stands twice. Keep one.")
  }
}

// MARK: - The merge rule

extension PackReader {
  /// The merge rule of a field; reports and gives nil when the marks contradict each other or the type.
  mutating func mergeRule(_ words: MarkWords, type: FieldType) -> MergeRule? {
    if words.rules.count > 1 {
      let (first, second) = (words.rules[0], words.rules[1])
      report(
        "P302", second.mark,
        first.name == second.name
          ? "`\(second.name)` stands twice. Keep one."
          : "`\(second.name)` is a second merge rule beside `\(first.name)`. Keep one.")
      return nil
    }
    let word = words.rules.first
    switch type {
    case .set:
      guard let word else { return .set(isRanked: words.guardian != nil) }
      report("P303", word.mark, "`\(word.name)` is for one value; a set merges element by element. Remove it.")
      return nil
    case .json: return jsonRule(word, words, type: type)
    case .text, .int, .decimal, .float, .bool, .date, .time, .uuid, .choice, .reference:
      return scalarRule(word, words, type: type)
    }
  }

  private mutating func misfit(_ word: (name: String, mark: Mark), _ type: FieldType) -> MergeRule? {
    let expected = Self.typesWord[word.name] ?? "another type"
    report("P303", word.mark, "`\(word.name)` is for \(expected); this is `\(name(of: type))`.")
    return nil
  }

  /// A json field merges path by path, unless a mark or a group makes it one value.
  private mutating func jsonRule(
    _ word: (name: String, mark: Mark)?, _ words: MarkWords, type: FieldType
  ) -> MergeRule? {
    let isRanked = words.guardian != nil
    var leaves: FieldType.Shape?
    if case .json(let shape?) = type, shape.hasLeafRules { leaves = shape }
    if leaves != nil, let mark = word?.mark ?? words.group?.mark {
      report(
        "P302", mark, "leaves of this shape merge by rules of their own, and this makes the field one value. Keep one.")
    }
    guard let word else {
      return words.group == nil
        ? .json(isRanked: isRanked, leaves: leaves) : .register(RegisterRule(isRanked: isRanked))
    }
    switch word.name {
    case "lww": return .register(RegisterRule(isRanked: isRanked))
    case "first": return .register(RegisterRule(.first, isRanked: isRanked))
    case "immutable": return .register(RegisterRule(.immutable))
    default: return misfit(word, type)
    }
  }

  private static let typesWord = [
    "claim": "a value that one member holds", "counter": "`int` and `decimal`",
    "max": "numbers, `bool`, `date` and `time`", "min": "numbers, `bool`, `date` and `time`",
    "derived": "one value", "order": "`text`", "stamp created": "`time`", "stamp changed": "`time`",
    "version": "`int` without a range",
  ]

  private mutating func scalarRule(
    _ word: (name: String, mark: Mark)?, _ words: MarkWords, type: FieldType
  ) -> MergeRule? {
    let precedence = readPrecedence(words, type)
    let ranked = { (mode: RegisterRule.Mode) in
      MergeRule.register(RegisterRule(mode, isRanked: words.guardian != nil, precedence: precedence))
    }
    guard let word else { return ranked(.latest) }
    let rule: MergeRule? =
      switch word.name {
      case "lww": ranked(.latest)
      case "first": ranked(.first)
      case "claim": .register(RegisterRule(.claim))
      case "immutable": .register(RegisterRule(.immutable))
      case "counter": type.isNumber ? .counter : nil
      case "max": type.isOrdered ? .extreme(.largest) : nil
      case "min": type.isOrdered ? .extreme(.smallest) : nil
      case "order": type.isPlainText ? ranked(.latest) : nil
      case "stamp created": type == .time ? .hub(.createdAt) : nil
      case "stamp changed": type == .time ? .hub(.changedAt) : nil
      case "derived": .hub(.derived)
      default: type == .int(.min ... .max) ? .hub(.version) : nil
      }
    return rule ?? misfit(word, type)
  }

  private mutating func readPrecedence(_ words: MarkWords, _ type: FieldType) -> [Value] {
    guard let (operands, _) = words.precedence, words.group == nil, case .choice(let names) = type else {
      return []  // reported by `checkPrecedence`
    }
    var known = Set<String>()
    for (name, mark) in operands {
      if !names.contains(name) {
        let hint = collector.suggestion(for: name, among: names)
        report("P306", mark, "`\(name)` is no value of the enum.\(hint)")
      } else if !known.insert(name).inserted {
        report("P306", mark, "`\(name)` stands twice in `precedence`. Keep its first place.")
      }
    }
    return operands.map { .text($0.name) }
  }
}

// MARK: - Marks that contradict each other although each is right alone

extension PackReader {
  mutating func checkCombination(_ words: MarkWords, rule: MergeRule, type: FieldType, line: FieldLine) {
    if let mark = words.guardian, rule.preference?.isRanked != true {
      report("P302", mark, "`guardian` cannot be combined with `\(rule.name)`. Remove one.")
    }
    checkPrecedence(words, rule: rule, type: type)
    checkNull(words, rule: rule, line: line)
    if let mark = words.mark(of: .external), type != .uuid {
      report("P307", mark, "`external` is for `uuid`; this is `\(name(of: type))`.")
    }
    checkVisibility(words, rule: rule)
    if let period = words.period {
      guard case .register(let register) = rule, register.mode != .immutable else {
        report("P308", period.mark, "`per` begins a register anew; `\(rule.name)` is none. Remove one.")
        return
      }
    }
  }

  private mutating func checkPrecedence(_ words: MarkWords, rule: MergeRule, type: FieldType) {
    guard let mark = words.precedence?.mark else { return }
    guard case .choice = type else {
      report("P306", mark, "`precedence` orders the values of an enum; this is `\(name(of: type))`.")
      return
    }
    if let group = words.group {
      report("P302", mark, "`precedence` compares one value; the group `\(group.name)` wins as a whole. Remove one.")
    } else if case .register(let register) = rule, register.mode == .latest {
      return
    } else {
      let name = words.rules.first?.name ?? rule.name
      report("P302", mark, "`precedence` cannot be combined with `\(name)`. Remove one.")
    }
  }

  private mutating func checkNull(_ words: MarkWords, rule: MergeRule, line: FieldLine) {
    let word = words.rules.first
    switch rule {
    case .register(let register) where register.mode == .claim:
      if !line.isNullable {
        report("P303", line.type.mark, "a `claim` is null when nobody holds it: write `?` behind the type.")
      }
      // A word such as `member` is written at creation and holds; a constant would be shown and hold nothing.
      if let term = line.defaultTerm, !["member", "household", "now", "today"].contains(term.text) {
        report("P303", term.mark, "a `claim` with a constant default looks taken when it is free. Remove the default.")
      }
    case .register where word?.name == "order":
      if let mark = line.nullMark { report("P303", mark, "a record without a position has no order: remove the `?`.") }
    case .set:
      if let mark = line.nullMark { report("P303", mark, "a set is never null, it is empty: remove the `?`.") }
    case .json:
      if let mark = line.nullMark {
        report("P303", mark, "json that merges path by path is never null, it is empty: remove the `?`, or add `lww`.")
      }
    case .hub(.derived):
      if let mark = line.defaultTerm?.mark {
        report("P307", mark, "a derived field has the value that the hub computes. Remove the default.")
      }
    case .hub:
      if let mark = line.nullMark ?? line.defaultTerm?.mark {
        report("P307", mark, "a field that the hub writes takes neither `?` nor a default. Remove it.")
      }
    case .register, .counter, .extreme: break
    }
  }

  private mutating func checkVisibility(_ words: MarkWords, rule: MergeRule) {
    guard let device = words.mark(of: .device) else { return }
    var isHubWritten = words.mark(of: .system) != nil
    if case .hub = rule { isHubWritten = true }
    if words.mark(of: .isPrivate) != nil {
      report("P307", device, "a field is `private` or `device`, not both. Remove one.")
    } else if isHubWritten {
      report("P307", device, "`device` shows a field to the device that wrote it; none writes this one. Remove it.")
    }
  }
}

extension FieldType {
  fileprivate var isNumber: Bool {
    switch self {
    case .int, .decimal: true
    case .text, .float, .bool, .date, .time, .uuid, .choice, .reference, .set, .json: false
    }
  }

  var isOrdered: Bool {
    switch self {
    case .int, .decimal, .bool, .date, .time: true
    case .text, .float, .uuid, .choice, .reference, .set, .json: false
    }
  }

  fileprivate var isPlainText: Bool {
    if case .text(.plain, _) = self { true } else { false }
  }
}
