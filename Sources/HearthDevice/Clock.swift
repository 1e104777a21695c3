internal import Foundation
public import HearthModel

extension Instant {
  /// What the system's clock shows.
  public static var current: Instant {
    Instant(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
  }
}

/// The system's monotonic clock in milliseconds.
func monotonicMilliseconds() -> Int64 {
  let (seconds, attoseconds) = (SuspendingClock.now - SuspendingClock.Instant.origin).components
  return seconds * 1000 + attoseconds / 1_000_000_000_000_000
}

extension SuspendingClock.Instant {
  /// Any moment will do: only differences count.
  fileprivate static let origin = SuspendingClock.now
}
