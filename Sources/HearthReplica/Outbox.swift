internal import HashTreeCollections
internal import HearthModel

/// Change sets without an outcome, ascending by counter.
///
/// A step works on a copy, which counts once it is written. So a copy shares what both have: a device that was offline
/// for long has thousands waiting, and takes as many steps until all are decided.
package struct Outbox: Hashable, Sendable {
  private var entries: TreeDictionary<UInt64, OutboxEntry> = [:]
  private var counters: [UInt64] = []

  /// - Parameter entries: ascending by counter.
  package init(_ entries: [OutboxEntry] = []) {
    for entry in entries { append(entry) }
  }

  package var count: Int { counters.count }
  package var isEmpty: Bool { counters.isEmpty }
  package var first: OutboxEntry? { counters.first.flatMap { entries[$0] } }
  package var last: OutboxEntry? { counters.last.flatMap { entries[$0] } }

  /// From the first to the last counter; nil when it is empty.
  package var reach: ClosedRange<UInt64>? {
    guard let first = counters.first, let last = counters.last else { return nil }
    return first...last
  }

  /// The change set with a counter; nil when none waits.
  package subscript(counter: UInt64) -> OutboxEntry? { entries[counter] }

  /// Adds a change set, whose counter is above all that are there.
  mutating func append(_ entry: OutboxEntry) {
    counters.append(entry.changeSet.counter)
    entries[entry.changeSet.counter] = entry
  }

  /// Takes out a change set that was decided, the first one unless the hub took another before it.
  mutating func remove(_ counter: UInt64) -> OutboxEntry? {
    guard let entry = entries.removeValue(forKey: counter) else { return nil }
    if let position = counters.firstIndex(of: counter) { counters.remove(at: position) }
    return entry
  }

  /// Notes that change sets are sent.
  ///
  /// - Returns: those of them that wait.
  mutating func take(_ counters: ClosedRange<UInt64>) -> [ChangeSet] {
    self.counters.filter { counters.contains($0) }.compactMap { counter in
      guard var entry = entries[counter] else { return nil }
      entry.isSent = true
      entries[counter] = entry
      return entry.changeSet
    }
  }
}

extension Outbox: Sequence {
  package func makeIterator() -> AnyIterator<OutboxEntry> {
    var counters = counters.makeIterator()
    return AnyIterator { counters.next().flatMap { entries[$0] } }
  }
}
