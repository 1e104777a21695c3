internal import HearthDevice
internal import HearthModel
internal import HearthReplica

// What the test client prints as JSON (docs/reference/json.md).

struct StatusReport: Encodable {
  let link: String
  let revision: UInt64
  let outbox: Int
  let oldest_in_outbox: String?
  let rejected: Int
  let last_settled: ChangeReport?
  let last_fault: FaultReport?
  let need: String?

  init(_ status: DeviceStatus) {
    link = StatusText(status, clock: Instant(milliseconds: 0)).link
    revision = status.revision.rawValue
    outbox = status.outboxCount
    oldest_in_outbox = status.oldestInOutbox?.description
    rejected = status.rejectedCount
    last_settled = status.lastSettled.map { ChangeReport($0.ticket, .settled($0)) }
    last_fault = status.lastFault.map { FaultReport(number: $0.number, name: $0.name, message: $0.message) }
    need = status.need
  }
}

struct FaultReport: Encodable {
  let number: Int
  let name: String
  let message: String
}

struct ChangeReport: Encodable {
  let change_set: UInt64
  let state: String
  let revision: UInt64?
  let error: FaultReport?
  let decisions: Int?

  init(_ ticket: ChangeTicket, _ status: ChangeStatus) {
    change_set = ticket.counter
    switch status {
    case .local: (state, revision, error, decisions) = ("local", nil, nil, nil)
    case .sent: (state, revision, error, decisions) = ("sent", nil, nil, nil)
    case .unknown: (state, revision, error, decisions) = ("unknown", nil, nil, nil)
    case .settled(let settled), .seen(let settled, _):
      revision = settled.revision.rawValue
      switch settled.verdict {
      case .accepted: (state, error, decisions) = ("accepted", nil, nil)
      case .merged(let list): (state, error, decisions) = ("merged", nil, list.count)
      case .rejected(let rejection):
        state = "rejected"
        error = FaultReport(rejection)
        decisions = nil
      }
    }
  }
}

extension FaultReport {
  init(_ rejection: Rejection) {
    self.init(number: Int(rejection.code.rawValue), name: rejection.code.name, message: rejection.message)
  }
}

struct RecordReport: Encodable {
  let collection: String
  let id: String
  let life: String
  let pending: Bool
  let conflicts: Int
  let fields: [String: JSONValue]

  init(_ record: Record) {
    collection = record.collection.name
    id = record.id.description
    life =
      switch record.content.life {
      case .live: "live"
      case .deleted: "deleted"
      case .hidden: "hidden"
      }
    pending = record.isPending
    conflicts = record.content.conflicts.count
    fields = Dictionary(
      uniqueKeysWithValues: record.collection.fields.filter(\.isPublished).map {
        ($0.name, JSONValue(record.content[$0]))
      })
  }
}

struct PendingReport: Encodable {
  let change_set: UInt64
  let sent: Bool
  let made_at: String
  let changes: [RecordChangeReport]

  init(_ change: PendingChange, _ pack: Pack) {
    change_set = change.ticket.counter
    sent = change.isSent
    made_at = change.madeAt.description
    changes = change.changes.map { RecordChangeReport($0, pack) }
  }
}

struct RejectedReport: Encodable {
  let change_set: UInt64
  let at: String
  let error: FaultReport
  let changes: [RecordChangeReport]

  init(_ change: RejectedChange, _ pack: Pack) {
    change_set = change.ticket.counter
    at = change.at.description
    error = FaultReport(change.rejection)
    changes = change.changes.map { RecordChangeReport($0, pack) }
  }
}

struct HistoryReport: Encodable {
  let change_set: UInt64
  let revision: UInt64
  let at: String
  let verdict: String
  let changes: [RecordChangeReport]

  init(_ entry: SettledEntry, _ pack: Pack) {
    change_set = entry.changeSet.counter
    revision = entry.revision.rawValue
    at = entry.at.description
    verdict = entry.verdict.name
    changes = entry.changeSet.changes.map { RecordChangeReport($0, pack) }
  }
}

struct RecordChangeReport: Encodable {
  let collection: String
  let id: String
  let kind: String
  let fields: [String]

  init(_ change: RecordChange, _ pack: Pack) {
    let schema = pack.collection(change.collection)
    collection = schema?.name ?? ""
    id = change.record.description
    kind = "\(change.kind)"
    fields = Set(change.edits.map(\.field)).sorted().compactMap { schema?.field($0)?.name }
  }
}

struct MemberReport: Encodable {
  let replica: UInt32
  let member: String
  let device: String
}

struct ConflictReport: Encodable {
  let collection: String
  let id: String
  let subject: String
  let rule: String
  let winner: WriteReport
  let losers: [WriteReport]
  let sentences: [String]

  struct WriteReport: Encodable {
    let replica: UInt32
    let counter: UInt64
    let stamp: String
    let rank: UInt8
    let value: JSONValue?
    let reason: String?
  }

  static func list(_ record: Record, _ explanation: Explanation, _ conflicts: [Conflict]? = nil) -> [ConflictReport] {
    (conflicts ?? record.content.conflicts).map { conflict in
      ConflictReport(
        collection: record.collection.name, id: record.id.description,
        subject: explanation.subject(conflict.subject, in: record.collection), rule: conflict.rule,
        winner: WriteReport(conflict.winner, nil), losers: conflict.losers.map { WriteReport($0.write, $0.reason) },
        sentences: explanation.sentences(conflict, in: record.collection))
    }
  }
}

extension ConflictReport.WriteReport {
  init(_ write: Write, _ reason: Reason?) {
    self.init(
      replica: write.author.dot.replica.rawValue, counter: write.author.dot.counter,
      stamp: write.author.stamp.description, rank: write.author.rank.rawValue, value: write.value.map { JSONValue($0) },
      reason: reason.map { "\($0)" })
  }
}

extension Outcome.Verdict {
  var name: String {
    switch self {
    case .accepted: "accepted"
    case .merged: "merged"
    case .rejected: "rejected"
    }
  }
}

/// A value as JSON: ids, dates, times and decimals as text.
struct JSONValue: Encodable {
  private let value: Value

  init(_ value: Value) {
    self.value = value
  }

  func encode(to encoder: any Encoder) throws {
    switch value {
    case .null: try single(encoder) { try $0.encodeNil() }
    case .bool(let value): try single(encoder) { try $0.encode(value) }
    case .int(let value): try single(encoder) { try $0.encode(value) }
    case .float(let value): try single(encoder) { try $0.encode(value) }
    case .text, .decimal, .id, .day, .instant: try single(encoder) { try $0.encode(value.plainText) }
    case .list(let values): try single(encoder) { try $0.encode(values.map { JSONValue($0) }) }
    case .object(let object):
      let members = object.members.map { ($0.key, JSONValue($0.value)) }
      try single(encoder) { try $0.encode(Dictionary(members, uniquingKeysWith: { $1 })) }
    }
  }

  private func single(
    _ encoder: any Encoder, _ body: (inout any SingleValueEncodingContainer) throws -> Void
  ) throws {
    var container = encoder.singleValueContainer()
    try body(&container)
  }
}

extension Value {
  fileprivate var plainText: String {
    if case .decimal(let number) = self { return number.description }
    return description
  }
}
