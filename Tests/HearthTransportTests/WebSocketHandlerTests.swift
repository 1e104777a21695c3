import HearthTransport
import HearthWire
import NIOCore
import NIOEmbedded
import NIOWebSocket
import Testing

/// One end of a WebSocket on a channel without a socket: bytes in, bytes out.
struct Wire {
  let channel: EmbeddedChannel
  let isServer: Bool

  init(isServer: Bool = true, messageBytesMax: UInt32 = 1000) throws {
    self.isServer = isServer
    channel = EmbeddedChannel(handlers: [
      WebSocketFrameEncoder(), ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: Int(messageBytesMax))),
      WebSocketHandler(isServer: isServer, messageBytesMax: messageBytesMax),
    ])
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
  }

  /// Lets the handler receive a frame, masked unless it is a client.
  func receive(
    _ opcode: UInt8, _ bytes: some Collection<UInt8> = [], isFinal: Bool = true, reserved: UInt8 = 0,
    isMasked: Bool? = nil, length: Int? = nil
  ) throws {
    try channel.writeInbound(
      ByteBuffer(
        bytes: Self.frame(
          opcode, Array(bytes), isFinal: isFinal, reserved: reserved, isMasked: isMasked ?? isServer, length: length)))
  }

  /// RFC 6455, section 5.2.
  static func frame(
    _ opcode: UInt8, _ bytes: [UInt8], isFinal: Bool, reserved: UInt8 = 0, isMasked: Bool, length: Int? = nil
  ) -> [UInt8] {
    let length = length ?? bytes.count
    var frame = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
    let mask: UInt8 = isMasked ? 0x80 : 0
    switch length {
    case ..<126: frame.append(mask | UInt8(length))
    case ..<65_536: frame += [mask | 126, UInt8(length >> 8), UInt8(length & 0xff)]
    default: frame += [mask | 127] + stride(from: 56, through: 0, by: -8).map { UInt8(length >> $0 & 0xff) }
    }
    guard isMasked else { return frame + bytes }
    let key: [UInt8] = [0x12, 0x34, 0x56, 0x78]
    return frame + key + bytes.enumerated().map { $1 ^ key[$0 % 4] }
  }

  /// The messages that came out to the hub or device.
  func messages() throws -> [TransportFrame] {
    var messages = [TransportFrame]()
    while let message = try channel.readInbound(as: TransportFrame.self) { messages.append(message) }
    return messages
  }

  /// The frames that went out to the peer, unmasked.
  func sent() throws -> [WebSocketFrame] {
    let reader = EmbeddedChannel(handler: ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: 1 << 20)))
    while let bytes = try channel.readOutbound(as: ByteBuffer.self) { try reader.writeInbound(bytes) }
    var frames = [WebSocketFrame]()
    while let frame = try reader.readInbound(as: WebSocketFrame.self) { frames.append(frame) }
    return frames
  }

  /// The code of the close frame that went out, and that it was the last thing said.
  func closeCode(_ location: SourceLocation = #_sourceLocation) throws -> Int? {
    let frames = try sent()
    #expect(frames.count == 1, sourceLocation: location)
    guard let frame = frames.last, frame.opcode == .connectionClose else { return nil }
    let payload = Array(frame.unmaskedData.readableBytesView)
    return payload.count < 2 ? 0 : Int(payload[0]) << 8 | Int(payload[1])
  }
}

@Suite("A WebSocket on a channel")
struct WebSocketHandlerTests {
  @Test func `fragments become one message, and pings between them are answered first`() throws {
    let wire = try Wire()
    try wire.receive(1, "he".utf8, isFinal: false)
    try wire.receive(9, [1, 2, 3])
    try wire.receive(0, "ar".utf8, isFinal: false)
    #expect(try wire.messages().isEmpty)
    try wire.receive(0, "th".utf8)
    let messages = try wire.messages()
    #expect(messages.map(\.bytes) == [Array("hearth".utf8)])
    #expect(messages.map(\.form) == [.text])
    let pongs = try wire.sent()
    #expect(pongs.map(\.opcode) == [.pong])
    #expect(pongs.map { Array($0.unmaskedData.readableBytesView) } == [[1, 2, 3]])
  }

  @Test func `every cut of the bytes of three frames gives the same messages`() throws {
    let stream =
      Wire.frame(2, [1, 2], isFinal: true, isMasked: true) + Wire.frame(2, [3], isFinal: false, isMasked: true)
      + Wire.frame(0, Array(repeating: 4, count: 200), isFinal: true, isMasked: true)
    for cut in 0...stream.count {
      let wire = try Wire()
      try wire.channel.writeInbound(ByteBuffer(bytes: stream[..<cut]))
      try wire.channel.writeInbound(ByteBuffer(bytes: stream[cut...]))
      #expect(try wire.messages().map(\.bytes.count) == [2, 201], "cut at \(cut)")
    }
  }

