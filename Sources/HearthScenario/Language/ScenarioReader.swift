package import HearthModel
package import HearthPack
internal import HearthReplica

/// Reads scenario files (docs/reference/scenarios.md).
package enum ScenarioLoader {
  /// Reads the text of a scenario against its pack and seed.
  ///
  /// - Throws: ``HearthPack/Diagnostics`` with all mistakes that one run can see.
  package static func load(_ text: String, file: String, pack: Pack, seed: Seed) throws(Diagnostics) -> Scenario {
    let root = try YAMLNode.read(text, file: file)
    var reader = ScenarioReader(pack: pack, seed: seed, file: file)
    let scenario = reader.read(root)
    try reader.collector.throwIfAny()
    guard let scenario else { preconditionFailure("a scenario without mistakes was not made: \(file)") }
    return scenario
  }
}

struct ScenarioReader {
  let pack: Pack
  let seed: Seed
  var collector: DiagnosticCollector
  var names: [RecordID: String]
  var keyed: [RecordID: Scenario.RecordName] = [:]
  private var household: HouseholdID?
  var devices: [Seed.Device] = []
  /// The change sets that have names, and the device that makes each.
  var changeNames: Set<String> = []

  init(pack: Pack, seed: Seed, file: String) {
    self.pack = pack
    self.seed = seed
    collector = DiagnosticCollector(file: file)
    names = seed.names
  }

  mutating func read(_ root: YAMLNode) -> Scenario? {
    let known = ["scenario", "proves", "household", "devices", "steps"]
    guard let pairs = root.pairs else {
      report(
        "N101", root.mark,
        "expected a scenario: `scenario: title`, `household:`, `devices:`, `steps:`; found \(root.kind).")
      return nil
    }
    for pair in pairs where !known.contains(pair.key) {
      report("N102", pair.keyMark, "`\(pair.key)` is no key of a scenario.\(suggestion(for: pair.key, among: known))")
    }
    let title = root["scenario"]?.text
    if title?.isEmpty ?? true { report("N101", root.mark, "a scenario needs `scenario:` with a title.") }
    household = readHousehold(root)
    readDeviceList(root)
    let steps = (root["steps"]?.elements ?? []).compactMap { readStep($0) }
    if root["steps"]?.elements?.isEmpty ?? true { report("N101", root.mark, "a scenario needs `steps:`, a list.") }
    guard let title, let household else { return nil }
    return Scenario(
      file: collector.file, title: title, proves: (root["proves"]?.elements ?? []).compactMap(\.text),
      household: household, devices: devices, steps: steps, names: names, keyed: keyed)
  }

  private mutating func readHousehold(_ root: YAMLNode) -> HouseholdID? {
    guard let node = root["household"] else { return seed.households.first?.id }
    if let id = node.text.flatMap({ RecordID(readable: $0) }), seed.households.contains(where: { $0.id.record == id }) {
      return HouseholdID(id)
    }
    let known = seed.households.compactMap { seed.names[$0.id.record] }
    report("N103", node.mark, "the seed has no such household.\(suggestion(for: node.text ?? "", among: known))")
    return nil
  }

  private mutating func readDeviceList(_ root: YAMLNode) {
    guard let pairs = root["devices"]?.pairs, !pairs.isEmpty else {
      report("N101", root.mark, "a scenario needs `devices:`, as `noah-tablet: noah`.")
      return
    }
    for pair in pairs {
      guard RecordID.isName(pair.key), !["all", "everyone"].contains(pair.key) else {
        report("N104", pair.keyMark, "`\(pair.key)` is no name of a device: small letters, digits and `-`.")
        continue
      }
      guard let member = pair.value.text.flatMap({ RecordID(readable: $0) }),
        seed.households.contains(where: {
          $0.records.contains { $0.id == member && $0.collection == pack.memberCollection }
        })
      else {
        let known = seed.households.flatMap(\.records).filter { $0.collection == pack.memberCollection }
          .compactMap { seed.names[$0.id] }
        let hint = suggestion(for: pair.value.text ?? "", among: known)
        report("N103", pair.value.mark, "the seed has no member \(pair.value.kind).\(hint)")
        continue
      }
      devices.append(Seed.Device(name: pair.key, member: member))
    }
  }

  // MARK: Steps

  private mutating func readStep(_ node: YAMLNode) -> Scenario.Step? {
    guard let pairs = node.pairs, let main = pairs.first else {
      report(
        "N105", node.mark,
        "expected a step, as `noah-tablet sets: { tasks/dishes: { title: Afwas } }`, found \(node.kind).")
      return nil
    }
    let extras = Array(pairs.dropFirst())
    let isEdit = editVerb(of: main.key) != nil
    let allowed = isEdit ? ["as", "if unchanged", "refused"] : []
    for extra in extras where !allowed.contains(extra.key) {
      report(
        "N102", extra.keyMark, "`\(extra.key)` does not go with this step.\(suggestion(for: extra.key, among: allowed))"
      )
    }
    guard let action = readAction(main, extras) else { return nil }
    return Scenario.Step(mark: main.keyMark, text: "\(main.key): \(main.value.oneLine)", action: action)
  }

