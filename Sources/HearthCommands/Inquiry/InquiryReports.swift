internal import HearthModel

// What the commands that ask a hub print as JSON (docs/reference/json.md).

/// Who wrote something, when, and what they had seen.
struct AuthorReport: Encodable {
  let replica: UInt32
  let change_set: UInt64
  let member: String?
  let name: String
  let device: String?
  let role: String?
  let revision: UInt64?
  let hub_time: String?
  let device_time: String?
  let counted_time: String
  let clock_ahead_ms: Int64?
  let seen: SeenReport?

  struct SeenReport: Encodable {
    let replica: UInt32
    let change_set: UInt64
    let revision: UInt64
    let hub_time: String
  }

  init(_ author: Authorship, _ narration: Narration, _ pack: Pack) {
    let account = narration.account(author.dot)
    replica = author.dot.replica.rawValue
    change_set = author.dot.counter
    member = account?.member?.description
    name = narration.author(author.dot)
    device = account.flatMap { $0.device.isEmpty ? nil : $0.device }
    role = author.dot.replica == .hub ? nil : pack.roles.names(of: account?.rank ?? author.rank).first
    revision = account?.revision.rawValue
    hub_time = account?.at.description
    device_time = account.map { Instant(milliseconds: $0.madeAt.milliseconds).description }
    counted_time = Instant(milliseconds: author.stamp.milliseconds).description
    clock_ahead_ms = account?.offset.milliseconds
    seen = account?.seen.map {
      SeenReport(
        replica: $0.dot.replica.rawValue, change_set: $0.dot.counter, revision: $0.revision.rawValue,
        hub_time: $0.at.description)
    }
  }
}

/// A value and who wrote it; without a value it was removed.
struct VersionReport: Encodable {
  let value: JSONValue?
  let by: AuthorReport
  /// Of what lost: its number for `restore-value`, and why.
  let number: Int?
  let reason: String?
  let sentence: String?
  let restore: String?
}

/// What was decided about one thing.
struct DecisionReport: Encodable {
  let subject: String
  let rule: String
  let shown: VersionReport
  let lost: [VersionReport]

  /// - Parameter number: of the last loser so far of the same field; nil where losers cannot be restored by number.
  init(_ conflict: Conflict, _ schema: CollectionSchema, _ teller: ReportTeller, number: inout Int) {
    subject = teller.narration.subject(conflict.subject, in: schema)
    rule = conflict.rule
    shown = teller.version(conflict.winner)
    let sentences = teller.narration.sentences(conflict, in: schema)
    var lost = [VersionReport]()
    for (loser, sentence) in zip(conflict.losers, sentences) {
      number += 1
      lost.append(teller.version(loser, number, sentence, conflict, schema))
    }
    self.lost = lost
  }
}

/// What reports need to say who and how.
struct ReportTeller {
  let narration: Narration
  let inquirer: Inquirer
  /// The record as people name it.
  let record: String

  func author(_ author: Authorship) -> AuthorReport { AuthorReport(author, narration, inquirer.pack) }

  func version(_ write: Write) -> VersionReport {
    VersionReport(
      value: write.value.map { JSONValue($0) }, by: author(write.author), number: nil, reason: nil, sentence: nil,
      restore: nil)
  }

  func version(
    _ loser: Loser, _ number: Int, _ sentence: String, _ conflict: Conflict, _ schema: CollectionSchema
  ) -> VersionReport {
    let field = conflict.subject.fields.first.flatMap { schema.field($0)?.name }
    return VersionReport(
      value: loser.write.value.map { JSONValue($0) }, by: author(loser.write.author),
      number: field == nil ? nil : number, reason: "\(loser.reason)", sentence: sentence,
      restore: field.map { inquirer.command("restore-value \(record) \($0) \(number)") })
  }
}

struct RecordConflictsReport: Encodable {
  let collection: String
  let id: String
  let label: String?
  let conflicts: [DecisionReport]

  init?(_ record: RecordConflicts, _ narration: Narration, _ inquirer: Inquirer) {
    guard let schema = inquirer.pack.collection(record.collection) else { return nil }
    let teller = ReportTeller(
      narration: narration, inquirer: inquirer, record: inquirer.name(record.collection, record.record))
    collection = schema.name
    id = record.record.description
    label = record.label.isEmpty ? nil : record.label
    // Losers are numbered anew for each field, as `hearth explain` does.
    var numbers: [FieldNumber?: Int] = [:]
    conflicts = record.conflicts.map {
      DecisionReport($0, schema, teller, number: &numbers[$0.subject.fields.first, default: 0])
    }
  }
}

