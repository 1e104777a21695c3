import HearthModel

/// The fields of a collection while they are read.
struct FieldAssembly {
  var fields: [Field] = []
  var slotNames: [String] = []
  var slotFields: [[FieldNumber]] = []
  var rules: [MergeRule] = []
  var isGroup: [Bool] = []
  var marks: [Mark] = []
  /// Whether every line so far made a field; only then do missing names mean anything.
  var isComplete = true
}

extension PackReader {
  mutating func readField(_ pair: YAMLNode.Pair, into assembly: inout FieldAssembly) {
    guard checkName(pair), let field = makeField(pair, assembly) else {
      assembly.isComplete = false
      return
    }
    if pair.key == "id" || assembly.fields.contains(where: { $0.name == pair.key }) {
      let reason = pair.key == "id" ? "is implied" : "stands twice (a trait may bring it)"
      report("P105", pair.keyMark, "the field `\(pair.key)` \(reason). Remove it.")
      assembly.isComplete = false
      return
    }
    let number = FieldNumber(rawValue: UInt16(assembly.fields.count + 1))
    let slotName = field.group ?? pair.key
    let slot: Int
    if field.group != nil, let known = assembly.slotNames.firstIndex(of: slotName), assembly.isGroup[known] {
      slot = known
      checkSameRule(field.rule, assembly.rules[known], group: slotName, at: pair.keyMark)
    } else {
      slot = assembly.slotNames.count
      assembly.slotNames.append(slotName)
      assembly.slotFields.append([])
      assembly.rules.append(field.rule)
      assembly.isGroup.append(field.group != nil)
      assembly.marks.append(pair.keyMark)
    }
    assembly.fields.append(
      Field(
        number: number, name: pair.key, type: field.type, isNullable: field.isNullable, defaultValue: field.default,
        slot: slot, place: assembly.slotFields[slot].count, marks: field.marks, onDelete: field.onDelete,
        isHubWritten: field.isHubWritten))
    assembly.slotFields[slot].append(number)
  }

  private mutating func checkSameRule(_ rule: MergeRule, _ other: MergeRule, group: String, at mark: Mark) {
    if rule != other {
      report("P305", mark, "the fields of the group `\(group)` need the same merge rule; this one has `\(rule.name)`, the first `\(other.name)`.")
    }
  }

  mutating func checkGroups(_ assembly: inout FieldAssembly) -> [CollectionSchema.Slot] {
    assembly.slotNames.indices.map { slot in
      if assembly.isGroup[slot] {
        if assembly.slotFields[slot].count == 1, assembly.isComplete {
          report("P305", assembly.marks[slot], "the group `\(assembly.slotNames[slot])` has one field. A group needs two.")
        }
        guard case .register = assembly.rules[slot] else {
          report("P305", assembly.marks[slot], "fields of a group merge as one register; `\(assembly.rules[slot].name)` cannot.")
          return CollectionSchema.Slot(name: "", fields: [], rule: assembly.rules[slot], isGroup: true)
        }
      }
      return CollectionSchema.Slot(
        name: assembly.slotNames[slot], fields: assembly.slotFields[slot], rule: assembly.rules[slot],
        isGroup: assembly.isGroup[slot])
    }
  }

  // MARK: One field

  private struct FieldParts {
    let type: FieldType
    let isNullable: Bool
    let `default`: Field.DefaultValue?
    let rule: MergeRule
    let group: String?
    let marks: Field.Marks
    let onDelete: Field.ReferencePolicy?

    var isHubWritten: Bool {
      if case .hub = rule { true } else { false }
    }
  }

  private mutating func makeField(_ pair: YAMLNode.Pair, _ assembly: FieldAssembly) -> FieldParts? {
    guard let text = pair.value.text else {
      report("P005", pair.value.mark, "expected a field line, as `text(1..200), guardian`, found \(pair.value.kind).")
      return nil
    }
    let line: FieldLine
    do {
      line = try FieldLineParser.parseField(text, at: pair.value.mark)
    } catch {
      report("P201", error.mark, error.message)
      return nil
    }
    guard let type = resolve(line.type) else { return nil }
    var words = MarkWords()
    for mark in line.marks { readMark(mark, into: &words) }
    guard let rule = mergeRule(words, type: type, line: line) else { return nil }
    let defaultValue = line.defaultText.flatMap { readDefault($0, type: type) }
    if line.defaultText != nil, defaultValue == nil { return nil }
    let policy = referencePolicy(words, type: type, line: line)
    checkCombination(words, rule: rule, type: type, line: line)
    return FieldParts(
      type: type, isNullable: line.isNullable, default: defaultValue, rule: rule, group: words.group,
      marks: words.marks, onDelete: policy)
  }

  private mutating func readDefault(_ text: (text: String, mark: Mark), type: FieldType) -> Field.DefaultValue? {
    switch (text.text, type) {
    case ("now", .time): return .now
    case ("today", .date): return .today
    case ("household", .reference): return .household
    case ("member", .reference): return .member
    default: break
    }
    if let value = ValueText.literal(text.text, type: type) { return .literal(value) }
    report("P204", text.mark, "`\(text.text)` is no default for `\(type.name)`.")
    return nil
  }

  private mutating func referencePolicy(
    _ words: MarkWords, type: FieldType, line: FieldLine
  ) -> Field.ReferencePolicy? {
    guard type.target != nil else {
      if let policy = words.policy { report("P304", policy.mark, "`\(policy.value.rawValue)` is for references only.") }
      return nil
    }
    let isSet = if case .set = type { true } else { false }
    guard let policy = words.policy else {
      if isSet || line.isNullable { return .setNull }
      report(
        "P304", line.type.mark,
        "say what happens when the target is deleted: `cascade` or `restrict` (`setNull` needs `?`).")
      return nil
    }
    if isSet, policy.value == .cascade { report("P304", policy.mark, "a set of references drops elements; it cannot `cascade`.") }
    if policy.value == .setNull, !isSet, !line.isNullable {
      report("P304", policy.mark, "`setNull` needs a reference that may be null: write `?` behind it.")
    }
    return policy.value
  }
}
