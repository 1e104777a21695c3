import HearthProtocol
import HearthTesting
import HearthTransport
import HearthWire
import NIOCore
import NIOEmbedded
import Testing

@Suite("Frames over TCP")
struct LengthPrefixHandlerTests {
  private static let frames: [[UInt8]] = [[1, 2, 3], [], [0, 0, 0, 0], Array(repeating: 7, count: 300), [9]]
  private static let stream = frames.flatMap { FrameCutter.frame($0) }

  private static func makeChannel(frameBytesMax: UInt32 = 1024) throws -> EmbeddedChannel {
    let channel = EmbeddedChannel(handler: LengthPrefixHandler(frameBytesMax: frameBytesMax))
    try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    return channel
  }

  private static func received(_ channel: EmbeddedChannel) throws -> [[UInt8]] {
    var frames = [[UInt8]]()
    while let frame = try channel.readInbound(as: TransportFrame.self) { frames.append(frame.bytes) }
    return frames
  }

  @Test func `every cut of the stream into two pieces gives the same frames`() throws {
    for cut in 0...Self.stream.count {
      let channel = try Self.makeChannel()
      for piece in [Self.stream[..<cut], Self.stream[cut...]] { try channel.writeInbound(ByteBuffer(bytes: piece)) }
      #expect(try Self.received(channel) == Self.frames, "cut at \(cut)")
    }
  }

  @Test func `the stream byte by byte gives each frame with its last byte`() throws {
    let channel = try Self.makeChannel()
    var ends = [Int]()
    for frame in Self.frames { ends.append((ends.last ?? 0) + 4 + frame.count) }
    var seen = [[UInt8]]()
    for (position, byte) in Self.stream.enumerated() {
      try channel.writeInbound(ByteBuffer(bytes: [byte]))
      seen += try Self.received(channel)
      #expect(seen.count == ends.count { $0 <= position + 1 }, "behind byte \(position)")
    }
    #expect(seen == Self.frames)
  }

  @Test(arguments: UInt64(1)...50) func `random pieces give the same frames`(_ seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let channel = try Self.makeChannel()
    var rest = Self.stream[...]
    while !rest.isEmpty {
      let piece = rest.prefix(1 + random.below(min(rest.count, 40)))
      try channel.writeInbound(ByteBuffer(bytes: piece))
      rest = rest.dropFirst(piece.count)
    }
    #expect(try Self.received(channel) == Self.frames)
  }

  @Test(arguments: [UInt32(1025), 1 << 24, .max])
  func `P10: a length over the limit fails at once, before any of its bytes`(_ length: UInt32) throws {
    let channel = try Self.makeChannel(frameBytesMax: 1024)
    let header = [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: length >> UInt32($0)) }
    try channel.writeInbound(ByteBuffer(bytes: FrameCutter.frame([1]) + header.dropLast()))
    let fault = #expect(throws: ProtocolFault.self) { try channel.writeInbound(ByteBuffer(bytes: header.suffix(1))) }
    #expect(fault?.code == .frameTooLarge)
    #expect(try Self.received(channel) == [[1]])
    // Nothing behind it is read as a frame, however it looks.
    try channel.writeInbound(ByteBuffer(bytes: FrameCutter.frame([2])))
    #expect(try Self.received(channel) == [])
  }

  @Test func `a frame of exactly the limit passes`() throws {
    let channel = try Self.makeChannel(frameBytesMax: 1024)
    let frame = Array(repeating: UInt8(5), count: 1024)
    try channel.writeInbound(ByteBuffer(bytes: FrameCutter.frame(frame)))
    #expect(try Self.received(channel) == [frame])
  }

  @Test func `what is written has its length in front`() throws {
    let channel = try Self.makeChannel()
    for frame in Self.frames { try channel.writeOutbound(TransportFrame(bytes: frame, form: .binary)) }
    var written = [UInt8]()
    while let buffer = try channel.readOutbound(as: ByteBuffer.self) { written += buffer.readableBytesView }
    #expect(written == Self.stream)
  }
}
