import HearthLoad
import NIOCore
import Testing

/// What devices say to the servers of a comparison, and what they understand.
@Suite("Load tester: wires")
struct WireTests {
  private static let payload = Payload(bytes: 16)
  /// Who (2) and which (7), little-endian, and four bytes of filler.
  private static let change: [UInt8] = [2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0] + Array("stra".utf8)

  private static func said(_ words: (inout ByteBuffer) -> Void) -> [UInt8] {
    var output = ByteBuffer()
    words(&output)
    return Array(output.readableBytesView)
  }

  /// What a wire understands; the same whether the bytes come at once or one by one.
  private static func heard(_ wire: any Wire, _ bytes: [UInt8]) throws -> (events: [WireEvent], answer: [UInt8]) {
    let (atOnce, oneByOne) = (try hear(wire, [bytes]), try hear(wire, bytes.map { [$0] }))
    #expect(atOnce.events == oneByOne.events)
    #expect(atOnce.answer == oneByOne.answer)
    return atOnce
  }

  private static func hear(_ wire: any Wire, _ pieces: [[UInt8]]) throws -> (events: [WireEvent], answer: [UInt8]) {
    var (wire, input, output, events) = (wire, ByteBuffer(), ByteBuffer(), [WireEvent]())
    for piece in pieces {
      input.writeBytes(piece)
      try wire.read(&input, &output, &events)
    }
    #expect(input.readableBytes == 0)
    return (events, Array(output.readableBytesView))
  }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  // MARK: The reference

  @Test func `the reference is spoken to in lengths and letters`() {
    var wire = ReferenceWire(Seat(household: 258, device: 2, Self.payload))
    #expect(Self.said { wire.open(&$0) } == [5, 0, 0, 0, 0x4A, 2, 1, 0, 0])
    #expect(Self.said { wire.write(7, &$0) } == [25, 0, 0, 0, 0x43, 7, 0, 0, 0, 0, 0, 0, 0] + Self.change)
  }

  @Test func `the reference tells who one is, what is committed and what others wrote`() throws {
    let wire = ReferenceWire(Seat(household: 1, device: 0, Self.payload))
    let joined: [UInt8] = [9, 0, 0, 0, 0x57, 1, 0, 0, 0, 5, 0, 0, 0]
    let committed: [UInt8] = [9, 0, 0, 0, 0x41, 0, 1, 0, 0, 0, 0, 0, 0]
    let delivered: [UInt8] = [15, 0, 0, 0, 0x44, 6, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 1, 2]
    let events = try Self.heard(wire, joined + committed + delivered).events
    #expect(events == [.ready(5), .acknowledged(256), .delivered(3, from: 6)])
  }

