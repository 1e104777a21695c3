internal import HearthProtocol
internal import HearthWire

/// An input of several frames: binary ones each with its length in four bytes, text ones each on a line.
enum Frames {
  /// What comes behind a length that nothing backs is one more frame.
  static func split(_ bytes: ArraySlice<UInt8>, _ form: WireCodec.Form) -> [[UInt8]] {
    switch form {
    case .text: return bytes.split(separator: UInt8(ascii: "\n")).map { Array($0) }
    case .binary:
      var frames = [[UInt8]]()
      var rest = bytes
      while rest.count >= 4 {
        let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let frame = rest.dropFirst(4).prefix(length)
        frames.append(Array(frame))
        rest = rest.dropFirst(4 + frame.count)
      }
      return frames
    }
  }

  /// Frames in one, where that is smaller, with the length in front.
  static func deflated(_ frames: [[UInt8]]) -> [UInt8] {
    join(DeflatedFrames.packed(frames, from: 1, bytesMax: Limits().frameBytes, by: Deflater()), .binary)
  }

  static func join(_ frames: some Sequence<[UInt8]>, _ form: WireCodec.Form) -> [UInt8] {
    switch form {
    case .text: Array(frames.joined(separator: [UInt8(ascii: "\n")]))
    case .binary: frames.flatMap { FrameCutter.frame($0) }
    }
  }
}
