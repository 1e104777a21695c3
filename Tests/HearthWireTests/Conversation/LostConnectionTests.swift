import HearthModel
import HearthReplica
import HearthWire
import Testing

/// Connections that break at every point of a conversation.
@Suite("Hub and device: lost connections")
struct LostConnectionTests {
  static let box = RecordID(name: "box")

  /// Two devices with edits of every kind, made while they were apart.
  static func conversation(_ manner: Conversation.Manner, form: WireCodec.Form = .binary) throws -> Conversation {
    let conversation = try Conversation(Packs.rulesSeed(), Packs.rules.get(), form: form)
    try conversation.connect("phone")
    try conversation.connect("toy")
    try conversation.settle()
    try conversation.disconnect("phone")
    try conversation.disconnect("toy")
    try conversation.settle()
    for (name, amount) in [("phone", Int64(1)), ("toy", 100)] {
      for round in 0..<3 {
        try conversation.edit(name) { draft in
          draft.increment("things", box, "count", by: amount)
          draft.insert("things", box, "tags", .text("\(name)-\(round)"))
        }
      }
      try conversation.edit(name) { draft in
        draft.set("things", box, "title", .text(name))
        draft.set("things", box, "record", .int(amount))
        draft.put("things", box, "data", [name, "a"], .int(amount))
        draft.set("things", box, "solver", .text(name))
      }
      try conversation.edit(name) { draft in
        draft.set("things", box, "taker", .id(RecordID(name: name == "phone" ? "eva" : "noah")))
        draft.increment("things", box, "count", by: amount * 1000)
      }
      try conversation.edit(name) { draft in
        draft.create("things", RecordID(name: "new-\(name)"), [("title", .text("Neu"))])
      }
    }
    conversation.manner = manner
    return conversation
  }

  @Test(arguments: [WireCodec.Form.binary, .text])
  func `an undisturbed conversation converges (P1)`(_ form: WireCodec.Form) throws {
    let conversation = try Self.conversation(.prompt, form: form)
    try conversation.settleAll()
    try conversation.expectAgreement("undisturbed")
    try conversation.expectCounter("things", Self.box, "count", startingFrom: 10, "undisturbed")
    #expect(conversation.unit("phone").settled.count == 6)
    #expect(conversation.unit("phone").settled.filter(\.isRejected).isEmpty)
    #expect(conversation.unit("toy").settled.filter(\.isRejected).count == 1)
  }

  enum Victim: String, CaseIterable, Sendable { case phone, toy }

  enum Timing: CaseIterable, Sendable { case prompt, lateDecisions }

  @Test(arguments: Victim.allCases, Timing.allCases)
  func `a connection that breaks after any step costs nothing and doubles nothing (P1, P3)`(
    _ victim: Victim, _ timing: Timing
  ) throws {
    let manner: Conversation.Manner = timing == .prompt ? .prompt : .lateDecisions
    let whole = try Self.conversation(manner)
    let before = whole.steps
    try whole.settleAll()
    let length = whole.steps - before
    #expect(length > 20)
    for count in 0..<length {
      let conversation = try Self.conversation(manner)
      for name in ["phone", "tablet", "toy"] { try conversation.connect(name) }
      for _ in 0..<count { try conversation.step() }
      try conversation.breakConnection(victim.rawValue)
      try conversation.connect(victim.rawValue)
      try conversation.settleAll()
      try conversation.expectAgreement("broken after \(count) steps")
      try conversation.expectCounter("things", Self.box, "count", startingFrom: 10, "broken after \(count) steps")
      for device in ["phone", "toy"] {
        #expect(conversation.unit(device).settled.map(\.changeSet.counter) == Array(1...6), "after \(count) steps")
      }
    }
  }
}
