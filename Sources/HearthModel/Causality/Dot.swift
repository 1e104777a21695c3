/// The hub's number for a device in a household.
///
/// Given by the hub, never reused in that household; 0 is the hub itself. 32 bits: a household would need four thousand
/// million installs to run out.
public struct ReplicaNumber: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number itself.
  public let rawValue: UInt32

  /// Makes a replica number.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// The hub, author of derived effects and of seeds.
  public static let hub = ReplicaNumber(rawValue: 0)

  /// Orders by number, that is by age of the install.
  public static func < (left: ReplicaNumber, right: ReplicaNumber) -> Bool { left.rawValue < right.rawValue }

  /// The number as text.
  public var description: String { String(rawValue) }
}

/// The identity of a change set: a replica and its counter.
///
/// Counters of a replica run 1, 2, 3, ... without gaps; 0 means "none yet".
public struct Dot: Hashable, Sendable, CustomStringConvertible {
  /// Who made the change set.
  public let replica: ReplicaNumber
  /// Its place among that replica's change sets, from 1.
  public let counter: UInt64

  /// Makes a dot.
  public init(_ replica: ReplicaNumber, _ counter: UInt64) {
    self.replica = replica
    self.counter = counter
  }

  /// `replica.counter`, as `3.17`.
  public var description: String { "\(replica).\(counter)" }
}

extension Dot: Comparable {
  /// Orders by replica, then counter: a stable order without meaning in time.
  public static func < (left: Dot, right: Dot) -> Bool {
    (left.replica, left.counter) < (right.replica, right.counter)
  }
}
