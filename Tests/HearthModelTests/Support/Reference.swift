import HearthModel

/// The merge rules told a second time, from the whole history at once and without any incremental state.
///
/// It follows the tables of protocol/merge.md word by word; where it and the code differ, one of the three is wrong.
struct Reference {
  let history: History

  init(_ history: History) {
    self.history = history
  }

  /// Whether an event's author had seen another event.
  func covers(_ event: Int, _ other: Int) -> Bool { history.schedule.before[event] & 1 << other != 0 }

  /// The events that no other had seen, among those given (R2).
  func siblings(_ events: [Int]) -> [Int] {
    events.filter { event in !events.contains { $0 != event && covers($0, event) } }
  }
}

/// One question that is asked to tell two writes apart; the higher answer is preferred.
struct Criterion: Sendable {
  let reason: Reason
  let answer: @Sendable (Write) -> Int

  static let rank = Criterion(reason: .rank) { Int($0.author.rank.rawValue) }
  static let presence = Criterion(reason: .presence) { $0.value == nil ? 0 : 1 }
  static let latest = Criterion(reason: .stamp) { Int($0.author.stamp.rawValue) }
  static let highestReplica = Criterion(reason: .replica) { Int($0.author.dot.replica.rawValue) }
  static let earliest = Criterion(reason: .stamp) { -Int($0.author.stamp.rawValue) }
  static let highestCounter = Criterion(reason: .replica) { Int($0.author.dot.counter) }
  static let lowestReplica = Criterion(reason: .replica) { -Int($0.author.dot.replica.rawValue) }

  static func precedence(_ values: [Value]) -> Criterion {
    Criterion(reason: .precedence) { write in -(values.firstIndex { $0 == write.value } ?? values.count) }
  }

  static let lastWriter = [latest, highestReplica, highestCounter]
}

extension [Criterion] {
  /// Why the first write is preferred to the second; nil when it is not.
  func reason(_ first: Write, over second: Write) -> Reason? {
    for criterion in self where criterion.answer(first) != criterion.answer(second) {
      return criterion.answer(first) > criterion.answer(second) ? criterion.reason : nil
    }
    return nil
  }

  /// The preferred write and the others with reasons; nil of no writes.
  func resolve(_ writes: [Write]) -> (winner: Write, losers: [Loser])? {
    let winner = writes.first { write in
      writes.allSatisfy { $0.author == write.author || reason(write, over: $0) != nil }
    }
    guard let winner else { return nil }
    let losers = writes.filter { $0.author != winner.author }
    return (winner, losers.map { Loser(write: $0, reason: reason(winner, over: $0)!) })
  }
}

/// What a record shows: the field's values and the conflicts.
struct Shown: Equatable {
  var values: [Value]
  var conflicts: [Conflict] = []

  init(values: [Value], conflicts: [Conflict] = []) {
    self.values = values
    self.conflicts = conflicts
  }

  /// What the code shows of the first slot.
  init(_ state: RecordState, _ collection: CollectionSchema) {
    values = collection.slots[0].fields.map { state.value(of: collection.fields[$0.index], in: collection) }
    conflicts = state.conflicts(ofSlot: 0, in: collection)
  }
}

// MARK: - Registers and sets

extension Reference {
  /// What a register of the first slot shows.
  func register(_ criteria: [Criterion]) -> Shown {
    let collection = history.collection
    let resolution = criteria.resolve(siblings(Array(history.events.indices)).sorted(by: isOrdered).map(write))!
    let value = resolution.winner.value!
    let conflict = Conflict(
      subject: .fields(collection.slots[0].fields), rule: collection.rules[0].name, winner: resolution.winner,
      losers: resolution.losers)
    return Shown(
      values: collection.slots[0].isGroup ? value.elements! : [value], conflicts: conflict.disagrees ? [conflict] : [])
  }

