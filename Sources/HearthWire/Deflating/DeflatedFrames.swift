package import HearthProtocol

/// Frames in one: when they are worth it, and what is in them (protocol/wire.md, section 3, rows D1 to D6).
package enum DeflatedFrames {
  /// Bytes that frames of one turn have together before they are deflated: what hub and devices say to each other all
  /// day stays below, and costs nothing (docs/decisions/0032-large-frames-are-deflated.md).
  package static let thresholdBytes = 4 * 1024
  /// Bytes that are deflated as one. The window of deflate is 32 KiB, so that larger pieces would be hardly smaller;
  /// and who inflates one has to hold it.
  static let pieceBytes = 256 * 1024
  /// The length in front of a frame.
  private static let lengthBytes = 4

  /// What is sent for the frames of a turn: as they are when they are few, else deflated, as far as that is smaller.
  ///
  /// - Parameters:
  ///   - threshold: bytes below which they are sent as they are.
  ///   - bytesMax: bytes that the peer inflates.
  package static func packed(
    _ frames: [[UInt8]], from threshold: Int = thresholdBytes, bytesMax: UInt32, by deflater: Deflater
  ) -> [[UInt8]] {
    guard size(frames) >= threshold else { return frames }
    return pieces(frames, bytesMax: min(pieceBytes, Int(bytesMax))).flatMap { piece in
      deflated(piece, from: threshold, bytesMax: bytesMax, by: deflater).map { [$0] } ?? Array(piece)
    }
  }

  /// Frames with their lengths.
  private static func size(_ frames: some Sequence<[UInt8]>) -> Int {
    frames.reduce(0) { $0 + $1.count + lengthBytes }
  }

  /// Cuts frames into runs; only a frame that is larger by itself makes one that is too large.
  private static func pieces(_ frames: [[UInt8]], bytesMax: Int) -> [ArraySlice<[UInt8]>] {
    var pieces = [ArraySlice<[UInt8]>]()
    var (start, bytes) = (frames.startIndex, 0)
    for (index, frame) in frames.enumerated() {
      let added = frame.count + lengthBytes
      if index > start, bytes + added > bytesMax || index - start == Limits.deflatedFrames {
        pieces.append(frames[start..<index])
        (start, bytes) = (index, 0)
      }
      bytes += added
    }
    return pieces + [frames[start...]]
  }

  /// One frame for several; nil when it would not be smaller, or the peer would not inflate it.
  private static func deflated(
    _ frames: ArraySlice<[UInt8]>, from threshold: Int, bytesMax: UInt32, by deflater: Deflater
  ) -> [UInt8]? {
    let plain = size(frames)
    guard plain >= threshold, plain <= Int(bytesMax) else { return nil }
    var stream = [UInt8]()
    stream.reserveCapacity(plain)
    for frame in frames { stream += FrameCutter.frame(frame) }
    guard let body = deflater.deflated(stream, bytesMax: plain) else { return nil }
    let frame = frame(body: body)
    return frame.count + lengthBytes < plain ? frame : nil
  }

  /// The number of Deflated in DeviceFrame and in HubFrame.
  private static let field = 21

  /// A frame that holds a Deflated with this body.
  package static func frame(body: [UInt8]) -> [UInt8] {
    var writer = ProtobufWriter(capacity: body.count + 12)
    writer.message(field) { $0.always(1, bytes: body) }
    return writer.bytes
  }

  // MARK: Reading

  /// The frames in the body of a Deflated, all of them or none.
  ///
  /// - Throws: `frameTooLarge` for more than `bytesMax` bytes, else `malformedFrame`.
  package static func frames(in body: [UInt8], bytesMax: UInt32) throws(ProtocolFault) -> [[UInt8]] {
    // What a frame announces beyond the end is missing there, however much that is.
    var cutter = FrameCutter(frameBytesMax: .max)
    cutter.append(try inflated(body, bytesMax: bytesMax))
    var frames = [[UInt8]]()
    while let frame = try cutter.next() {
      guard frames.count < Limits.deflatedFrames else {
        throw malformed("it holds more than \(Limits.deflatedFrames) frames")
      }
      frames.append(frame)
    }
    guard cutter.isBetweenFrames else { throw malformed("its last frame is not complete") }
    guard !frames.isEmpty else { throw malformed("it holds no frame") }
    return frames
  }

  private static func inflated(_ body: [UInt8], bytesMax: UInt32) throws(ProtocolFault) -> [UInt8] {
    do throws(Inflater.Failure) {
      return try Inflater.inflated(body, bytesMax: Int(bytesMax))
    } catch {
      switch error {
      case .tooLarge:
        throw ProtocolFault(.frameTooLarge, "A Deflated may hold \(bytesMax) bytes; this one holds more.")
      case .cutShort: throw malformed("its deflate stream ends before its end")
      case .trailing(let count): throw malformed("\(count) bytes stand behind its deflate stream")
      case .damaged(let reason): throw malformed("its body is no raw deflate stream: \(reason)")
      }
    }
  }

  private static func malformed(_ what: String) -> ProtocolFault {
    ProtocolFault(.malformedFrame, "A Deflated cannot be read: \(what).")
  }
}
