package import NIOCore

/// What a change set carries to servers that do not look into it: who wrote it and its place among his, which is how
/// the others know it, and filler.
package struct Payload: Sendable {
  /// Who and which: a u32 and a u64, little-endian.
  package static let headerBytes = 12
  /// What the smallest of the servers takes.
  package static let bytesRange = 16...65_536

  private let filler: ByteBuffer
  /// The length.
  package let bytes: Int

  /// - Parameter bytes: in ``bytesRange``.
  package init(bytes: Int) {
    precondition(Self.bytesRange.contains(bytes))
    self.bytes = bytes
    let text = Array("straight after dinner, with the pans, and the table as well; ".utf8)
    filler = ByteBuffer(bytes: (0..<bytes - Self.headerBytes).map { text[$0 % text.count] })
  }

  package func write(device: Int, _ sequence: UInt64, _ output: inout ByteBuffer) {
    output.writeInteger(UInt32(device), endianness: .little)
    output.writeInteger(sequence, endianness: .little)
    output.writeImmutableBuffer(filler)
  }

  /// - Returns: nil when it is too short to be one.
  package static func read(_ input: ByteBuffer) -> (device: UInt64, sequence: UInt64)? {
    var input = input
    guard let device = input.readInteger(endianness: .little, as: UInt32.self),
      let sequence = input.readInteger(endianness: .little, as: UInt64.self)
    else { return nil }
    return (UInt64(device), sequence)
  }
}
