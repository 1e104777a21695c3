/// How far a device's clock is ahead of the hub's, as measured at the handshake.
///
/// Only milliseconds that differ by at most the range of a stamp occur, so the difference of two fits 64 bits.
public struct ClockOffset: Hashable, Sendable {
  /// Device clock minus hub clock, in milliseconds; positive when the device is ahead.
  public let milliseconds: Int64

  /// Makes an offset.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// Measures the offset of a device's reading, taken when the hub's clock showed the other (both since 1970).
  public init(device: Int64, hub: Int64) {
    let range = 0...HybridTime.millisecondsMax
    milliseconds = min(max(device, range.lowerBound), range.upperBound) - min(max(hub, 0), range.upperBound)
  }

  /// No difference.
  public static let zero = ClockOffset(milliseconds: 0)
}

extension HybridTime {
  /// The stamp that counts (protocol/merge.md, T1 to T3): the device's, moved by its offset, never in the hub's
  /// future, and always after the replica's last stamp that counted.
  ///
  /// - Parameters:
  ///   - offset: how far the device's clock was ahead at the handshake.
  ///   - now: the hub's clock at the decision, in milliseconds since 1970.
  ///   - previous: the last stamp that counted for the same replica.
  /// - Returns: the corrected stamp. It passes `now` only where it has to stay after `previous`.
  public func corrected(by offset: ClockOffset, now: Int64, after previous: HybridTime) -> HybridTime {
    let (moved, overflow) = milliseconds.subtractingReportingOverflow(offset.milliseconds)  // T1
    let past = overflow ? now : min(moved, now)  // T2
    let stamp = HybridTime(milliseconds: past, logical: past == moved ? logical : 0)
    return max(stamp, previous.successor)  // T3
  }
}
