internal import HearthModel

/// Writes protobuf's binary format by hand, for the few messages of which a hub writes one for each device and change.
///
/// https://protobuf.dev/programming-guides/encoding/. The bytes are those of the library: fields in the order of their
/// numbers, what is default left out where the library leaves it out (protocol/wire.md, section 3, asks for no order; a
/// test compares both encoders).
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  init(capacity: Int) {
    bytes.reserveCapacity(capacity)
  }

  /// The wire types that are used: how many bytes follow a tag.
  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case delimited = 2
  }

  private mutating func tag(_ field: Int, _ type: WireType) {
    varint(UInt64(field) << 3 | type.rawValue)
  }

  private mutating func varint(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  private static func zigzag(_ number: Int64) -> UInt64 { UInt64(bitPattern: number << 1 ^ number >> 63) }

  // MARK: Fields that are left out at 0

  mutating func number(_ field: Int, _ number: UInt64) {
    if number != 0 { always(field, number) }
  }

  mutating func signed(_ field: Int, _ number: Int64) {
    if number != 0 { always(field, signed: number) }
  }

  mutating func flag(_ field: Int, _ flag: Bool) {
    if flag { always(field, 1) }
  }

  mutating func fixed(_ field: Int, _ number: UInt64) {
    if number != 0 { always(field, fixed: number) }
  }

  mutating func text(_ field: Int, _ text: String) {
    if !text.isEmpty { always(field, text: text) }
  }

  /// Numbers in one field, as proto3 packs them.
  mutating func packed(_ field: Int, _ numbers: some Sequence<UInt64>) {
    let start = bytes.count
    message(field) { writer in for number in numbers { writer.varint(number) } }
    // Nothing but the tag and the length 0.
    if bytes.last == 0, bytes.count == start + 2 { bytes.removeLast(2) }
  }

  /// Numbers of eight bytes each in one field, as proto3 packs them.
  mutating func packed(_ field: Int, fixed numbers: [UInt64]) {
    guard !numbers.isEmpty else { return }
    message(field) { writer in
      for number in numbers { withUnsafeBytes(of: number.littleEndian) { writer.bytes.append(contentsOf: $0) } }
    }
  }

  // MARK: Fields that are there whatever they say, as those of a oneof

  mutating func always(_ field: Int, _ number: UInt64) {
    tag(field, .varint)
    varint(number)
  }

  mutating func always(_ field: Int, signed number: Int64) { always(field, Self.zigzag(number)) }

  mutating func always(_ field: Int, fixed number: UInt64) {
    tag(field, .fixed64)
    withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func always(_ field: Int, text: String) {
    tag(field, .delimited)
    varint(UInt64(text.utf8.count))
    bytes.append(contentsOf: text.utf8)
  }

  mutating func always(_ field: Int, bytes content: [UInt8]) {
    tag(field, .delimited)
    varint(UInt64(content.count))
    bytes.append(contentsOf: content)
  }

  mutating func always(_ field: Int, _ id: RecordID) {
    tag(field, .delimited)
    bytes.append(16)
    withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { bytes.append(contentsOf: $0) }
  }

  /// A message within the message.
  ///
  /// Its length comes in front of it and is known behind it: most are short, so one byte is left free, and what was
  /// written moves when that does not do.
  mutating func message(_ field: Int, _ body: (inout ProtobufWriter) throws -> Void) rethrows {
    tag(field, .delimited)
    bytes.append(0)
    let start = bytes.count
    try body(&self)
    let length = bytes.count - start
    guard length >= 0x80 else { return bytes[start - 1] = UInt8(length) }
    var prefix = ProtobufWriter(capacity: 10)
    prefix.varint(UInt64(length))
    bytes.replaceSubrange(start - 1..<start, with: prefix.bytes)
  }
}
