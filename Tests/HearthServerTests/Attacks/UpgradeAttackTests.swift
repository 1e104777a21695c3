import HearthProtocol
import HearthServer
import HearthWire
import Testing

/// What a stranger can say on the HTTP port before there is a WebSocket.
@Suite("Strangers on the HTTP port")
struct UpgradeAttackTests {
  /// What is written, and how the answer begins; nil where the hub may close without one.
  private struct Knock: Sendable {
    let name: String
    let bytes: [UInt8]
    let answers: [String]

    init(_ name: String, _ bytes: [UInt8], _ answers: String...) {
      (self.name, self.bytes, self.answers) = (name, bytes, answers.map { "HTTP/1.1 \($0)" })
    }

    init(_ name: String, _ text: String, _ answers: String...) {
      (self.name, self.bytes, self.answers) = (name, Array(text.utf8), answers.map { "HTTP/1.1 \($0)" })
    }
  }

  private static let endOfHead = "\r\nHost: x\r\nConnection: close\r\n\r\n"

  private static let knocks: [Knock] = [
    Knock("a wrong path", WebSocketBytes.upgrade(path: "/v2/sync"), "404"),
    Knock("a path that only begins right", WebSocketBytes.upgrade(path: "/v1/synchronise"), "404"),
    Knock("another subprotocol", WebSocketBytes.upgrade(subprotocol: "chat"), "426"),
    Knock("no key", WebSocketBytes.upgrade(key: nil), "426"),
    Knock("a key that is too short", WebSocketBytes.upgrade(key: "YQ=="), "400", "426", "101"),
    Knock("version 8", WebSocketBytes.upgrade(version: "8"), "400", "426"),
    Knock("no upgrade", "GET /v1/sync HTTP/1.1" + endOfHead, "426"),
    Knock("an unknown page", "GET /../../etc/passwd HTTP/1.1" + endOfHead, "404", "400"),
    Knock("a page with U+0000", "GET /healthz%00 HTTP/1.1" + endOfHead, "404", "400"),
    Knock("the wrong method", "DELETE /healthz HTTP/1.1" + endOfHead, "405"),
    Knock("households without a token", "GET /v1/households HTTP/1.1" + endOfHead, "401"),
    Knock("no HTTP", Array(repeating: UInt8(0xff), count: 2000), "400"),
    Knock("a TCP frame", FrameCutter.frame([1, 2, 3]), "400"),
    Knock(
      "TLS", [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03] + [UInt8](repeating: 7, count: 99),
      "400"),
    Knock("HTTP/9.9", "GET /healthz HTTP/9.9" + endOfHead, "400", "505", "200"),
    Knock("a head without end", "GET /healthz HTTP/1.1\r\nX: " + String(repeating: "x", count: 200_000), "400", "431"),
    Knock("two lengths", "POST /v1/households HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2" + endOfHead, "400"),
    Knock("a negative length", "POST /v1/households HTTP/1.1\r\nContent-Length: -1" + endOfHead, "400"),
    Knock(
      "length and chunks",
      "POST /v1/households HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked" + endOfHead,
      "400"),
    Knock(
      "a body over the limit",
      "POST /v1/households HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 9000000\r\n\r\n"
        + String(repeating: "x", count: 9_000_000), "413"),
  ]

  @Test func `P10: each knock is answered or closed, and the household next door goes on`() async throws {
    try await TestHub.running { hub in
      let bystander = try await hub.live("mark-phone", over: .webSocket)
      for (number, knock) in Self.knocks.enumerated() {
        let socket = try Socket(port: hub.addresses.httpPort)
        try await socket.writeAnyway(knock.bytes)
        let answer = String(decoding: try await socket.read(through: "\r\n\r\n") ?? [], as: UTF8.self)
        #expect(
          answer.isEmpty
            ? knock.answers.contains { $0.hasSuffix("400") } : knock.answers.contains { answer.hasPrefix($0) },
          "\(knock.name): \(answer.prefix(100))")
        try await bystander.roundTrip(UInt64(number) + 1, task: "walk-dog")
      }
    }
  }

  /// The frames of RFC 6455 by hand, on a connection that is live: each ends that connection with the code it deserves.
  @Test func `P10: each breach of the WebSocket's rules ends its connection with its code`() async throws {
    let breaches: [(name: String, code: UInt16, bytes: [UInt8])] = [
      ("an unmasked frame", 1002, [0x82, 1, 1]),
      ("a fragmented ping", 1002, WebSocketBytes.frame(9, [1], isFinal: false)),
      ("a ping of 126 bytes", 1002, WebSocketBytes.frame(9, Array(repeating: 1, count: 126))),
      ("a reserved opcode", 1002, WebSocketBytes.frame(3, [1])),
      ("a reserved bit", 1002, [0xc2, 0x80, 1, 2, 3, 4]),
      ("a fragment of nothing", 1002, WebSocketBytes.frame(0, [1])),
      ("a message inside a message", 1002, WebSocketBytes.frame(2, [1], isFinal: false) + WebSocketBytes.frame(2, [1])),
      ("a close code that may not be", 1002, WebSocketBytes.frame(8, [0x03, 0xed])),
      ("text that is not UTF-8", 1007, WebSocketBytes.frame(1, [0x61, 0xff], isFinal: false)),
      ("a close reason that is not UTF-8", 1007, WebSocketBytes.frame(8, [0x03, 0xe8, 0xff])),
      ("a frame over the limit", 1009, [0x82, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 1, 1, 2, 3, 4]),
    ]
    try await TestHub.running { hub in
      let bystander = try await hub.live("mark-phone", over: .webSocketJSON)
      for (number, breach) in breaches.enumerated() {
        let attacker = try await hub.live("eva-phone", over: .webSocket)
        try await attacker.socket.writeAnyway(breach.bytes)
        #expect(try await attacker.fault() == nil, "\(breach.name)")
        #expect(attacker.closeCode == breach.code, "\(breach.name)")
        try await bystander.roundTrip(UInt64(number) + 1, task: "walk-dog")
      }
    }
  }
}
