import HearthModel

/// Who had seen whom among three change sets: three dots, and for each the context of its author.
struct Causality: Sendable {
  let dots: [Dot]
  let contexts: [[Dot]]

  /// Whether who had seen a change set had seen all that this one had seen.
  var isTransitive: Bool {
    let seen = contexts.map(VersionVector.init)
    return dots.indices.allSatisfy { outer in
      dots.indices.allSatisfy { inner in !seen[outer].covers(dots[inner]) || seen[outer].covers(seen[inner]) }
    }
  }

  /// One change set each of three replicas, in every relation without a circle: 25, of which 19 are transitive.
  ///
  /// The other six are what a device can claim that names a change set and leaves out what that one had seen.
  static let threeReplicas: [Causality] = {
    let dots = [Dot(1, 1), Dot(2, 1), Dot(3, 1)]
    let pairs = [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)]
    return (0..<1 << pairs.count).compactMap { chosen in
      var contexts: [[Dot]] = [[], [], []]
      for (bit, pair) in pairs.enumerated() where chosen & 1 << bit != 0 { contexts[pair.0].append(dots[pair.1]) }
      let causality = Causality(dots: dots, contexts: contexts)
      return causality.hasOrder ? causality : nil
    }
  }()

  /// Two change sets of one replica and one of another, in every relation: 7, of which 6 are transitive.
  ///
  /// The contexts leave out the replica's own first change set: row C1 adds it.
  static let twoReplicas: [Causality] = {
    let dots = [Dot(1, 1), Dot(1, 2), Dot(2, 1)]
    return (0..<16).compactMap { chosen in
      var contexts: [[Dot]] = [[], [], []]
      if chosen & 1 != 0 { contexts[0].append(dots[2]) }
      if chosen & 2 != 0 { contexts[1].append(dots[2]) }
      if chosen >> 2 == 3 { return nil }
      if chosen >> 2 > 0 { contexts[2].append(dots[chosen >> 2 - 1]) }
      let causality = Causality(dots: dots, contexts: contexts)
      return causality.hasOrder ? causality : nil
    }
  }()

  static let all = threeReplicas + twoReplicas

  private var hasOrder: Bool { schedule.orderCount > 0 }

  /// The orders of delivery, whatever the operations are.
  var schedule: Schedule { Schedule(dots.indices.map { event(at: $0, .edit(), stamp: 1, rank: .child) }) }

  /// The event at a place, with everything that causality leaves open.
  func event(at place: Int, _ operation: RecordOperation, stamp: UInt64, rank: Rank) -> Event {
    let author = Authorship(dot: dots[place], stamp: HybridTime(rawValue: stamp), rank: rank)
    return Event(author: author, context: VersionVector(contexts[place]), operation: operation)
  }
}

/// Every history of three change sets over a few operations, stamps and ranks.
struct Enumeration: Sendable {
  let collection: CollectionSchema
  let operations: [RecordOperation]
  var stamps: [UInt64] = [1, 2]
  var ranks: [Rank] = [.child, .parent]
  var causalities = Causality.all

  /// Calls the body with each history until it returns false.
  ///
  /// - Returns: how many histories it was called with.
  func forEach(_ body: (History) -> Bool) -> Int {
    let choices = operations.count * stamps.count * ranks.count
    var count = 0
    for causality in causalities {
      let schedule = causality.schedule
      let events = (0..<3).map { place in (0..<choices).map { event(causality, place, choice: $0) } }
      for choice in 0..<choices * choices * choices {
        let places = [choice % choices, choice / choices % choices, choice / choices / choices]
        count += 1
        let chosen = [events[0][places[0]], events[1][places[1]], events[2][places[2]]]
        guard body(History(collection, chosen, schedule)) else { return count }
      }
    }
    return count
  }

  private func event(_ causality: Causality, _ place: Int, choice: Int) -> Event {
    let operation = operations[choice % operations.count]
    let rest = choice / operations.count
    return causality.event(
      at: place, operation, stamp: stamps[rest % stamps.count], rank: ranks[rest / stamps.count])
  }
}
