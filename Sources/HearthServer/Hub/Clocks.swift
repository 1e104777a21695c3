internal import NIOCore

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// The clocks of this machine; nothing below the shells reads them.
package enum Clocks {
  /// Milliseconds since 1970-01-01T00:00:00Z.
  package static var wallMilliseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Milliseconds of a clock that never runs backwards.
  package static var monotonicMilliseconds: Int64 {
    Int64(NIODeadline.now().uptimeNanoseconds / 1_000_000)
  }
}
