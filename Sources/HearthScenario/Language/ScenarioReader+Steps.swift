internal import HearthModel
internal import HearthPack
internal import HearthReplica

/// How steps are written.
extension ScenarioReader {
  mutating func readStep(_ node: YAMLNode) -> Scenario.Step? {
    guard let pairs = node.pairs, let main = pairs.first else {
      report(
        "N105", node.mark,
        "expected a step, as `noah-tablet sets: { tasks/dishes: { title: Afwas } }`, found \(node.kind).")
      return nil
    }
    let extras = Array(pairs.dropFirst())
    let allowed = companions(of: main.key)
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
    case (_, "misses", _), (_, "miss", _): return readKeys(words[0], main) { .misses($0, $1) }
    case (_, "lacks", _), (_, "lack", _): return readKeys(words[0], main) { .lacks($0, $1) }
    case (_, "finds", _), (_, "find", _): return readFinds(words[0], main, extras)
    case ("days", "pass", _): return readDays(main)
    case ("catalogue", "becomes", _): return readCatalogue(main)
    case (_, "resends", _): return device(words[0], at: main.keyMark).map { .resend($0) }
    default: return readEdit(main, extras)
    }
  }

  private static let forms = [
    "online", "offline", "cut", "restart", "decided", "no conflicts", "clock of <device>", "outcome of <edit>",
    "outbox of <device>", "rejected on <device>", "days pass", "catalogue becomes", "everyone sees", "everyone misses",
    "everyone lacks",
    "everyone finds", "<device> sees", "<device> misses", "<device> lacks", "<device> finds", "<device> resends",
    "<device> sets", "<device> creates", "<device> deletes",
    "<device> restores", "<device> adds", "<device> removes", "<device> increments", "<device> puts",
    "<device> drops", "<device> edits", "<device> forges <verb>", "<service> <verb>",
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
    let words = main.key.split(separator: " ").map(String.init)
    let isService = services.contains(words[0])
    guard let device = isService ? words[0] : device(words[0], at: main.keyMark) else { return nil }
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
    if let doom = extras.first(where: { $0.key == "doomed" }) {
      return readCode(doom.value).map { .doomed(device, draft, $0) }
    }
    if isService { return .service(draft, refusal: refusal) }
    if words.count == 3 { return .forge(device, draft, name: label?.text) }
    return .edit(device, draft, name: label?.text, refusal: refusal)
  }

  /// Who may act without a device: the hub, and the services that work inside it.
  private var services: [String] { ["hub"] + pack.roles.service }

  private func editVerb(of key: String) -> EditReader.Verb? {
    let words = key.split(separator: " ")
    let isForged = words.count == 3 && words[1] == "forges"
    return words.count == 2 || isForged ? EditReader.Verb(rawValue: String(words[words.count - 1])) : nil
  }

  /// What may stand beside a step.
  private func companions(of key: String) -> [String] {
    let words = key.split(separator: " ").map(String.init)
    if words.last == "finds" || words.last == "find" { return ["times"] }
    guard editVerb(of: key) != nil else { return [] }
    if services.contains(words[0]) { return ["refused"] }
    return words.count == 3 ? ["as", "if unchanged"] : ["as", "if unchanged", "refused", "doomed"]
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
    return Scenario.ExpectedRecord(key: key, fields: readExpectedFields(pair.value, in: collection))
  }

  private mutating func readExpectedFields(
    _ node: YAMLNode, in collection: CollectionSchema
  ) -> [Scenario.ExpectedField] {
    var fields = [Scenario.ExpectedField]()
    for part in node.pairs ?? [] {
      guard let (field, path) = field(part, in: collection) else { continue }
      if let value = value(part.value, field, path) {
        fields.append(Scenario.ExpectedField(field: field, path: path, value: value, mark: part.keyMark))
      }
    }
    if node.pairs == nil {
      report("N105", node.mark, "expected fields, as `{ title: Afwas }`, found \(node.kind).")
    }
    return fields
  }

  private mutating func readKeys(
    _ who: String, _ main: YAMLNode.Pair, _ make: ([String], [ReplicaKey]) -> Scenario.Action
  ) -> Scenario.Action? {
    guard let devices = observers(who, main) else { return nil }
    let nodes = main.value.elements ?? [main.value]
    return make(devices, nodes.compactMap { node in key(node.text ?? "", at: node.mark)?.0 })
  }

  private mutating func readFinds(
    _ who: String, _ main: YAMLNode.Pair, _ extras: [YAMLNode.Pair]
  ) -> Scenario.Action? {
    guard let devices = observers(who, main) else { return nil }
    guard let pair = main.value.pairs?.first, main.value.pairs?.count == 1,
      let collection = pack.collection(named: pair.key), let times = extras.first?.value.text.flatMap({ Int($0) })
    else {
      report(
        "N105", main.value.mark,
        "expected one collection with values, and beside it how often, as `{ points_ledger: { kind: earn } }`, "
          + "`times: 1`; found \(main.value.kind).")
      return nil
    }
    return .finds(devices, collection.number, readExpectedFields(pair.value, in: collection), times: times)
  }

  private mutating func readDays(_ main: YAMLNode.Pair) -> Scenario.Action? {
    guard let days = main.value.text.flatMap({ Int($0) }), (1...1000).contains(days) else {
      report("N108", main.value.mark, "expected a number of days, found \(main.value.kind).")
      return nil
    }
    return .days(days)
  }

  private mutating func readCatalogue(_ main: YAMLNode.Pair) -> Scenario.Action? {
    do {
      let catalogue = try CatalogueLoader.load(records: main.value, file: collector.file, pack: pack)
      names.merge(catalogue.names) { known, _ in known }
      return .catalogue(catalogue)
    } catch {
      for diagnostic in error.list {
        report(diagnostic.code, Mark(line: diagnostic.line, column: diagnostic.column), diagnostic.message)
      }
      return nil
    }
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
    let parts = ["rejected", "holder", "field", "rule", "failed"]
    for pair in node.pairs ?? [] where !parts.contains(pair.key) {
      report("N102", pair.keyMark, "`\(pair.key)` is no part of an outcome.\(suggestion(for: pair.key, among: parts))")
    }
    let failed = node["failed"].map { ($0.elements ?? [$0]).compactMap(\.text) } ?? []
    return .outcome(
      name,
      .rejected(
        Scenario.ExpectedRejection(
          code: code, holder: node["holder"]?.text, field: node["field"]?.text, rule: node["rule"]?.text,
          failed: failed)))
  }

  mutating func readCode(_ node: YAMLNode) -> RejectionCode? {
    let codes = RejectionCode.allCases
    if let code = codes.first(where: { $0.name == node.text }) { return code }
    report(
      "N109", node.mark,
      "\(node.kind) is no reason to reject.\(suggestion(for: node.text ?? "", among: codes.map(\.name)))")
    return nil
  }
}
