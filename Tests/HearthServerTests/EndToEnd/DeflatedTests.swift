import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import HearthTesting
import HearthWire
import Testing

/// Deflated frames between sockets: what the shell of the hub makes of a turn, and what it takes in.
@Suite("Deflated, over each binary transport")
struct DeflatedEndToEndTests {
  private static let task = RecordID(name: "dishes")

  private static func isDeflated(_ frame: [UInt8]) -> Bool { frame.starts(with: [0xaa, 0x01]) }

  /// So many edits of one task, each in a frame of its own, as one Deflated.
  private static func edits(_ count: UInt64, _ codec: WireCodec) throws -> [UInt8] {
    let frames = (1...count).map { counter in
      codec.encode(.push([Fixture.famquest.titled(counter, "Ronde \(counter)", of: task)]))
    }
    let packed = DeflatedFrames.packed(frames, bytesMax: Limits().frameBytes, by: Deflater())
    return try #require(packed.count == 1 ? packed.first : nil)
  }

  @Test(arguments: ConnectionAttack.binary)
  func `what is said at once is deflated both ways for who agreed, and for nobody else`(_ wire: Wire) async throws {
    try await TestHub.running { hub in
      let writer = try await Peer(hub, over: wire)
      let welcome = try await writer.signIn(Peer.hello(hub.token("eva-phone"), deflates: true))
      #expect(welcome.deflates)
      #expect(!Self.isDeflated(try #require(writer.frames.first)), "Welcome itself")
      #expect(writer.frames.contains(where: Self.isDeflated), "the pages of the catch-up")
      let reader = try await Peer(hub, over: wire)
      try await reader.signIn(Peer.hello(hub.token("noah-tablet"), deflates: true))
      let others = Fixture.eva.devices.map(\.name).filter { $0 != "eva-phone" && $0 != "noah-tablet" }
      let plain = try await hub.live(try #require(others.first), over: wire)
      let before = reader.frames.count

      try await writer.send(message: try Self.edits(100, writer.codec))
      #expect(try await writer.outcomes(100).map(\.counter) == Array(1...100))
      for peer in [reader, plain] {
        var revisions = [Revision]()
        for _ in 1...100 { revisions.append(try await peer.patch().revision) }
        #expect(revisions == revisions.sorted() && Set(revisions).count == 100)
      }
      #expect(reader.frames[before...].contains(where: Self.isDeflated), "patches")
      #expect(reader.frames.count - before < 100)
      #expect(!plain.frames.contains(where: Self.isDeflated))
      // What is said now and then is as it always was.
      let frames = (writer.frames.count, reader.frames.count)
      try await writer.roundTrip(101, task: "dishes")
      #expect(!writer.frames[frames.0...].contains(where: Self.isDeflated))
    }
  }

  @Test(arguments: ConnectionAttack.binary)
  func `P10: a bomb, garbage and what nobody agreed to end their own connection alone`(_ wire: Wire) async throws {
    let bomb = try #require(Deflater().deflated([UInt8](repeating: 0, count: 32 << 20), bytesMax: 1 << 20))
    let attacks: [(name: String, body: [UInt8], agrees: Bool, expected: FaultCode)] = [
      ("a bomb", bomb, true, .frameTooLarge), ("garbage", [0xff, 1, 2], true, .malformedFrame),
      ("no stream", [], true, .malformedFrame), ("half a bomb", Array(bomb.prefix(500)), true, .malformedFrame),
      ("not agreed", bomb, false, .malformedFrame),
    ]
    try await TestHub.running { hub in
      let bystander = try await hub.live("mark-phone")
      for (number, attack) in attacks.enumerated() {
        let attacker = try await Peer(hub, over: wire)
        try await attacker.signIn(
          Peer.hello(hub.token("eva-phone"), incarnation: UInt64(number) + 1, deflates: attack.agrees))
        try await attacker.send(message: DeflatedFrames.frame(body: attack.body))
        #expect(try await attacker.fault()?.code == attack.expected, "\(attack.name)")
        try await bystander.roundTrip(UInt64(number) + 1, task: "walk-dog")
      }
    }
  }

  @Test(arguments: [Transport.tcp, .webSocket, .webSocketJSON])
  func `P1: two devices that come back with much from offline have the same`(_ transport: Transport) async throws {
    let names = ["eva-phone", "noah-tablet"]
    let devices = Fixture.eva.devices.filter { names.contains($0.name) }
    try await EndToEnd.running(transport, Fixture.eva, devices: devices) { family in
      try await family.connect(names[0], names[1])
      for name in names { try await family.world.disconnect(name) }
      for turn in 1...12 {
        for name in names {
          try await family.edit(name) { draft in
            draft.set("tasks", Self.task, "title", .text("\(name), ronde \(turn)"))
            // Long enough that a dozen are worth deflating.
            draft.set("tasks", Self.task, "description", .text(String(repeating: "\(name) \(turn). ", count: 40)))
          }
        }
      }
      try await family.connect(names[0], names[1])
      let titles = [
        try await family.value("tasks", "dishes", "title", on: names[0]),
        try await family.value("tasks", "dishes", "title", on: names[1]),
      ]
      #expect(titles == [.text("eva-phone, ronde 12"), .text("eva-phone, ronde 12")])
      for name in names { #expect(try await family.world.replica(name).outbox.isEmpty, "\(name)") }
    }
  }
}
