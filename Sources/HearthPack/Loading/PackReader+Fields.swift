internal import HearthModel

/// The fields of a collection while they are read.
struct FieldAssembly {
  var fields: [Field] = []
  /// Where each field is named.
  var marks: [String: Mark] = [:]
  /// Names of lines that made no field; they are not unknown.
  var failed: Set<String> = []
  var slots: [Slot] = []
  /// What derived fields compute, where references restrict, and which field's change begins a field anew.
  var derived: [FieldNumber: ExpressionSource] = [:]
  var restrictions: [FieldNumber: ExpressionSource] = [:]
  var periods: [FieldNumber: (name: String, mark: Mark)] = [:]

  /// What merges as one, with the places of the marks `group`.
  struct Slot {
    let name: String
    let rule: MergeRule
    let isGroup: Bool
    var fields: [FieldNumber] = []
    var groupMarks: [Mark] = []
  }

  var isComplete: Bool { failed.isEmpty }

  /// All names of the collection's lines.
  var names: Set<String> { failed.union(marks.keys) }

  func isKnown(_ name: String) -> Bool { marks[name] != nil || failed.contains(name) }

  func field(named name: String) -> Field? { fields.first { $0.name == name } }
}

extension PackReader {
  /// Fields that a collection may have, and field lines of a whole pack; both far below what 16 bits number.
  private static let fieldsMax = 1000
  private static let fieldLinesMax = 10_000

  /// Reads the lines of a collection or a trait.
  mutating func readFields(_ lines: [YAMLNode.Pair]) -> FieldAssembly {
    var assembly = FieldAssembly()
    for line in lines {
      fieldCount += 1
      if fieldCount > Self.fieldLinesMax {
        assembly.failed.insert(line.key)
        guard fieldCount == Self.fieldLinesMax + 1 else { continue }
        let message = "a pack has at most \(Self.fieldLinesMax) field lines, those of a trait counted where it is used."
        report("P404", line.keyMark, message)
      } else if assembly.fields.count == Self.fieldsMax {
        report("P404", line.keyMark, "a collection has at most \(Self.fieldsMax) fields.")
        assembly.failed.insert(line.key)
        break
      } else {
        readField(line, into: &assembly)
      }
    }
    return assembly
  }

  private mutating func readField(_ pair: YAMLNode.Pair, into assembly: inout FieldAssembly) {
    checkName(pair)
    guard let field = makeField(pair) else {
      assembly.failed.insert(pair.key)
      return
    }
    if pair.key == "id" || assembly.isKnown(pair.key) {
      let reason = pair.key == "id" ? "is implied" : "stands twice; a trait may bring it"
      report("P105", pair.keyMark, "the field `\(pair.key)` \(reason). Remove it.")
      return
    }
    let number = FieldNumber(rawValue: UInt16(assembly.fields.count + 1))
    let slot = slot(for: field, named: pair.key, in: &assembly)
    assembly.marks[pair.key] = pair.keyMark
    assembly.fields.append(
      Field(
        number: number, name: pair.key, type: field.type, isNullable: field.isNullable, defaultValue: field.default,
        slot: slot, place: assembly.slots[slot].fields.count, marks: field.marks, onDelete: field.onDelete,
        isHubWritten: field.isHubWritten))
    assembly.slots[slot].fields.append(number)
    if let group = field.group { assembly.slots[slot].groupMarks.append(group.mark) }
    assembly.derived[number] = field.derived
    assembly.restrictions[number] = field.restriction
    assembly.periods[number] = field.period
  }

  /// The place of the field's slot: a new one, or that of its group.
  private mutating func slot(for field: FieldParts, named name: String, in assembly: inout FieldAssembly) -> Int {
    if let group = field.group,
      let slot = assembly.slots.firstIndex(where: { $0.isGroup && $0.name == group.name })
    {
      let rule = assembly.slots[slot].rule
      if rule != field.rule {
        report(
          "P305", group.mark,
          "the fields of the group `\(group.name)` need the same merge rule; this one has `\(field.rule.name)`, "
            + "the first `\(rule.name)`.")
      }
      return slot
    }
    assembly.slots.append(
      FieldAssembly.Slot(name: field.group?.name ?? name, rule: field.rule, isGroup: field.group != nil))
    return assembly.slots.count - 1
  }

