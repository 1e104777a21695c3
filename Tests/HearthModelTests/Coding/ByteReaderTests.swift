import HearthModel
import Testing

@Suite("Bytes")
struct ByteReaderTests {
  private func bytes(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
    var writer = ByteWriter()
    write(&writer)
    return writer.bytes
  }

  private func read<Value>(_ bytes: [UInt8], _ read: (inout ByteReader) throws(ByteFault) -> Value) -> Value? {
    var reader = ByteReader(bytes)
    do {
      let value = try read(&reader)
      try reader.finish()
      return value
    } catch {
      return nil
    }
  }

  @Test func `numbers take seven bits a byte and come back at every length`() {
    for bits in UInt64(0)...63 {
      let power = UInt64(1) << bits
      for number in [power - 1, power, UInt64.max >> bits] {
        let encoded = bytes { $0.write(number) }
        #expect(encoded.count == max(1, (64 - number.leadingZeroBitCount + 6) / 7))
        #expect(read(encoded) { reader throws(ByteFault) in try reader.readNumber() } == number)
      }
    }
    #expect(bytes { $0.write(UInt64(300)) } == [0xac, 0x02])
  }

  @Test func `a number of more than 64 bits is a fault`() {
    let tenth: [UInt8] = Array(repeating: 0xff, count: 9)
    #expect(read(tenth + [0x01]) { reader throws(ByteFault) in try reader.readNumber() } == .max)
    #expect(read(tenth + [0x02]) { reader throws(ByteFault) in try reader.readNumber() } == nil)
    #expect(read(tenth + [0x81, 0x00]) { reader throws(ByteFault) in try reader.readNumber() } == nil)
    #expect(read([0x80, 0x80, 0x04]) { reader throws(ByteFault) in try reader.readInteger(UInt16.self) } == nil)
    #expect(read([0xff, 0xff, 0x03]) { reader throws(ByteFault) in try reader.readInteger(UInt16.self) } == .max)
  }

  @Test func `signed and fixed numbers come back at both ends`() {
    for number in [Int64.min, .min + 1, -65, -64, -1, 0, 1, 63, 64, .max] {
      #expect(
        read(bytes { $0.write(signed: number) }) { reader throws(ByteFault) in try reader.readSigned() } == number)
    }
    #expect(bytes { $0.write(signed: -1) } == [1])
    #expect(bytes { $0.write(fixed: 0x0102_0304_0506_0708) } == [1, 2, 3, 4, 5, 6, 7, 8])
  }

  @Test func `a count that the bytes do not back is a fault, whatever it promises (P10)`() {
    for count in [UInt64(3), 1 << 31, 1 << 62, .max] {
      let promise = bytes { $0.write(count) } + [0, 0]
      #expect(read(promise) { reader throws(ByteFault) in try reader.readCount() } == nil)
      #expect(read(promise) { reader throws(ByteFault) in try reader.readText() } == nil)
      #expect(read(promise) { reader throws(ByteFault) in try reader.readList(Value.self) } == nil)
    }
  }

  @Test func `text that is no UTF-8 and truth values that are neither are faults`() {
    #expect(read([2, 0xc3, 0xa9]) { reader throws(ByteFault) in try reader.readText() } == "é")
    for broken: [UInt8] in [[1, 0xc3], [2, 0xc3, 0x28], [1, 0x80], [3, 0xed, 0xa0, 0x80], [2, 0xc0, 0x80]] {
      #expect(read(broken) { reader throws(ByteFault) in try reader.readText() } == nil)
    }
    #expect(read([2]) { reader throws(ByteFault) in try reader.readBool() } == nil)
  }

  @Test func `a value that nests too deep is a fault, not a full stack (P10)`() {
    for kind: [UInt8] in [[10, 1], [11, 1, 1, 0x61]] {
      func nested(_ depth: Int) -> [UInt8] { Array(repeatElement(kind, count: depth).joined()) + [0] }
      let depthMax = FieldType.jsonDepthMax + 4
      #expect((try? Value(encoded: nested(depthMax)))?.depth == depthMax)
      #expect((try? Value(encoded: nested(depthMax + 1))) == nil)
      #expect((try? Value(encoded: nested(100_000))) == nil)
    }
  }

  @Test func `a fault says what was expected and where`() {
    do throws(ByteFault) {
      _ = try Value(encoded: [10, 2, 0, 99])
      Issue.record("99 is no kind of value")
    } catch {
      #expect(error == ByteFault(expected: "a kind of value", offset: 4))
      #expect(error.description == "expected a kind of value at byte 4")
    }
  }

  @Test func `unknown kinds, formats and authors are faults`() {
    #expect((try? RecordState(encoded: [2, 0, 0, 0, 0, 0, 0])) == nil)
    #expect((try? RecordState(encoded: [1, 0, 0, 0, 0, 0, 0])) == RecordState(slotCount: 0))
    #expect((try? RecordState(encoded: [1, 0, 1, 0, 0, 0, 0, 0])) == nil)
    #expect((try? RecordState(encoded: [1, 0, 0, 0, 0, 0, 1, 7])) == nil)
    #expect((try? Outcome.Verdict(encoded: [0])) == nil)
    #expect((try? RecordLife(encoded: [3])) == nil)
  }
}