  private mutating func readAction(_ main: YAMLNode.Pair, _ extras: [YAMLNode.Pair]) -> Scenario.Action? {
    let words = main.key.split(separator: " ").map(String.init)
    switch (words.first, words.dropFirst().joined(separator: " "), words.count) {
    case ("online", _, 1): return .online(readDevices(main.value))
    case ("offline", _, 1): return .offline(readDevices(main.value))
    case ("cut", _, 1): return .cut(readDevices(main.value))
    case ("restart", _, 1): return .restart(readDevices(main.value))
    case ("decided", _, 1): return .decided(readTexts(main.value))
    case ("no", "conflicts", _): return .noConflicts(readDevices(main.value))
    case ("clock", _, 3) where words[1] == "of": return readClock(words[2], main)
    case ("outcome", _, 3) where words[1] == "of": return readOutcome(words[2], main)
    case ("outbox", _, 3) where words[1] == "of": return readCount(words[2], main) { .outbox($0, $1) }
    case ("rejected", _, 3) where words[1] == "on": return readCount(words[2], main) { .rejected($0, $1) }
    case (_, "sees", _), (_, "see", _): return readSees(words[0], main)
    case (_, "misses", _), (_, "miss", _): return readMisses(words[0], main)
    case (_, "resends", _): return device(words[0], at: main.keyMark).map { .resend($0) }
    default: return readEdit(main, extras)
    }
  }

  private static let forms = [
    "online", "offline", "cut", "restart", "decided", "no conflicts", "clock of <device>", "outcome of <edit>",
    "outbox of <device>", "rejected on <device>", "everyone sees", "everyone misses", "<device> sees",
    "<device> misses", "<device> resends", "<device> sets", "<device> creates", "<device> deletes",
    "<device> restores", "<device> adds", "<device> removes", "<device> increments", "<device> puts",
    "<device> drops", "<device> edits",
  ]

  private mutating func readEdit(_ main: YAMLNode.Pair, _ extras: [YAMLNode.Pair]) -> Scenario.Action? {
    guard let verb = editVerb(of: main.key) else {
      let known = Self.forms.joined(separator: ", ")
      let words = main.key.split(separator: " ").map(String.init)
      let verbs = Self.forms.filter { $0.hasPrefix("<") }.map { String($0.dropFirst("<device> ".count)) }
      let isEdit = words.count == 2
      let hint = suggestion(for: isEdit ? words[1] : main.key, among: isEdit ? verbs : Self.forms)
      report("N105", main.keyMark, "`\(main.key)` is no step.\(hint) Steps are: \(known).")
      return nil
    }
    let name = String(main.key.prefix { $0 != " " })
    guard let device = device(name, at: main.keyMark) else { return nil }
    var draft = Draft()
    var edits = EditReader(reader: self)
    edits.read(verb, main.value, at: main.keyMark, into: &draft)
    if let node = extras.first(where: { $0.key == "if unchanged" })?.value { edits.expectUnchanged(node, &draft) }
    self = edits.reader
    let label = extras.first { $0.key == "as" }?.value
    if let text = label?.text, !changeNames.insert(text).inserted {
      report("N106", label!.mark, "there is an edit called `\(text)` already.")
    }
    let refusal = extras.first { $0.key == "refused" }.flatMap { readCode($0.value) }
    return .edit(device, draft, name: label?.text, refusal: refusal)
  }

  private func editVerb(of key: String) -> EditReader.Verb? {
    let words = key.split(separator: " ")
    return words.count == 2 ? EditReader.Verb(rawValue: String(words[1])) : nil
  }

  // MARK: Parts of steps

  mutating func report(_ code: String, _ mark: Mark, _ message: String) {
    collector.report(code, at: mark, message)
  }

  mutating func device(_ name: String, at mark: Mark) -> String? {
    if devices.contains(where: { $0.name == name }) { return name }
    report("N107", mark, "there is no device `\(name)`.\(suggestion(for: name, among: devices.map(\.name)))")
    return nil
  }

  private mutating func readDevices(_ node: YAMLNode) -> [String] {
    if node.text == "all" || node.text == "everyone" { return devices.map(\.name) }
    let nodes = node.elements ?? [node]
    return nodes.compactMap { element in device(element.text ?? element.kind, at: element.mark) }
  }

