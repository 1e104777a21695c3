package import HearthProtocol

/// Cuts a TCP byte stream into frames, and writes frames: four bytes of length, most significant first, then the
/// message (protocol/wire.md, section 2).
///
/// Holds at most one frame and what was read behind it; the length is checked before anything is kept for it (P10).
package struct FrameCutter: Sendable {
  private var buffer: [UInt8] = []
  private var start = 0
  private let frameBytesMax: Int

  package init(frameBytesMax: UInt32) {
    self.frameBytesMax = Int(frameBytesMax)
  }

  /// Takes in what was read.
  package mutating func append(_ bytes: some Sequence<UInt8>) {
    Array(bytes).withUnsafeBytes { append($0) }
  }

  /// Takes in what was read, from memory that is the caller's.
  package mutating func append(_ bytes: UnsafeRawBufferPointer) {
    if start > 0 {
      buffer.removeFirst(start)
      start = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// Gives memory back when nothing waits in it: thousands of connections are idle at any time.
  private mutating func shrink() {
    guard start == buffer.count else { return }
    (buffer, start) = ([], 0)
  }

  /// Whether nothing is left of a frame that is not complete.
  var isBetweenFrames: Bool { start == buffer.count }

  /// The next whole frame; nil when more bytes are needed.
  ///
  /// - Throws: `frameTooLarge` as soon as the length is known; the stream cannot be read on behind it.
  package mutating func next() throws(ProtocolFault) -> [UInt8]? {
    guard buffer.count - start >= 4 else {
      shrink()
      return nil
    }
    let length = buffer[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    guard length <= frameBytesMax else {
      throw ProtocolFault(
        .frameTooLarge,
        "A frame may have \(frameBytesMax) bytes; this one announces \(length). Is the peer speaking Hearth's protocol?"
      )
    }
    guard buffer.count - start >= 4 + length else { return nil }
    defer { start += 4 + length }
    return Array(buffer[start + 4..<start + 4 + length])
  }

  /// A message with its length in front.
  package static func frame(_ message: [UInt8]) -> [UInt8] {
    let length = UInt32(message.count)
    return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> $0) } + message
  }
}