  /// The field that begins a register anew is the hub's to write, so that all devices count the same periods.
  mutating func readPeriods(_ assembly: FieldAssembly) -> [FieldNumber: FieldNumber] {
    var periods = [FieldNumber: FieldNumber]()
    for (field, period) in assembly.periods.sorted(by: { $0.key < $1.key }) {
      guard let target = self.field(named: period.name, at: period.mark, assembly) else { continue }
      if target.number == field || !(target.marks.contains(.system) || target.isHubWritten) {
        report("P308", period.mark, "`per \(period.name)` needs another field that the hub writes: mark it `system`.")
      }
      periods[field] = target.number
    }
    return periods
  }

  /// Checks what concerns the fields of a group together.
  mutating func checkGroups(_ assembly: FieldAssembly) {
    for slot in assembly.slots where slot.isGroup {
      let mark = slot.groupMarks[0]
      if assembly.isKnown(slot.name) {
        report("P305", mark, "`\(slot.name)` is a field; a group needs a name of its own.")
      }
      if slot.fields.count == 1, assembly.isComplete {
        report("P305", mark, "the group `\(slot.name)` has one field. Remove the mark, or add a second field.")
      }
      guard case .register = slot.rule else {
        report("P305", mark, "a group is written as one value; a field with `\(slot.rule.name)` cannot be in it.")
        continue
      }
      checkSharedMarks(slot, assembly)
    }
  }

  /// A group is written whole, with the values that the device shows: whoever writes one field must be able to write
  /// and see all.
  private mutating func checkSharedMarks(_ slot: FieldAssembly.Slot, _ assembly: FieldAssembly) {
    let marks = slot.fields.map { assembly.fields[$0.index].marks }
    let isSystem = marks[0].contains(.system)
    for (position, fieldMarks) in marks.enumerated().dropFirst() {
      let mark = slot.groupMarks[position]
      if fieldMarks.contains(.system) != isSystem {
        report("P305", mark, "a group is written whole: mark all fields of `\(slot.name)` as `system`, or none.")
      }
      let hidden: Field.Marks = [.isPrivate, .device]
      if !isSystem, fieldMarks.intersection(hidden) != marks[0].intersection(hidden) {
        report(
          "P305", mark,
          "a group is written whole by who sees it: mark all fields of `\(slot.name)` as `private` or `device`, "
            + "or none.")
      }
    }
  }
}

// MARK: - One field

/// What a field line says, resolved and checked.
private struct FieldParts {
  let type: FieldType
  let isNullable: Bool
  let `default`: Field.DefaultValue?
  let rule: MergeRule
  let group: (name: String, mark: Mark)?
  let marks: Field.Marks
  let onDelete: Field.ReferencePolicy?
  let derived: ExpressionSource?
  let restriction: ExpressionSource?
  let period: (name: String, mark: Mark)?

  var isHubWritten: Bool {
    if case .hub = rule { true } else { false }
  }
}

extension PackReader {
  private mutating func makeField(_ pair: YAMLNode.Pair) -> FieldParts? {
    guard let text = pair.value.text else {
      report("P005", pair.value.mark, "expected a field line, as `text(1..200), guardian`, found \(pair.value.kind).")
      return nil
    }
    let line: FieldLine
    do {
      line = try FieldLineParser.parseField(text, at: pair.value.places)
    } catch {
      report("P201", error.mark, error.message)
      return nil
    }
    var words = MarkWords()
    for mark in line.marks { readMark(mark, into: &words) }
    guard let type = resolve(line.type) else { return nil }
    let rule = mergeRule(words, type: type)
    let defaultValue = line.defaultTerm.flatMap { readDefault($0, type: type) }
    let policy = referencePolicy(words, type: type, line: line)
    if let rule { checkCombination(words, rule: rule, type: type, line: line) }
    guard let rule, line.defaultTerm == nil || defaultValue != nil else { return nil }
    return FieldParts(
      type: type, isNullable: line.isNullable, default: defaultValue, rule: rule, group: words.group,
      marks: words.optionSet, onDelete: policy, derived: words.derived, restriction: words.restriction,
      period: words.period)
  }

