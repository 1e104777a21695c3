internal import HearthTransport
internal import HearthWire
internal import NIOCore
internal import NIOEmbedded
internal import NIOWebSocket

/// A WebSocket stream through NIO's decoder and our handler, as in the hub and as in a device.
///
/// The first byte says which end this is, and how long the pieces are in which the stream comes.
enum WebSocketTarget {
  private static let messageBytesMax: UInt32 = 1 << 10

  static func run(_ input: [UInt8]) throws -> FuzzVerdict {
    let first = input.first ?? 0
    let isServer = first & 1 == 0
    let stream = Array(input.dropFirst())
    let whole = try talk(stream, pieces: max(stream.count, 1), isServer: isServer)
    let pieces = try talk(stream, pieces: Int(first >> 1) % 13 + 1, isServer: isServer)
    try promise(whole.messages == pieces.messages, "in pieces other messages came than as a whole")
    for message in whole.messages {
      try promise(message.bytes.count <= messageBytesMax, "a message of \(message.bytes.count) bytes came through")
      if message.isText {
        try promise(String(validating: message.bytes, as: UTF8.self) != nil, "a text came through that is no UTF-8")
      }
    }
    // An answer is a pong, or the close frame: never more than came, but for the close frame's reason.
    try promise(whole.bytesSent <= stream.count + 256, "\(stream.count) bytes were answered by \(whole.bytesSent)")
    return whole.messages.isEmpty ? .refused : .accepted
  }

  private struct Message: Equatable {
    let isText: Bool
    let bytes: [UInt8]
  }

  private struct Talk {
    var messages: [Message] = []
    var bytesSent = 0
  }

  private static func talk(_ stream: [UInt8], pieces length: Int, isServer: Bool) throws -> Talk {
    let channel = EmbeddedChannel(handlers: [
      WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: Int(messageBytesMax))),
      WebSocketHandler(isServer: isServer, messageBytesMax: messageBytesMax),
    ])
    defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    var talk = Talk()
    for start in stride(from: 0, to: stream.count, by: length) where channel.isActive {
      do {
        try channel.writeInbound(ByteBuffer(bytes: stream[start..<min(start + length, stream.count)]))
      } catch is NIOWebSocketError {
        break
      }
      while let frame = try channel.readInbound(as: TransportFrame.self) {
        if case .text = frame.form {
          talk.messages.append(Message(isText: true, bytes: frame.bytes))
        } else {
          talk.messages.append(Message(isText: false, bytes: frame.bytes))
        }
      }
    }
    while let bytes = try channel.readOutbound(as: ByteBuffer.self) { talk.bytesSent += bytes.readableBytes }
    return talk
  }
}
