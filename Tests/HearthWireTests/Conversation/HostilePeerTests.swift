import HearthHub
import HearthModel
import HearthProtocol
import HearthReplica
import HearthWire
import Testing

/// A peer that breaks the protocol is told so by number, and nobody else notices (P9, P10).
@Suite("Hub and a hostile peer")
struct HostilePeerTests {
  static let box = LostConnectionTests.box

  /// A household with a phone and a toy that are live, and a tablet that a stranger may use.
  static func household(_ form: WireCodec.Form) throws -> Conversation {
    let conversation = try Conversation(Packs.rulesSeed(), Packs.rules.get(), form: form)
    try conversation.connect("phone")
    try conversation.connect("toy")
    try conversation.settle()
    return conversation
  }

  /// A stranger with the tablet's token that is live.
  static func liveStranger(_ conversation: Conversation, _ form: WireCodec.Form) throws
    -> HubCore.ConnectionID
  {
    let id = conversation.strangerConnects(form)
    try conversation.stranger(id, says: .hello(hello(conversation)))
    guard case .caughtUp? = conversation.stranger(id).heard.last else {
      throw VectorFault(description: "the stranger is not live: \(conversation.stranger(id).heard.map(\.name))")
    }
    return id
  }

  static func hello(
    _ conversation: Conversation, version: UInt32 = 1, next: UInt64 = 1, deflates: Bool = true
  ) -> Hello {
    Hello(
      protocolVersion: version, token: conversation.unit("tablet").token, app: "rules", packVersion: 1,
      incarnation: 77, cursor: .start, nextCounter: next, clock: conversation.now, software: "stranger",
      deflates: deflates)
  }

  /// What ended the connection of a stranger; nil while it is open.
  private static func end(_ conversation: Conversation, _ id: HubCore.ConnectionID) -> FaultCode? {
    guard conversation.stranger(id).isClosed, case .error(let fault)? = conversation.stranger(id).heard.last else {
      return nil
    }
    return fault.code
  }

