import HearthModel

/// Change sets to one record and who had seen what, few enough to deliver them in every order.
struct History: Sendable {
  let collection: CollectionSchema
  let events: [Event]
  let schedule: Schedule

  init(_ collection: CollectionSchema, _ events: [Event]) {
    self.init(collection, events, Schedule(events))
  }

  /// Makes a history of events whose schedule is known.
  init(_ collection: CollectionSchema, _ events: [Event], _ schedule: Schedule) {
    self.collection = collection
    self.events = events
    self.schedule = schedule
  }

  /// The state after events in the given order; nil at a refusal.
  func state(after order: [Int]) -> RecordState? {
    var state = RecordState(slotCount: collection.slots.count)
    for event in order where (try? state.take(events[event], collection)) == nil { return nil }
    return state
  }
}

/// Every order of delivery that causality allows.
///
/// A set of events is written as bits: bit `i` is event `i`.
struct Schedule: Sendable {
  /// For each event those that the hub must have decided before it.
  let before: [Int]
  /// What can come next after which set of events, so that each set stands behind those that lead to it.
  let steps: [(set: Int, event: Int)]
  /// How many orders there are.
  let orderCount: Int

  init(_ events: [Event]) {
    let before = events.indices.map { later in
      events.indices.reduce(0) { bits, earlier in
        earlier != later && events[later].hasSeen(events[earlier]) ? bits | 1 << earlier : bits
      }
    }
    let everything = 1 << events.count - 1
    var counts = [1] + Array(repeating: 0, count: everything)
    var steps = [(set: Int, event: Int)]()
    for set in 0...everything where counts[set] > 0 {
      for event in events.indices where set & 1 << event == 0 && before[event] & ~set == 0 {
        steps.append((set, event))
        counts[set | 1 << event] += counts[set]
      }
    }
    self.before = before
    self.steps = steps
    orderCount = counts[everything]
  }

  /// All events.
  var everything: Int { 1 << before.count - 1 }

  /// The events that can come next after these.
  func next(after set: Int) -> [Int] {
    before.indices.filter { set & 1 << $0 == 0 && before[$0] & ~set == 0 }
  }
}

extension History: CustomStringConvertible {
  var description: String {
    events.enumerated().map { "  [\($0.offset)] \($0.element)" }.joined(separator: "\n")
  }
}

extension RecordState {
  /// Takes an event in.
  mutating func take(_ event: Event, _ collection: CollectionSchema) throws(RecordRefusal) {
    try apply(event.operation, by: event.author, context: event.context, rules: collection.rules)
  }
}
