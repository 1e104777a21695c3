import HearthModel
import HearthProtocol
import HearthTesting
import HearthWire
import Testing

extension Peer {
  /// Makes a change and gets its outcome: the hub works for this device.
  func roundTrip(_ counter: UInt64, task: String, _ location: SourceLocation = #_sourceLocation) async throws {
    try await push(Fixture.famquest.titled(counter, "Ronde \(counter)", of: RecordID(name: task)))
    let outcome = try #require(try await outcomes(1).first, sourceLocation: location)
    #expect(outcome.counter == counter, sourceLocation: location)
    if case .rejected(let rejection) = outcome.verdict {
      Issue.record("\(rejection)", sourceLocation: location)
    }
  }
}

@Suite("Strangers on a connection")
struct ConnectionAttackTests {
  @Test(arguments: Wire.allCases)
  func `P10 I1 I3 I5 I7: each attack gets its fault, and the other household's device goes on working`(
    _ wire: Wire
  ) async throws {
    try await TestHub.running { hub in
      let bystander = try await hub.live("mark-phone")
      var counter: UInt64 = 0
      for attack in ConnectionAttack.all where attack.wires.contains(wire) {
        let attacker = try await Peer(hub, over: wire)
        do {
          try await attack.run(attacker, hub)
          let fault = try await attacker.fault()
          #expect(fault?.code == attack.expected, "\(attack.name): \(fault?.message ?? "")")
          if let closeCode = attack.closeCode { #expect(attacker.closeCode == closeCode, "\(attack.name)") }
        } catch {
          Issue.record("\(attack.name): \(error)")
        }
        counter += 1
        try await bystander.roundTrip(counter, task: "walk-dog")
      }
      try await eventually("the hub has forgotten the attackers") {
        try await hub.metric("hearth_connections") == 1
      }
    }
  }

  @Test(arguments: ConnectionAttack.binary)
  func `a Hello cut at any byte is answered or waited for, never a trap`(_ wire: Wire) async throws {
    try await TestHub.running { hub in
      let bystander = try await hub.live("mark-phone")
      let codec = WireCodec(form: .binary, pack: nil)
      let hello = codec.encode(.hello(Peer.hello(hub.token("eva-phone"), nextCounter: 300)))
      for cut in 0..<hello.count {
        let attacker = try await Peer(hub, over: wire)
        try await attacker.send(message: Array(hello.prefix(cut)))
        attacker.socket.closeOutput()
        let fault = try await attacker.fault()
        let codes: [FaultCode?] = [nil, .malformedFrame, .unsupportedVersion, .unauthorized, .packMismatch]
        #expect(codes.contains(fault?.code), "cut at \(cut): \(String(describing: fault))")
      }
      // A frame of which only a part ever comes.
      let framed = FrameCutter.frame(hello)
      for cut in 1..<framed.count where wire == .tcp && cut % 7 == 0 {
        let attacker = try await Peer(hub, over: .tcp)
        try await attacker.socket.write(Array(framed.prefix(cut)))
        attacker.socket.close()
      }
      try await bystander.roundTrip(1, task: "walk-dog")
      try await eventually("the hub has forgotten the attackers") {
        try await hub.metric("hearth_connections") == 1
      }
    }
  }

  @Test(arguments: Wire.allCases) func `random damage to any message is never a trap`(_ wire: Wire) async throws {
    try await TestHub.running { hub in
      let bystander = try await hub.live("mark-phone")
      var random = SeededGenerator(seed: UInt64(wire.rawValue.utf8.count))
      let codec = WireCodec(form: wire.form, pack: Fixture.famquest)
      for round in 1...150 {
        let attacker = try await Peer(hub, over: wire)
        let messages: [DeviceMessage] = [
          .hello(Peer.hello(hub.token("eva-phone"), incarnation: UInt64(round))),
          .push([Fixture.famquest.titled(1, "Titel"), Fixture.famquest.titled(2, "Titel")]), .acknowledge(.zero),
        ]
        if random.oneIn(2) { try await attacker.signIn(Peer.hello(hub.token("eva-phone"), incarnation: UInt64(round))) }
        var bytes = codec.encode(random.pick(messages))
        for _ in 0...random.below(4) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
        try await attacker.send(message: bytes)
        attacker.socket.closeOutput()
        // Whatever it says, it ends, and nothing follows a fault that ends it.
        _ = try await attacker.fault()
        // Often enough that a slow machine does not take the bystander for gone.
        if round.isMultiple(of: 30) { try await bystander.roundTrip(UInt64(round / 30), task: "walk-dog") }
      }
    }
  }

  @Test func `P10: who says nothing is told so after ten seconds`() async throws {
    try await TestHub.running { hub in
      let bystander = try await hub.live("mark-phone")
      let silent = try await Peer(hub, over: .tcp)
      let half = try await Peer(hub, over: .webSocket)
      try await half.socket.write([0x82])
      #expect(try await silent.fault()?.code == .helloTimeout)
      #expect(try await half.fault()?.code == .helloTimeout)
      try await bystander.roundTrip(1, task: "walk-dog")
    }
  }
}