  private mutating func readTexts(_ node: YAMLNode) -> [String] {
    (node.elements ?? [node]).compactMap { element in
      if let text = element.text, !text.isEmpty { return text }
      report("N105", element.mark, "expected a sentence, found \(element.kind).")
      return nil
    }
  }

  private mutating func readClock(_ name: String, _ main: YAMLNode.Pair) -> Scenario.Action? {
    guard let device = device(name, at: main.keyMark) else { return nil }
    guard let text = main.value.text, let milliseconds = ClockShift.milliseconds(text) else {
      report(
        "N108", main.value.mark, "expected a shift of the clock, as `+62m`, `-3d` or `0`, found \(main.value.kind).")
      return nil
    }
    return .clock(device, aheadBy: milliseconds)
  }

  private mutating func readCount(
    _ name: String, _ main: YAMLNode.Pair, _ make: (String, Int) -> Scenario.Action
  ) -> Scenario.Action? {
    guard let device = device(name, at: main.keyMark) else { return nil }
    guard let count = main.value.text.flatMap({ Int($0) }), count >= 0 else {
      report("N108", main.value.mark, "expected a count, found \(main.value.kind).")
      return nil
    }
    return make(device, count)
  }

  private mutating func readSees(_ who: String, _ main: YAMLNode.Pair) -> Scenario.Action? {
    guard let devices = observers(who, main) else { return nil }
    guard let pairs = main.value.pairs else {
      report(
        "N105", main.value.mark, "expected records, as `{ tasks/dishes: { title: Afwas } }`, found \(main.value.kind).")
      return nil
    }
    return .sees(devices, pairs.compactMap { readExpectedRecord($0) })
  }

  private mutating func observers(_ who: String, _ main: YAMLNode.Pair) -> [String]? {
    if who == "everyone" { return devices.map(\.name) }
    return device(who, at: main.keyMark).map { [$0] }
  }

  private mutating func readExpectedRecord(_ pair: YAMLNode.Pair) -> Scenario.ExpectedRecord? {
    guard let (key, collection) = key(pair.key, at: pair.keyMark) else { return nil }
    var fields = [Scenario.ExpectedField]()
    for part in pair.value.pairs ?? [] {
      guard let (field, path) = field(part, in: collection) else { continue }
      if let value = value(part.value, field, path) {
        fields.append(Scenario.ExpectedField(field: field, path: path, value: value, mark: part.keyMark))
      }
    }
    if pair.value.pairs == nil {
      report("N105", pair.value.mark, "expected fields, as `{ title: Afwas }`, found \(pair.value.kind).")
    }
    return Scenario.ExpectedRecord(key: key, fields: fields)
  }

  private mutating func readMisses(_ who: String, _ main: YAMLNode.Pair) -> Scenario.Action? {
    guard let devices = observers(who, main) else { return nil }
    let nodes = main.value.elements ?? [main.value]
    return .misses(devices, nodes.compactMap { node in key(node.text ?? "", at: node.mark)?.0 })
  }

  private mutating func readOutcome(_ name: String, _ main: YAMLNode.Pair) -> Scenario.Action? {
    if !changeNames.contains(name) {
      report(
        "N106", main.keyMark, "no edit before this step has `as: \(name)`.\(suggestion(for: name, among: changeNames))")
    }
    let node = main.value
    switch node.text {
    case "accepted": return .outcome(name, .accepted)
    case "merged": return .outcome(name, .merged)
    default: break
    }
    guard let codeNode = node["rejected"], let code = readCode(codeNode) else {
      if node["rejected"] == nil {
        report("N105", node.mark, "expected `accepted`, `merged` or `{ rejected: <code> }`, found \(node.kind).")
      }
      return nil
    }
    for pair in node.pairs ?? [] where !["rejected", "holder", "field"].contains(pair.key) {
      report("N102", pair.keyMark, "`\(pair.key)` is no part of an outcome.")
    }
    return .outcome(name, .rejected(code, holder: node["holder"]?.text, field: node["field"]?.text))
  }

  mutating func readCode(_ node: YAMLNode) -> RejectionCode? {
    let codes = RejectionCode.allCases
    if let code = codes.first(where: { $0.name == node.text }) { return code }
    report(
      "N109", node.mark,
      "\(node.kind) is no reason to reject.\(suggestion(for: node.text ?? "", among: codes.map(\.name)))")
    return nil
  }

  // MARK: Names of things

