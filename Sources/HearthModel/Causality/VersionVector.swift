/// A map from replica to the highest counter seen.
///
/// Kept as an array sorted by replica: a household has a handful of devices, and a record is touched by fewer.
/// Lookups are linear in that handful.
public struct VersionVector: Hashable, Sendable {
  /// One replica's highest counter; the counter is at least 1.
  public struct Entry: Hashable, Sendable {
    /// The replica.
    public let replica: ReplicaNumber
    /// Its highest counter seen, at least 1.
    public var counter: UInt64

    package init(replica: ReplicaNumber, counter: UInt64) {
      self.replica = replica
      self.counter = counter
    }
  }

  /// The entries in ascending order of replica, each replica once.
  public private(set) var entries: [Entry]

  /// The vector that has seen nothing.
  public init() {
    entries = []
  }

  /// The vector that has seen exactly these dots and, of each replica, all before them.
  public init(_ dots: some Sequence<Dot>) {
    self.init()
    for dot in dots { join(dot) }
  }

  /// Makes a vector of entries in ascending order of replica, each replica once, each counter at least 1.
  package init(ascending entries: [Entry]) {
    self.entries = entries
  }

  /// Whether nothing has been seen.
  public var isEmpty: Bool { entries.isEmpty }

  /// The highest counter seen of a replica; 0 when none.
  public subscript(replica: ReplicaNumber) -> UInt64 {
    for entry in entries where entry.replica == replica { return entry.counter }
    return 0
  }

  /// Whether the change set with this dot has been seen.
  public func covers(_ dot: Dot) -> Bool {
    dot.counter <= self[dot.replica]
  }

  /// Whether everything that the other vector has seen has been seen.
  public func covers(_ other: VersionVector) -> Bool {
    other.entries.allSatisfy { $0.counter <= self[$0.replica] }
  }

  /// Whether each of the two has seen something that the other has not.
  public func isConcurrent(with other: VersionVector) -> Bool {
    !covers(other) && !other.covers(self)
  }

  /// Adds a dot and all before it of the same replica. A counter of 0 adds nothing.
  public mutating func join(_ dot: Dot) {
    guard dot.counter > 0 else { return }
    let position = entries.firstIndex { $0.replica >= dot.replica } ?? entries.endIndex
    if position < entries.endIndex, entries[position].replica == dot.replica {
      entries[position].counter = max(entries[position].counter, dot.counter)
    } else {
      entries.insert(Entry(replica: dot.replica, counter: dot.counter), at: position)
    }
  }

  /// Adds everything that the other vector has seen.
  public mutating func join(_ other: VersionVector) {
    for entry in other.entries { join(Dot(entry.replica, entry.counter)) }
  }

  /// The part of the vector that stays within the given limits; an entry whose limit is 0 goes.
  ///
  /// The hub cuts a device's context down to what it has itself decided (protocol/merge.md, C2).
  public func cut(to limit: (ReplicaNumber) -> UInt64) -> VersionVector {
    var result = VersionVector()
    for entry in entries {
      let counter = min(entry.counter, limit(entry.replica))
      if counter > 0 { result.entries.append(Entry(replica: entry.replica, counter: counter)) }
    }
    return result
  }
}

extension VersionVector: CustomStringConvertible {
  /// `{1:4 3:17}`: replica and counter, ascending.
  public var description: String {
    "{" + entries.map { "\($0.replica):\($0.counter)" }.joined(separator: " ") + "}"
  }
}
