import HearthModel
import HearthReplica
import HearthWire
import Testing

/// The same conversation, whatever pieces its bytes come in.
@Suite("Hub and device: bytes in pieces")
struct CutTests {
  /// A short conversation: handshake, catch-up, an edit on either side, outcome and patch.
  private static func talk(_ manner: Conversation.Manner, _ form: WireCodec.Form, seed: UInt64 = 1) throws
    -> Conversation
  {
    let conversation = try Conversation(Packs.rulesSeed(), Packs.rules.get(), form: form, manner: manner, seed: seed)
    let box = LostConnectionTests.box
    try conversation.connect("phone")
    try conversation.connect("toy")
    try conversation.settle()
    try conversation.edit("phone") { draft in
      draft.increment("things", box, "count", by: 5)
      draft.set("things", box, "title", .text("Kiste"))
    }
    try conversation.edit("toy") { $0.set("things", box, "title", .text("caisse")) }
    try conversation.settle()
    return conversation
  }

  @Test(arguments: WireCodecTests.forms, 0..<8)
  func `every cut of every frame gives the same conversation`(_ form: WireCodec.Form, _ part: Int) throws {
    // The longest frame of the conversation decides how many cuts there are; a text frame is about three times as long.
    let cuts = form == .binary ? 560 : 1800
    for cut in stride(from: 1 + part, to: cuts, by: 8) {
      let conversation = try Self.talk(.cut(cut), form)
      try conversation.settleAll()
      try conversation.expectAgreement("cut behind \(cut) bytes")
      try conversation.expectCounter(
        "things", LostConnectionTests.box, "count", startingFrom: 10, "cut behind \(cut) bytes")
      #expect(conversation.longestFrame <= cuts)
    }
  }

  @Test(arguments: WireCodecTests.forms)
  func `random pieces in random order give the same result (P1)`(_ form: WireCodec.Form) throws {
    for seed: UInt64 in 0..<30 {
      let conversation = try Self.talk(.random, form, seed: seed)
      try conversation.settleAll()
      try conversation.expectAgreement("seed \(seed)")
    }
  }
}
