import HearthHub
import HearthModel
import HearthProtocol
import HearthReplica
import HearthWire
import Testing

/// Hub and devices that deflate what they say at once: the same conversation, in fewer bytes.
@Suite("Hub and device: Deflated")
struct DeflatingTests {
  private static let box = LostConnectionTests.box
  private static let codec = WireCodec(form: .binary, pack: nil)

  /// Two devices that edit offline and then meet.
  private static func reunion(
    edits: Int = 60, manner: Conversation.Manner = .prompt, form: WireCodec.Form = .binary, deflatingFrom: Int?
  ) throws -> Conversation {
    let conversation = try Conversation(
      Packs.rulesSeed(), Packs.rules.get(), form: form, manner: manner, deflatingFrom: deflatingFrom)
    for name in ["phone", "toy"] { try conversation.connect(name) }
    try conversation.settle()
    for name in ["phone", "toy"] { try conversation.disconnect(name) }
    for turn in 0..<edits {
      for name in ["phone", "toy"] {
        try conversation.edit(name) { draft in
          draft.increment("things", box, "count", by: 1)
          draft.set("things", box, "title", .text("\(name) \(turn)"))
        }
      }
    }
    for name in ["phone", "toy"] { try conversation.connect(name) }
    try conversation.settle()
    return conversation
  }

  private static func expectSame(_ conversation: Conversation, edits: Int, _ comment: String) throws {
    try conversation.settleAll()
    try conversation.expectAgreement(comment)
    try conversation.expectCounter("things", box, "count", startingFrom: 10, "\(comment)")
    for (name, unit) in conversation.devices where name != "tablet" {
      #expect(unit.settled.map(\.changeSet.counter) == (1...UInt64(edits)).map { $0 }, "\(name), \(comment)")
    }
  }

  @Test func `both ends deflate when Hello and Welcome agree, and everybody has the same (D1, D5)`() throws {
    let plain = try Self.reunion(deflatingFrom: nil)
    let deflated = try Self.reunion(deflatingFrom: 200)
    try Self.expectSame(plain, edits: 60, "plain")
    try Self.expectSame(deflated, edits: 60, "deflated")
    #expect(plain.frameCounts.deflated == 0)
    #expect(deflated.frameCounts.deflated > 2)
    #expect(deflated.frameCounts.all < plain.frameCounts.all)
  }

