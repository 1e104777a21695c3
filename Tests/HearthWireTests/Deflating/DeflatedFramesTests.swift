import HearthProtocol
import HearthTesting
import HearthWire
import Testing

/// Frames in one and back, and all that a stranger may put there instead (protocol/wire.md, section 3).
@Suite("Deflated: frames in one")
struct DeflatedFramesTests {
  private static let codec = WireCodec(form: .binary, pack: nil)
  private static let hubMax = Limits().frameBytes

  /// Frames as devices send them, so many bytes at least.
  private static func frames(_ bytes: Int, seed: UInt64 = 1) throws -> [[UInt8]] {
    var messages = RandomMessages(seed: seed, pack: try Packs.famQuest.get())
    let codec = WireCodec(form: .binary, pack: try Packs.famQuest.get())
    var (frames, count) = ([[UInt8]](), 0)
    while count < bytes {
      frames.append(codec.encode(.push([messages.changeSet()])))
      count += (frames.last?.count ?? 0) + 4
    }
    return frames
  }

  private static func packed(
    _ frames: [[UInt8]], from threshold: Int = DeflatedFrames.thresholdBytes, bytesMax: UInt32 = hubMax
  ) -> [[UInt8]] {
    DeflatedFrames.packed(frames, from: threshold, bytesMax: bytesMax, by: Deflater())
  }

  /// The frames that a frame stands for.
  private static func unpacked(_ frame: [UInt8], bytesMax: UInt32 = hubMax) throws -> [[UInt8]] {
    guard let body = body(of: frame) else { return [frame] }
    return try DeflatedFrames.frames(in: body, bytesMax: bytesMax)
  }

  /// What stands behind tags and lengths; nil when it is no Deflated.
  private static func body(of frame: [UInt8]) -> [UInt8]? {
    guard frame.starts(with: [0xaa, 0x01]) else { return nil }
    let inner = frame.dropFirst(2).drop { $0 >= 0x80 }.dropFirst()
    return Array(inner.dropFirst().drop { $0 >= 0x80 }.dropFirst())
  }

  /// The stream of bytes that need not be frames.
  private static func stream(_ bytes: [UInt8]) throws -> [UInt8] {
    try #require(Deflater().deflated(bytes, bytesMax: bytes.count + 100))
  }

  private static func fault(_ body: [UInt8], bytesMax: UInt32 = hubMax) -> ProtocolFault? {
    do throws(ProtocolFault) {
      _ = try DeflatedFrames.frames(in: body, bytesMax: bytesMax)
      return nil
    } catch {
      return error
    }
  }

  // MARK: Writing

  @Test(arguments: [4096, 20_000, 300_000, 3_000_000])
  func `what is packed is unpacked again, in its order (D3, D5)`(_ bytes: Int) throws {
    let frames = try Self.frames(bytes)
    let packed = Self.packed(frames)
    #expect(try packed.flatMap { try Self.unpacked($0) } == frames)
    #expect(packed.count < frames.count)
    #expect(packed.allSatisfy { Self.body(of: $0) != nil || $0.count < DeflatedFrames.thresholdBytes })
  }

  @Test func `less than the threshold is sent as it is`() throws {
    let frames = [[UInt8]](repeating: [UInt8](repeating: 7, count: 60), count: 63)
    #expect(Self.packed(frames) == frames)
    #expect(Self.packed(frames + [[1]]) == frames + [[1]])
    #expect(DeflatedFrames.thresholdBytes == 64 * 64)
    let more = frames + [[UInt8](repeating: 7, count: 60)]
    #expect(Self.packed(more).count == 1)
    #expect(Self.packed([]) == [])
  }

  @Test func `what would not be smaller is sent as it is`() {
    var random = SeededGenerator(seed: 5)
    let noise = (0..<8).map { _ in (0..<1000).map { _ in UInt8(truncatingIfNeeded: random.next()) } }
    #expect(Self.packed(noise) == noise)
  }

  @Test(arguments: [1 << 12, 1 << 13, 1 << 16, 1 << 20] as [UInt32])
  func `no Deflated holds more than its reader takes, nor too many frames (D3, D4)`(_ bytesMax: UInt32) throws {
    let large = [UInt8](repeating: 3, count: Int(bytesMax) - 4)
    let larger = [UInt8](repeating: 3, count: Int(bytesMax) - 3)
    let frames = try Self.frames(40_000) + [large, larger, [1]] + [[UInt8]](repeating: [0x22, 0], count: 3000)
    let packed = Self.packed(frames, from: 1000, bytesMax: bytesMax)
    #expect(try packed.flatMap { try Self.unpacked($0, bytesMax: bytesMax) } == frames)
    #expect(packed.contains(larger))
    #expect(!packed.contains(large))
  }

  @Test func `one deflater serves many, and nothing of one is left for the next (D2)`() throws {
    let deflater = Deflater()
    let frames = try (1...5).map { try Self.frames(9000, seed: $0) }
    let alone = frames.map { Self.packed($0) }
    for _ in 0..<3 {
      let together = frames.map { DeflatedFrames.packed($0, bytesMax: Self.hubMax, by: deflater) }
      #expect(together == alone)
    }
  }

  // MARK: Reading

  @Test func `a stream cut short anywhere, or with anything behind it, is refused whole (D2, D5)`() throws {
    let stream = try Self.stream(Self.frames(5000).flatMap { FrameCutter.frame($0) })
    #expect(Self.fault(stream) == nil)
    for count in stream.indices {
      let fault = Self.fault(Array(stream[..<count]))
      #expect(fault?.code == .malformedFrame, "\(count) of \(stream.count) bytes")
    }
    for rest in [[0], [0xff], stream] as [[UInt8]] {
      let fault = Self.fault(stream + rest)
      #expect(fault?.code == .malformedFrame)
      #expect(fault?.message.contains("\(rest.count) bytes stand behind") == true, "\(fault?.message ?? "")")
    }
  }

