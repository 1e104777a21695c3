internal import CZlib

/// Raw deflate (RFC 1951) of bytes in memory, by zlib.
///
/// Streams are whole and know nothing of each other: what deflates for thousands of connections needs the memory of
/// one. A class, since zlib's state points back at its stream, which so must not move.
package final class Deflater {
  private let stream: UnsafeMutablePointer<z_stream>
  private let isReady: Bool

  /// Level 1: on frames the others cost a multiple and save little (docs/decisions/0032-large-frames-are-deflated.md).
  private static let level: Int32 = 1
  /// A window of 32 KiB, without zlib's header and checksum: TCP and TLS have theirs.
  static let windowBits: Int32 = -15
  /// zlib's own default, which its headers have as a macro of another file.
  private static let memoryLevel: Int32 = 8

  package init() {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let result = deflateInit2_(
      stream, Self.level, Z_DEFLATED, Self.windowBits, Self.memoryLevel, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    isReady = result == Z_OK
  }

  deinit {
    if isReady { deflateEnd(stream) }
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// The stream of some bytes; nil when it would have more bytes than may be, or there is no memory for it.
  package func deflated(_ bytes: [UInt8], bytesMax: Int) -> [UInt8]? {
    guard isReady, let available = UInt32(exactly: bytes.count), let room = UInt32(exactly: bytesMax),
      deflateReset(stream) == Z_OK
    else { return nil }
    return bytes.withUnsafeBufferPointer { input -> [UInt8]? in
      // zlib reads from where it may not write; its header knows no const here.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = available
      defer { stream.pointee.next_in = nil }
      var isWhole = false
      let result = [UInt8](unsafeUninitializedCapacity: bytesMax) { output, count in
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = room
        isWhole = deflate(stream, Z_FINISH) == Z_STREAM_END
        count = Int(room - stream.pointee.avail_out)
        stream.pointee.next_out = nil
      }
      return isWhole ? result : nil
    }
  }
}
