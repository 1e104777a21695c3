import HearthProtocol
import HearthWire
import Testing

/// A byte stream to frames, wherever it is cut.
@Suite("FrameCutter")
struct FrameCutterTests {
  private static let messages: [[UInt8]] = [[1, 2, 3], [], [0xff], Array(repeating: 7, count: 300), [0, 0, 0, 5]]
  private static let stream = messages.flatMap { FrameCutter.frame($0) }

  private static func frames(_ pieces: [ArraySlice<UInt8>]) throws(ProtocolFault) -> [[UInt8]] {
    var cutter = FrameCutter(frameBytesMax: 300)
    var frames = [[UInt8]]()
    for piece in pieces {
      cutter.append(piece)
      while let frame = try cutter.next() { frames.append(frame) }
    }
    return frames
  }

  @Test func `the length stands in front, most significant byte first`() {
    #expect(FrameCutter.frame([9, 8]) == [0, 0, 0, 2, 9, 8])
    #expect(FrameCutter.frame(Array(repeating: 0, count: 0x0102)).prefix(4) == [0, 0, 1, 2])
  }

  @Test func `every cut in two gives the same frames`() throws {
    for cut in 0...Self.stream.count {
      #expect(try Self.frames([Self.stream[..<cut], Self.stream[cut...]]) == Self.messages, "cut at \(cut)")
    }
  }

  @Test func `every cut in three of a short stream gives the same frames`() throws {
    let messages: [[UInt8]] = [[1, 2], [], [3]]
    let stream = messages.flatMap { FrameCutter.frame($0) }
    for first in 0...stream.count {
      for second in first...stream.count {
        let pieces = [stream[..<first], stream[first..<second], stream[second...]]
        #expect(try Self.frames(pieces) == messages, "cuts at \(first) and \(second)")
      }
    }
  }

  @Test func `byte by byte gives the same frames`() throws {
    #expect(try Self.frames(Self.stream.indices.map { Self.stream[$0...$0] }) == Self.messages)
  }

  @Test func `all at once gives the same frames`() throws {
    #expect(try Self.frames([Self.stream[...]]) == Self.messages)
  }

  @Test func `a frame of zero bytes is a frame`() throws {
    #expect(try Self.frames([[0, 0, 0, 0]]) == [[]])
  }

  @Test func `a frame of the largest size passes, one byte more is refused at its length (P10)`() throws {
    var cutter = FrameCutter(frameBytesMax: 300)
    cutter.append(FrameCutter.frame(Array(repeating: 1, count: 300)))
    #expect(try cutter.next()?.count == 300)
    for length: [UInt8] in [[0, 0, 1, 45], [0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff], Array("GET ".utf8)] {
      var cutter = FrameCutter(frameBytesMax: 300)
      cutter.append(length)
      let fault = #expect(throws: ProtocolFault.self) { try cutter.next() }
      #expect(fault?.code == .frameTooLarge)
    }
  }

  @Test func `the largest length that fits the limit's type is no overflow`() throws {
    var cutter = FrameCutter(frameBytesMax: .max)
    cutter.append([0xff, 0xff, 0xff, 0xff, 1])
    #expect(try cutter.next() == nil)
  }

  @Test func `frames in front of one that is too large are still given`() throws {
    var cutter = FrameCutter(frameBytesMax: 3)
    cutter.append(FrameCutter.frame([1]) + FrameCutter.frame([1, 2, 3, 4]))
    #expect(try cutter.next() == [1])
    #expect(throws: ProtocolFault.self) { try cutter.next() }
  }
}
