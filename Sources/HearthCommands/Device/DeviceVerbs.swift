internal import Foundation
internal import HearthConsole
internal import HearthDevice
internal import HearthModel
internal import HearthPack
internal import HearthProtocol
internal import HearthReplica
internal import HearthScenario

/// The commands of the test client (docs/guides/test-client.md).
struct DeviceVerbs {
  let session: DeviceSession

  private var device: Device { session.device }
  private var output: Output { session.output }

  func obey(_ verb: String, _ words: [String]) async throws {
    switch try DeviceVerb.named(verb, with: words).name {
    case "help": try showHelp(words)
    case "show": try await show(words)
    case "create": try await create(words)
    case "set": try await set(words)
    case "add", "remove": try await element(words, isAdded: verb == "add")
    case "increment": try await increment(words)
    case "drop": try await drop(words)
    case "delete":
      let (schema, id) = try await existing(words[0])
      try await edit { $0.delete(schema.name, id) }
    case "restore":
      let (schema, id) = try await existing(words[0])
      try await edit { $0.restore(schema.name, id) }
    case "offline": try await link { await device.disconnect() }
    case "online": try await link { await session.goOnline() }
    case "sync": try await synchronize()
    case "clock": try moveClock(words)
    case "status": try await status()
    case "outbox": try await outbox()
    case "rejected": try await rejected()
    case "history": try await history(words)
    case "conflicts": try await conflicts()
    case "explain": try await explain(words)
    case "restore-value": try await restoreValue(words)
    case "resend": try await resend()
    case "members": try await members()
    default: preconditionFailure("the command \(verb) has a form and no meaning")
    }
  }

  private func showHelp(_ words: [String]) throws {
    if let page = words.first.flatMap({ ErrorCatalog.page($0) }) {
      if output.isJSON { return try output.json(page) }
      return output.line("\(page.number) \(page.name): \(page.meaning) \(page.remedy)")
    }
    let verbs = try words.first.map { [try DeviceVerb.named($0)] } ?? DeviceVerb.all
    if output.isJSON { return try output.json(verbs.map { ["usage": $0.usage, "meaning": $0.meaning] }) }
    var table = Table(["command", "meaning"])
    for verb in verbs { table.add([verb.usage, verb.meaning], styles: [.name, nil]) }
    output.text(table.text(output.terminal))
  }

  // MARK: Names and values

  private func collection(_ name: String) throws -> CollectionSchema {
    if let collection = session.pack.collection(named: name) { return collection }
    let hint = suggestion(for: name, among: session.pack.collections.map(\.name))
    throw CommandFailure(.unknownCollection, "`\(name)` is no collection.\(hint)")
  }

  private func key(_ word: String) throws -> (CollectionSchema, RecordID) {
    let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 else {
      throw CommandFailure(.wordsMissing, "Expected COLLECTION/ID, as tasks/dishes, found `\(word)`.")
    }
    let collection = try collection(parts[0])
    guard let id = RecordID(readable: parts[1]) else {
      throw CommandFailure(.wrongName, "`\(parts[1])` is neither a UUID nor a name (small letters, digits and `-`).")
    }
    if RecordID.isName(parts[1]) { session.note(parts[1], for: id) }
    return (collection, id)
  }

  /// An existing record: its UUID, its name, or the first digits of its UUID.
  func existing(_ word: String) async throws -> (CollectionSchema, RecordID) {
    let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    if parts.count == 2, parts[1].count >= 4, parts[1].allSatisfy({ $0.isHexDigit || $0 == "-" }),
      let collection = session.pack.collection(named: parts[0])
    {
      let matches = try await device.records(in: collection.name, includingGone: true)
        .filter { $0.id.description.hasPrefix(parts[1].lowercased()) }
      if matches.count == 1 { return (collection, matches[0].id) }
      if matches.count > 1 {
        throw CommandFailure(.wrongName, "\(matches.count) records begin with `\(parts[1])`. Give more digits.")
      }
    }
    return try key(word)
  }

