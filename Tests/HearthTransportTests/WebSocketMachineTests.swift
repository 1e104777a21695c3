import Testing

@testable import HearthTransport

@Suite("The rules of WebSocket messages")
struct WebSocketMachineTests {
  typealias Frame = WebSocketMachine.Frame
  typealias Event = WebSocketMachine.Event

  private static func frame(
    _ opcode: UInt8, _ bytes: some Sequence<UInt8> = [], isFinal: Bool = true, hasReservedBits: Bool = false,
    isMasked: Bool = true
  ) -> Frame {
    Frame(
      opcode: opcode, isFinal: isFinal, hasReservedBits: hasReservedBits, isMasked: isMasked, bytes: Array(bytes))
  }

  private static func events(_ frames: Frame..., messageBytesMax: Int = 100) -> [Event?] {
    var machine = WebSocketMachine(role: .server, messageBytesMax: messageBytesMax)
    return frames.map { machine.received($0) }
  }

  private static func code(_ event: Event?) -> UInt16? {
    guard case .fail(let code, _)? = event else { return nil }
    return code
  }

  // MARK: Messages

  @Test func `whole messages are what they say`() {
    #expect(Self.events(Self.frame(1, "héé".utf8)) == [.text(Array("héé".utf8))])
    #expect(Self.events(Self.frame(2, [0xff, 0])) == [.binary([0xff, 0])])
    #expect(Self.events(Self.frame(1), Self.frame(2)) == [.text([]), .binary([])])
  }

  @Test func `every cut of a message into three fragments, empty ones too, gives the message`() {
    let bytes = Array("zoë 🏠!".utf8)
    for first in 0...bytes.count {
      for second in first...bytes.count {
        let events = Self.events(
          Self.frame(1, bytes[..<first], isFinal: false), Self.frame(0, bytes[first..<second], isFinal: false),
          Self.frame(0, bytes[second...]))
        #expect(events == [nil, nil, .text(bytes)], "cut at \(first) and \(second)")
      }
    }
  }

  @Test func `control frames inside a message are answered at once and do not disturb it`() {
    let events = Self.events(
      Self.frame(2, [1], isFinal: false), Self.frame(9, [7, 8]), Self.frame(10, [9]),
      Self.frame(0, [2], isFinal: false),
      Self.frame(9), Self.frame(0, [3]), Self.frame(2, [4]))
    #expect(events == [nil, .ping([7, 8]), nil, nil, .ping([]), .binary([1, 2, 3]), .binary([4])])
  }

  @Test func `a pong that nobody asked for says nothing`() {
    #expect(Self.events(Self.frame(10, [1, 2])) == [nil])
  }

  // MARK: What breaks the rules

  @Test func `reserved opcodes, reserved bits and wrong masks fail with 1002`() {
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8] {
      #expect(Self.code(Self.events(Self.frame(opcode))[0]) == 1002, "opcode \(opcode)")
    }
    for opcode in [0, 1, 2, 8, 9, 10] as [UInt8] {
      #expect(Self.code(Self.events(Self.frame(opcode, hasReservedBits: true))[0]) == 1002)
      #expect(Self.code(Self.events(Self.frame(opcode, isMasked: false))[0]) == 1002)
    }
    var client = WebSocketMachine(role: .client, messageBytesMax: 100)
    let events = [Self.frame(2, [1], isMasked: false), Self.frame(2)].map { client.received($0) }
    #expect(events[0] == .binary([1]))
    #expect(Self.code(events[1]) == 1002)
  }

  @Test func `a message inside a message and a fragment of nothing fail with 1002`() {
    #expect(Self.code(Self.events(Self.frame(0, [1]))[0]) == 1002)
    #expect(Self.code(Self.events(Self.frame(2, [1]), Self.frame(0, [1]))[1]) == 1002)
    for opcode in [1, 2] as [UInt8] {
      #expect(Self.code(Self.events(Self.frame(1, isFinal: false), Self.frame(opcode))[1]) == 1002)
    }
  }

  @Test func `text that is not UTF-8 fails with 1007 at its first wrong byte`() {
    #expect(Self.code(Self.events(Self.frame(1, [0x61, 0xff], isFinal: false))[0]) == 1007)
    #expect(Self.code(Self.events(Self.frame(1, [0xc3]))[0]) == 1007)
    let cut = Self.events(Self.frame(1, [0xe2, 0x82], isFinal: false), Self.frame(0, [0x28], isFinal: false))
    #expect(cut[0] == nil)
    #expect(Self.code(cut[1]) == 1007)
    #expect(Self.events(Self.frame(2, [0xff]))[0] == .binary([0xff]))
  }

  @Test func `P10: a message over the limit fails with 1009, in one frame or in many`() {
    let full = Array(repeating: UInt8(1), count: 100)
    #expect(Self.events(Self.frame(2, full)) == [.binary(full)])
    #expect(Self.code(Self.events(Self.frame(2, full + [1]))[0]) == 1009)
    let many = Self.events(
      Self.frame(2, full.prefix(60), isFinal: false), Self.frame(0, full.prefix(40), isFinal: false),
      Self.frame(0, [1]))
    #expect(many[0] == nil)
    #expect(many[1] == nil)
    #expect(Self.code(many[2]) == 1009)
    // The limit is of one message, not of all.
    #expect(Self.events(Self.frame(2, full), Self.frame(2, full)) == [.binary(full), .binary(full)])
  }

  // MARK: Closing

  @Test func `exactly the close codes that may stand on the wire are taken`() {
    let allowed = Set(1000...1003).union(1007...1014).union(3000...4999)
    for code in UInt16.min ... .max {
      let event = Self.events(Self.frame(8, [UInt8(code >> 8), UInt8(code & 0xff)]))[0]
      let expected = allowed.contains(Int(code)) ? event == .close(code) : Self.code(event) == 1002
      if !expected { Issue.record("the code \(code) gave \(String(describing: event))") }
    }
  }

  @Test func `close without a code, with half a code, with a reason, with a wrong reason`() {
    #expect(Self.events(Self.frame(8)) == [.close(nil)])
    #expect(Self.code(Self.events(Self.frame(8, [3]))[0]) == 1002)
    #expect(Self.events(Self.frame(8, [0x03, 0xe8] + Array("tot ziens".utf8))) == [.close(1000)])
    #expect(Self.code(Self.events(Self.frame(8, [0x03, 0xe8, 0xff]))[0]) == 1007)
    #expect(Self.code(Self.events(Self.frame(8, [0x03, 0xe8, 0xc3]))[0]) == 1007)
  }
}
