package import NIOCore

/// A line of NATS's protocol, with what it announces.
package enum NATSMessage: Equatable, Sendable {
  case ping
  case pong
  case failure(String)
  case message(subject: String, ByteBuffer)
  /// What needs no answer: `INFO` and `+OK`.
  case other

  /// The next whole message; nil when more bytes are needed, and then nothing is taken.
  package static func next(_ input: inout ByteBuffer) throws -> NATSMessage? {
    var rest = input
    guard let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
      let line = rest.readString(length: end - rest.readerIndex + 1)
    else { return nil }
    let words = line.split(whereSeparator: \.isWhitespace)
    switch words.first {
    case "MSG":
      // MSG subject subscription [reply] length
      guard words.count >= 4, let length = Int(words[words.count - 1]), length >= 0 else {
        throw LoadFault("NATS sent `\(line.prefix(80))`.")
      }
      guard rest.readableBytes >= length + 2, let bytes = rest.readSlice(length: length) else { return nil }
      rest.moveReaderIndex(forwardBy: 2)
      input = rest
      return .message(subject: String(words[1]), bytes)
    case "PING", "PONG", "-ERR", "INFO", "+OK":
      input = rest
      return plain(words)
    default: throw LoadFault("NATS sent `\(line.prefix(80))`.")
    }
  }

  /// A line that announces nothing.
  private static func plain(_ words: [Substring]) -> NATSMessage {
    switch words.first {
    case "PING": .ping
    case "PONG": .pong
    case "-ERR": .failure(words.dropFirst().joined(separator: " "))
    default: .other
    }
  }
}