  private mutating func referencePolicy(
    _ words: MarkWords, type: FieldType, line: FieldLine
  ) -> Field.ReferencePolicy? {
    guard type.target != nil else {
      if let policy = words.policy {
        report("P304", policy.mark, "`\(policy.value.rawValue)` is for references; this is `\(name(of: type))`.")
      }
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
    if isSet, policy.value != .setNull {
      let word = policy.value.rawValue
      report("P304", policy.mark, "a set of references drops the element, it cannot `\(word)`. Write `setNull`.")
    }
    if policy.value == .restrict, let target = type.target, sharedCollections.contains(target) {
      let reason = "its rows go when the catalogue withdraws them, whoever points there"
      report(
        "P304", policy.mark, "`\(collectionNames[target.index])` is shared: \(reason). Write `cascade` or `setNull`.")
    }
    if policy.value == .setNull, !isSet, !line.isNullable {
      report("P304", policy.mark, "`setNull` needs a reference that may be null: write `?` behind it.")
    }
    return policy.value
  }
}

// MARK: - Defaults

extension PackReader {
  private mutating func readDefault(_ term: DefaultTerm, type: FieldType) -> Field.DefaultValue? {
    switch (term.text, type) {
    case ("now", .time): return .now
    case ("today", .date): return .today
    case ("household", .reference(let target)):
      return checkTarget(target, household, term) ? .household : nil
    case ("member", .reference(let target)):
      return checkTarget(target, members, term) ? .member : nil
    default: break
    }
    if let fault = faultOfDefault(term, type) {
      report("P204", fault.mark, fault.message)
      return nil
    }
    return ValueText.literal(term.text, type: type).map { .literal($0) }
  }

  /// Whether a word that stands for a record of one collection is the default of a reference to that collection.
  private mutating func checkTarget(
    _ target: CollectionNumber, _ expected: CollectionNumber?, _ term: DefaultTerm
  ) -> Bool {
    guard let expected, target != expected else { return true }
    let (meant, found) = (collectionNames[expected.index], collectionNames[target.index])
    report("P204", term.mark, "`\(term.text)` is a record of `\(meant)`, this field points to `\(found)`. Remove it.")
    return false
  }

  private func faultOfDefault(_ term: DefaultTerm, _ type: FieldType) -> (mark: Mark, message: String)? {
    let (text, mark) = (term.text, term.mark)
    let value = ValueText.literal(text, type: type)
    if value == nil || type.isText, let later = term.laterWords.first(where: { Self.markWords.contains($0.text) }) {
      return (later.mark, "`\(later.text)` is a mark: write `,` in front of it. As part of a default it cannot stand.")
    }
    if text == "null", value == nil || type.isText {
      return (mark, "`null` is no default; a field with `?` is null until it is written. Remove it.")
    }
    if type.isText, text.hasPrefix("'") || text.hasPrefix("\"") {
      return (mark, "a default stands without quotes; they would be part of it. Remove them.")
    }
    switch type {
    case .reference:
      return (mark, "no record is in every household, so this default cannot be. Write `household` or `member`.")
    case .uuid where RecordID(text) == nil: return (mark, "`\(text)` is no default: expected a UUID.")
    default: break
    }
    return value == nil ? (mark, misfitMessage(text, type)) : nil
  }

  private func misfitMessage(_ text: String, _ type: FieldType) -> String {
    let expected = "`\(text)` is no default: expected `\(name(of: type))`"
    switch type {
    case .choice(let names): return expected + "." + collector.suggestion(for: text, among: names)
    case .date: return expected + ", as `2025-11-11`, or `today`."
    case .time: return expected + ", as `2025-11-11T18:30:00Z`, or `now`."
    case .bool: return expected + ", `true` or `false`."
    case .set, .json: return expected + ", and of its values only the empty one, `{}`."
    case .text(let form, let length) where form != .plain && length.contains(text.unicodeScalars.count):
      return expected + "."
    case .text, .int, .decimal, .float, .uuid, .reference:
      let fault = ValueText.scalar(text, type: type).flatMap { type.fault(of: $0) }
      return expected + (fault.map { ", found \($0.found)." } ?? ".")
    }
  }
}

extension FieldType {
  fileprivate var isText: Bool {
    if case .text = self { true } else { false }
  }
}