  mutating func key(_ text: String, at mark: Mark) -> (ReplicaKey, CollectionSchema)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else {
      report("N110", mark, "expected `collection/record`, as `tasks/dishes`, found `\(text)`.")
      return nil
    }
    guard let collection = pack.collection(named: parts[0]) else {
      report(
        "P104", mark, "`\(parts[0])` is no collection.\(suggestion(for: parts[0], among: pack.collections.map(\.name)))"
      )
      return nil
    }
    guard let id = collection.key.isEmpty ? id(parts[1], at: mark) : keyedID(parts[1], in: collection, at: mark) else {
      return nil
    }
    return (ReplicaKey(collection.number, id), collection)
  }

  private mutating func id(_ text: String, at mark: Mark) -> RecordID? {
    guard let id = RecordID(readable: text) else {
      report("N110", mark, "`\(text)` is neither a UUID nor a name.")
      return nil
    }
    if RecordID.isName(text) { names[id] = text }
    return id
  }

  /// The id of a record that has a key: the key's values with `+` between them, as `badges/sam+first_task`.
  private mutating func keyedID(_ text: String, in collection: CollectionSchema, at mark: Mark) -> RecordID? {
    guard let household else { return nil }
    let fields = collection.key.map { collection.fields[$0.index] }.filter { $0.defaultValue != .household }
    let texts = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    var values: [FieldNumber: Value] = [:]
    for (field, text) in zip(fields, texts) { values[field.number] = ValueText.value(text, type: field.type) }
    let name = Scenario.RecordName(collection: collection.number, values: values)
    guard texts.count == fields.count, values.count == fields.count, let id = name.id(in: household, pack) else {
      let form = fields.map(\.name).joined(separator: "+")
      report("N110", mark, "a record of `\(collection.name)` is named by its key, as `<\(form)>`; found `\(text)`.")
      return nil
    }
    names[id] = text
    keyed[id] = name
    return id
  }

  mutating func field(_ pair: YAMLNode.Pair, in collection: CollectionSchema) -> (Field, [String])? {
    let parts = pair.key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let field = collection.field(named: parts[0]) else {
      let hint = suggestion(for: parts[0], among: collection.fields.map(\.name))
      report("P104", pair.keyMark, "`\(parts[0])` is no field of `\(collection.name)`.\(hint)")
      return nil
    }
    if parts.count > 1, case .json = field.type { return (field, Array(parts.dropFirst())) }
    guard parts.count == 1 else {
      report("N110", pair.keyMark, "`\(field.name)` is no json field, so it has no path.")
      return nil
    }
    return (field, [])
  }

  mutating func value(_ node: YAMLNode, _ field: Field, _ path: [String]) -> Value? {
    if !path.isEmpty { return ValueReader.json(node) }
    if case .scalar(let text, isPlain: true) = node.content, text == "null" || text.isEmpty { return .null }
    do {
      noteNames(node)
      return try ValueReader.value(node, type: field.type)
    } catch {
      report("N111", node.mark, "`\(field.name)`: expected \(error.expected), found \(error.found).")
      return nil
    }
  }

  /// Reads an element of a set.
  mutating func element(_ node: YAMLNode, _ field: Field) -> Value? {
    guard case .set(let type, _) = field.type else {
      report("N111", node.mark, "`\(field.name)` is no set.")
      return nil
    }
    do {
      noteNames(node)
      return try ValueReader.value(node, type: type)
    } catch {
      report("N111", node.mark, "`\(field.name)`: expected \(error.expected), found \(error.found).")
      return nil
    }
  }

  private mutating func noteNames(_ node: YAMLNode) {
    for text in (node.elements ?? [node]).compactMap(\.text) where RecordID.isName(text) {
      names[RecordID(name: text)] = text
    }
  }
}

/// Shifts of a clock as people write them.
package enum ClockShift {
  /// Reads `+62m`, `-3d`, `+1h30m`, `90s`, `250ms` or `0`; nil for anything else.
  package static func milliseconds(_ text: String) -> Int64? {
    let isNegative = text.hasPrefix("-")
    var rest = Substring(text.hasPrefix("+") || isNegative ? text.dropFirst() : text[...])
    if rest == "0" { return 0 }
    var total: Int64 = 0
    guard !rest.isEmpty else { return nil }
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Int64(digits), let factor = factors[String(unit)] else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: factor)
      let (sum, overflows) = total.addingReportingOverflow(product)
      guard !overflow, !overflows else { return nil }
      total = sum
    }
    return isNegative ? -total : total
  }

  private static let factors: [String: Int64] = [
    "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "y": 31_557_600_000,
  ]
}

extension YAMLNode {
  /// The node as flow YAML on one line.
  package var oneLine: String {
    switch content {
    case .scalar(let text, isPlain: true): text
    case .scalar(let text, isPlain: false): text.jsonQuoted
    case .sequence(let elements): "[" + elements.map(\.oneLine).joined(separator: ", ") + "]"
    case .mapping(let pairs): "{ " + pairs.map { "\($0.key): \($0.value.oneLine)" }.joined(separator: ", ") + " }"
    }
  }
}
