package import NIOCore

/// The client's end of a WebSocket (RFC 6455): just enough for servers on loopback, and as cheap as the other wires.
package struct WebSocketStream: Sendable {
  /// Whether the server has agreed to speak WebSocket.
  package private(set) var isOpen = false
  private static let handshakeBytesMax = 16 << 10

  package init() {}

  /// - Parameter subprotocol: what is to be spoken; nil for a server that does not ask.
  package func request(path: String, subprotocol: String? = nil, _ output: inout ByteBuffer) {
    let spoken = subprotocol.map { "Sec-WebSocket-Protocol: \($0)\r\n" } ?? ""
    output.writeString(
      "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\(spoken)"
        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: aGVhcnRoLWxvYWR0ZXN0IQ==\r\n\r\n")
  }

  /// A binary message in one frame. Clients have to mask theirs; the mask of zeros changes nothing, and costs the server
  /// what any mask costs.
  package func write(_ message: ByteBuffer, _ output: inout ByteBuffer) {
    write(opcode: 2, message, &output)
  }

  private func write(opcode: UInt8, _ message: ByteBuffer, _ output: inout ByteBuffer) {
    output.writeInteger(0x80 | opcode)
    switch message.readableBytes {
    case ..<126: output.writeInteger(0x80 | UInt8(message.readableBytes))
    case ..<65_536:
      output.writeInteger(UInt8(0x80 | 126))
      output.writeInteger(UInt16(message.readableBytes))
    default:
      output.writeInteger(UInt8(0x80 | 127))
      output.writeInteger(UInt64(message.readableBytes))
    }
    output.writeInteger(UInt32(0))
    output.writeImmutableBuffer(message)
  }

  /// The next whole message; nil when more bytes are needed, and while the handshake lasts. Pings are answered.
  package mutating func next(_ input: inout ByteBuffer, _ output: inout ByteBuffer) throws -> ByteBuffer? {
    guard try isOpen || readHandshake(&input) else { return nil }
    while let (first, body) = try Self.readFrame(&input) {
      switch first {
      case 0x81, 0x82: return body
      case 0x89: write(opcode: 10, body, &output)
      case 0x8A: break
      case 0x88: throw LoadFault("The server closed the WebSocket: \(String(buffer: body).dropFirst(2)).")
      default: throw LoadFault("The server sent a WebSocket frame that begins with \(first), which was not asked for.")
      }
    }
    return nil
  }

  private mutating func readHandshake(_ input: inout ByteBuffer) throws -> Bool {
    let end = Array("\r\n\r\n".utf8)
    let bytes = input.readableBytesView
    guard let position = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) else {
      guard input.readableBytes < Self.handshakeBytesMax else { throw LoadFault("The server's answer has no end.") }
      return false
    }
    let answer = input.readString(length: position + end.count - input.readerIndex) ?? ""
    guard answer.hasPrefix("HTTP/1.1 101") else {
      throw LoadFault("The server does not speak WebSocket: \(answer.prefix(80))")
    }
    isOpen = true
    return true
  }

  private static func readFrame(_ input: inout ByteBuffer) throws -> (first: UInt8, body: ByteBuffer)? {
    var rest = input
    guard let first = rest.readInteger(as: UInt8.self), let short = rest.readInteger(as: UInt8.self) else { return nil }
    let length: Int?
    switch short {
    case 126: length = rest.readInteger(as: UInt16.self).map { Int($0) }
    case 127: length = rest.readInteger(as: UInt64.self).map { Int(clamping: $0) }
    case 128...: throw LoadFault("The server masked a WebSocket frame.")
    default: length = Int(short)
    }
    guard let length, let body = rest.readSlice(length: length) else { return nil }
    input = rest
    return (first, body)
  }
}
