/// WebSocket by hand (RFC 6455): what a client writes and reads, without NIO, so that both ends cannot be wrong
/// together.
struct WebSocketBytes {
  static let upgradeKey = "dGhlIHNhbXBsZSBub25jZQ=="
  /// The answer to that key (RFC 6455, section 1.3).
  static let acceptKey = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

  static func upgrade(
    path: String = "/v1/sync", subprotocol: String? = "hearth.v1", key: String? = upgradeKey, version: String = "13"
  ) -> [UInt8] {
    var lines = ["GET \(path) HTTP/1.1", "Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket"]
    lines.append("Sec-WebSocket-Version: \(version)")
    if let key { lines.append("Sec-WebSocket-Key: \(key)") }
    if let subprotocol { lines.append("Sec-WebSocket-Protocol: \(subprotocol)") }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  /// A masked frame.
  static func frame(_ opcode: UInt8, _ bytes: [UInt8], isFinal: Bool = true) -> [UInt8] {
    var frame = [(isFinal ? 0x80 : 0) | opcode]
    switch bytes.count {
    case ..<126: frame.append(0x80 | UInt8(bytes.count))
    case ..<65_536: frame += [0x80 | 126, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xff)]
    default: frame += [0x80 | 127] + stride(from: 56, through: 0, by: -8).map { UInt8(bytes.count >> $0 & 0xff) }
    }
    let key: [UInt8] = [0x37, 0xfa, 0x21, 0x3d]
    frame += key
    frame.reserveCapacity(frame.count + bytes.count)
    for (position, byte) in bytes.enumerated() { frame.append(byte ^ key[position & 3]) }
    return frame
  }

  /// Reads a frame of a server, which is whole and unmasked; nil at the end of the connection.
  static func read(from socket: Socket) async throws -> (opcode: UInt8, bytes: [UInt8])? {
    guard let head = try await socket.read(2) else { return nil }
    guard head[0] & 0xf0 == 0x80, head[1] & 0x80 == 0 else {
      throw WaitedInVain(description: "a server's frame is final and unmasked; found \(head)")
    }
    var length = Int(head[1])
    let extra = length == 126 ? 2 : length == 127 ? 8 : 0
    if extra > 0 {
      guard let bytes = try await socket.read(extra) else { return nil }
      length = bytes.reduce(0) { $0 << 8 | Int($1) }
    }
    guard let bytes = try await socket.read(length) else { return nil }
    return (head[0] & 0x0f, bytes)
  }
}