  @Test func `a frame of the reference that means nothing is refused`() {
    #expect(throws: LoadFault.self) {
      try Self.heard(ReferenceWire(Seat(household: 1, device: 0, Self.payload)), [1, 0, 0, 0, 0x58])
    }
  }

  // MARK: Redis

  @Test func `Redis gets one transaction that sets, appends and publishes`() {
    var wire = RedisWire(Seat(household: 9, device: 2, Self.payload))
    #expect(
      Self.text(Self.said { wire.open(&$0) })
        == "*2\r\n$5\r\nHELLO\r\n$1\r\n3\r\n*2\r\n$9\r\nSUBSCRIBE\r\n$11\r\nhousehold:9\r\n")
    let payload = Self.text(Self.change)
    #expect(
      Self.text(Self.said { wire.write(7, &$0) })
        == "*1\r\n$5\r\nMULTI\r\n*3\r\n$3\r\nSET\r\n$11\r\nrecord:9:51\r\n$16\r\n\(payload)\r\n"
        + "*5\r\n$4\r\nXADD\r\n$9\r\nchanges:9\r\n$1\r\n*\r\n$6\r\nchange\r\n$16\r\n\(payload)\r\n"
        + "*3\r\n$7\r\nPUBLISH\r\n$11\r\nhousehold:9\r\n$16\r\n\(payload)\r\n*1\r\n$4\r\nEXEC\r\n")
  }

  @Test func `Redis acknowledges with the end of the transaction, and publishes`() throws {
    var wire = RedisWire(Seat(household: 9, device: 1, Self.payload))
    _ = Self.said { wire.write(4, &$0) }
    let hello = "%2\r\n$6\r\nserver\r\n$5\r\nredis\r\n$5\r\nproto\r\n:3\r\n"
    let subscribed = ">3\r\n$9\r\nsubscribe\r\n$11\r\nhousehold:9\r\n:1\r\n"
    let own = [2, 0, 0, 0].map { UInt8($0 == 2 ? 1 : $0) } + Self.change.dropFirst(4)
    let message = { (bytes: [UInt8]) in
      Array(">3\r\n$7\r\nmessage\r\n$11\r\nhousehold:9\r\n$16\r\n".utf8) + bytes + Array("\r\n".utf8)
    }
    let done = "+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n+OK\r\n$3\r\n1-0\r\n:3\r\n"
    let bytes = Array(hello.utf8) + Array(subscribed.utf8) + message(own) + Array(done.utf8) + message(Self.change)
    #expect(try Self.heard(wire, bytes).events == [.ready(1), .acknowledged(4), .delivered(7, from: 2)])
  }

  @Test(arguments: ["-ERR unknown command 'HELLO'\r\n", "*3\r\n+OK\r\n-OOM no memory\r\n:0\r\n", "?\r\n", "$x\r\n"])
  func `what Redis refuses, or nobody understands, is a fault`(_ reply: String) {
    #expect(throws: LoadFault.self) {
      try Self.heard(RedisWire(Seat(household: 9, device: 1, Self.payload)), Array(reply.utf8))
    }
  }

  @Test func `replies of Redis nest, and may be null`() throws {
    var input = ByteBuffer(string: "*4\r\n$-1\r\n_\r\n#t\r\n~1\r\n:-5\r\n")
    #expect(try RedisReply.next(&input) == .list([.null, .null, .number(1), .list([.number(-5)])]))
  }

  // MARK: NATS

  @Test func `NATS gets subscriptions and publications with an inbox`() {
    var wire = NATSWire(Seat(household: 9, device: 2, Self.payload))
    let opening = Self.text(Self.said { wire.open(&$0) })
    #expect(opening.hasPrefix("CONNECT {"))
    #expect(opening.hasSuffix("\r\nSUB heard.9 1\r\nSUB inbox.9.2 2\r\nPING\r\n"))
    #expect(
      Self.said { wire.write(7, &$0) }
        == Array("PUB written.9 inbox.9.2 16\r\n".utf8) + Self.change + Array("\r\n".utf8))
  }

  @Test func `NATS is ready with the pong, stored with the answer, and delivers others`() throws {
    var wire = NATSWire(Seat(household: 9, device: 1, Self.payload))
    _ = Self.said { wire.write(4, &$0) }
    let stored = "{\"stream\":\"changes\",\"seq\":12}"
    let bytes =
      Array("INFO {}\r\nPONG\r\nPING\r\nMSG inbox.9.1 2 \(stored.utf8.count)\r\n\(stored)\r\n".utf8)
      + Array("MSG heard.9 1 16\r\n".utf8) + Self.change + Array("\r\n".utf8)
    let heard = try Self.heard(wire, bytes)
    #expect(heard.events == [.ready(1), .acknowledged(4), .delivered(7, from: 2)])
    #expect(Self.text(heard.answer) == "PONG\r\n")
  }

  @Test(arguments: [
    "-ERR 'Authorization Violation'\r\n", "HTTP/1.1 400\r\n",
    "MSG inbox.9.1 2 22\r\n{\"error\":{\"code\":503}}\r\n",
  ])
  func `what NATS refuses is a fault`(_ words: String) {
    #expect(throws: LoadFault.self) {
      try Self.heard(NATSWire(Seat(household: 9, device: 1, Self.payload)), Array(words.utf8))
    }
  }

  @Test func `the stream has to be made before anybody writes`() throws {
    var wire = NATSStreamWire()
    let asked = Self.text(Self.said { wire.open(&$0) })
    #expect(asked.contains("PUB $JS.API.STREAM.CREATE.changes inbox.stream "))
    #expect(try Self.heard(wire, Array("MSG inbox.stream 1 2\r\n{}\r\n".utf8)).events == [.ready(0)])
    #expect(throws: LoadFault.self) {
      try Self.heard(wire, Array("MSG inbox.stream 1 11\r\n{\"error\":1}\r\n".utf8))
    }
  }

  // MARK: WebSocket

  private static let agreed = Array("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n".utf8)

  @Test func `the relay is ready with the handshake, and pings are answered`() throws {
    let wire = RelayWire(Seat(household: 9, device: 1, Self.payload))
    let delivered = [0x82, 17, UInt8(ascii: "C")] + Self.change
    let acknowledged = [0x82, 13, UInt8(ascii: "A")] + [1, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0]
    let heard = try Self.heard(wire, Self.agreed + [0x89, 2, 1, 2] + delivered + acknowledged)
    #expect(Set(heard.events.map { "\($0)" }).count == 3 && heard.events.first == .ready(1))
    #expect(heard.events.dropFirst() == [.delivered(7, from: 2), .acknowledged(4)])
    #expect(heard.answer == [0x8A, 0x82, 0, 0, 0, 0, 1, 2])
  }

  @Test(arguments: [
    (125, [0x82, 0xFD]), (126, [0x82, 0xFE, 0, 126]), (65_536, [0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0]),
  ])
  func `a message is written with the length that fits`(_ length: Int, _ head: [UInt8]) {
    let message = ByteBuffer(repeating: 7, count: length)
    let written = Self.said { WebSocketStream().write(message, &$0) }
    #expect(written.starts(with: head + [0, 0, 0, 0, 7]) && written.count == head.count + 4 + length)
  }

  @Test(arguments: [125, 126, 65_536]) func `a message is read with any length`(_ length: Int) throws {
    let head: [UInt8] =
      switch length {
      case 125: [0x82, 125]
      case 126: [0x82, 126, 0, 126]
      default: [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]
      }
    var (stream, output) = (WebSocketStream(), ByteBuffer())
    var input = ByteBuffer(bytes: Self.agreed + head + [UInt8](repeating: 7, count: length))
    #expect(try stream.next(&input, &output)?.readableBytes == length)
  }

  @Test(arguments: [
    Array("HTTP/1.1 404 Not Found\r\n\r\n".utf8), agreed + [0x88, 2, 3, 232], agreed + [0x82, 0x81, 0, 0, 0, 0, 1],
    agreed + [0x02, 1, 1],
  ])
  func `a server that does not go on is a fault`(_ bytes: [UInt8]) {
    #expect(throws: LoadFault.self) { try Self.heard(RelayWire(Seat(household: 9, device: 1, Self.payload)), bytes) }
  }

  // MARK: Yjs

  /// 42 bytes leave one for each text.
  private static let small = Payload(bytes: 42)

  @Test func `the first write to a record is two items under keys of the document's map`() {
    var wire = YjsWire(Seat(household: 9, device: 0, Self.small))
    let item = { (field: String) -> [UInt8] in
      [0x28, 1, 5] + Array("tasks".utf8) + [8] + Array("7.\(field).1001".utf8) + [1, 119, 1] + Array("s".utf8)
    }
    let update: [UInt8] = [1, 2, 0xE9, 7, 2] + item("0") + item("1") + [0]
    let message: [UInt8] = [0, 2, UInt8(update.count)] + update
    #expect(
      Self.said { wire.write(1, &$0) } == [0x82, 0x80 | UInt8(message.count), 0, 0, 0, 0] + message)
  }

  @Test func `the next write follows the items that it replaces, and deletes them`() {
    var wire = YjsWire(Seat(household: 9, device: 0, Self.small))
    _ = Self.said { wire.write(0, &$0) }
    // 60 records in steps of 7: the same one after 60 turns.
    let item = { (before: UInt8) -> [UInt8] in [0xA8, 0xE9, 7, before, 1, 119, 1] + Array("s".utf8) }
    let update: [UInt8] = [1, 2, 0xE9, 7, 120] + item(0) + item(1) + [1, 0xE9, 7, 1, 0, 2]
    #expect(Array(Self.said { wire.write(60, &$0) }.suffix(update.count)) == update)
  }

  @Test func `a device of Yjs is in when it is asked, and its own update comes back as the acknowledgement`() throws {
    let wire = YjsWire(Seat(household: 9, device: 0, Self.small))
    let asked: [UInt8] = [0x82, 4, 0, 0, 1, 0]
    let awareness: [UInt8] = [0x82, 3, 1, 1, 0]
    let update = { (client: UInt8) -> [UInt8] in [0x82, 9, 0, 2, 6, 1, 2, client, 7, 6, 0] }
    let onlyDeletions: [UInt8] = [0x82, 5, 0, 2, 2, 0, 0]
    let bytes = Self.agreed + asked + asked + awareness + update(0xE9) + update(0xEA) + onlyDeletions
    #expect(try Self.heard(wire, bytes).events == [.ready(1001), .acknowledged(3), .delivered(3, from: 1002)])
  }
}