  /// What a set of the first slot shows when all events are about one element.
  func set(of element: Value, _ criteria: [Criterion]) -> Shown {
    let collection = history.collection
    let resolution = criteria.resolve(siblings(Array(history.events.indices)).sorted(by: isOrdered).map(write))!
    let conflict = Conflict(
      subject: .element(FieldNumber(rawValue: 1), element), rule: collection.rules[0].name, winner: resolution.winner,
      losers: resolution.losers)
    return Shown(
      values: [.list(resolution.winner.value == nil ? [] : [element])], conflicts: conflict.disagrees ? [conflict] : [])
  }

  private func isOrdered(_ left: Int, _ right: Int) -> Bool {
    history.events[left].author.dot < history.events[right].author.dot
  }

  private func write(_ event: Int) -> Write {
    let value: Value? =
      switch history.events[event].operation.slots[0].operation {
      case .write(let value): value
      case .insert: true
      case .remove, .drop, .add, .put: nil
      }
    return history.events[event].write(value)
  }
}

extension Value: ExpressibleByBooleanLiteral {
  init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension Conflict {
  /// Whether somebody wanted something else.
  var disagrees: Bool { losers.contains { $0.write.value != winner.value } }
}

// MARK: - Numbers

extension Reference {
  /// What a counter of the first slot shows.
  var counter: Shown {
    let increments = history.events.map { event -> Int64 in
      if case .add(let increment) = event.operation.slots[0].operation { increment } else { 0 }
    }
    return Shown(values: [.int(increments.reduce(0, +))])
  }

  /// What a `max` or `min` of the first slot shows.
  func extreme(_ direction: Extreme.Direction) -> Shown {
    let values = history.events.indices.compactMap { write($0).value }.filter { !$0.isNull }
    return Shown(values: [(direction == .largest ? values.max() : values.min()) ?? .null])
  }
}

// MARK: - Deletes

extension Reference {
  /// Whether the record is deleted, and between whom that was decided.
  func life(_ policy: DeletePolicy) -> (isDeleted: Bool, conflict: Conflict?) {
    let events = history.events
    let deletes = events.indices.filter { events[$0].operation.kind == .delete }
    let settling = deletes + events.indices.filter { events[$0].operation.kind == .restore }
    let tombstones = deletes.filter { delete in !settling.contains { $0 != delete && covers($0, delete) } }
    let edits = events.indices.filter { edit in
      let isLatest = !events.contains { $0.author.dot.isLater(than: events[edit].author.dot) }
      return isLatest && events[edit].operation.kind != .delete && !tombstones.contains { covers($0, edit) }
    }
    guard let strongestDelete = strongest(tombstones) else { return (false, nil) }
    guard let strongestEdit = strongest(edits) else { return (true, nil) }
    let isDeleted =
      switch policy {
      case .deleteWins: true
      case .editWins: false
      case .guardian: strongestDelete.rank >= strongestEdit.rank
      }
    let winner = isDeleted ? strongestDelete : strongestEdit
    let (keep, delete): (Value?, Value?) = (true, nil)
    let losers = (isDeleted ? edits : tombstones).map { events[$0].author }.sorted { $0.dot < $1.dot }.map { loser in
      let isByRank = policy == .guardian && loser.rank != winner.rank
      return Loser(write: Write(loser, isDeleted ? keep : delete), reason: isByRank ? .rank : .policy)
    }
    let conflict = Conflict(
      subject: .record, rule: policy.rawValue, winner: Write(winner, isDeleted ? delete : keep), losers: losers)
    return (isDeleted, conflict)
  }

  private func strongest(_ chosen: [Int]) -> Authorship? {
    let writes = chosen.map { Write(history.events[$0].author, nil) }
    return ([.rank] + Criterion.lastWriter).resolve(writes)?.winner.author
  }
}

extension Dot {
  fileprivate func isLater(than other: Dot) -> Bool { replica == other.replica && counter > other.counter }
}
