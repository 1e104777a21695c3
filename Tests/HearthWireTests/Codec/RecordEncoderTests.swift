import HearthModel
import HearthProtocol
import HearthTesting
import HearthWire
import Testing

/// What is written by hand is what the library writes (docs/decisions/0027).
@Suite("Wire: frames written by hand")
struct RecordEncoderTests {
  private static func check(_ message: HubMessage, _ codec: WireCodec) throws {
    let bytes = codec.encode(message)
    #expect(bytes == codec.encodeByLibrary(message), "\(message)")
    #expect(try codec.decodeHubMessage(bytes) == codec.decodeHubMessage(codec.encodeByLibrary(message)))
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `updates and pages have the bytes of the library`(_ part: UInt64) throws {
    let pack = try Packs.rules.get()
    var messages = RandomMessages(seed: 4000 + part, pack: pack)
    let codec = WireCodec(form: .binary, pack: pack)
    for _ in 0..<1500 {
      let updates = messages.many(4) { $0.update() }
      try Self.check(.updates(updates), codec)
      let page = messages.many(5) { $0.recordPatch() }
      try Self.check(
        .catchUp(page, forget: messages.many(4) { $0.number() }, through: messages.revision()), codec)
    }
  }

  /// The length of a message takes one byte, two, three or four, and what holds it grows with it.
  @Test(arguments: [0, 1, 80, 90, 100, 110, 120, 127, 128, 129, 16_300, 16_383, 16_384, 16_400, 2_097_152])
  func `lengths at the borders of their encoding`(_ length: Int) throws {
    let codec = WireCodec(form: .binary, pack: nil)
    for extra in 0..<20 {
      let patch = RecordPatch(
        collection: CollectionNumber(rawValue: 1), record: RecordID(high: 1, low: 2), isWhole: false, versions: nil,
        life: .live,
        fields: [
          .init(FieldNumber(rawValue: 1), .text(String(repeating: "é", count: length / 2 + extra))),
          .init(FieldNumber(rawValue: 2), .list([.list([]), .text(String(repeating: "x", count: length))])),
        ], conflicts: [])
      let outcome = Outcome(
        counter: UInt64(length), revision: Revision(rawValue: .max), at: Instant(milliseconds: -1), verdict: .accepted,
        records: [patch])
      try Self.check(.updates([.outcome(outcome)]), codec)
      guard length < 100_000 else { return }
    }
  }

  @Test func `text frames are the library's`() throws {
    let pack = try Packs.rules.get()
    var messages = RandomMessages(seed: 9, pack: pack)
    let codec = WireCodec(form: .text, pack: pack)
    for _ in 0..<50 { try Self.check(.updates(messages.many(3) { $0.update() }), codec) }
  }
}