  /// The other devices are still live on their first connection, and what they do reaches each other.
  static func expectUndisturbed(_ conversation: Conversation) throws {
    for name in ["phone", "toy"] { #expect(conversation.unit(name).core.link.condition == .live) }
    #expect(conversation.unit("phone").connection?.rawValue == 1)
    #expect(conversation.unit("toy").connection?.rawValue == 2)
    try conversation.edit("phone") { $0.increment("things", box, "count", by: 7) }
    try conversation.settleAll()
    try conversation.expectAgreement("after a hostile peer")
  }

  // MARK: Frames

  /// The frames that have to be refused.
  private static func badFrames(_ form: WireCodec.Form) throws -> [(name: String, vector: FrameVector)] {
    try FrameVectorTests.vectors.get().filter { _, vector in
      vector.fault != nil && vector.direction == "device to hub" && (vector.hex != nil) == (form == .binary)
    }.map { (name: $0.name, vector: $0.case) }
  }

  @Test(arguments: WireCodecTests.forms, [false, true])
  func `a frame that cannot be read ends its own connection, before Hello and after it`(
    _ form: WireCodec.Form, _ isLive: Bool
  ) throws {
    let conversation = try Self.household(form)
    let frames = try Self.badFrames(form)
    #expect(frames.count > 20)
    for (name, vector) in frames {
      let id = isLive ? try Self.liveStranger(conversation, form) : conversation.strangerConnects(form)
      if let hex = vector.hex?.hexBytes {
        try conversation.stranger(id, streams: hex)
      } else {
        try conversation.stranger(id, sends: vector.textHex?.hexBytes ?? Array((vector.text ?? "").utf8))
      }
      // Before Welcome nobody has agreed to look into a Deflated.
      let isSealed = !isLive && name.hasPrefix("deflated: ")
      #expect(Self.end(conversation, id).map { "E\($0.rawValue)" } == (isSealed ? "E1001" : vector.fault), "\(name)")
    }
    try Self.expectUndisturbed(conversation)
  }

  @Test(arguments: WireCodecTests.forms)
  func `what comes out of order, or of another version, ends its own connection`(_ form: WireCodec.Form) throws {
    let conversation = try Self.household(form)
    let cases: [(DeviceMessage, FaultCode)] = [
      (.push([]), .unexpectedMessage), (.ping(1), .unexpectedMessage), (.acknowledge(.zero), .unexpectedMessage),
      (.hello(Self.hello(conversation, version: 2)), .unsupportedVersion),
      (.hello(Self.hello(conversation, version: 0)), .unsupportedVersion),
      (.hello(Self.hello(conversation, next: 0)), .malformedFrame),
    ]
    for (message, code) in cases {
      let id = conversation.strangerConnects(form)
      try conversation.stranger(id, says: message)
      #expect(Self.end(conversation, id) == code, "\(message.name)")
    }
    let id = conversation.strangerConnects(form)
    var hello = Self.hello(conversation)
    hello.token = "guessed"
    try conversation.stranger(id, says: .hello(hello))
    #expect(Self.end(conversation, id) == .unauthorized)
    try Self.expectUndisturbed(conversation)
  }

  @Test func `the other form on the same connection ends it`() throws {
    let conversation = try Self.household(.binary)
    let id = try Self.liveStranger(conversation, .binary)
    let text = WireCodec(form: .text, pack: nil).encode(DeviceMessage.ping(1))
    try conversation.stranger(id, sends: text, .text)
    #expect(Self.end(conversation, id) == .malformedFrame)
    try Self.expectUndisturbed(conversation)
  }

  // MARK: Counters

  private static func changeSet(_ counter: UInt64, stamp: UInt64 = 5) -> ChangeSet {
    ChangeSet(counter: counter, stamp: HybridTime(rawValue: stamp), content: .changes([]))
  }

  /// The outcomes that a stranger was told.
  static func outcomes(_ conversation: Conversation, _ id: HubCore.ConnectionID) -> [Outcome] {
    conversation.stranger(id).heard.flatMap { message -> [Outcome] in
      guard case .updates(let updates) = message else { return [] }
      return updates.compactMap { if case .outcome(let outcome) = $0 { outcome } else { nil } }
    }
  }

  /// Outcomes and gaps that a stranger was told, as `1` and `gap 2`.
  private static func answers(_ conversation: Conversation, _ id: HubCore.ConnectionID) -> [String] {
    conversation.stranger(id).heard.flatMap { message -> [String] in
      switch message {
      case .updates(let updates):
        updates.compactMap { if case .outcome(let outcome) = $0 { "\(outcome.counter)" } else { nil } }
      case .error(let fault) where fault.code == .gap: ["gap \(fault.expectedCounter)"]
      case .error(let fault): ["E\(fault.code.rawValue)"]
      default: []
      }
    }
  }

  @Test(
    arguments: WireCodecTests.forms,
    [
      ([1, 2, 3], ["1", "2", "3"]), ([3, 1], ["gap 1", "1"]), ([1, 3, 4, 2, 3], ["1", "gap 2", "2", "3"]),
      ([1, 1, 1], ["1", "1", "1"]), ([1, 2, 1, 2, 3], ["1", "2", "1", "2", "3"]), ([1, 0, 2], ["1", "E1001"]),
      ([.max, 1], ["gap 1", "1"]), ([1, .max - 1, 2], ["1", "gap 2", "2"]),
    ] as [([UInt64], [String])])
  func `counters that jump, repeat, run backwards or overflow are answered one by one (P3)`(
    _ form: WireCodec.Form, _ story: ([UInt64], [String])
  ) throws {
    let conversation = try Self.household(form)
    let id = try Self.liveStranger(conversation, form)
    for counter in story.0 { try conversation.stranger(id, says: .push([Self.changeSet(counter)])) }
    #expect(Self.answers(conversation, id) == story.1)
    try Self.expectUndisturbed(conversation)
  }

  @Test func `another content under a known counter is a fork`() throws {
    let conversation = try Self.household(.binary)
    let id = try Self.liveStranger(conversation, .binary)
    try conversation.stranger(id, says: .push([Self.changeSet(1)]))
    try conversation.stranger(id, says: .push([Self.changeSet(1, stamp: 6)]))
    #expect(Self.answers(conversation, id) == ["1", "E1202"])
    try Self.expectUndisturbed(conversation)
  }
}