  @Test func `a last frame cut short anywhere is refused (D3)`() throws {
    let frames = FrameCutter.frame([0x22, 0]) + FrameCutter.frame([UInt8](repeating: 1, count: 20))
    for count in frames.indices where count != 6 {
      #expect(Self.fault(try Self.stream(Array(frames[..<count])))?.code == .malformedFrame, "\(count) bytes")
    }
    #expect(Self.fault(try Self.stream([]))?.message.contains("no frame") == true)
  }

  @Test func `as many frames as may be are read, and one more is refused (D3)`() throws {
    let ping = FrameCutter.frame([0x22, 0])
    let most = [[UInt8]](repeating: ping, count: Limits.deflatedFrames).flatMap { $0 }
    #expect(try DeflatedFrames.frames(in: Self.stream(most), bytesMax: Self.hubMax).count == Limits.deflatedFrames)
    #expect(Self.fault(try Self.stream(most + ping))?.code == .malformedFrame)
  }

  @Test(arguments: [100, 16 * 1024, 65_536, 1 << 20] as [UInt32])
  func `what inflates to the limit is read, a byte more is not (D4, P10)`(_ bytesMax: UInt32) throws {
    let full = FrameCutter.frame([UInt8](repeating: 9, count: Int(bytesMax) - 4))
    #expect(try DeflatedFrames.frames(in: Self.stream(full), bytesMax: bytesMax) == [Array(full.dropFirst(4))])
    let more = FrameCutter.frame([UInt8](repeating: 9, count: Int(bytesMax) - 3))
    #expect(Self.fault(try Self.stream(more), bytesMax: bytesMax)?.code == .frameTooLarge)
  }

  @Test func `a bomb is refused where the limit is, long before its end (D4, P10)`() throws {
    // A kilobyte holds a thousand times as much: 64 MiB in as many bytes as a frame to a hub may have.
    let bomb = try Self.stream([UInt8](repeating: 0, count: 64 << 20))
    #expect(bomb.count < Int(Self.hubMax))
    #expect(Self.fault(bomb)?.code == .frameTooLarge)
    // What stands behind the limit is not even looked at.
    #expect(Self.fault(Array(bomb.prefix(bomb.count / 2)) + [0xff, 0xff])?.code == .frameTooLarge)
  }

  @Test func `no bytes are a trap, and what is read is within the limits (D4, P10)`() throws {
    var random = SeededGenerator(seed: 3)
    let stream = try Self.stream(Self.frames(6000).flatMap { FrameCutter.frame($0) })
    for round in 0..<3000 {
      var bytes = round.isMultiple(of: 3) ? (0..<random.below(200)).map { _ in UInt8(random.below(256)) } : stream
      if !round.isMultiple(of: 3) {
        for _ in 0...random.below(4) { bytes[random.below(bytes.count)] ^= UInt8(1 + random.below(255)) }
      }
      guard let frames = try? DeflatedFrames.frames(in: bytes, bytesMax: 8192) else { continue }
      #expect(frames.reduce(0) { $0 + $1.count + 4 } <= 8192)
    }
  }

  // MARK: Where it may stand

  @Test func `a Deflated in a Deflated, or where none was agreed on, is a frame that cannot be read (D1, D3)`() throws {
    let ping = Self.codec.encode(DeviceMessage.ping(1))
    let once = DeflatedFrames.frame(body: try Self.stream(FrameCutter.frame(ping)))
    let twice = DeflatedFrames.frame(body: try Self.stream(FrameCutter.frame(once)))
    #expect(try Self.codec.deviceMessages(once) == [.ping(1)])
    let refused: [() throws -> Void] = [
      { _ = try Self.codec.deviceMessages(twice) }, { _ = try Self.codec.hubMessages(twice) },
      { _ = try Self.codec.decodeDeviceMessage(once) }, { _ = try Self.codec.decodeHubMessage(once) },
      { _ = try Self.codec.readDeviceFrame(once, inflatingTo: nil) },
      { _ = try Self.codec.readHubFrame(once, inflatingTo: nil) },
    ]
    for (number, read) in refused.enumerated() {
      let fault = #expect(throws: ProtocolFault.self, "\(number)") { try read() }
      #expect(fault?.code == .malformedFrame && fault?.message.contains("Deflated") == true, "\(number)")
    }
  }

  @Test func `a Deflated in text is a frame that cannot be read (D6)`() {
    let codec = WireCodec(form: .text, pack: nil)
    let frame = Array(#"{"deflated":{"body":"S2YAAyUGAA=="}}"#.utf8)
    for bytesMax in [nil, Self.hubMax] {
      let fault = #expect(throws: ProtocolFault.self) { try codec.readDeviceFrame(frame, inflatingTo: bytesMax) }
      #expect(fault?.code == .malformedFrame)
    }
  }

  @Test func `an unusually written Deflated is one all the same`() throws {
    let ping = Self.codec.encode(DeviceMessage.ping(1))
    let frame = DeflatedFrames.frame(body: try Self.stream(FrameCutter.frame(ping)))
    // Behind a field that nobody knows, and as the last member of the oneof.
    #expect(try Self.codec.deviceMessages([0xc0, 0x3e, 1] + frame) == [.ping(1)])
    #expect(try Self.codec.deviceMessages(ping + frame) == [.ping(1)])
    // As the last but one it is none.
    #expect(try Self.codec.deviceMessages(frame + ping) == [.ping(1)])
  }
}