  @Test func `text is never deflated (D6)`() throws {
    let conversation = try Self.reunion(edits: 10, form: .text, deflatingFrom: 1)
    try Self.expectSame(conversation, edits: 10, "text")
    for name in ["phone", "toy"] { #expect(conversation.unit(name).core.hubInflates == nil) }
  }

  @Test(arguments: 0..<8)
  func `every cut of every Deflated gives the same conversation (D2, D5)`(_ part: Int) throws {
    for cut in stride(from: 1 + part, to: 900, by: 8) {
      let conversation = try Self.reunion(edits: 3, manner: .cut(cut), deflatingFrom: 40)
      try Self.expectSame(conversation, edits: 3, "cut behind \(cut) bytes")
      #expect(conversation.frameCounts.deflated > 0)
      #expect(conversation.longestFrame <= 900)
    }
  }

  // MARK: Strangers

  private static func deflated(_ messages: DeviceMessage...) throws -> [UInt8] {
    let stream = messages.flatMap { FrameCutter.frame(codec.encode($0)) }
    return DeflatedFrames.frame(body: try #require(Deflater().deflated(stream, bytesMax: stream.count + 100)))
  }

  /// A stranger that has caught up, having offered Deflated or not.
  private static func live(_ conversation: Conversation, offers: Bool) throws -> HubCore.ConnectionID {
    let id = conversation.strangerConnects(.binary)
    try conversation.stranger(id, says: .hello(HostilePeerTests.hello(conversation, deflates: offers)))
    return id
  }

  /// What a stranger heard, the last few.
  private static func heard(_ conversation: Conversation, _ id: HubCore.ConnectionID, _ count: Int) -> [String] {
    conversation.stranger(id).heard.suffix(count).map { message in
      if case .error(let fault) = message { "E\(fault.code.rawValue)" } else { message.name }
    }
  }

  @Test func `a hub reads no Deflated before Welcome, nor from who did not offer to read any (D1)`() throws {
    let conversation = try HostilePeerTests.household(.binary)
    let early = conversation.strangerConnects(.binary)
    try conversation.stranger(early, sends: Self.deflated(.hello(HostilePeerTests.hello(conversation))))
    #expect(Self.heard(conversation, early, 1) == ["E1001"])
    let silent = try Self.live(conversation, offers: false)
    try conversation.stranger(silent, sends: Self.deflated(.ping(1)))
    #expect(Self.heard(conversation, silent, 1) == ["E1001"])
    let text = try HostilePeerTests.liveStranger(conversation, .text)
    guard case .welcome(let welcome) = conversation.stranger(text).heard.first else {
      throw VectorFault(description: "no Welcome")
    }
    #expect(!welcome.deflates)
    try HostilePeerTests.expectUndisturbed(conversation)
  }

  @Test func `what is in a Deflated is answered as if it had come alone (D5)`() throws {
    let conversation = try HostilePeerTests.household(.binary)
    let id = try Self.live(conversation, offers: true)
    let changeSets = [1, 2, 4, 3].map { counter in
      ChangeSet(counter: counter, stamp: HybridTime(rawValue: counter), content: .changes([]))
    }
    let pushes = changeSets.map { DeviceMessage.push([$0]) }
    try conversation.stranger(
      id, sends: Self.deflated(.ping(7), pushes[0], pushes[1], pushes[2], .ping(8), pushes[3]))
    let answers = conversation.stranger(id).heard
    #expect(HostilePeerTests.outcomes(conversation, id).map(\.counter) == [1, 2, 3])
    #expect(answers.contains(.pong(7)) && answers.contains(.pong(8)))
    #expect(answers.contains { if case .error(let fault) = $0 { fault.expectedCounter == 3 } else { false } })
  }

  @Test func `behind the last word nothing in a Deflated comes, what stands before it has come (D5)`() throws {
    let conversation = try HostilePeerTests.household(.binary)
    let change = ChangeSet(counter: 1, stamp: HybridTime(rawValue: 1), content: .changes([]))
    let leaver = try Self.live(conversation, offers: true)
    try conversation.stranger(
      leaver, sends: Self.deflated(.ping(7), .goodbye(reason: ""), .push([change]), .ping(8)))
    #expect(Self.heard(conversation, leaver, 1) == ["Pong"])
    #expect(conversation.stranger(leaver).isClosed)
    let wrong = try Self.live(conversation, offers: true)
    try conversation.stranger(wrong, sends: Self.deflated(.ping(7), .acknowledge(Revision(rawValue: 999)), .ping(8)))
    #expect(Self.heard(conversation, wrong, 2) == ["Pong", "E1004"])
    let window = try Self.live(conversation, offers: true)
    let many = (1...257).map { ChangeSet(counter: $0, stamp: HybridTime(rawValue: $0), content: .changes([])) }
    try conversation.stranger(window, sends: Self.deflated(.push(Array(many[..<200])), .push(Array(many[200...]))))
    #expect(Self.heard(conversation, window, 1) == ["E1203"])
    try HostilePeerTests.expectUndisturbed(conversation)
  }

  @Test(arguments: [true, false])
  func `a device leaves when the hub deflates what was not agreed on, or what cannot be read (D1, D5)`(
    _ offers: Bool
  ) throws {
    let conversation = try Conversation(
      Packs.rulesSeed(), Packs.rules.get(), deflatingFrom: offers ? 64 : nil)
    try conversation.connect("phone")
    try conversation.settle()
    let unit = conversation.unit("phone")
    let ping = FrameCutter.frame(Self.codec.encode(HubMessage.ping(5)))
    let good = DeflatedFrames.frame(body: try #require(Deflater().deflated(ping, bytesMax: 100)))
    let bad = DeflatedFrames.frame(
      body: try #require(Deflater().deflated(ping + FrameCutter.frame([0xff]) + ping, bytesMax: 100)))
    let now = conversation.now
    let moment = DeviceCore.Moment(monotonic: now, clock: Instant(milliseconds: now), random: 1)
    let heard = try unit.core.received(good, moment, unit.storage)
    #expect(heard.count { if case .write = $0 { true } else { false } } == (offers ? 1 : 0))
    #expect((unit.core.link.condition == .live) == offers)
    guard offers else { return }
    // The Pong to what stands before the bad one, and then nothing more.
    let left = try unit.core.received(bad, moment, unit.storage)
    #expect(left.count { if case .write = $0 { true } else { false } } == 1)
    #expect(left.contains { if case .close = $0 { true } else { false } })
    #expect(unit.core.link.condition != .live)
  }
}
