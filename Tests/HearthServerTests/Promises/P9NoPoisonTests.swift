import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import HearthWire
import Testing

@Suite("P9: no poison")
struct P9NoPoisonTests {
  @Test(arguments: Wire.allCases)
  func `P9: each bad change set is rejected with its reason, and those behind it go on`(_ wire: Wire) async throws {
    try await TestHub.running { hub in
      let eva = try await hub.live("eva-phone", over: wire)
      let bystander = try await hub.live("mark-phone", over: wire)
      var counter: UInt64 = 0
      for (number, poison) in Poison.all.enumerated() {
        let good = "Goed \(number)"
        try await eva.push(
          ChangeSet(counter + 1, changes: poison.changes), Fixture.famquest.titled(counter + 2, good))
        let outcomes = try await eva.outcomes(2)
        counter += 2
        #expect(outcomes.map(\.counter) == [counter - 1, counter], "\(poison.name)")
        #expect(outcomes[0].rejection?.code == poison.code, "\(poison.name): \(outcomes[0].rejection?.message ?? "")")
        #expect(outcomes[1].rejection == nil, "\(poison.name): \(outcomes[1].rejection?.message ?? "")")
        #expect(try hub.title(of: "dishes") == good, "\(poison.name)")
        try await bystander.roundTrip(UInt64(number) + 1, task: "walk-dog")
      }
      // The rejections were counted, and are answered again when they are asked for again.
      try await eva.push(ChangeSet(1, changes: Poison.all[0].changes))
      #expect(try await eva.outcomes(1)[0].rejection?.code == Poison.all[0].code)
    }
  }

  /// What the codec of this project would not write: bytes by hand, each one change set between two good ones.
  @Test func `P9: a change set that makes no sense is answered by its counter, and those behind it go on`() async throws
  {
    try await TestHub.running { hub in
      let eva = try await hub.live("eva-phone")
      var counter: UInt64 = 0
      for (name, write) in Self.senseless {
        counter += 1
        let own = counter
        let message = ProtobufWriter.make { frame in
          frame.message(2) { push in
            push.message(1) { changeSet in
              changeSet.number(1, own)
              changeSet.fixed(2, 1 << 20)
              changeSet.message(4) { write(&$0) }
            }
          }
        }
        try await eva.send(message: message)
        try await eva.push(Fixture.famquest.titled(counter + 1, "Na \(name)"))
        counter += 1
        let outcomes = try await eva.outcomes(2)
        #expect(outcomes[0].rejection?.code == .malformed, "\(name): \(String(describing: outcomes[0].verdict))")
        #expect(outcomes[0].counter == own, "\(name)")
        #expect(outcomes[1].rejection == nil, "\(name)")
        #expect(try hub.title(of: "dishes") == "Na \(name)", "\(name)")
      }
    }
  }

  private static let dishes = RecordID(name: "dishes").bytes
  private static let tasks = UInt64(Fixture.famquest.collection(named: "tasks")!.number.rawValue)
  private static let title = UInt64(Fixture.famquest.field("tasks", "title").number.rawValue)

  private static func edited(_ edit: @escaping @Sendable (inout ProtobufWriter) -> Void)
    -> @Sendable (inout ProtobufWriter) -> Void
  {
    { change in
      change.number(1, tasks)
      change.blob(3, dishes)
      change.message(9, edit)
    }
  }

  private static let senseless: [(String, @Sendable (inout ProtobufWriter) -> Void)] = [
    ("nothing at all", { _ in }),
    ("a change without a collection", { $0.blob(3, dishes) }),
    ("a change without a record", { $0.number(1, tasks) }),
    (
      "an id of 15 bytes",
      {
        $0.number(1, tasks)
        $0.blob(3, Array(dishes.dropLast()))
      }
    ),
    (
      "a UUID that is none",
      {
        $0.number(1, tasks)
        $0.blob(4, Array("not-a-uuid".utf8))
      }
    ),
    (
      "a kind that nobody knows",
      {
        $0.number(1, tasks)
        $0.blob(3, dishes)
        $0.number(5, 99)
      }
    ),
    ("an edit without a field", edited { edit in edit.message(3) { $0.number(2, 1) } }),
    ("an edit that does nothing", edited { $0.number(1, title) }),
    (
      "a value without a kind",
      edited { edit in
        edit.number(1, title)
        edit.message(3) { _ in }
      }
    ),
  ]

  // MARK: On the device

  @Test func `P9: on the device a rejected edit is undone and kept, and what stood behind it arrives`() async throws {
    let devices = Fixture.eva.devices.filter { ["eva-phone", "noah-tablet", "luna-tablet"].contains($0.name) }
    for transport in Transport.allCases {
      try await EndToEnd.running(transport, Fixture.eva, devices: devices) { family in
        let (plants, dishes) = (RecordID(name: "water-plants"), RecordID(name: "dishes"))
        try await family.connect("noah-tablet", "luna-tablet")
        try await family.world.disconnect("luna-tablet")
        let claim = { (draft: inout Draft, who: String) in
          draft.set("tasks", plants, "claimed_by", .id(RecordID(name: who)))
          draft.set("tasks", plants, "claimed_at", .instant(Instant("2025-11-11T16:00:00Z")!))
        }
        let first = try await family.edit("luna-tablet") { $0.set("tasks", dishes, "description", .text("Een")) }
        let bad = try await family.edit("luna-tablet") { claim(&$0, "luna") }
        let last = try await family.edit("luna-tablet") {
          $0.set("users", RecordID(name: "luna"), "theme", .text("sea"))
        }
        try await family.edit("noah-tablet") { claim(&$0, "noah") }
        try await family.world.settle()
        try await family.connect("luna-tablet")
        #expect(try await family.verdict(first, of: "luna-tablet") == .accepted, "\(transport)")
        guard case .rejected(let rejection) = try await family.verdict(bad, of: "luna-tablet") else {
          Issue.record("\(transport): two children hold one claim")
          return
        }
        #expect(rejection.code == .alreadyClaimed, "\(transport)")
        #expect(try await family.verdict(last, of: "luna-tablet") == .accepted, "\(transport)")
        for device in ["noah-tablet", "luna-tablet"] {
          #expect(
            try await family.value("tasks", "water-plants", "claimed_by", on: device) == .id(RecordID(name: "noah")),
            "\(transport), \(device)")
          #expect(
            try await family.value("users", "luna", "theme", on: device) == .text("sea"), "\(transport), \(device)")
          #expect(try await family.world.replica(device).outbox.isEmpty)
        }
        // What she wanted is kept, for the person to see.
        let kept = try await family.world.settled("luna-tablet").filter(\.isRejected)
        #expect(kept.map(\.changeSet.counter) == [bad], "\(transport)")
      }
    }
  }
}
