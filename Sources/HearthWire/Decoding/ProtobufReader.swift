internal import HearthModel

/// That bytes are written otherwise than a device writes them: the library reads them, or says what is wrong.
struct Unusual: Error {}

/// Reads protobuf's binary format by hand, where it is written as encoders write it: fields in the order of their
/// numbers, each that is not repeated once, and of kinds that are known.
///
/// https://protobuf.dev/programming-guides/encoding/. It never guesses: at whatever is different it throws ``Unusual``,
/// and the library has the last word (docs/decisions/0027-hot-messages-are-coded-by-hand.md).
struct ProtobufReader {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
  }

  var isAtEnd: Bool { position == bytes.count }

  /// The next tag; nil at the end.
  ///
  /// - Throws: when it has more than a byte, as no field that is read by hand does.
  mutating func tag() throws(Unusual) -> UInt8? {
    guard position < bytes.count else { return nil }
    let tag = bytes[position]
    guard tag < 0x80 else { throw Unusual() }
    position += 1
    return tag
  }

  mutating func varint() throws(Unusual) -> UInt64 {
    var (result, shift): (UInt64, UInt64) = (0, 0)
    while position < bytes.count, shift < 63 {
      let byte = bytes[position]
      position += 1
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
    // The last bit of 64 stands in a byte of its own.
    guard position < bytes.count, bytes[position] == 1 else { throw Unusual() }
    position += 1
    return result | 1 << 63
  }

  mutating func signed() throws(Unusual) -> Int64 {
    let number = try varint()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  mutating func fixed() throws(Unusual) -> UInt64 {
    guard bytes.count - position >= 8 else { throw Unusual() }
    defer { position += 8 }
    return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
  }

  /// What stands behind a length.
  mutating func delimited() throws(Unusual) -> UnsafeRawBufferPointer {
    let length = try varint()
    guard length <= UInt64(bytes.count - position) else { throw Unusual() }
    defer { position += Int(length) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + Int(length)])
  }

  mutating func message() throws(Unusual) -> ProtobufReader { ProtobufReader(try delimited()) }

  mutating func text() throws(Unusual) -> String {
    guard let text = String(validating: try delimited().assumingMemoryBound(to: UInt8.self), as: UTF8.self) else {
      throw Unusual()
    }
    return text
  }

  mutating func id() throws(Unusual) -> RecordID {
    let bytes = try delimited()
    guard bytes.count == 16 else { throw Unusual() }
    let high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
    return RecordID(high: high, low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }
}
