package import NIOCore

/// The wire of the C reference (loadtest/reference/README.md): a length and that many bytes, numbers little-endian.
package struct ReferenceWire: Wire {
  private let seat: Seat

  package init(_ seat: Seat) {
    self.seat = seat
  }

  package mutating func open(_ output: inout ByteBuffer) {
    output.writeInteger(UInt32(1 + 4), endianness: .little)
    output.writeInteger(UInt8(ascii: "J"))
    output.writeInteger(UInt32(seat.household), endianness: .little)
  }

  package mutating func write(_ sequence: UInt64, _ output: inout ByteBuffer) {
    output.writeInteger(UInt32(1 + 8 + seat.payload.bytes), endianness: .little)
    output.writeInteger(UInt8(ascii: "C"))
    output.writeInteger(sequence, endianness: .little)
    seat.payload.write(device: seat.device, sequence, &output)
  }

  package mutating func read(
    _ input: inout ByteBuffer, _ output: inout ByteBuffer, _ events: inout [WireEvent]
  ) throws {
    while let size = input.getInteger(at: input.readerIndex, endianness: .little, as: UInt32.self),
      input.readableBytes >= 4 + Int(size)
    {
      input.moveReaderIndex(forwardBy: 4)
      guard var frame = input.readSlice(length: Int(size)), let event = Self.event(&frame) else {
        throw LoadFault("The reference sent a frame of \(size) bytes that means nothing.")
      }
      events.append(event)
    }
  }

  private static func event(_ frame: inout ByteBuffer) -> WireEvent? {
    switch frame.readInteger(as: UInt8.self) {
    case UInt8(ascii: "W"):
      guard frame.readInteger(endianness: .little, as: UInt32.self) != nil else { return nil }
      return frame.readInteger(endianness: .little, as: UInt32.self).map { .ready(UInt64($0)) }
    case UInt8(ascii: "A"):
      return frame.readInteger(endianness: .little, as: UInt64.self).map { .acknowledged($0) }
    case UInt8(ascii: "D"):
      guard let sender = frame.readInteger(endianness: .little, as: UInt32.self) else { return nil }
      return frame.readInteger(endianness: .little, as: UInt64.self).map { .delivered($0, from: UInt64(sender)) }
    default: return nil
    }
  }
}