struct RecordAccountReport: Encodable {
  let collection: String
  let id: String
  let label: String?
  let life: String
  let deleted_by: AuthorReport?
  let hidden_by: String?
  let hides: Int
  let restore: String?
  let conflict: DecisionReport?
  let fields: [FieldReport]

  struct FieldReport: Encodable {
    let values: [String: JSONValue]
    let rule: String
    let writes: [DecisionReport]
    let shares: [ShareReport]?
    let written_by: [String]?
  }

  struct ShareReport: Encodable {
    let replica: UInt32
    let sum: Int64
  }

  init(_ account: RecordAccount, _ narration: Narration, _ inquirer: Inquirer) {
    let schema = inquirer.pack.collection(account.collection)
    let name = inquirer.name(account.collection, account.record)
    let teller = ReportTeller(narration: narration, inquirer: inquirer, record: name)
    collection = schema?.name ?? ""
    id = account.record.description
    label = account.label.isEmpty ? nil : account.label
    hidden_by = account.hiddenBy.map { inquirer.name($0.collection, $0.record) }
    hides = account.hiddenCount
    switch account.life {
    case .live: (life, deleted_by, restore) = ("live", nil, nil)
    case .hidden:
      (life, deleted_by) = ("hidden", nil)
      restore = hidden_by.map { inquirer.command("restore \($0)") }
    case .deleted(let author):
      (life, deleted_by) = ("deleted", teller.author(author))
      restore = inquirer.command("restore \(name)")
    }
    var ignored = 0
    conflict = schema.flatMap { schema in
      account.lifeConflict.map { DecisionReport($0, schema, teller, number: &ignored) }
    }
    fields = schema.map { schema in account.fields.map { FieldReport($0, schema, teller) } } ?? []
  }
}

extension RecordAccountReport.FieldReport {
  init(_ field: FieldAccount, _ schema: CollectionSchema, _ teller: ReportTeller) {
    let pairs = field.shown.compactMap { pair in
      schema.field(pair.field).map { ($0.name, JSONValue(pair.value)) }
    }
    values = Dictionary(pairs) { $1 }
    rule = field.rule
    shares = field.shares.isEmpty ? nil : field.shares.map { .init(replica: $0.replica.rawValue, sum: $0.sum) }
    written_by = field.writtenBy.isEmpty ? nil : field.writtenBy
    var number = 0
    let contested = field.contested
    let undisputed = field.standing.filter { !contested.contains($0) }
    let decided = contested.map { DecisionReport($0, schema, teller, number: &number) }
    writes = decided + undisputed.map { DecisionReport($0, schema, teller, number: &number) }
  }
}

struct HistoryEntryReport: Encodable {
  let by: AuthorReport?
  let kind: String
  let edits: [String]
  let rule_edits: [String]?
  let verdict: String
  let decisions: [String]?
  let error: FaultReport?
  let rule: String?

  init(_ entry: HistoryEntry, _ schema: CollectionSchema, _ narration: Narration, _ pack: Pack) {
    by = narration.account(entry.dot).map { AuthorReport($0.authorship, narration, pack) }
    kind = "\(entry.kind)"
    edits = entry.edits.map { narration.words($0, in: schema) }
    rule_edits = entry.ruleEdits.isEmpty ? nil : entry.ruleEdits.map { narration.words($0, in: schema) }
    verdict = entry.verdict.name
    switch entry.verdict {
    case .accepted: (decisions, error, rule) = (nil, nil, nil)
    case .merged(let list):
      (error, rule) = (nil, nil)
      decisions = list.flatMap { narration.sentences($0.conflict, in: schema) }
    case .rejected(let rejection):
      decisions = nil
      error = FaultReport(rejection)
      rule = rejection.rule
    }
  }
}

struct DeletedRecordReport: Encodable {
  let collection: String
  let id: String
  let label: String?
  let deleted_by: AuthorReport
  let hides: Int
  let restore: String

  init(_ record: DeletedRecord, _ narration: Narration, _ inquirer: Inquirer) {
    collection = inquirer.pack.collection(record.collection)?.name ?? ""
    id = record.record.description
    label = record.label.isEmpty ? nil : record.label
    deleted_by = AuthorReport(record.author, narration, inquirer.pack)
    hides = record.hiddenCount
    restore = inquirer.command("restore \(inquirer.name(record.collection, record.record))")
  }
}
