internal import HearthEngine
internal import HearthModel

// What may be collected, worked out of what the hub has said and been told, and not of what it has stored.

extension Watch {
  /// The hub is about to collect.
  mutating func collects(
    _ compaction: Compaction, _ reader: any CompactionReader, _ policy: CompactionPolicy, now: Instant
  ) throws {
    let household = compaction.household
    let frontier = frontier(of: household, policy, now: now)
    for remnant in compaction.remnants {
      let place = "\(household) \(remnant.dot)"
      guard let decision = memory.decided[household]?[remnant.dot] else {
        throw Violation(.durable, place, "it is collected, and was never decided")
      }
      guard decision.revision <= frontier else {
        throw Violation(.nothingLost, place, "it is collected, and a device has everything only up to \(frontier)")
      }
      guard now.milliseconds - decision.at.milliseconds > policy.retention else {
        throw Violation(.nothingLost, place, "it is collected before its time")
      }
      guard memory.models[household]?.decided[remnant.dot.replica] ?? 0 > remnant.dot.counter else {
        throw Violation(.decidedOnce, place, "it is collected, and is the last of its replica")
      }
      memory.collected[household, default: []].insert(remnant.dot)
    }
    for row in compaction.decisions { try checkClosed(row, household, reader) }
    for record in compaction.records { try checkGone(record, compaction, frontier, reader) }
    for record in compaction.records {
      memory.models[household]?.collect(RecordKey(household, record.collection, record.record))
      memory.oracles[household]?.forget(record.record)
    }
  }

  /// What goes for ever is deleted or hidden, known to all, and nothing that stays points to it.
  private func checkGone(
    _ record: CollectedRecord, _ compaction: Compaction, _ frontier: Revision, _ reader: any CompactionReader
  ) throws {
    let (household, place) = (compaction.household, "\(compaction.household) \(record.record)")
    let key = RecordKey(household, record.collection, record.record)
    guard memory.models[household]?.isOutOfSight(key) ?? true else {
      throw Violation(.nothingLost, place, "it is collected, and is neither deleted nor hidden")
    }
    guard record.revision <= frontier else {
      throw Violation(.convergence, place, "it is collected, and a device has everything only up to \(frontier)")
    }
    let going = Set(compaction.records.map(\.record))
    let staying = try reader.referrers(household, to: record.record).first { !going.contains($0.record) }
    if let staying { throw Violation(.oneFate, place, "it is collected, and \(staying.record) points to it") }
  }

  /// The lowest revision that an install has acknowledged which was heard of lately.
  private func frontier(of household: HouseholdID, _ policy: CompactionPolicy, now: Instant) -> Revision {
    let live = (memory.acknowledged[household] ?? [:]).values.filter { now.milliseconds - $0.at <= policy.lapse }
    return live.map(\.revision).min() ?? memory.heads[household] ?? .zero
  }

  /// A conflict that is open stays in the inbox.
  private func checkClosed(_ row: DecidedRecord, _ household: HouseholdID, _ reader: any CompactionReader) throws {
    guard let schema = pack.collection(row.collection),
      let state = try reader.record(RecordKey(household, row.collection, row.record))
    else { return }
    for conflict in state.conflicts(in: schema) {
      let writes = [conflict.winner] + conflict.losers.map(\.write)
      let last = writes.compactMap { memory.decided[household]?[$0.author.dot]?.revision }.max()
      guard last != row.revision else {
        throw Violation(.nothingLost, "\(household) \(row.record)", "an open conflict is taken out of the inbox")
      }
    }
  }
}
