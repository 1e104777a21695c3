/// Writes the bytes that stores keep: numbers as LEB128, so that small ones take a byte.
///
/// The wire has its own encoding (protobuf, in HearthWire); this one never leaves a machine.
package struct ByteWriter {
  /// What has been written.
  package private(set) var bytes: [UInt8] = []

  package init(capacity: Int = 256) {
    bytes.reserveCapacity(capacity)
  }

  package mutating func write(byte: UInt8) { bytes.append(byte) }

  package mutating func write(bool: Bool) { bytes.append(bool ? 1 : 0) }

  /// Seven bits a byte, low bits first, the top bit set on all but the last.
  package mutating func write(_ number: UInt64) {
    if number < 0x80 { return bytes.append(UInt8(truncatingIfNeeded: number)) }
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  package mutating func write(count: Int) { write(UInt64(count)) }

  /// Zigzag, so that small negative numbers are short too.
  package mutating func write(signed number: Int64) {
    write(UInt64(bitPattern: (number << 1) ^ (number >> 63)))
  }

  /// Eight bytes, most significant first.
  package mutating func write(fixed number: UInt64) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }

  package mutating func write(_ text: String) {
    var text = text
    text.withUTF8 { utf8 in
      write(count: utf8.count)
      bytes.append(contentsOf: UnsafeRawBufferPointer(utf8))
    }
  }

  package mutating func write(raw: some Collection<UInt8>) { bytes.append(contentsOf: raw) }

  package mutating func write(_ value: some ByteEncodable) { value.encode(into: &self) }

  package mutating func write<Element: ByteEncodable>(list: some Collection<Element>) {
    write(count: list.count)
    for element in list { element.encode(into: &self) }
  }

  package mutating func write(optional value: (some ByteEncodable)?) {
    write(bool: value != nil)
    if let value { value.encode(into: &self) }
  }
}

/// A value with a stored form.
package protocol ByteEncodable {
  func encode(into writer: inout ByteWriter)
}

/// A value that can be read back from its stored form.
package protocol ByteDecodable {
  init(from reader: inout ByteReader) throws(ByteFault)
}

package typealias ByteCodable = ByteEncodable & ByteDecodable

extension ByteEncodable {
  /// The stored form.
  package var encoded: [UInt8] {
    var writer = ByteWriter()
    encode(into: &writer)
    return writer.bytes
  }
}

extension ByteDecodable {
  /// Reads a stored form that must end where the value ends.
  package init(encoded bytes: [UInt8]) throws(ByteFault) {
    var reader = ByteReader(bytes)
    try self.init(from: &reader)
    try reader.finish()
  }
}
