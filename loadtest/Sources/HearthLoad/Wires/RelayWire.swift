package import NIOCore

/// The wire of the relay on uWebSockets (loadtest/peers/uwebsockets_relay.py): a device's message goes to the others of
/// its household as it is, and its first bytes come back with an `A`.
package struct RelayWire: Wire {
  private let seat: Seat
  private var stream = WebSocketStream()
  private var isReady = false

  package init(_ seat: Seat) {
    self.seat = seat
  }

  package mutating func open(_ output: inout ByteBuffer) {
    stream.request(path: "/\(seat.household)", &output)
  }

  package mutating func write(_ sequence: UInt64, _ output: inout ByteBuffer) {
    var message = ByteBuffer()
    message.reserveCapacity(1 + seat.payload.bytes)
    message.writeInteger(UInt8(ascii: "C"))
    seat.payload.write(device: seat.device, sequence, &message)
    stream.write(message, &output)
  }

  package mutating func read(
    _ input: inout ByteBuffer, _ output: inout ByteBuffer, _ events: inout [WireEvent]
  ) throws {
    while var message = try stream.next(&input, &output) {
      let kind = message.readInteger(as: UInt8.self)
      guard let (sender, sequence) = Payload.read(message) else {
        throw LoadFault("The relay passed on half a payload.")
      }
      events.append(kind == UInt8(ascii: "A") ? .acknowledged(sequence) : .delivered(sequence, from: sender))
    }
    guard stream.isOpen, !isReady else { return }
    isReady = true
    events.insert(.ready(UInt64(seat.device)), at: 0)
  }
}
