/// Stored bytes that are not what this version writes: a corrupt file, or one of another version.
package struct ByteFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was expected.
  package let expected: String
  /// Where, in bytes from the start.
  package let offset: Int

  package init(expected: String, offset: Int) {
    self.expected = expected
    self.offset = offset
  }

  package var description: String { "expected \(expected) at byte \(offset)" }
}

/// Reads what ``ByteWriter`` wrote; never traps and never allocates for a count that the bytes do not back.
package struct ByteReader {
  private let bytes: [UInt8]
  private(set) var offset = 0

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package func fault(_ expected: String) -> ByteFault { ByteFault(expected: expected, offset: offset) }

  package mutating func readByte() throws(ByteFault) -> UInt8 {
    guard offset < bytes.count else { throw fault("a byte") }
    defer { offset += 1 }
    return bytes[offset]
  }

  package mutating func readBool() throws(ByteFault) -> Bool {
    switch try readByte() {
    case 0: return false
    case 1: return true
    default: throw fault("0 or 1")
    }
  }

  package mutating func readNumber() throws(ByteFault) -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), through: 63, by: 7) {
      let byte = try readByte()
      let bits = UInt64(byte & 0x7f)
      guard (bits << shift) >> shift == bits else { throw fault("a number of 64 bits") }
      result |= bits << shift
      if byte < 0x80 { return result }
    }
    throw fault("a number of 64 bits")
  }

  /// A count of things that take at least a byte each, so at most as many as bytes are left.
  package mutating func readCount() throws(ByteFault) -> Int {
    let count = try readNumber()
    guard count <= UInt64(bytes.count - offset) else { throw fault("a count that the bytes back") }
    return Int(count)
  }

  package mutating func readSigned() throws(ByteFault) -> Int64 {
    let number = try readNumber()
    return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  package mutating func readFixed() throws(ByteFault) -> UInt64 {
    var result: UInt64 = 0
    for _ in 0..<8 { result = result << 8 | UInt64(try readByte()) }
    return result
  }

  package mutating func readInteger<Integer: FixedWidthInteger>(_ type: Integer.Type) throws(ByteFault) -> Integer {
    guard let number = Integer(exactly: try readNumber()) else { throw fault("a number of \(Integer.bitWidth) bits") }
    return number
  }

  package mutating func readText() throws(ByteFault) -> String {
    let count = try readCount()
    guard let text = String(validating: bytes[offset..<offset + count], as: UTF8.self) else { throw fault("UTF-8") }
    offset += count
    return text
  }

  package mutating func readRaw(count: Int) throws(ByteFault) -> ArraySlice<UInt8> {
    guard count <= bytes.count - offset else { throw fault("\(count) bytes") }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  package mutating func read<Value: ByteDecodable>(_ type: Value.Type = Value.self) throws(ByteFault) -> Value {
    try Value(from: &self)
  }

  package mutating func readList<Element: ByteDecodable>(_ type: Element.Type) throws(ByteFault) -> [Element] {
    var list = [Element]()
    for _ in 0..<(try readCount()) { list.append(try Element(from: &self)) }
    return list
  }

  package mutating func readOptional<Value: ByteDecodable>(_ type: Value.Type) throws(ByteFault) -> Value? {
    try readBool() ? try Value(from: &self) : nil
  }

  package func finish() throws(ByteFault) {
    guard offset == bytes.count else { throw fault("the end") }
  }
}
