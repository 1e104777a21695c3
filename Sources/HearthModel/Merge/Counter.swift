/// A number to which replicas add; commutes, and a resend adds nothing because its dot has been seen (R1).
public struct Counter: Hashable, Sendable {
  /// One replica's part of the sum.
  public struct Share: Hashable, Sendable {
    /// The replica.
    public let replica: ReplicaNumber
    /// The sum of its increments.
    public var sum: Int64

    /// Makes a share.
    public init(replica: ReplicaNumber, sum: Int64) {
      self.replica = replica
      self.sum = sum
    }
  }

  /// Who added how much, ascending by replica; kept apart so that `explain` can say it.
  public private(set) var shares: [Share]

  /// Zero.
  public init() {
    shares = []
  }

  /// Makes a counter of stored shares, ascending by replica.
  package init(shares: [Share]) {
    self.shares = shares
  }

  /// The sum of all increments. `add` refuses what would leave 64 bits; stored shares that do, as in a damaged file,
  /// stop at the end.
  public var total: Int64 {
    shares.reduce(0) { total, share in
      let (sum, overflow) = total.addingReportingOverflow(share.sum)
      return overflow ? (share.sum > 0 ? .max : .min) : sum
    }
  }

  /// Adds an increment (N1); refused when a share or the total would leave 64 bits (N2).
  mutating func add(_ increment: Int64, by replica: ReplicaNumber) throws(MergeRefusal) {
    let position = shares.firstIndex { $0.replica >= replica } ?? shares.endIndex
    let isKnown = position < shares.endIndex && shares[position].replica == replica
    let (sum, overflow) = (isKnown ? shares[position].sum : 0).addingReportingOverflow(increment)
    guard !overflow else { throw .overflow }
    var changed = shares
    if isKnown { changed[position].sum = sum } else { changed.insert(Share(replica: replica, sum: sum), at: position) }
    // Partial sums in any order stay within 64 bits when the sums of all positive and of all negative shares do.
    var (positive, negative): (Int64, Int64) = (0, 0)
    for share in changed {
      let result = (share.sum > 0 ? positive : negative).addingReportingOverflow(share.sum)
      guard !result.overflow else { throw .overflow }
      if share.sum > 0 { positive = result.partialValue } else { negative = result.partialValue }
    }
    shares = changed
  }
}

/// The largest or the smallest value ever written; null is neutral.
public struct Extreme: Hashable, Sendable {
  /// Which end is kept.
  public enum Direction: Hashable, Sendable {
    /// The largest value.
    case largest
    /// The smallest value.
    case smallest
  }

  /// The write that holds the record; nil when nothing but null was written.
  public private(set) var write: Write?

  /// Nothing written.
  public init() {
    write = nil
  }

  /// Makes an extreme of a stored write.
  package init(write: Write?) {
    self.write = write
  }

  /// Joins a write: the more extreme value stays (M1), null changes nothing (M2), and of equal values the earlier
  /// write is named (M3).
  ///
  /// - Parameter compared: the value as it is compared, where it is written in another form.
  mutating func join(_ candidate: Write, _ direction: Direction, as compared: (Value) -> Value = { $0 }) {
    guard let value = candidate.value.map(compared), !value.isNull else { return }
    guard let held = write?.value.map(compared), let author = write?.author else {
      write = candidate
      return
    }
    let isEarlier = (candidate.author.stamp, candidate.author.dot) < (author.stamp, author.dot)
    if value == held ? isEarlier : (held < value) == (direction == .largest) { write = candidate }
  }
}
