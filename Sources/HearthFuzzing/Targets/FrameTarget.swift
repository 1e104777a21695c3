internal import HearthProtocol
internal import HearthWire

/// A TCP stream: the same frames however the network cuts it, and nothing lost between them.
///
/// The first byte says how long the pieces are in which the cutter gets the rest.
enum FrameTarget {
  private static let frameBytesMax: UInt32 = 1 << 10

  static func run(_ input: [UInt8]) throws(FuzzFinding) -> FuzzVerdict {
    let stream = Array(input.dropFirst())
    let whole = cut(stream, pieces: max(stream.count, 1))
    let pieces = cut(stream, pieces: Int(input.first ?? 0) % 17 + 1)
    try promise(whole == pieces, "in pieces \(pieces.frames.count) frames came, as a whole \(whole.frames.count)")
    try promise(whole.frames.allSatisfy { $0.count <= frameBytesMax }, "a frame is longer than frames may be")
    let framed = whole.frames.flatMap { FrameCutter.frame($0) }
    try promise(stream.starts(with: framed), "the frames written again are not what came")
    if !whole.hasFailed {
      let rest = stream.dropFirst(framed.count)
      let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      try promise(rest.count < 4 || rest.count < 4 + length, "a whole frame was not given out")
    }
    return whole.hasFailed ? .refused : .accepted
  }

  private struct Cut: Equatable {
    var frames: [[UInt8]] = []
    var hasFailed = false
  }

  private static func cut(_ stream: [UInt8], pieces length: Int) -> Cut {
    var cutter = FrameCutter(frameBytesMax: frameBytesMax)
    var result = Cut()
    for start in stride(from: 0, to: stream.count, by: length) {
      cutter.append(stream[start..<min(start + length, stream.count)])
      do {
        while let frame = try cutter.next() { result.frames.append(frame) }
      } catch {
        result.hasFailed = true
        return result
      }
    }
    return result
  }
}