  func field(_ name: String, in collection: CollectionSchema) throws -> (Field, [String]) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard let field = collection.field(named: parts[0]) else {
      let hint = suggestion(for: parts[0], among: collection.fields.map(\.name))
      throw CommandFailure(.unknownField, "`\(parts[0])` is no field of `\(collection.name)`.\(hint)")
    }
    if parts.count > 1 {
      guard case .json = field.type else {
        throw CommandFailure(.unknownField, "`\(field.name)` is no json field, so it has no path.")
      }
    }
    return (field, Array(parts.dropFirst()))
  }

  private func value(_ text: String, _ field: Field, _ path: [String]) throws -> Value {
    if path.isEmpty, text == "null" { return .null }
    let type: FieldType = path.isEmpty ? field.type : .json(nil)
    if !path.isEmpty {
      guard let node = try? YAMLNode.read(text.isEmpty ? "''" : text, file: "value") else { return .text(text) }
      return ValueReader.json(node)
    }
    if let value = ValueText.value(text, type: type) {
      if let id = value.id, RecordID.isName(text) { session.note(text, for: id) }
      return value
    }
    let found = text.isEmpty ? "nothing" : "`\(text.printable.clipped(to: 60))`"
    var hint = ""
    if case .choice(let names) = type { hint = suggestion(for: text, among: names) }
    throw CommandFailure(.wrongValue, "`\(field.name)`: expected \(expectation(type)), found \(found).\(hint)")
  }

  private func expectation(_ type: FieldType) -> String {
    switch type {
    case .time: "time, as 2025-11-11T16:00:00Z"
    case .date: "date, as 2025-11-11"
    case .reference(let target): "ref \(session.pack.collection(target)?.name ?? "")"
    case .text, .int, .decimal, .float, .bool, .uuid, .choice, .set, .json: type.name
    }
  }

  private func assignments(
    _ words: [String], _ collection: CollectionSchema
  ) throws -> [(field: Field, path: [String], value: Value)] {
    return try words.map { word in
      guard let sign = word.firstIndex(of: "=") else {
        throw CommandFailure(.wordsMissing, "Expected field=value, found `\(word)`.")
      }
      let (field, path) = try field(String(word[..<sign]), in: collection)
      return (field, path, try value(String(word[word.index(after: sign)...]), field, path))
    }
  }

  // MARK: Edits

  private func edit(_ body: (inout Draft) throws -> Void) async throws {
    var draft = Draft()
    try body(&draft)
    let ticket = try await device.commit(draft)
    try await report(ticket)
  }

  /// Says what became of an edit: at once when there is no connection, else when the hub has answered.
  private func report(_ ticket: ChangeTicket) async throws {
    if try await device.status().link == .live { try? await device.waitUntilSynced(timeout: .seconds(5)) }
    let status = try await device.status(of: ticket)
    if output.isJSON { return try output.json(ChangeReport(ticket, status)) }
    switch status {
    case .local: output.line(output.styled("kept", .warning) + ": change set \(ticket.counter) waits for a connection")
    case .sent: output.line(output.styled("sent", .warning) + ": change set \(ticket.counter), not decided yet")
    case .settled(let settled), .seen(let settled, _): try await report(settled)
    case .unknown: output.line("unknown")
    }
  }

  private func report(_ settled: SettledChange) async throws {
    switch settled.verdict {
    case .accepted: output.line(output.styled("accepted", .good) + " at revision \(settled.revision)")
    case .merged(let decisions):
      output.line(output.styled("merged", .warning) + " at revision \(settled.revision)")
      let explanation = await session.explanation()
      for decision in decisions {
        guard let collection = session.pack.collection(decision.collection) else { continue }
        for sentence in explanation.sentences(decision.conflict, in: collection) {
          output.line("  " + sentence.printable)
        }
      }
    case .rejected(let rejection):
      var line =
        output.styled("rejected", .bad) + ": E\(rejection.code.rawValue) \(rejection.code.name): \(rejection.message)"
      if let holder = rejection.holder { line += " (\(await session.authorName(holder.author.dot.replica)))" }
      output.line(line)
    }
  }

  private func create(_ words: [String]) async throws {
    let first = words[0]
    let schema: CollectionSchema
    let id: RecordID?
    if first.contains("/") { (schema, id) = try key(first) } else { (schema, id) = (try collection(first), nil) }
    let made = try assignments(Array(words.dropFirst()), schema)
    if let part = made.first(where: { !$0.path.isEmpty }) {
      throw CommandFailure(.unknownField, "A new record takes whole fields: `\(part.field.name)={...}`.")
    }
    let random = RecordID(high: .random(in: 0 ... .max) & ~0xf000 | 0x4000, low: .random(in: 0 ... .max) >> 2 | 1 << 63)
    try await edit { draft in
      draft.create(schema.name, id ?? (schema.key.isEmpty ? random : nil), made.map { ($0.field.name, $0.value) })
    }
  }

  private func set(_ words: [String]) async throws {
    let (schema, id) = try await existing(words[0])
    let made = try assignments(Array(words.dropFirst()), schema)
    try await edit { draft in
      for part in made {
        if part.path.isEmpty {
          draft.set(schema.name, id, part.field.name, part.value)
        } else {
          draft.put(schema.name, id, part.field.name, part.path, part.value)
        }
      }
    }
  }

  private func element(_ words: [String], isAdded: Bool) async throws {
    let (schema, id) = try await existing(words[0])
    let (field, _) = try field(words[1], in: schema)
    guard case .set(let type, _) = field.type, let element = ValueText.value(words[2], type: type) else {
      throw CommandFailure(
        .wrongValue, "`\(field.name)` is \(field.type.name); it does not take `\(words[2])` as an element.")
    }
    if let elementID = element.id, RecordID.isName(words[2]) { session.note(words[2], for: elementID) }
    try await edit { draft in
      if isAdded {
        draft.insert(schema.name, id, field.name, element)
      } else {
        draft.remove(schema.name, id, field.name, element)
      }
    }
  }

  private func increment(_ words: [String]) async throws {
    let (schema, id) = try await existing(words[0])
    let (field, _) = try field(words[1], in: schema)
    let units: Int64?
    if case .decimal(_, let scale) = field.type {
      units = FixedDecimal(words[2], scale: scale)?.units
    } else {
      units = Int64(words[2])
    }
    guard let units else { throw CommandFailure(.wrongValue, "Expected a number to add, found `\(words[2])`.") }
    try await edit { $0.increment(schema.name, id, field.name, by: units) }
  }

  private func drop(_ words: [String]) async throws {
    let (schema, id) = try await existing(words[0])
    let (field, path) = try field(words[1], in: schema)
    try await edit { $0.drop(schema.name, id, field.name, path) }
  }

  private func restoreValue(_ words: [String]) async throws {
    let (schema, id) = try await existing(words[0])
    guard let number = Int(words[2]) else {
      throw CommandFailure(.noSuchValue, "Expected a number, found `\(words[2])`; `explain` numbers what lost.")
    }
    let (field, _) = try field(words[1], in: schema)
    let losers = try await record(schema, id).content.conflicts
      .filter { $0.subject.fields.contains(field.number) }.flatMap { conflict in conflict.losers.map { (conflict, $0) }
      }
    guard losers.indices.contains(number - 1) else {
      throw CommandFailure(
        .noSuchValue, "`\(field.name)` has \(losers.count) losing values. See `explain \(words[0]) \(field.name)`.")
    }
    let (conflict, loser) = losers[number - 1]
    try await edit { draft in draft.write(loser.write.value, to: conflict.subject, of: id, in: schema) }
  }

  // MARK: The link and the clock

  private func link(_ body: () async -> Void) async throws {
    await body()
    try await status()
  }

  private func synchronize() async throws {
    await session.waitUntilLive(DeviceSession.patience)
    switch try await device.status().link {
    case .offline: throw CommandFailure(.noHub, "The device is offline. `online` makes a connection.")
    case .refused(let fault): throw CommandFailure(numbered: fault.description, exitCode: 1)
    case .waiting, .connecting, .catchingUp, .live: break
    }
    do {
      try await device.waitUntilSynced(timeout: DeviceSession.patience)
    } catch {
      guard case .waiting = try await device.status().link else { throw error }
      throw CommandFailure(.noHub, "No hub answers, so what was typed waits on this device. Does it run?")
    }
    try await status()
  }

  private func moveClock(_ words: [String]) throws {
    if let text = words.first {
      guard let shift = ClockShift.milliseconds(text) else {
        throw CommandFailure(.wrongValue, "Expected a shift, as +62m, -3d or 0, found `\(text)`.")
      }
      if shift == 0 { session.clock.reset() } else { session.clock.move(by: shift) }
    }
    if output.isJSON { return try output.json(["ahead_ms": session.clock.ahead]) }
    output.line("clock: \(session.clock.now) (\(session.clock.ahead / 1000) s ahead of the system)")
  }

  private func resend() async throws {
    await device.resend()
    try await synchronize()
  }

  private func status() async throws {
    let status = try await device.status()
    if output.isJSON { return try output.json(StatusReport(status)) }
    output.line(StatusText(status, clock: session.clock.now).line(output.terminal))
  }

  // MARK: Looking

  private func record(_ schema: CollectionSchema, _ id: RecordID) async throws -> Record {
    if let record = try await device.record(schema.name, id) { return record }
    throw CommandFailure(.unknownRecord, "This device knows no `\(schema.name)/\(session.shortName(id))`.")
  }

  private func show(_ words: [String]) async throws {
    guard let first = words.first else { return try await showCollections() }
    if first.contains("/") {
      let (schema, id) = try await existing(first)
      return try show(try await record(schema, id))
    }
    let schema = try collection(first)
    let records = try await device.records(in: schema.name)
    if output.isJSON { return try output.json(records.map { RecordReport($0) }) }
    guard !records.isEmpty else { return output.line("No \(schema.name).") }
    show(records, schema)
  }

  private func showCollections() async throws {
    var counts = [(String, Int)]()
    for collection in session.pack.collections {
      counts.append((collection.name, try await device.records(in: collection.name).count))
    }
    if output.isJSON { return try output.json(Dictionary(uniqueKeysWithValues: counts)) }
    var table = Table([("collection", .left), ("records", .right)])
    for (name, count) in counts { table.add([name, "\(count)"], styles: [.name, nil]) }
    output.text(table.text(output.terminal))
  }

  /// The fields that tell records apart, as many as fit.
  private func show(_ records: [Record], _ schema: CollectionSchema) {
    let fields = schema.fields.filter { field in
      !field.isHubWritten && field.isPublished && field.type.target != session.pack.householdCollection
        && records.contains { !session.text($0.content[field]).isEmpty }
    }
    var chosen = [Field]()
    var width = 12
    for field in fields {
      let widest = min(
        28, max(field.name.displayWidth, records.map { session.text($0.content[field]).displayWidth }.max() ?? 0))
      guard width + widest + 2 <= output.terminal.width else { continue }
      width += widest + 2
      chosen.append(field)
    }
    var table = Table(["id"] + chosen.map(\.name) + [""])
    for record in records {
      let cells = chosen.map { session.text(record.content[$0]).printable.clipped(to: 28) }
      let mark = (record.isPending ? "*" : "") + (record.content.conflicts.isEmpty ? "" : "!")
      table.add([session.shortName(record.id)] + cells + [mark], styles: [.name])
    }
    output.text(table.text(output.terminal))
    if records.contains(where: { $0.isPending }) { output.line(output.styled("* waits for the hub", .quiet)) }
    if records.contains(where: { !$0.content.conflicts.isEmpty }) {
      output.line(output.styled("! has an open conflict; see `conflicts`", .quiet))
    }
  }

  private func show(_ record: Record) throws {
    if output.isJSON { return try output.json(RecordReport(record)) }
    output.line(
      "\(output.styled("\(record.collection.name)/\(session.shortName(record.id))", .name)) \(output.styled(record.id.description, .quiet))"
    )
    switch record.content.life {
    case .live: break
    case .deleted(let author): output.line(output.styled("deleted at \(author.stamp)", .bad))
    case .hidden: output.line(output.styled("hidden: what it belongs to is deleted", .bad))
    }
    var table = Table(["field", "value", ""])
    for field in record.collection.fields where field.isPublished {
      let isContested = record.content.conflicts.contains { $0.subject.fields.contains(field.number) }
      table.add(
        [field.name, session.text(record.content[field]), isContested ? "!" : ""], styles: [.name, nil, .warning])
    }
    output.text(table.text(output.terminal))
  }

  private func outbox() async throws {
    let pending = await device.outbox()
    if output.isJSON { return try output.json(pending.map { PendingReport($0, session.pack) }) }
    guard !pending.isEmpty else { return output.line("The outbox is empty.") }
    var table = Table([("#", .right), ("state", .left), ("made", .left), ("edits", .left)])
    for change in pending {
      table.add([
        "\(change.ticket.counter)", change.isSent ? "sent" : "local", "\(change.madeAt)", describe(change.changes),
      ])
    }
    output.text(table.text(output.terminal))
  }

  private func rejected() async throws {
    let rejected = try await device.rejected()
    if output.isJSON { return try output.json(rejected.map { RejectedReport($0, session.pack) }) }
    guard !rejected.isEmpty else { return output.line("Nothing was rejected.") }
    var table = Table([("#", .right), ("at", .left), ("edits", .left), ("reason", .left)])
    for change in rejected {
      table.add(
        [
          "\(change.ticket.counter)", "\(change.at)", describe(change.changes),
          "E\(change.rejection.code.rawValue) \(change.rejection.code.name): \(change.rejection.message)",
        ], styles: [nil, .quiet, nil, .bad])
    }
    output.text(table.text(output.terminal))
  }

  private func history(_ words: [String]) async throws {
    guard let limit = words.isEmpty ? 20 : Int(words[0]), (1...10_000).contains(limit) else {
      throw CommandFailure(.wrongValue, "Expected a number from 1 to 10000, found `\(words[0])`.")
    }
    let entries = try await device.recentlySettled(limit: limit)
    if output.isJSON { return try output.json(entries.map { HistoryReport($0, session.pack) }) }
    guard !entries.isEmpty else { return output.line("The hub has decided nothing of this device yet.") }
    var table = Table([("#", .right), ("revision", .right), ("at", .left), ("verdict", .left), ("edits", .left)])
    for entry in entries {
      table.add([
        "\(entry.changeSet.counter)", "\(entry.revision)", "\(entry.at)", entry.verdict.name,
        describe(entry.changeSet.changes),
      ])
    }
    output.text(table.text(output.terminal))
  }

  private func describe(_ changes: [RecordChange]) -> String {
    changes.map { change in
      let collection = session.pack.collection(change.collection)
      let fields = Set(change.edits.map(\.field)).sorted().compactMap { collection?.field($0)?.name }
      let name = "\(collection?.name ?? "?")/\(session.shortName(change.record))"
      return "\(change.kind) \(name)" + (fields.isEmpty ? "" : " (\(fields.joined(separator: ", ")))")
    }.joined(separator: "; ")
  }

  private func members() async throws {
    let roster = await device.replica.roster.values.sorted { $0.replica < $1.replica }
    var members = [MemberReport]()
    for entry in roster {
      members.append(
        MemberReport(
          replica: entry.replica.rawValue, member: await session.authorName(entry.replica), device: entry.device))
    }
    if output.isJSON { return try output.json(members) }
    guard !members.isEmpty else { return output.line("Nobody has written yet.") }
    var table = Table([("#", .right), ("member", .left), ("device", .left)])
    for entry in members {
      table.add(["\(entry.replica)", entry.member, entry.device], styles: [nil, .strong, .name])
    }
    output.text(table.text(output.terminal))
  }

  // MARK: Conflicts

  private func conflicts() async throws {
    let records = try await device.conflicts()
    let explanation = await session.explanation()
    if output.isJSON { return try output.json(records.flatMap { ConflictReport.list($0, explanation) }) }
    guard !records.isEmpty else { return output.line("No open conflicts.") }
    for record in records {
      output.line(output.styled("\(record.collection.name)/\(session.shortName(record.id))", .name))
      for conflict in record.content.conflicts {
        for sentence in explanation.sentences(conflict, in: record.collection) {
          output.line("  " + sentence.printable)
        }
      }
    }
  }

  private func explain(_ words: [String]) async throws {
    let (schema, id) = try await existing(words[0])
    let record = try await record(schema, id)
    let wanted = try words.dropFirst().first.map { try field($0, in: schema).0 }
    let conflicts = record.content.conflicts.filter { conflict in
      wanted.map { conflict.subject.fields.contains($0.number) } ?? true
    }
    let explanation = await session.explanation()
    if output.isJSON { return try output.json(ConflictReport.list(record, explanation, conflicts)) }
    let name = "\(schema.name)/\(session.shortName(id))" + (wanted.map { " \($0.name)" } ?? "")
    if let wanted {
      output.line("\(output.styled(name, .name)) shows `\(session.text(record.content[wanted]).printable)`.")
    }
    guard !conflicts.isEmpty else {
      return output.line(
        "\(wanted == nil ? output.styled(name, .name) + ": " : "")No open conflict: every write had seen the one before it."
      )
    }
    var number = 0
    for conflict in conflicts { await explain(conflict, explanation, schema, &number) }
  }

  private func explain(
    _ conflict: Conflict, _ explanation: Explanation, _ schema: CollectionSchema, _ number: inout Int
  ) async {
    var table = Table(["", explanation.subject(conflict.subject, in: schema), "by", "device clock (corrected)", ""])
    table.add(await row("shown", conflict.winner, conflict, explanation), styles: [.good, .strong])
    for loser in conflict.losers {
      number += 1
      table.add(await row("\(number)", loser.write, conflict, explanation), styles: [.quiet])
    }
    output.text(table.text(output.terminal))
    for sentence in explanation.sentences(conflict, in: schema) { output.line(sentence.printable) }
  }

  private func row(_ title: String, _ write: Write, _ conflict: Conflict, _ explanation: Explanation) async -> [String]
  {
    let author = write.author
    let role = session.pack.roles.names(of: author.rank).first ?? ""
    let device = await device.author(author.dot.replica).device
    return [
      title, explanation.value(write, conflict), await session.authorName(author.dot.replica) + " (\(role))",
      "\(author.stamp)", device,
    ]
  }
}
