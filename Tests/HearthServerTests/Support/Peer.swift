import HearthModel
import HearthPack
import HearthProtocol
import HearthServer
import HearthWire
import Testing

/// How a peer speaks to a hub.
enum Wire: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case tcp = "TCP"
  case webSocket = "WebSocket, binary"
  case webSocketJSON = "WebSocket, JSON"

  var testDescription: String { rawValue }
  var form: WireCodec.Form { self == .webSocketJSON ? .text : .binary }
}

/// The other end of a connection to a hub: sends what a test wants, proper or not, and shows what comes back.
final class Peer {
  let socket: Socket
  let wire: Wire
  let codec: WireCodec
  private(set) var welcome: Welcome?
  /// All frames that came, as they came.
  private(set) var frames: [[UInt8]] = []
  /// Messages that came in one frame with those that were given out.
  private var waiting: [HubMessage] = []
  /// The code of the hub's close frame.
  private(set) var closeCode: UInt16?

  init(_ hub: TestHub, over wire: Wire, receiveBuffer: Int32? = nil) async throws {
    self.wire = wire
    codec = WireCodec(form: wire.form, pack: Fixture.famquest)
    let port = wire == .tcp ? hub.addresses.tcpPort : hub.addresses.httpPort
    socket = try Socket(port: port, receiveBuffer: receiveBuffer)
    guard wire != .tcp else { return }
    try await socket.write(WebSocketBytes.upgrade())
    let answer = String(decoding: try await socket.read(through: "\r\n\r\n") ?? [], as: UTF8.self)
    guard answer.hasPrefix("HTTP/1.1 101"), answer.contains(WebSocketBytes.acceptKey), answer.contains("hearth.v1")
    else {
      throw WaitedInVain(description: "no upgrade to WebSocket: \(answer)")
    }
  }

  // MARK: Sending

  /// The bytes of a frame that holds a message's bytes.
  func framed(_ message: [UInt8]) -> [UInt8] {
    switch wire {
    case .tcp: FrameCutter.frame(message)
    case .webSocket: WebSocketBytes.frame(2, message)
    case .webSocketJSON: WebSocketBytes.frame(1, message)
    }
  }

  func send(_ messages: DeviceMessage...) async throws {
    try await socket.write(messages.flatMap { framed(codec.encode($0)) })
  }

  /// Sends the bytes of a message, whatever they are.
  func send(message: [UInt8]) async throws {
    try await socket.writeAnyway(framed(message))
  }

  func push(_ changeSets: ChangeSet...) async throws {
    try await send(.push(changeSets))
  }

  func push(_ changeSets: [ChangeSet]) async throws {
    try await send(.push(changeSets))
  }

  // MARK: Receiving

  /// The next message; nil when the hub has closed.
  func next() async throws -> HubMessage? {
    if waiting.isEmpty {
      guard let frame = try await nextFrame() else { return nil }
      frames.append(frame)
      waiting = try codec.hubMessages(frame)
    }
    return waiting.removeFirst()
  }

  private func nextFrame() async throws -> [UInt8]? {
    guard wire != .tcp else {
      guard let head = try await socket.read(4) else { return nil }
      return try await socket.read(head.reduce(0) { $0 << 8 | Int($1) })
    }
    while let (opcode, bytes) = try await WebSocketBytes.read(from: socket) {
      switch opcode {
      case 1, 2:
        guard (opcode == 1) == (wire == .webSocketJSON) else {
          throw WaitedInVain(description: "a frame came in the other form: \(opcode)")
        }
        return bytes
      case 8: closeCode = bytes.count < 2 ? 0 : UInt16(bytes[0]) << 8 | UInt16(bytes[1])
      default: break
      }
    }
    return nil
  }

  /// The next message that is not a ping, news about other devices, or a patch.
  func answer() async throws -> HubMessage? {
    while let message = try await next() {
      switch message {
      case .ping(let nonce): try await send(.pong(nonce))
      case .roster, .seen: break
      case .updates(let updates) where updates.allSatisfy({ if case .patch = $0 { true } else { false } }): break
      case .welcome, .catchUp, .caughtUp, .updates, .pong, .goodbye, .error, .answer: return message
      }
    }
    return nil
  }

  /// The next so many outcomes.
  func outcomes(_ count: Int) async throws -> [Outcome] {
    var outcomes = [Outcome]()
    while outcomes.count < count {
      guard case .updates(let updates)? = try await answer() else {
        throw WaitedInVain(description: "expected \(count) outcomes, found \(outcomes.count) and then something else")
      }
      for case .outcome(let outcome) in updates { outcomes.append(outcome) }
    }
    return outcomes
  }

  /// The next patch of another device.
  func patch() async throws -> Patch {
    while let message = try await next() {
      guard case .updates(let updates) = message else { continue }
      for case .patch(let patch) in updates { return patch }
    }
    throw WaitedInVain(description: "the connection ended before a patch came")
  }

  /// Everything that came before the answer to a ping: what the hub has said so far, all of it.
  func saidSoFar() async throws -> [HubMessage] {
    nextNonce += 1
    let nonce = nextNonce
    try await send(.ping(nonce))
    var said = [HubMessage]()
    while let message = try await next() {
      if case .pong(nonce) = message { return said }
      said.append(message)
    }
    throw WaitedInVain(description: "the connection ended before the pong; the hub said \(said)")
  }

  private var nextNonce: UInt64 = 1_000_000

  /// The fault that ends the connection, and that nothing follows it.
  func fault(_ location: SourceLocation = #_sourceLocation) async throws -> ProtocolFault? {
    var fault: ProtocolFault?
    while let message = try await next() {
      if let fault {
        Issue.record("\(message) came behind \(fault)", sourceLocation: location)
      }
      if case .error(let found) = message, found.code.endsConnection { fault = found }
    }
    if let fault, wire != .tcp, let closeCode {
      #expect(closeCode == 3000 + fault.code.rawValue, sourceLocation: location)
    }
    return fault
  }

  // MARK: Conversations

  /// A Hello that a hub lets in.
  static func hello(
    _ token: String, incarnation: UInt64 = 1, cursor: Cursor = .start, nextCounter: UInt64 = 1, deflates: Bool = false
  ) -> Hello {
    Hello(
      token: token, app: "famquest", packVersion: UInt32(Fixture.famquest.version), incarnation: incarnation,
      cursor: cursor, nextCounter: nextCounter, clock: Instant.wall.milliseconds, software: "test",
      deflates: deflates)
  }

  /// Says Hello and catches up.
  @discardableResult
  func signIn(_ hello: Hello) async throws -> Welcome {
    try await send(.hello(hello))
    return try await catchUp()
  }

  /// Reads on until CaughtUp.
  @discardableResult
  func catchUp() async throws -> Welcome {
    while let message = try await next() {
      switch message {
      case .welcome(let welcome): self.welcome = welcome
      case .caughtUp(let revision):
        head = revision
        return try #require(welcome)
      case .error(let fault): throw fault
      case .roster, .catchUp, .seen, .ping, .pong, .updates, .goodbye, .answer: break
      }
    }
    throw WaitedInVain(description: "the hub closed before CaughtUp")
  }

  /// The revision at which the peer had caught up.
  private(set) var head = Revision.zero
}

extension Instant {
  /// The system's clock.
  static var wall: Instant { Instant(milliseconds: Clocks.wallMilliseconds) }
}
