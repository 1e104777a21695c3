/// A role's place in the order of authority; greater outranks less.
///
/// 8 bits: a pack ranks a handful of roles. 255 is the hub and its services, 1 is the lowest member.
public struct Rank: RawRepresentable, Hashable, Comparable, Sendable {
  /// The place; greater outranks less.
  public let rawValue: UInt8

  /// Makes a rank.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The hub and its services.
  public static let hub = Rank(rawValue: 255)

  /// Outranked by.
  public static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
}

/// Who wrote, when, and with what authority: what all writes of one change set share.
public struct Authorship: Hashable, Sendable {
  /// The change set.
  public let dot: Dot
  /// The stamp that counts, corrected by the hub (``HybridTime/corrected(by:now:after:)``).
  public let stamp: HybridTime
  /// The author's rank when the hub decided.
  public let rank: Rank

  /// Makes an authorship.
  public init(dot: Dot, stamp: HybridTime, rank: Rank) {
    self.dot = dot
    self.stamp = stamp
    self.rank = rank
  }
}

/// One new value of a field, of an element of a set, or of a JSON path.
public struct Write: Hashable, Sendable {
  /// Who, when, with what authority.
  public let author: Authorship
  /// The value; nil when the write removed what was there (an element of a set, a JSON path, a record).
  public let value: Value?

  /// Makes a write.
  public init(_ author: Authorship, _ value: Value?) {
    self.author = author
    self.value = value
  }
}

/// Why one of two concurrent writes was preferred to the other.
public enum Reason: UInt8, Hashable, Sendable, CaseIterable {
  /// Its author's role outranks the other's (V2).
  case rank = 1
  /// Its value stands further left in the field's precedence (V3).
  case precedence = 2
  /// Present wins over removed (S3).
  case presence = 3
  /// The hub accepted it first (V6).
  case arrival = 4
  /// Its stamp is later (V4), or for immutable fields earlier (V7).
  case stamp = 5
  /// The stamps are equal and its replica number decides (V5, V7).
  case replica = 6
  /// The collection's delete policy prefers it (D3 to D5).
  case policy = 7
}

/// The order in which concurrent writes are preferred; a total order on the siblings of one register.
///
/// Criteria are asked in the order of the members; the first that tells two writes apart decides. A write carries its
/// replica, and a register holds at most one write of each, so the last criterion always decides.
public struct Preference: Hashable, Sendable {
  /// What time says when nothing before it decided.
  public enum TimeOrder: Hashable, Sendable {
    /// The later stamp, then the higher replica.
    case latest
    /// The earlier stamp, then the lower replica.
    case earliest
    /// The one that the hub accepted first.
    case arrival
  }

  /// Whether the higher rank is preferred first.
  public let isRanked: Bool
  /// Values in falling preference; a value that is not listed comes behind all that are.
  public let precedence: [Value]
  /// Whether a present value is preferred to a removed one before time is asked.
  public let prefersPresence: Bool
  /// What time says.
  public let timeOrder: TimeOrder

  /// Makes a preference.
  public init(
    isRanked: Bool, precedence: [Value] = [], prefersPresence: Bool = false, timeOrder: TimeOrder = .latest
  ) {
    self.isRanked = isRanked
    self.precedence = precedence
    self.prefersPresence = prefersPresence
    self.timeOrder = timeOrder
  }

  /// Compares two concurrent writes that stand in arrival order.
  ///
  /// - Returns: whether the second is preferred, and why the preferred one is.
  func prefersSecond(_ first: Write, _ second: Write) -> (Bool, Reason) {
    if isRanked, first.author.rank != second.author.rank {
      return (second.author.rank > first.author.rank, .rank)  // V2
    }
    if !precedence.isEmpty {
      let places = (place(of: first), place(of: second))
      if places.0 != places.1 { return (places.1 < places.0, .precedence) }  // V3
    }
    if prefersPresence, (first.value == nil) != (second.value == nil) {
      return (first.value == nil, .presence)  // S3
    }
    return timePrefersSecond(first.author, second.author)
  }

  private func timePrefersSecond(_ first: Authorship, _ second: Authorship) -> (Bool, Reason) {
    switch timeOrder {
    case .arrival:
      return (false, .arrival)  // V6
    case .latest:
      if first.stamp != second.stamp { return (second.stamp > first.stamp, .stamp) }  // V4
      return (second.dot > first.dot, .replica)  // V5
    case .earliest:  // V7
      if first.stamp != second.stamp { return (second.stamp < first.stamp, .stamp) }
      return (second.dot < first.dot, .replica)
    }
  }

  private func place(of write: Write) -> Int {
    guard let value = write.value else { return precedence.count }
    return precedence.firstIndex(of: value) ?? precedence.count
  }
}
