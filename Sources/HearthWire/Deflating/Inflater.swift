internal import CZlib

/// The way back from a raw deflate stream (RFC 1951), which a stranger may have made.
enum Inflater {
  /// Why there is no way back.
  enum Failure: Error, Equatable {
    /// There is more in it than may be.
    case tooLarge
    /// It ends before its end.
    case cutShort
    /// So many bytes stand behind its end.
    case trailing(Int)
    /// It is no deflate stream, in zlib's words.
    case damaged(String)
  }

  private static let stepBytes = 16 * 1024

  /// What a stream holds. Never are more bytes kept than may be, whatever it announces (P10).
  static func inflated(_ body: [UInt8], bytesMax: Int) throws(Failure) -> [UInt8] {
    try body.withUnsafeBytes { bytes in
      Result { () throws(Failure) in try inflated(bytes, bytesMax) }
    }.get()
  }

  private static func inflated(_ body: UnsafeRawBufferPointer, _ bytesMax: Int) throws(Failure) -> [UInt8] {
    guard let available = UInt32(exactly: body.count) else { throw .tooLarge }
    // zlib's state points back at its stream, which so must not move.
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer {
      stream.deinitialize(count: 1)
      stream.deallocate()
    }
    guard
      inflateInit2_(stream, Deflater.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw .damaged("there is no memory for it") }
    defer { inflateEnd(stream) }
    stream.pointee.next_in = UnsafeMutablePointer(mutating: body.assumingMemoryBound(to: UInt8.self).baseAddress)
    stream.pointee.avail_in = available
    return try run(stream, bytesMax)
  }

  private static func run(_ stream: UnsafeMutablePointer<z_stream>, _ bytesMax: Int) throws(Failure) -> [UInt8] {
    var inflated = [UInt8]()
    var step = [UInt8](repeating: 0, count: stepBytes)
    while true {
      let (result, count) = step.withUnsafeMutableBufferPointer { room in
        stream.pointee.next_out = room.baseAddress
        stream.pointee.avail_out = UInt32(room.count)
        return (inflate(stream, Z_NO_FLUSH), room.count - Int(stream.pointee.avail_out))
      }
      guard inflated.count + count <= bytesMax else { throw .tooLarge }
      inflated += step[..<count]
      switch result {
      case Z_STREAM_END:
        guard stream.pointee.avail_in == 0 else { throw .trailing(Int(stream.pointee.avail_in)) }
        return inflated
      // Room is left, so that what is missing is input.
      case Z_OK where count < stepBytes, Z_BUF_ERROR: throw .cutShort
      case Z_OK: continue
      default: throw .damaged(stream.pointee.msg.map { String(cString: $0) } ?? "zlib's error \(result)")
      }
    }
  }
}
