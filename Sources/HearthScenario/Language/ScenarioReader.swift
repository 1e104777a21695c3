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
  var household: HouseholdID?
  var devices: [Seed.Device] = []
  /// The change sets that have names, and the device that makes each.
  var changeNames: Set<String> = []

  init(pack: Pack, seed: Seed, file: String) {
    self.pack = pack
    self.seed = seed
    collector = DiagnosticCollector(file: file)
    names = seed.names.merging(pack.catalogue?.names ?? [:]) { seeds, _ in seeds }
  }

  mutating func read(_ root: YAMLNode) -> Scenario? {
    let known = ["scenario", "proves", "household", "devices", "clock", "steps"]
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
      household: household, devices: devices, steps: steps,
      isLocal: readClockKey(root) || steps.contains { $0.isLocal(pack) },
      names: names, keyed: keyed)
  }

  /// `clock: virtual` for scenarios in which dates of the seed matter.
  private mutating func readClockKey(_ root: YAMLNode) -> Bool {
    guard let node = root["clock"] else { return false }
    if node.text != "virtual" { report("N101", node.mark, "expected `clock: virtual`, found \(node.kind).") }
    return true
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
        }) || joins(pair.value, root)
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

  /// Whether a step makes the member, who is not in the seed.
  private mutating func joins(_ node: YAMLNode, _ root: YAMLNode) -> Bool {
    guard let name = node.text, RecordID.isName(name), let members = pack.collection(pack.memberCollection) else {
      return false
    }
    let isMade = (root["steps"]?.elements ?? []).contains { step in
      step.pairs?.first.map { $0.key.hasSuffix(" creates") && $0.value["\(members.name)/\(name)"] != nil } ?? false
    }
    if isMade { names[RecordID(name: name)] = name }
    return isMade
  }
}
