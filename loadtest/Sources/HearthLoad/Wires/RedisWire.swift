package import NIOCore

/// Redis with what a hub keeps: in one transaction the record is set, the change set joins the household's stream, and
/// is published to those who listen. With `appendfsync always` nobody hears of it before it is synced.
package struct RedisWire: Wire {
  private let seat: Seat
  private var inFlight: UInt64 = 0

  package init(_ seat: Seat) {
    self.seat = seat
  }

  /// Records of a household that its devices write in turn.
  private static let records: UInt64 = 60

  package mutating func open(_ output: inout ByteBuffer) {
    // Version 3 lets one connection both listen and write.
    Self.command(&output, "HELLO", "3")
    Self.command(&output, "SUBSCRIBE", "household:\(seat.household)")
  }

  package mutating func write(_ sequence: UInt64, _ output: inout ByteBuffer) {
    inFlight = sequence
    let record = (sequence &* 7 &+ UInt64(seat.device)) % Self.records
    Self.command(&output, "MULTI")
    write(sequence, &output, "SET", "record:\(seat.household):\(record)")
    write(sequence, &output, "XADD", "changes:\(seat.household)", "*", "change")
    write(sequence, &output, "PUBLISH", "household:\(seat.household)")
    Self.command(&output, "EXEC")
  }

  /// A command whose last word is the payload.
  private func write(_ sequence: UInt64, _ output: inout ByteBuffer, _ words: String...) {
    Self.write(words, count: words.count + 1, &output)
    output.writeString("$\(seat.payload.bytes)\r\n")
    seat.payload.write(device: seat.device, sequence, &output)
    output.writeString("\r\n")
  }

  private static func command(_ output: inout ByteBuffer, _ words: String...) {
    write(words, count: words.count, &output)
  }

  private static func write(_ words: [String], count: Int, _ output: inout ByteBuffer) {
    output.writeString("*\(count)\r\n")
    for word in words { output.writeString("$\(word.utf8.count)\r\n\(word)\r\n") }
  }

  package mutating func read(
    _ input: inout ByteBuffer, _ output: inout ByteBuffer, _ events: inout [WireEvent]
  ) throws {
    while let reply = try RedisReply.next(&input) {
      switch reply {
      case .failure(let text): throw LoadFault("Redis said: \(text)")
      // What EXEC answers: the replies to what stands in the transaction.
      case .list(let replies) where replies.count == 3:
        for case .failure(let text) in replies { throw LoadFault("Redis said: \(text)") }
        events.append(.acknowledged(inFlight))
      case .push(let parts):
        if let event = pushed(parts) { events.append(event) }
      case .text, .number, .bulk, .null, .list: break
      }
    }
  }

  private func pushed(_ parts: [RedisReply]) -> WireEvent? {
    guard parts.count == 3, case .bulk(let kind) = parts[0] else { return nil }
    if kind.readableBytesView.elementsEqual("subscribe".utf8) { return .ready(UInt64(seat.device)) }
    guard kind.readableBytesView.elementsEqual("message".utf8), case .bulk(let bytes) = parts[2],
      let (sender, sequence) = Payload.read(bytes), sender != seat.device
    else { return nil }
    return .delivered(sequence, from: sender)
  }
}
