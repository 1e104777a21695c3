internal import HearthModel

// The change sets that were about a record, the newest first.

extension InquiryDesk {
  /// Walks the change sets of all replicas side by side, each from its newest, and takes the newest of those that name
  /// the record.
  ///
  /// A page looks at a bounded number of rows. Where it has to end before the next one is certain, it says from where
  /// each replica goes on, so that nothing is told twice and nothing is left out.
  func history(of seen: InquirySight.SeenRecord, _ page: [UInt8]) throws -> Answer {
    var accounts = try AccountBook(self, tellsSight: true)
    var walk = try HistoryWalk(self, seen, page)
    var entries = [HistoryEntry]()
    var bytes = 0
    while let change = try walk.newest() {
      let entry = HistoryEntry(change, of: seen, asker: member)
      let size = entry.map { $0.storedBytes } ?? 0
      if bytes + size > bounds.pageBytes, !entries.isEmpty { break }
      walk.take(change)
      guard let entry else { continue }
      bytes += size
      try accounts.note(change, of: seen)
      for conflict in entry.conflicts { try accounts.note(conflict, of: seen) }
      entries.append(entry)
    }
    if walk.next.isEmpty { entries += try collectedEntries(of: seen, &accounts) }
    let dots = entries.flatMap { [$0.dot] + $0.conflicts.flatMap(\.dots) }
    let history = RecordHistory(
      collection: seen.key.collection, record: seen.key.record, label: seen.label, entries: entries)
    return accounts.answer(.history(history), naming: dots, next: walk.next)
  }
}

extension InquiryDesk {
  /// The last change set of each replica that touched the record, where it has been collected: who and when stands in
  /// the record. So the end of a history says that there was more, and of whom.
  private func collectedEntries(
    of seen: InquirySight.SeenRecord, _ accounts: inout AccountBook
  ) throws -> [HistoryEntry] {
    let collected = try reader.collected(of: household)
    let touches = seen.state.touches.filter { $0.author.dot.counter <= collected[$0.author.dot.replica, default: 0] }
    return try touches.map(\.author).sorted { ($1.stamp, $1.dot) < ($0.stamp, $0.dot) }.map { author in
      try accounts.note(author, of: seen)
      return HistoryEntry(dot: author.dot, kind: .update, edits: [], ruleEdits: [], verdict: .accepted)
    }
  }
}

/// Where a walk through the history of a record stands at each replica.
private struct HistoryWalk {
  private let desk: InquiryDesk
  private let record: RecordID
  /// The last change set of each replica that touched the record: what moves and effects of it wrote stands in the
  /// record and not in the change set.
  private let touches: VersionVector
  /// Up to which counter there is nothing left of each replica.
  private let collected: [ReplicaNumber: UInt64]
  /// The counter below which to look; replicas that are done have none.
  private var below: [ReplicaNumber: UInt64]
  /// The newest change set of each replica that names the record and was not taken.
  private var found: [ReplicaNumber: ChangeEntry] = [:]
  private var rowsLeft: Int

  init(_ desk: InquiryDesk, _ seen: InquirySight.SeenRecord, _ page: [UInt8]) throws {
    self.desk = desk
    record = seen.key.record
    touches = seen.state.versions
    collected = try desk.reader.collected(of: desk.household)
    rowsLeft = 0
    let replicas = try desk.reader.household(desk.household)?.replicas ?? [:]
    let start = replicas.filter { $0.value.counter > 0 }.mapValues { $0.counter &+ 1 }
    // A mark from outside is cut to what there is.
    below = start
    if let marked = PageMark.counters(page) {
      below = [:]
      for (replica, counter) in start { below[replica] = marked[replica].map { min($0, counter) } }
    }
    // What each replica found last is found again at once; a page has to get beyond that.
    rowsLeft = desk.bounds.rowsMax + below.count
  }

  /// The mark of the next page; empty when everything has been looked at.
  var next: [UInt8] { below.isEmpty ? [] : PageMark.bytes(below) }

  /// The newest change set not yet taken; nil when there is none, or none is certain within this page.
  mutating func newest() throws -> ChangeEntry? {
    for replica in below.keys.sorted() where found[replica] == nil {
      guard try look(at: replica) else { return nil }
    }
    return found.values.max { $0.precedes($1) }
  }

  mutating func take(_ change: ChangeEntry) {
    found[change.dot.replica] = nil
    below[change.dot.replica] = change.dot.counter > 1 ? change.dot.counter : nil
  }

