package import NIOCore

/// The sync protocol of Yjs over WebSocket, as its own server and the one of pycrdt speak it.
///
/// Each change set sets two keys of a map that is the household's document, as a Yjs client does: two items that follow
/// those that they replace, and the deletion of these. The server merges it and hands the merged update to everybody,
/// the writer included, who takes it for the acknowledgement: there is no other.
package struct YjsWire: Wire {
  private let household: Int
  private let client: UInt64
  private let text: String
  private var stream = WebSocketStream()
  private var isReady = false
  /// When each record was written last, as the clock of the first of its two items.
  private var clocks = [UInt64?](repeating: nil, count: records)

  private static let records = 60
  private static let firstClient: UInt64 = 1001
  /// About what an update has beside the two texts.
  private static let overheadBytes = 40

  package init(_ seat: Seat) {
    household = seat.household
    client = Self.firstClient + UInt64(seat.device)
    let length = max(1, (seat.payload.bytes - Self.overheadBytes) / 2)
    let words = "straight after dinner, with the pans, and the table as well; "
    text = String(String(repeating: words, count: length / words.count + 1).prefix(length))
  }

  package mutating func open(_ output: inout ByteBuffer) {
    stream.request(path: "/household-\(household)", &output)
  }

  package mutating func write(_ sequence: UInt64, _ output: inout ByteBuffer) {
    let record = Int((sequence &* 7) % UInt64(Self.records))
    let update = update(clock: 2 * sequence, record)
    var message = ByteBuffer()
    message.reserveCapacity(update.readableBytes + 8)
    // A sync message (0) that is an update (2).
    message.writeInteger(UInt8(0))
    message.writeInteger(UInt8(2))
    message.writeVariable(UInt64(update.readableBytes))
    message.writeImmutableBuffer(update)
    stream.write(message, &output)
    clocks[record] = 2 * sequence
  }

  /// One client's two items, and which older ones they delete (Yjs's update format, version 1).
  private func update(clock: UInt64, _ record: Int) -> ByteBuffer {
    var update = ByteBuffer()
    update.reserveCapacity(2 * text.utf8.count + 64)
    for number in [1, 2, client, clock] { update.writeVariable(number) }
    for field in 0..<UInt64(2) {
      let before = clocks[record].map { $0 + field }
      writeItem(after: before, key: "\(record).\(field).\(client)", &update)
    }
    guard let before = clocks[record] else {
      update.writeVariable(0)
      return update
    }
    for number in [1, client, 1, before, 2] { update.writeVariable(number) }
    return update
  }

  /// An item of a map: behind the one that it replaces, or under its key when it is the first.
  private func writeItem(after before: UInt64?, key: String, _ update: inout ByteBuffer) {
    // Content of any JSON, under a key of its parent; the highest bit says that it names its predecessor.
    update.writeInteger(UInt8(8 | 0x20 | (before == nil ? 0 : 0x80)))
    if let before {
      update.writeVariable(client)
      update.writeVariable(before)
    } else {
      update.writeVariable(1)
      update.writeText("tasks")
      update.writeText(key)
    }
    update.writeVariable(1)
    update.writeInteger(UInt8(119))
    update.writeText(text)
  }

  package mutating func read(
    _ input: inout ByteBuffer, _ output: inout ByteBuffer, _ events: inout [WireEvent]
  ) throws {
    while var message = try stream.next(&input, &output) {
      // What is no sync message says who is there (awareness).
      guard message.readInteger(as: UInt8.self) == 0 else { continue }
      switch message.readInteger(as: UInt8.self) {
      // The server asks for what the device has: the device is in.
      case 0 where !isReady:
        isReady = true
        events.append(.ready(client))
      case 2:
        if let event = try updated(&message) { events.append(event) }
      default: break
      }
    }
  }

  private func updated(_ message: inout ByteBuffer) throws -> WireEvent? {
    guard message.readVariable() != nil, let clients = message.readVariable() else {
      throw LoadFault("The server sent half an update.")
    }
    guard clients > 0 else { return nil }
    guard message.readVariable() != nil, let author = message.readVariable(), let clock = message.readVariable() else {
      throw LoadFault("The server sent half an update.")
    }
    return author == client ? .acknowledged(clock / 2) : .delivered(clock / 2, from: author)
  }
}

extension ByteBuffer {
  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  fileprivate mutating func writeVariable(_ number: UInt64) {
    var rest = number
    while rest > 127 {
      writeInteger(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    writeInteger(UInt8(rest))
  }

  fileprivate mutating func writeText(_ text: String) {
    writeVariable(UInt64(text.utf8.count))
    writeString(text)
  }

  fileprivate mutating func readVariable() -> UInt64? {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 63, by: 7) {
      guard let byte = readInteger(as: UInt8.self) else { return nil }
      number |= UInt64(byte & 127) << shift
      if byte < 128 { return number }
    }
    return nil
  }
}
