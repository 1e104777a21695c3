/// A hybrid logical time stamp: 48 bits of milliseconds since 1970 (UTC) and 16 bits of logical counter.
///
/// 48 bits of milliseconds reach the year 10889. A full logical counter carries into the milliseconds, so that stamps
/// of one clock always rise (Kulkarni et al., "Logical Physical Clocks", 2014; the carry replaces their wait).
public struct HybridTime: RawRepresentable, Hashable, Comparable, Sendable {
  /// Milliseconds in the upper 48 bits, logical counter in the lower 16.
  public let rawValue: UInt64

  /// Makes a stamp of its 64 bits.
  public init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// Makes a stamp at a millisecond; times before 1970 become 1970, times after the last millisecond become the last.
  public init(milliseconds: Int64, logical: UInt16 = 0) {
    let clamped = UInt64(min(max(milliseconds, 0), Self.millisecondsMax))
    rawValue = clamped << 16 | UInt64(logical)
  }

  /// The largest millisecond that a stamp can carry, in the year 10889.
  public static let millisecondsMax: Int64 = 1 << 48 - 1

  /// Milliseconds since 1970-01-01T00:00:00Z.
  public var milliseconds: Int64 { Int64(rawValue >> 16) }

  /// The logical counter among stamps of the same millisecond.
  public var logical: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

  /// The next stamp of the same clock; the very last stamp is its own successor.
  public var successor: HybridTime {
    HybridTime(rawValue: rawValue == .max ? .max : rawValue + 1)
  }

  /// Earlier than.
  public static func < (left: HybridTime, right: HybridTime) -> Bool { left.rawValue < right.rawValue }
}

extension HybridTime: CustomStringConvertible {
  /// RFC 3339 text with the logical counter behind a `+` when it is not 0.
  public var description: String {
    let text = Instant(milliseconds: milliseconds).description
    return logical == 0 ? text : "\(text)+\(logical)"
  }
}

/// A clock whose stamps always rise, whatever the physical clock does.
public struct HybridClock: Hashable, Sendable {
  /// The last stamp given out.
  public private(set) var last: HybridTime

  /// Makes a clock that continues after a stamp.
  public init(last: HybridTime = HybridTime(rawValue: 0)) {
    self.last = last
  }

  /// The stamp for an event at a reading of the physical clock, in milliseconds since 1970.
  ///
  /// It is the reading, or the successor of the last stamp when the physical clock stands or runs backwards.
  public mutating func tick(atMilliseconds reading: Int64) -> HybridTime {
    last = max(HybridTime(milliseconds: reading), last.successor)
    return last
  }
}
