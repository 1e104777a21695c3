import HearthModel
import HearthProtocol
import HearthWire
import Testing

/// Binary frames that are wrong in ways that protobuf readers differ about.
@Suite("WireCodec: hostile binary")
struct HostileBinaryTests {
  typealias Fate = HostileJSONTests.Fate

  private static func varint(_ number: Int) -> [UInt8] {
    number < 128 ? [UInt8(number)] : [UInt8(number & 127 | 128)] + varint(number >> 7)
  }

  /// A field with a length.
  private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(bytes.count) + bytes
  }

  /// A push of one change set that sets the title of a task.
  private static func push(_ value: [UInt8]) -> [UInt8] {
    let edit: [UInt8] = [8, 5] + field(3, value)
    let change: [UInt8] = [8, 4] + field(3, Array(repeating: 1, count: 16)) + field(9, edit)
    return field(2, field(1, [8, 1] + field(4, change)))
  }

  @Test(
    arguments: [
      (push(field(6, Array("abc".utf8))), Fate.value(.text("abc"))),
      // Text that is no UTF-8: a stray byte, an overlong form, a surrogate, beyond U+10FFFF.
      (push(field(6, [0xff])), .fault), (push(field(6, [0xc0, 0x80])), .fault),
      (push(field(6, [0xed, 0xa0, 0x80])), .fault),
      (push(field(6, [0xf4, 0x90, 0x80, 0x80])), .fault), (push(field(6, [0x61, 0, 0x62])), .value(.text("a\u{0}b"))),
      // Ids and nulls.
      (push(field(7, Array(repeating: 1, count: 15))), .unreadable(.malformed)),
      (push([8, 0]), .unreadable(.malformed)),
      (push([8, 1]), .value(.null)), (push([]), .unreadable(.malformed)),
      // Two of a oneof: the last counts, as protobuf says.
      (push([8, 1] + field(6, [0x61])), .value(.text("a"))),
      // Fields that nobody knows are passed over.
      (push(field(6, [0x61]) + field(100, [1, 2, 3])), .value(.text("a"))),
      (push(field(100, [1])), .unreadable(.malformed)),
      // Lengths and numbers that lie.
      ([0x12, 0x7f, 1], .fault), ([0x12, 0xff, 0xff, 0xff, 0xff, 0x0f], .fault),
      ([0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], .fault),
      ([0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], .fault),
      ([0x20] + Array(repeating: 0xff, count: 10) + [1], .fault),
      ([0x22, 0x0b, 0x08] + Array(repeating: 0x80, count: 10), .fault),
      // No message, two messages, none that is known, wrong wire types, field 0, groups without end.
      ([], .fault), ([0x22, 0, 0x2a, 0], .message), ([0xf8, 1, 5], .fault), ([0x10, 1], .fault), ([0, 1], .fault),
      (Array(repeating: 0x0b, count: 10_000), .fault), ([0x22], .fault), ([0x23], .fault), ([0x26, 0], .fault),
    ] as [([UInt8], Fate)])
  func `a frame is read, or rejected with its change set, or a fault (P9)`(_ bytes: [UInt8], _ fate: Fate) throws {
    #expect(try HostileJSONTests.fate(bytes, .binary) == fate)
  }

  @Test func `documents are read as deep as a field may hold them, and a few levels more (P10)`() throws {
    let fates = try [16, 19, 20, 100, 3000].map { depth in
      var value: [UInt8] = [3 << 3, 2]
      for _ in 0..<depth { value = Self.field(14, Self.field(1, Self.field(1, [0x6b]) + Self.field(2, value))) }
      return try HostileJSONTests.fate(Self.push(value), .binary)
    }
    #expect(fates.map { if case .value = $0 { true } else { false } } == [true, true, false, false, false])
    #expect(fates.suffix(3).allSatisfy { $0 == .fault })
  }

  @Test func `the deepest document of a field fits into every message that may carry it`() throws {
    let value = (0..<FieldType.jsonDepthMax).reduce(Value.text("leaf")) { value, _ in
      .object(ValueObject([(key: "k", value: value)]))
    }
    let collection = CollectionNumber(rawValue: 4), field = FieldNumber(rawValue: 18), id = RecordID(name: "dishes")
    let author = Authorship(
      dot: Dot(ReplicaNumber(rawValue: 1), 1), stamp: HybridTime(rawValue: 1), rank: Rank(rawValue: 1))
    let conflict = Conflict(
      subject: .fields([field]), rule: "json", winner: Write(author, value),
      losers: [Loser(write: Write(author, value), reason: .stamp)])
    let patch = RecordPatch(
      collection: collection, record: id, isWhole: true, fields: [RecordPatch.FieldValue(field, value)],
      conflicts: [conflict])
    let rejection = Rejection(.alreadySet, collection: collection, message: "", holder: Write(author, value))
    let at = Instant(milliseconds: 0)
    let updates: [Update] = [
      .patch(Patch(revision: .zero, dot: author.dot, at: at, records: [patch])),
      .outcome(
        Outcome(
          counter: 1, revision: .zero, at: at,
          verdict: .merged([Decision(collection: collection, record: id, conflict: conflict)]), records: [patch])),
      .outcome(Outcome(counter: 1, revision: .zero, at: at, verdict: .rejected(rejection))),
    ]
    let edits = [Edit(field, .set(value)), Edit(field, .put(["k"], value))]
    let change = RecordChange(collection: collection, record: id, kind: .update, edits: edits)
    let push = DeviceMessage.push([
      ChangeSet(counter: 1, stamp: HybridTime(rawValue: 1), content: .changes([change]))
    ])
    for form in WireCodecTests.forms {
      let codec = WireCodec(form: form, pack: try Packs.famQuest.get())
      #expect(try codec.decodeHubMessage(codec.encode(.updates(updates))) == .updates(updates))
      #expect(
        try codec.decodeHubMessage(codec.encode(.catchUp([patch], through: .zero))) == .catchUp([patch], through: .zero)
      )
      #expect(try codec.decodeDeviceMessage(codec.encode(push)) == push)
    }
  }
}
