/// How long a device waits before it connects again: doubling, capped, and jittered so that the devices of a hub that
/// comes back do not come all at once.
package struct BackOff: Hashable, Sendable {
  /// The wait before the second attempt, before jitter.
  package static let firstMilliseconds: Int64 = 500
  /// No wait is longer, whatever the attempts.
  package static let longestMilliseconds: Int64 = 60_000

  /// Attempts that have failed in a row.
  package private(set) var failures = 0

  package init() {}

  /// Counts a failure and says how long to wait: between half of the step and the whole of it.
  ///
  /// - Parameter random: any 64 random bits.
  package mutating func waitAfterFailure(random: UInt64) -> Int64 {
    let step = min(Self.longestMilliseconds, Self.firstMilliseconds << Int64(min(failures, 16)))
    failures = min(failures + 1, 1_000_000)
    let half = step / 2
    return half + Int64(random % UInt64(half + 1))
  }

  /// Forgets the failures: a connection has worked.
  package mutating func reset() {
    failures = 0
  }
}
