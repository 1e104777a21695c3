package import HearthModel

/// What somebody had seen: the highest counter of each replica.
typealias Seen = [ReplicaNumber: UInt64]

extension Seen {
  init(_ vector: VersionVector) {
    self = Dictionary(uniqueKeysWithValues: vector.entries.map { ($0.replica, $0.counter) })
  }

  func covers(_ dot: Dot) -> Bool { dot.counter <= self[dot.replica, default: 0] }

  mutating func add(_ dot: Dot) { self[dot.replica] = Swift.max(self[dot.replica, default: 0], dot.counter) }
}

/// One write: who, when, with which rank, and what; nil is a removal.
package struct OracleWrite: Hashable, Sendable {
  let dot: Dot
  let stamp: HybridTime
  let rank: Int
  let value: Value?
}

/// The writes that were not seen by another, of a value, of each element of a set, or of each leaf of a document.
package enum OracleCell: Sendable {
  case writes([OracleWrite])
  case elements([Value: [OracleWrite]])
  case leaves([[String]: [OracleWrite]])
  /// One value: what the hub alone writes, the largest, the smallest.
  case plain(Value)
}

/// A record as the oracle keeps it.
package struct OracleRecord: Sendable {
  var cells: [String: OracleCell] = [:]
  /// Which change sets touched it.
  var versions: Seen = [:]
  /// The deletes that no restore has seen.
  var deletes: [Dot] = []
  /// What it showed after each change set that changed what it showed, in the hub's order.
  var past: [Past] = []

  package init(cells: [String: OracleCell] = [:]) {
    self.cells = cells
  }

  /// What a change set left, and what its author wrote of it.
  struct Past: Sendable {
    let dot: Dot
    let shown: [String: Value]
    let wrote: [String: Value]
  }
}

extension [OracleWrite] {
  /// Takes a write in: what it had seen goes, and what the same replica wrote before.
  mutating func take(_ write: OracleWrite, seen: Seen) {
    removeAll { seen.covers($0.dot) || $0.dot.replica == write.dot.replica }
    append(write)
  }

  /// The write that counts.
  ///
  /// - Parameters:
  ///   - isRanked: whether the higher role comes first.
  ///   - order: values of which the earlier comes first, whatever the clock says.
  ///   - presence: whether what is there comes before what is removed.
  func winner(isRanked: Bool, order: [Value] = [], presence: Bool = false) -> OracleWrite? {
    self.max { left, right in
      if isRanked, left.rank != right.rank { return left.rank < right.rank }
      let places = [left, right].map { write in write.value.flatMap { order.firstIndex(of: $0) } ?? order.count }
      if places[0] != places[1] { return places[0] > places[1] }
      if presence, (left.value == nil) != (right.value == nil) { return left.value == nil }
      if left.stamp != right.stamp { return left.stamp < right.stamp }
      return left.dot < right.dot
    }
  }
}
