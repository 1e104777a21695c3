import HearthModel
import HearthProtocol
import HearthWire

/// Something that a stranger sends on a connection, and how the hub must end it.
struct ConnectionAttack: Sendable {
  let name: String
  /// The fault that ends the connection; nil where only the transport can say it.
  let expected: FaultCode?
  /// The WebSocket's close code where it is not that of the fault.
  var closeCode: UInt16?
  var wires = Wire.allCases
  let run: @Sendable (Peer, TestHub) async throws -> Void
}

extension ConnectionAttack {
  static let all = frames + openings + orders

  private static func hello(
    _ name: String, _ expected: FaultCode, wires: [Wire] = Wire.allCases,
    _ change: @escaping @Sendable (inout Hello) -> Void
  ) -> ConnectionAttack {
    ConnectionAttack(name: name, expected: expected, wires: wires) { peer, hub in
      var hello = Peer.hello(hub.token("eva-phone"))
      change(&hello)
      try await peer.socket.writeAnyway(peer.framed(peer.codec.encode(.hello(hello))))
    }
  }

  private static func raw(_ name: String, _ wires: [Wire], _ message: [UInt8]) -> ConnectionAttack {
    ConnectionAttack(name: name, expected: .malformedFrame, wires: wires) { peer, _ in
      try await peer.send(message: message)
    }
  }

  private static func first(_ name: String, _ message: DeviceMessage) -> ConnectionAttack {
    ConnectionAttack(name: name, expected: .unexpectedMessage) { peer, _ in try await peer.send(message) }
  }

  private static func live(
    _ name: String, _ expected: FaultCode, _ messages: DeviceMessage...
  ) -> ConnectionAttack {
    ConnectionAttack(name: name, expected: expected) { peer, hub in
      try await peer.signIn(Peer.hello(hub.token("eva-phone")))
      for message in messages { try await peer.send(message) }
    }
  }

  // MARK: Bytes that are no message

  static let binary: [Wire] = [.tcp, .webSocket]

