#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Standard output and standard error, written to without a trap when nobody reads or nothing fits any more.
package enum StandardStream: Int32, Sendable {
  case output = 1
  case errors = 2

  /// Why a text could not be written.
  package struct Fault: Error, Sendable {
    /// Whether the reader of a pipe has gone, as `head` does when it has enough.
    package let isReaderGone: Bool
    /// As `No space left on device`.
    package let reason: String
  }

  /// Writes a text whole.
  package func write(_ text: String) throws(Fault) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { posixWrite(rawValue, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR && errno != EAGAIN {
        throw Fault(isReaderGone: errno == EPIPE, reason: String(cString: strerror(errno)))
      }
    }
  }
}

private func posixWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
