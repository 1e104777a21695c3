package import HearthModel
internal import HearthPack
internal import HearthProtocol
internal import HearthReplica

/// What became of one step.
package struct StepResult: Sendable {
  package let step: Scenario.Step
  /// What was expected and seen; nil when all was as it should be.
  package let failure: Failure?
  package let milliseconds: Double

  /// A step that did not come true.
  package struct Failure: Sendable {
    /// One sentence.
    package let summary: String
    /// Device by device: what was expected, what was seen.
    package let rows: [Row]
    /// Decisions that may have made it so.
    package let decisions: [String]

    package struct Row: Sendable {
      package let device: String
      package let subject: String
      package let expected: String
      package let actual: String
    }
  }
}

/// What became of a scenario.
package struct ScenarioResult: Sendable {
  package let scenario: Scenario
  package let steps: [StepResult]

  /// The step that failed; nil when the scenario passed.
  package var failure: StepResult? { steps.last { $0.failure != nil } }
  package var milliseconds: Double { steps.reduce(0) { $0 + $1.milliseconds } }
}

/// Runs a scenario in a world, step by step, until one fails.
package struct ScenarioRunner {
  private let scenario: Scenario
  private let pack: Pack
  private let world: any ScenarioWorld
  /// Who made which change set.
  private var edits: [String: (device: String, counter: UInt64)] = [:]
  private let elapsed: () -> Double

  /// - Parameter elapsed: milliseconds of any clock that runs forward, for the report.
  package init(_ scenario: Scenario, pack: Pack, world: any ScenarioWorld, elapsed: @escaping () -> Double) {
    self.scenario = scenario
    self.pack = pack
    self.world = world
    self.elapsed = elapsed
  }

  package mutating func run(_ onStep: (StepResult) -> Void) async -> ScenarioResult {
    var results = [StepResult]()
    for step in scenario.steps {
      let began = elapsed()
      var failure: StepResult.Failure?
      do {
        failure = try await perform(step.action)
      } catch let rejection as Rejection {
        failure = StepResult.Failure(
          summary: "The edit was refused: E\(rejection.code.rawValue) \(rejection.code.name): \(rejection.message)",
          rows: [], decisions: [])
      } catch {
        failure = StepResult.Failure(summary: "\(error)", rows: [], decisions: [])
      }
      let result = StepResult(step: step, failure: failure, milliseconds: elapsed() - began)
      results.append(result)
      onStep(result)
      if failure != nil { break }
    }
    return ScenarioResult(scenario: scenario, steps: results)
  }

  // MARK: Steps

  private mutating func perform(_ action: Scenario.Action) async throws -> StepResult.Failure? {
    try await world.pass()
    switch action {
    case .online(let devices):
      for device in devices { try await world.connect(device) }
      try await world.settle()
    case .offline(let devices): for device in devices { try await world.disconnect(device) }
    case .cut(let devices): for device in devices { try await world.cut(device) }
    case .restart(let devices): for device in devices { try await world.restart(device) }
    case .clock(let device, let ahead): try await world.setClock(of: device, aheadBy: ahead)
    case .edit(let device, let draft, let name, let refusal): return try await edit(device, draft, name, refusal)
    case .doomed(let device, let draft, let code):
      let foreseen = try await world.foreseenRefusal(of: draft, on: device)
      return Self.compare(
        device, "the edit", "doomed \(code.name)", foreseen.map { "doomed \($0.name)" } ?? "not doomed")
    case .forge(let device, let draft, let name):
      let counter = try await world.forge(draft, on: device)
      if let name { edits[name] = (device, counter) }
      try await world.settle()
    case .service(let draft, let refusal): return try await serve(draft, refusal)
    case .catalogue(let catalogue):
      try await world.renew(catalogue)
      try await world.settle()
    case .days(let count):
      for _ in 0..<count {
        try await world.passDay()
        try await world.settle()
      }
    case .resend(let device):
      try await world.resend(device)
      try await world.settle()
    case .sees(let devices, let records): return try await check(devices, records)
    case .misses(let devices, let keys): return try await checkMissing(devices, keys)
    case .lacks(let devices, let keys): return try await checkLacking(devices, keys)
    case .finds(let devices, let collection, let fields, let times):
      return try await checkFound(devices, collection, fields, times)
    case .outcome(let name, let expected): return try await check(name, expected)
    case .decided(let sentences): return try await checkDecided(sentences)
    case .noConflicts(let devices): return try await checkNoConflicts(devices)
    case .outbox(let device, let count):
      let actual = try await world.replica(device).outbox.count
      return Self.compare(device, "outbox", "\(count)", "\(actual)")
    case .rejected(let device, let count):
      let actual = try await world.settled(device).count { $0.isRejected }
      return Self.compare(device, "rejected change sets", "\(count)", "\(actual)")
    }
    return nil
  }

  private mutating func edit(
    _ device: String, _ draft: Draft, _ name: String?, _ refusal: RejectionCode?
  ) async throws -> StepResult.Failure? {
    do {
      let counter = try await world.commit(draft, on: device)
      if let name { edits[name] = (device, counter) }
      try await world.settle()
      return refusal.map { code in
        Self.failure(device, "the edit", "refused \(code.name)", "taken", "The device took the edit.")
      }
    } catch let rejection as Rejection {
      guard let refusal else { throw rejection }
      return Self.compare(device, "the edit", "refused \(refusal.name)", "refused \(rejection.code.name)")
    }
  }

  private func serve(_ draft: Draft, _ refusal: RejectionCode?) async throws -> StepResult.Failure? {
    do {
      try await world.serve(draft)
      try await world.settle()
      return refusal.map { Self.failure("hub", "the edit", "refused \($0.name)", "taken", "The hub took the edit.") }
    } catch let rejection as Rejection {
      guard let refusal else { throw rejection }
      return Self.compare("hub", "the edit", "refused \(refusal.name)", "refused \(rejection.code.name)")
    }
  }

  // MARK: Views

  private func check(
    _ devices: [String], _ records: [Scenario.ExpectedRecord]
  ) async throws -> StepResult.Failure? {
    var rows = [StepResult.Failure.Row]()
    var decisions = [String]()
    for device in devices {
      for record in records {
        let view = try await world.view(record.key, on: device)
        let found = mismatches(device, record, view)
        guard !found.isEmpty else { continue }
        rows += found
        if let view { decisions += try await sentences(view, record.key, device) }
      }
    }
    guard let first = rows.first else { return nil }
    let more = rows.count == 1 ? "" : " (and \(rows.count - 1) more)"
    return StepResult.Failure(
      summary: "\(first.device) sees \(first.subject) as \(first.actual), expected \(first.expected)\(more).",
      rows: rows,
      decisions: Array(Set(decisions)).sorted())
  }

  private func mismatches(
    _ device: String, _ record: Scenario.ExpectedRecord, _ view: VisibleRecord?
  ) -> [StepResult.Failure.Row] {
    let subject = name(of: record.key)
    guard let view, view.life == .live else {
      let state = view.map { describe($0.life) } ?? "unknown"
      return [StepResult.Failure.Row(device: device, subject: subject, expected: "there", actual: state)]
    }
    return record.fields.compactMap { field in
      let actual = shown(field, in: view)
      guard actual != field.value else { return nil }
      return StepResult.Failure.Row(
        device: device, subject: "\(subject) \(field.name)", expected: text(field.value), actual: text(actual))
    }
  }

  private func checkMissing(_ devices: [String], _ keys: [ReplicaKey]) async throws -> StepResult.Failure? {
    for device in devices {
      for key in keys {
        guard let view = try await world.view(key, on: device), view.life == .live else { continue }
        return Self.failure(device, name(of: key), "gone", "there", "\(device) still sees \(name(of: key)).")
      }
    }
    return nil
  }

  private func checkLacking(_ devices: [String], _ keys: [ReplicaKey]) async throws -> StepResult.Failure? {
    for device in devices {
      for key in keys {
        guard let view = try await world.view(key, on: device) else { continue }
        let subject = name(of: key)
        return Self.failure(
          device, subject, "never heard of", describe(view.life), "\(device) knows of \(subject).")
      }
    }
    return nil
  }

  private func checkFound(
    _ devices: [String], _ number: CollectionNumber, _ fields: [Scenario.ExpectedField], _ times: Int
  ) async throws -> StepResult.Failure? {
    guard let collection = pack.collection(number) else { return nil }
    for device in devices {
      let found = try await world.records(of: collection, on: device).filter { _, view in
        view.life == .live && fields.allSatisfy { shown($0, in: view) == $0.value }
      }
      guard found.count != times else { continue }
      let names = found.map { name(of: ReplicaKey(number, $0.0)) }.joined(separator: ", ")
      return Self.failure(
        device, "\(collection.name)", "\(times)", "\(found.count)",
        "\(device) finds \(found.count), expected \(times)\(names.isEmpty ? "" : ": \(names)").")
    }
    return nil
  }

  private func shown(_ field: Scenario.ExpectedField, in view: VisibleRecord) -> Value {
    let value = view[field.field]
    return field.path.isEmpty ? value : value.object?.value(at: field.path[...]) ?? .null
  }

  // MARK: Outcomes

  private func check(_ name: String, _ expected: Scenario.ExpectedOutcome) async throws -> StepResult.Failure? {
    guard let edit = edits[name] else {
      return StepResult.Failure(summary: "`\(name)` was not made, so it has no outcome.", rows: [], decisions: [])
    }
    let entry = try await world.settled(edit.device).first { $0.changeSet.counter == edit.counter }
    guard let entry else {
      return Self.failure(
        edit.device, "outcome of \(name)", describe(expected), "not decided", "The hub has not decided `\(name)`.")
    }
    let actual = try await describe(entry, on: edit.device)
    let wanted = describe(expected)
    guard actual.hasPrefix(wanted) || matches(entry.verdict, expected, actual) else {
      return Self.failure(edit.device, "outcome of \(name)", wanted, actual, "`\(name)` ended otherwise.")
    }
    return nil
  }

  private func matches(
    _ verdict: Outcome.Verdict, _ expected: Scenario.ExpectedOutcome, _ actual: String
  ) -> Bool {
    switch (verdict, expected) {
    case (.accepted, .accepted), (.merged, .merged): return true
    case (.rejected(let rejection), .rejected(let expected)):
      let fieldName = rejection.collection.flatMap { pack.collection($0) }
        .flatMap { collection in rejection.field.flatMap { collection.field($0)?.name } }
      return rejection.code == expected.code && (expected.field == nil || expected.field == fieldName)
        && (expected.rule == nil || expected.rule == rejection.rule)
        && (expected.failed.isEmpty || expected.failed.sorted() == rejection.failed.sorted())
        && (expected.holder.map { actual.contains("holder \($0)") } ?? true)
    default: return false
    }
  }

  private func describe(_ expected: Scenario.ExpectedOutcome) -> String {
    switch expected {
    case .accepted: return "accepted"
    case .merged: return "merged"
    case .rejected(let expected):
      let failed = expected.failed.isEmpty ? nil : "failed \(expected.failed.sorted().joined(separator: " "))"
      let parts = [
        expected.holder.map { "holder \($0)" }, expected.field.map { "field \($0)" },
        expected.rule.map { "rule \($0)" }, failed,
      ]
      return (["rejected \(expected.code.name)"] + parts.compactMap { $0 }).joined(separator: ", ")
    }
  }

  private func describe(_ entry: SettledEntry, on device: String) async throws -> String {
    switch entry.verdict {
    case .accepted: return "accepted"
    case .merged: return "merged"
    case .rejected(let rejection):
      var parts = ["rejected \(rejection.code.name)"]
      if let holder = rejection.holder {
        parts.append("holder \(try await author(holder.author.dot.replica, on: device))")
      }
      if let collection = rejection.collection.flatMap({ pack.collection($0) }),
        let field = rejection.field.flatMap({ collection.field($0) })
      {
        parts.append("field \(field.name)")
      }
      if let rule = rejection.rule { parts.append("rule \(rule)") }
      if !rejection.failed.isEmpty { parts.append("failed \(rejection.failed.sorted().joined(separator: " "))") }
      return parts.joined(separator: ", ")
    }
  }

  // MARK: Decisions

  private func checkDecided(_ sentences: [String]) async throws -> StepResult.Failure? {
    var known = Set<String>()
    for device in scenario.devices.map(\.name) { known.formUnion(try await allSentences(device)) }
    for sentence in sentences where !known.contains(where: { $0.hasPrefix(sentence) }) {
      return StepResult.Failure(
        summary: "Nothing was decided as: \(sentence)",
        rows: [
          StepResult.Failure.Row(
            device: "all", subject: "decision", expected: sentence, actual: known.isEmpty ? "none" : "others")
        ],
        decisions: known.sorted())
    }
    return nil
  }

  private func checkNoConflicts(_ devices: [String]) async throws -> StepResult.Failure? {
    for device in devices {
      for collection in pack.collections {
        guard let (id, view) = try await world.conflicted(in: collection, on: device).first else { continue }
        let key = ReplicaKey(collection.number, id)
        return StepResult.Failure(
          summary: "\(device) sees an open conflict in \(name(of: key)).",
          rows: [
            StepResult.Failure.Row(
              device: device, subject: name(of: key), expected: "no conflict", actual: "\(view.conflicts.count) open")
          ],
          decisions: try await self.sentences(view, key, device))
      }
    }
    return nil
  }

  /// Every decision that a device knows: those of open conflicts, and those that outcomes told it of.
  private func allSentences(_ device: String) async throws -> [String] {
    var sentences = [String]()
    for collection in pack.collections {
      for (id, view) in try await world.conflicted(in: collection, on: device) {
        sentences += try await self.sentences(view, ReplicaKey(collection.number, id), device)
      }
    }
    let explanation = try await explanation(device)
    for entry in try await world.settled(device) {
      guard case .merged(let decisions) = entry.verdict else { continue }
      for decision in decisions {
        guard let collection = pack.collection(decision.collection) else { continue }
        sentences += explanation.sentences(decision.conflict, in: collection)
      }
    }
    return sentences
  }

  private func sentences(_ view: VisibleRecord, _ key: ReplicaKey, _ device: String) async throws -> [String] {
    guard let collection = pack.collection(key.collection) else { return [] }
    let explanation = try await explanation(device)
    return view.conflicts.flatMap { explanation.sentences($0, in: collection) }
  }

  private func explanation(_ device: String) async throws -> Explanation {
    let replica = try await world.replica(device)
    let (names, own) = (scenario.names, scenario.devices.first { $0.name == device }?.member)
    let roster = replica.roster
    let number = replica.identity.replica
    return Explanation(
      pack: pack,
      nameOf: { replica in
        if replica == .hub { return "the hub" }
        let member = roster[replica]?.member ?? (replica == number ? own : nil)
        return member.flatMap { names[$0] } ?? roster[replica]?.device ?? "device \(replica)"
      },
      text: { Self.text($0, names) })
  }

  private func author(_ replica: ReplicaNumber, on device: String) async throws -> String {
    let known = try await world.replica(device)
    let member = known.roster[replica]?.member ?? (replica == known.identity.replica ? known.identity.member : nil)
    return member.flatMap { scenario.names[$0] } ?? (replica == .hub ? "hub" : "device \(replica)")
  }

  // MARK: Words

  private func name(of key: ReplicaKey) -> String {
    let collection = pack.collection(key.collection)?.name ?? "?"
    return "\(collection)/\(scenario.names[key.record] ?? key.record.description)"
  }

  private func text(_ value: Value) -> String { Self.text(value, scenario.names) }

  /// A value as the scenario would write it: ids by their names.
  private static func text(_ value: Value, _ names: [RecordID: String]) -> String {
    switch value {
    case .id(let id): names[id] ?? id.description
    case .list(let values): "[" + values.map { text($0, names) }.sorted().joined(separator: ", ") + "]"
    default: value.description
    }
  }

  private func describe(_ life: RecordLife) -> String {
    switch life {
    case .live: "there"
    case .deleted: "deleted"
    case .hidden: "hidden"
    }
  }

  private static func compare(
    _ device: String, _ subject: String, _ expected: String, _ actual: String
  ) -> StepResult.Failure? {
    guard expected != actual else { return nil }
    return failure(device, subject, expected, actual, "\(device): \(subject) is \(actual), expected \(expected).")
  }

  private static func failure(
    _ device: String, _ subject: String, _ expected: String, _ actual: String, _ summary: String
  ) -> StepResult.Failure {
    StepResult.Failure(
      summary: summary,
      rows: [StepResult.Failure.Row(device: device, subject: subject, expected: expected, actual: actual)],
      decisions: [])
  }
}
