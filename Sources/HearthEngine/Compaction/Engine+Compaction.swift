package import HearthModel

// What is past, step by step. Each step looks at a bounded number of rows, so that it can stand between two commits.

extension Engine {
  /// Rows that one step collects at most, of each kind: some milliseconds of the commit thread.
  package static let compactionRowsMax = 100

  /// Looks at the next part of a household's past.
  ///
  /// A pure function of what the reader shows, the policy and the time.
  /// - Throws: what the reader throws.
  package func compactionStep(
    of household: HouseholdID, from mark: CompactionMark, _ policy: CompactionPolicy, _ reader: any CompactionReader,
    now: Instant
  ) throws -> CompactionStep {
    guard let state = try reader.household(household), let pack = packs[state.app] else {
      return CompactionStep(compaction: Compaction(household: household), next: nil)
    }
    switch mark {
    case .history:
      let past = policy.past(try reader.installs(of: household), head: state.revision, now: now)
      return try historyStep(of: state, past, reader)
    case .decisions(let through, let after): return try decisionStep(of: household, pack, through, after, reader)
    case .records(let through, let after): return try recordStep(of: household, pack, through, after, reader)
    }
  }

  // MARK: Change sets

  /// Collects the change sets of each replica from its first on, but for its last one: that holds how far the replica
  /// has come.
  ///
  /// When none is left, every revision below the first one that has to stay is past: what was decided there may go.
  private func historyStep(
    of state: HouseholdState, _ past: CompactionPolicy.Past, _ reader: any CompactionReader
  ) throws -> CompactionStep {
    var compaction = Compaction(household: state.id)
    var isFull = false
    var through = past.frontier
    for (replica, progress) in state.replicas.sorted(by: { $0.key < $1.key }) where !isFull {
      try reader.changes(of: state.id, by: replica) { change in
        guard past.holds(change) else {
          through = min(through, Revision(rawValue: change.revision.rawValue - 1))
          return false
        }
        guard change.dot.counter < progress.counter else { return false }
        isFull = compaction.remnants.count == Self.compactionRowsMax
        if !isFull { compaction.remnants.append(Remnant(of: change)) }
        return !isFull
      }
    }
    return CompactionStep(compaction: compaction, next: isFull ? .history : .decisions(through: through, after: nil))
  }

  // MARK: Decided conflicts

  /// Collects the rows of conflicts that have been closed since, or whose record is gone.
  private func decisionStep(
    of household: HouseholdID, _ pack: Pack, _ through: Revision, _ after: DecidedRecord?,
    _ reader: any CompactionReader
  ) throws -> CompactionStep {
    var compaction = Compaction(household: household)
    let rows = try reader.decisions(of: household, through: through, after: after, limit: Self.compactionRowsMax)
    compaction.decisions = try rows.filter { try !isOpen($0, of: household, pack, reader) }
    let isFull = rows.count == Self.compactionRowsMax
    let next =
      isFull ? CompactionMark.decisions(through: through, after: rows.last) : .records(through: through, after: nil)
    return CompactionStep(compaction: compaction, next: next)
  }

  /// Whether the inbox still lists a conflict at this row (`InquiryDesk`): at the revision that decided it last.
  private func isOpen(
    _ row: DecidedRecord, of household: HouseholdID, _ pack: Pack, _ reader: any CompactionReader
  ) throws -> Bool {
    guard let schema = pack.collection(row.collection),
      let record = try reader.record(RecordKey(household, row.collection, row.record))
    else { return false }
    return try record.conflicts(in: schema).contains { conflict in
      let revisions = try conflict.dots.compactMap { dot in
        try reader.change(household, dot)?.revision ?? reader.remnant(household, dot)?.revision
      }
      return revisions.max() == row.revision
    }
  }
}
