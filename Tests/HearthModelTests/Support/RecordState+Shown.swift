import HearthModel

extension CollectionSchema {
  /// The record after events in the given order.
  func state(after events: Event...) throws -> RecordState {
    var state = RecordState(slotCount: slots.count)
    for event in events { try state.take(event, self) }
    return state
  }

  /// What the first field shows after events in the given order.
  func shown(after events: Event...) throws -> Value {
    var state = RecordState(slotCount: slots.count)
    for event in events { try state.take(event, self) }
    return shown(state)
  }

  /// What the first field of a record shows.
  func shown(_ state: RecordState) -> Value { state.value(of: fields[0], in: self) }

  /// The conflict of a record that has one.
  func conflict(_ state: RecordState) -> Conflict? {
    let conflicts = state.conflicts(in: self)
    return conflicts.count == 1 ? conflicts[0] : nil
  }
}

extension Conflict {
  /// Why each loser lost, by its replica.
  var reasons: [UInt32: Reason] {
    Dictionary(uniqueKeysWithValues: losers.map { ($0.write.author.dot.replica.rawValue, $0.reason) })
  }
}

extension RecordState {
  /// The siblings of the first slot.
  var siblings: [Write] {
    if case .register(let register) = slots[0] { register.writes } else { [] }
  }
}
