import HearthModel
import HearthProtocol
import HearthTesting
import HearthWire
import Testing

/// What is read by hand is what the library reads, and what it cannot read the library refuses
/// (docs/decisions/0027).
@Suite("Wire: pushes read by hand")
struct PushDecoderTests {
  private static func check(_ frame: [UInt8], _ codec: WireCodec) {
    let own = Result { () throws(ProtocolFault) in try codec.decodeDeviceMessage(frame) }
    let library = Result { () throws(ProtocolFault) in try codec.decodeByLibrary(frame) }
    switch (own, library) {
    // A float that is no number is equal to nothing, not even to itself.
    case (.success(let own), .success(let library)): #expect(own == library || "\(own)" == "\(library)")
    case (.failure(let own), .failure(let library)): #expect(own == library)
    default: Issue.record("\(frame): by hand \(own), by the library \(library)")
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `random pushes mean what the library says`(_ part: UInt64) throws {
    let pack = try Packs.rules.get()
    var messages = RandomMessages(seed: 5000 + part, pack: pack)
    let codec = WireCodec(form: .binary, pack: pack)
    for _ in 0..<1500 {
      Self.check(codec.encode(.push(messages.many(4) { $0.changeSet() })), codec)
    }
  }

  @Test(arguments: 0..<8 as Range<UInt64>)
  func `damaged pushes mean what the library says`(_ part: UInt64) throws {
    let pack = try Packs.rules.get()
    var messages = RandomMessages(seed: 6000 + part, pack: pack)
    var random = SeededGenerator(seed: 6000 + part)
    let codec = WireCodec(form: .binary, pack: pack)
    for _ in 0..<400 {
      let frame = codec.encode(.push(messages.many(2) { $0.changeSet() }))
      guard !frame.isEmpty else { continue }
      for _ in 0..<12 {
        var damaged = frame
        switch random.below(4) {
        case 0: damaged[random.below(damaged.count)] ^= 1 << UInt8(random.below(8))
        case 1: damaged.remove(at: random.below(damaged.count))
        case 2: damaged.insert(UInt8(random.below(256)), at: random.below(damaged.count + 1))
        default: damaged.removeLast(random.below(damaged.count))
        }
        Self.check(damaged, codec)
      }
    }
  }

  /// Each is valid for the library and written otherwise than devices do.
  @Test(
    arguments: [
      [0x12, 0x00], [0x12, 0x00, 0x12, 0x00], [0x92, 0x00, 0x00], [0x12, 0x80, 0x00],
      // a counter twice, in the order of numbers and not, and a counter of ten bytes
      [0x12, 0x06, 0x0a, 0x04, 0x08, 0x01, 0x08, 0x02],
      [0x12, 0x0d, 0x0a, 0x0b, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x08, 0x01],
      [0x12, 0x0d, 0x0a, 0x0b, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      [0x12, 0x0d, 0x0a, 0x0b, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x03],
      // an unknown field
      [0x12, 0x04, 0x0a, 0x02, 0x78, 0x01],
    ] as [[UInt8]])
  func `other spellings mean what the library says`(_ frame: [UInt8]) {
    Self.check(frame, WireCodec(form: .binary, pack: nil))
  }

  @Test func `a plain edit is read by hand`() throws {
    let change = RecordChange(
      collection: CollectionNumber(rawValue: 3), record: RecordID(high: 1, low: 2), kind: .update,
      context: VersionVector([Dot(ReplicaNumber(rawValue: 1), 300)]),
      edits: [
        Edit(FieldNumber(rawValue: 1), .set(.text("Afwas"))), Edit(FieldNumber(rawValue: 200), .add(-5)),
        Edit(FieldNumber(rawValue: 4), .set(.null)),
        Edit(FieldNumber(rawValue: 5), .insert(.id(RecordID(high: 9, low: 8)))),
      ])
    let changeSet = ChangeSet(counter: 7, stamp: HybridTime(rawValue: 77), content: .changes([change]))
    let codec = WireCodec(form: .binary, pack: nil)
    let frame = codec.encode(.push([changeSet]))
    #expect(codec.readsByHand(frame))
    #expect(try codec.decodeDeviceMessage(frame) == .push([changeSet]))
  }
}