  /// Looks for the next one of a replica; false when the page has looked at enough.
  private mutating func look(at replica: ReplicaNumber) throws -> Bool {
    while let counter = below[replica] {
      guard counter &- 1 > collected[replica, default: 0] else {
        below[replica] = nil
        return true
      }
      guard rowsLeft > 0 else { return false }
      let touch = touches[replica]
      if touch == counter &- 1, let change = try desk.reader.change(desk.household, Dot(replica, touch)) {
        rowsLeft -= 1
        note(change)
        return true
      }
      // Down to the last touch, which is then taken whether it names the record or not.
      let steps = touch > 0 && touch < counter &- 1 ? min(rowsLeft, Int(clamping: counter - 1 - touch)) : rowsLeft
      let search = try desk.reader.lastChange(
        of: desk.household, by: replica, below: counter, naming: record, stepsMax: steps)
      switch search {
      case .found(let change):
        rowsLeft -= Int(clamping: counter - min(change.dot.counter, counter))
        note(change)
        return true
      case .notYet(let reached):
        rowsLeft -= Int(clamping: counter - min(reached, counter))
        below[replica] = reached
        guard reached < counter else { return false }
      case .none: below[replica] = nil
      }
    }
    return true
  }

  private mutating func note(_ change: ChangeEntry) {
    found[change.dot.replica] = change
    below[change.dot.replica] = change.dot.counter &+ 1
  }
}

extension ChangeEntry {
  /// Whether the other one was decided later. A rejection leaves the head as it was, so it comes behind the commit of
  /// its revision.
  fileprivate func precedes(_ other: ChangeEntry) -> Bool {
    let own = (revision, isRejected ? 1 : 0, at.milliseconds)
    let others = (other.revision, other.isRejected ? 1 : 0, other.at.milliseconds)
    return own == others ? dot < other.dot : own < others
  }

  fileprivate var isRejected: Bool {
    if case .rejected = verdict { true } else { false }
  }
}

extension HistoryEntry {
  /// A change set as the asking member may see it; nil when it did nothing to the record that they may see.
  fileprivate init?(_ entry: ChangeEntry, of seen: InquirySight.SeenRecord, asker: RecordID) {
    let change = entry.changeSet.changes.first {
      $0.collection == seen.key.collection && $0.record == seen.key.record
    }
    let edits = change?.edits.filter { seen.sees($0) } ?? []
    let ruleEdits = seen.edits(by: entry.dot, notIn: change?.edits ?? [])
    if change?.kind ?? .update == .update, edits.isEmpty, ruleEdits.isEmpty { return nil }
    let verdict: Outcome.Verdict =
      switch entry.verdict {
      case .accepted: .accepted
      case .merged(let decisions): Self.verdict(decisions, of: seen)
      case .rejected(let rejection): .rejected(Self.seen(rejection, of: seen, isOwn: entry.member == asker))
      }
    self.init(dot: entry.dot, kind: change?.kind ?? .update, edits: edits, ruleEdits: ruleEdits, verdict: verdict)
  }

  private static func verdict(_ decisions: [Decision], of seen: InquirySight.SeenRecord) -> Outcome.Verdict {
    let own = decisions.filter {
      $0.collection == seen.key.collection && $0.record == seen.key.record && seen.sees($0.conflict)
    }
    return own.isEmpty ? .accepted : .merged(own)
  }

  /// The reason without what only the writer was told: its sentence and its holder may speak of other records.
  private static func seen(_ rejection: Rejection, of seen: InquirySight.SeenRecord, isOwn: Bool) -> Rejection {
    if isOwn { return rejection }
    let isHere = rejection.collection == seen.key.collection && rejection.record == seen.key.record
    let field = rejection.field.flatMap { isHere && seen.fields.contains($0) ? $0 : nil }
    return Rejection(
      rejection.code, collection: isHere ? rejection.collection : nil, record: isHere ? rejection.record : nil,
      field: field, message: "", rule: rejection.rule)
  }

  fileprivate var conflicts: [Conflict] {
    if case .merged(let decisions) = verdict { decisions.map(\.conflict) } else { [] }
  }

  fileprivate var storedBytes: Int {
    (edits + ruleEdits).reduce(96) { $0 + $1.encoded.count } + conflicts.reduce(0) { $0 + $1.encoded.count }
  }
}

extension InquirySight.SeenRecord {
  /// What still stands in registers of what a change set wrote without saying so: its moves and effects did.
  fileprivate func edits(by dot: Dot, notIn edits: [Edit]) -> [Edit] {
    let said = Set(edits.map(\.field))
    return zip(schema.slots, state.slots).flatMap { slot, state -> [Edit] in
      guard case .register(let register) = state, sees(slot), said.isDisjoint(with: slot.fields),
        let write = register.first(where: { $0.author.dot == dot })
      else { return [] }
      let values = slot.isGroup ? write.value?.elements ?? [] : [write.value ?? .null]
      return zip(slot.fields, values).map { Edit($0, .set($1)) }
    }
  }
}