  static let frames: [ConnectionAttack] = [
    raw("garbage", binary, Array(repeating: 0xff, count: 10)),
    raw("a frame of length 0", binary, []),
    raw("a text frame of length 0", [.webSocketJSON], []),
    raw("zeros", binary, Array(repeating: 0, count: 100)),
    raw("an unknown message", binary, ProtobufWriter.make { $0.message(7) { $0.number(1, 1) } }),
    raw("no message", [.webSocketJSON], Array("{}".utf8)),
    raw("no JSON", [.webSocketJSON], Array("{ this is not JSON".utf8)),
    raw("JSON of something else", [.webSocketJSON], Array("[1,2,3]".utf8)),
    raw("an unknown message in JSON", [.webSocketJSON], Array(#"{"hallo":{}}"#.utf8)),
    raw("two messages in one frame", [.webSocketJSON], Array(#"{"ping":{"nonce":"1"},"pong":{"nonce":"1"}}"#.utf8)),
    raw("a lone high surrogate", [.webSocketJSON], Array(#"{"goodbye":{"reason":"\ud83c"}}"#.utf8)),
    raw("a lone low surrogate", [.webSocketJSON], Array(#"{"goodbye":{"reason":"\udfe0"}}"#.utf8)),
    raw("nesting of 10,000 lists", binary, nested(10_000)),
    raw("nesting of 100,000 arrays in JSON", [.webSocketJSON], Array(repeating: UInt8(ascii: "["), count: 100_000)),
    raw("nesting of 5,000 objects in JSON", [.webSocketJSON], nestedJSON(5000)),
    raw(
      "a blob longer than its frame", binary,
      ProtobufWriter.make { writer in
        writer.varint(1 << 3 | 2)
        writer.varint(1 << 40)
      }),
    raw("an endless varint", binary, [0x08] + Array(repeating: 0x80, count: 100)),
    raw("a protobuf group that never ends", binary, Array(repeating: 0x0b, count: 1000)),
    ConnectionAttack(name: "a TCP length over the limit", expected: .frameTooLarge, wires: [.tcp]) { peer, _ in
      try await peer.socket.write([0x00, 0x10, 0x00, 0x01])
    },
    ConnectionAttack(name: "a TCP length of 4 GiB", expected: .frameTooLarge, wires: [.tcp]) { peer, _ in
      try await peer.socket.write([0xff, 0xff, 0xff, 0xff])
    },
    ConnectionAttack(name: "an HTTP request on the TCP port", expected: .frameTooLarge, wires: [.tcp]) { peer, _ in
      try await peer.socket.write(Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
    },
    ConnectionAttack(
      name: "a WebSocket length over the limit", expected: nil, closeCode: 1009, wires: [.webSocket, .webSocketJSON]
    ) { peer, _ in
      try await peer.socket.write([0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 1, 1, 2, 3, 4])
    },
    ConnectionAttack(
      name: "a WebSocket length of 2^63", expected: nil, closeCode: 1009, wires: [.webSocket, .webSocketJSON]
    ) { peer, _ in
      try await peer.socket.write([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4])
    },
    ConnectionAttack(
      name: "fragments over the limit", expected: nil, closeCode: 1009, wires: [.webSocket, .webSocketJSON]
    ) { peer, _ in
      let piece = [UInt8](repeating: UInt8(ascii: " "), count: 400_000)
      for part in 0..<3 {
        try await peer.socket.writeAnyway(WebSocketBytes.frame(part == 0 ? 1 : 0, piece, isFinal: false))
      }
    },
    ConnectionAttack(name: "text that is not UTF-8", expected: nil, closeCode: 1007, wires: [.webSocketJSON]) {
      peer, _ in
      try await peer.send(message: [0x7b, 0xff, 0x7d])
    },
    ConnectionAttack(name: "an unmasked frame", expected: nil, closeCode: 1002, wires: [.webSocket]) { peer, _ in
      try await peer.socket.write([0x82, 1, 1])
    },
    ConnectionAttack(name: "text where binary was first", expected: .malformedFrame, wires: [.webSocket]) { peer, hub in
      try await peer.signIn(Peer.hello(hub.token("eva-phone")))
      try await peer.socket.write(WebSocketBytes.frame(1, Array(#"{"ping":{"nonce":"1"}}"#.utf8)))
    },
    ConnectionAttack(name: "binary where text was first", expected: .malformedFrame, wires: [.webSocketJSON]) {
      peer, hub in
      try await peer.signIn(Peer.hello(hub.token("eva-phone")))
      try await peer.socket.write(WebSocketBytes.frame(2, [0x22, 0]))
    },
  ]

  /// A push whose one value is a list in a list in a list.
  private static func nested(_ depth: Int) -> [UInt8] {
    var value = ProtobufWriter.make { $0.number(2, 1) }
    for _ in 0..<depth {
      let inner = value
      value = ProtobufWriter.make { writer in writer.message(13) { $0.blob(1, inner) } }
    }
    return ProtobufWriter.make { writer in
      writer.message(2) { push in
        push.message(1) { changeSet in
          changeSet.message(4) { change in change.message(9) { edit in edit.blob(3, value) } }
        }
      }
    }
  }

  private static func nestedJSON(_ depth: Int) -> [UInt8] {
    let open = String(repeating: #"{"list":{"values":["#, count: depth)
    let close = String(repeating: "]}}", count: depth)
    return Array(#"{"push":{"changeSets":[{"changes":[{"edits":[{"set":"#.utf8)
      + Array((open + close + "}]}]}]}}").utf8)
  }

  // MARK: Hellos that open nothing

  static let openings: [ConnectionAttack] = [
    hello("protocol version 0", .unsupportedVersion) { $0.protocolVersion = 0 },
    hello("protocol version 2", .unsupportedVersion) { $0.protocolVersion = 2 },
    hello("the largest protocol version", .unsupportedVersion) { $0.protocolVersion = .max },
    hello("no token", .unauthorized) { $0.token = "" },
    hello("a wrong token", .unauthorized) { $0.token = "token-of-eva-phone " },
    hello("a token with U+0000", .unauthorized) { $0.token += "\0" },
    hello("a token of 129 bytes", .malformedFrame) { $0.token = String(repeating: "x", count: 129) },
    hello("a token of almost a frame", .malformedFrame) { $0.token = String(repeating: "x", count: 1_048_000) },
    hello("a token of 1 MiB", .frameTooLarge, wires: [.tcp]) { $0.token = String(repeating: "x", count: 1 << 20) },
    hello("incarnation 0", .malformedFrame) { $0.incarnation = 0 },
    hello("next counter 0", .malformedFrame) { $0.nextCounter = 0 },
    hello("another app", .packMismatch) { $0.app = "gamenight" },
    hello("an app that nobody has", .packMismatch) { $0.app = "" },
    hello("an app with a long name", .malformedFrame) { $0.app = String(repeating: "x", count: 129) },
    hello("software with a long name", .malformedFrame) { $0.software = String(repeating: "x", count: 129) },
    hello("pack version 0", .packMismatch) { $0.packVersion = 0 },
    hello("an older pack", .packMismatch) { $0.packVersion -= 1 },
    hello("a newer pack", .packMismatch) { $0.packVersion += 1 },
    hello("the newest pack of all", .packMismatch) { $0.packVersion = .max },
  ]

  // MARK: Messages at the wrong time

  static let orders: [ConnectionAttack] = [
    first("Push before Hello", .push([])), first("Ack before Hello", .acknowledge(.zero)),
    first("Ping before Hello", .ping(1)), first("Pong before Hello", .pong(1)),
    first("Goodbye before Hello", .goodbye(reason: "")),
    ConnectionAttack(name: "Hello twice at once", expected: .unexpectedMessage) { peer, hub in
      let hello = DeviceMessage.hello(Peer.hello(hub.token("eva-phone")))
      try await peer.send(hello, hello)
    },
    ConnectionAttack(name: "Push right behind Hello", expected: .unexpectedMessage) { peer, hub in
      let changeSet = Fixture.famquest.titled(1, "Te vroeg")
      try await peer.send(.hello(Peer.hello(hub.token("eva-phone"))), .push([changeSet]))
    },
    ConnectionAttack(name: "Hello on a live connection", expected: .unexpectedMessage) { peer, hub in
      try await peer.signIn(Peer.hello(hub.token("eva-phone")))
      try await peer.send(.hello(Peer.hello(hub.token("eva-phone"))))
    },
    live("Ack of a revision that was never sent", .unexpectedMessage, .acknowledge(Revision(rawValue: 1000))),
    live("Ack of the last revision of all", .unexpectedMessage, .acknowledge(Revision(rawValue: .max))),
    live("counter 0", .malformedFrame, .push([Fixture.famquest.titled(0, "Nul")])),
    live(
      "a counter that runs backwards with another content", .forked,
      .push([Fixture.famquest.titled(1, "Eerst"), Fixture.famquest.titled(2, "Tweede")]),
      .push([Fixture.famquest.titled(1, "Anders")])),
    live(
      "one more change set than the window takes", .windowExceeded,
      .push((1...257).map { Fixture.famquest.titled($0, "Titel \($0)") })),
  ]
}
