internal import HearthProtocol
internal import HearthWire

/// The body of a Deflated: nothing of it is kept beyond the limits, and what was read can be packed and read again.
enum DeflatedTarget {
  /// Small, so that inputs of a few kilobytes reach it.
  private static let bytesMax: UInt32 = 32 << 10

  static func run(_ input: [UInt8]) throws(FuzzFinding) -> FuzzVerdict {
    let frames: [[UInt8]]
    do throws(ProtocolFault) {
      frames = try DeflatedFrames.frames(in: input, bytesMax: bytesMax)
    } catch {
      let isExpected = error.code == .malformedFrame || error.code == .frameTooLarge
      try promise(isExpected, "a Deflated was refused with \(error.code)")
      return .refused
    }
    let bytes = frames.reduce(0) { $0 + $1.count + 4 }
    try promise(bytes <= Int(bytesMax), "\(bytes) bytes were inflated")
    try promise((1...Limits.deflatedFrames).contains(frames.count), "\(frames.count) frames were read")
    let packed = DeflatedFrames.packed(frames, from: 1, bytesMax: bytesMax, by: Deflater())
    let codec = WireCodec(form: .binary, pack: nil)
    var again = [[UInt8]]()
    for frame in packed { again += frames.contains(frame) ? [frame] : try unpacked(frame, codec) }
    try promise(again == frames, "what was packed again is not what was read")
    return .accepted
  }

  private static func unpacked(_ frame: [UInt8], _ codec: WireCodec) throws(FuzzFinding) -> [[UInt8]] {
    guard case .frames(let frames)? = try? codec.readDeviceFrame(frame, inflatingTo: bytesMax) else {
      throw FuzzFinding("what was packed cannot be read")
    }
    return frames
  }
}
