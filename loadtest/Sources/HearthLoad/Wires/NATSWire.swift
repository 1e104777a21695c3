package import NIOCore

/// NATS with JetStream: a change set is published to the household's subject, stored by the stream, acknowledged to the
/// sender's inbox and published again to those who listen, both once it is stored.
package struct NATSWire: Wire {
  private let seat: Seat
  private var inFlight: UInt64 = 0

  package init(_ seat: Seat) {
    self.seat = seat
  }

  static let greeting = "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"swift\",\"version\":\"1\"}\r\n"
  private var inbox: String { "inbox.\(seat.household).\(seat.device)" }

  package mutating func open(_ output: inout ByteBuffer) {
    output.writeString(
      "\(Self.greeting)SUB \(NATSStreamWire.heard).\(seat.household) 1\r\nSUB \(inbox) 2\r\nPING\r\n")
  }

  package mutating func write(_ sequence: UInt64, _ output: inout ByteBuffer) {
    inFlight = sequence
    output.writeString("PUB \(NATSStreamWire.written).\(seat.household) \(inbox) \(seat.payload.bytes)\r\n")
    seat.payload.write(device: seat.device, sequence, &output)
    output.writeString("\r\n")
  }

  package mutating func read(
    _ input: inout ByteBuffer, _ output: inout ByteBuffer, _ events: inout [WireEvent]
  ) throws {
    while let message = try NATSMessage.next(&input) {
      switch message {
      case .ping: output.writeString("PONG\r\n")
      case .pong: events.append(.ready(UInt64(seat.device)))
      case .failure(let text): throw LoadFault("NATS said: \(text)")
      case .message(let subject, let bytes) where subject.hasPrefix("inbox."):
        try NATSStreamWire.refuseFailure(bytes)
        events.append(.acknowledged(inFlight))
      case .message(_, let bytes):
        guard let (sender, sequence) = Payload.read(bytes) else { throw LoadFault("NATS passed on half a payload.") }
        if sender != seat.device { events.append(.delivered(sequence, from: sender)) }
      case .other: break
      }
    }
  }
}

/// Makes the stream that stores what is written and publishes it again; ready when it is there.
package struct NATSStreamWire: Wire {
  /// Subjects that devices write to, and those that they listen to.
  static let written = "written"
  static let heard = "heard"

  package init() {}

  package mutating func open(_ output: inout ByteBuffer) {
    let settings =
      "{\"name\":\"changes\",\"subjects\":[\"\(Self.written).*\"],\"storage\":\"file\",\"retention\":\"limits\","
      + "\"discard\":\"old\",\"num_replicas\":1,\"max_msgs\":-1,\"max_bytes\":-1,"
      + "\"republish\":{\"src\":\"\(Self.written).*\",\"dest\":\"\(Self.heard).{{wildcard(1)}}\"}}"
    output.writeString("\(NATSWire.greeting)SUB inbox.stream 1\r\n")
    output.writeString("PUB $JS.API.STREAM.CREATE.changes inbox.stream \(settings.utf8.count)\r\n\(settings)\r\n")
  }

  package mutating func write(_ sequence: UInt64, _ output: inout ByteBuffer) {}

  package mutating func read(
    _ input: inout ByteBuffer, _ output: inout ByteBuffer, _ events: inout [WireEvent]
  ) throws {
    while let message = try NATSMessage.next(&input) {
      switch message {
      case .ping: output.writeString("PONG\r\n")
      case .failure(let text): throw LoadFault("NATS said: \(text)")
      case .message(_, let bytes):
        try Self.refuseFailure(bytes)
        events.append(.ready(0))
      case .pong, .other: break
      }
    }
  }

  /// JetStream answers in JSON; one that failed has an `error`.
  static func refuseFailure(_ answer: ByteBuffer) throws {
    let text = String(buffer: answer)
    if text.contains("\"error\"") { throw LoadFault("JetStream said: \(text.prefix(300))") }
  }
}