  @Test func `a server sends unmasked and a client masked`() throws {
    for isServer in [true, false] {
      let wire = try Wire(isServer: isServer)
      try wire.channel.writeOutbound(TransportFrame(bytes: [1, 2], form: .binary))
      try wire.channel.writeOutbound(TransportFrame(bytes: Array("é".utf8), form: .text))
      let frames = try wire.sent()
      #expect(frames.map(\.opcode) == [.binary, .text])
      #expect(frames.allSatisfy { ($0.maskKey == nil) == isServer && $0.fin })
      #expect(frames.map { Array($0.unmaskedData.readableBytesView) } == [[1, 2], Array("é".utf8)])
    }
  }

  // MARK: Closing

  @Test(arguments: [UInt16(1000), 1001, 3000, 4999]) func `a close is answered with its code`(_ code: UInt16) throws {
    let wire = try Wire()
    try wire.receive(8, [UInt8(code >> 8), UInt8(code & 0xff)])
    #expect(try wire.closeCode() == Int(code))
    #expect(!wire.channel.isActive)
  }

  @Test func `a close without a code is answered without one`() throws {
    let wire = try Wire()
    try wire.receive(8)
    #expect(try wire.closeCode() == 0)
  }

  /// Each with what is received and the close code that must answer it.
  static let violations: [(name: String, code: Int, receive: @Sendable (Wire) throws -> Void)] = [
    ("an unmasked frame", 1002, { try $0.receive(2, [1], isMasked: false) }),
    ("a reserved bit", 1002, { try $0.receive(2, [1], reserved: 4) }),
    ("a reserved opcode", 1002, { try $0.receive(3, [1]) }),
    ("a fragment of nothing", 1002, { try $0.receive(0, [1]) }),
    ("a fragmented ping", 1002, { try $0.receive(9, [1], isFinal: false) }),
    ("a ping of 126 bytes", 1002, { try $0.receive(9, Array(repeating: 0, count: 126)) }),
    ("a reserved close code", 1002, { try $0.receive(8, [0x03, 0xed]) }),
    ("text that is not UTF-8", 1007, { try $0.receive(1, [0xff]) }),
    ("a close reason that is not UTF-8", 1007, { try $0.receive(8, [0x03, 0xe8, 0xff]) }),
    ("a frame over the limit", 1009, { try $0.receive(2, [], length: 1001) }),
    ("a frame of 2^62 bytes", 1009, { try $0.receive(2, [], length: 1 << 62) }),
    (
      "fragments over the limit", 1009,
      {
        try $0.receive(2, Array(repeating: 0, count: 600), isFinal: false)
        try $0.receive(0, Array(repeating: 0, count: 600))
      }
    ),
  ]

  @Test(arguments: violations.indices) func `what breaks the rules ends the connection with its code`(
    _ index: Int
  ) throws {
    let violation = Self.violations[index]
    let wire = try Wire()
    try violation.receive(wire)
    #expect(try wire.closeCode() == violation.code, "\(violation.name)")
    #expect(try wire.messages().isEmpty, "\(violation.name)")
    #expect(!wire.channel.isActive, "\(violation.name)")
  }

  @Test func `behind a close nothing is delivered and nothing is sent`() throws {
    let wire = try Wire()
    wire.channel.triggerUserOutboundEvent(
      WebSocketHandler.CloseRequest(code: 4001, reason: "malformedFrame"), promise: nil)
    #expect(try wire.closeCode() == 4001)
    try wire.receive(2, [1])
    try wire.receive(9, [1])
    #expect(try wire.messages().isEmpty)
    #expect(throws: ChannelError.self) {
      try wire.channel.writeOutbound(TransportFrame(bytes: [1], form: .binary))
    }
    #expect(try wire.sent().isEmpty)
  }

  @Test func `a reason that is too long for a control frame is cut`() throws {
    let wire = try Wire()
    let reason = "a" + String(repeating: "é", count: 100)
    wire.channel.triggerUserOutboundEvent(WebSocketHandler.CloseRequest(code: 1000, reason: reason), promise: nil)
    let frame = try #require(try wire.sent().first)
    #expect(frame.length <= 125)
    #expect(String(validating: frame.unmaskedData.readableBytesView.dropFirst(2), as: UTF8.self) != nil)
  }

  /// RFC 6455, section 5.5.3, allows answering only the newest ping.
  @Test func `P10: pings of a peer that does not read are not answered one by one`() throws {
    let wire = try Wire()
    wire.channel.isWritable = false
    for _ in 0..<1000 { try wire.receive(9, Array(repeating: 1, count: 125)) }
    let pongs = try wire.sent()
    #expect(pongs.count <= 1, "\(pongs.count) pongs wait")
    wire.channel.isWritable = true
    try wire.receive(9, [2])
    #expect(try wire.sent().last.map { Array($0.unmaskedData.readableBytesView) } == [2])
  }
}
