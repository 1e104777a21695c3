import Foundation
import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthWire
import Testing

/// A case of protocol/vectors/frames; README.md beside it describes the members.
struct FrameVector: VectorCase {
  let name: String
  let direction: String
  let meaning: String
  let hex: String?
  let text: String?
  let textHex: String?
  let json: JSON?
  let reads: JSON?
  let fault: String?
  let incomplete: Bool?
  let rejected: [String: String]?
  let contentHashes: [String]?
  let blinded: [[String]]?
  let action: String?
  let frames: [JSON]?
}

/// The frames of protocol/vectors, against the codec; protocol/vectors/run.py runs them against another one.
@Suite("Vectors: frames")
struct FrameVectorTests {
  static let vectors = Result { try VectorFiles.cases(FrameVector.self, in: "frames") }
  static let pack = Result {
    try PackLoader.load(Packs.text("\(VectorFiles.folder)/pack.yaml"), file: "pack.yaml")
  }

  private enum Message: Hashable {
    case device(DeviceMessage)
    case hub(HubMessage)
    /// A Deflated with other than one.
    indirect case several([Message])
  }

  private static func codec(_ form: WireCodec.Form) throws -> WireCodec { WireCodec(form: form, pack: try pack.get()) }

  private static func decode(_ bytes: [UInt8], _ form: WireCodec.Form, _ vector: FrameVector) throws -> Message {
    switch vector.direction {
    case "device to hub": try only(codec(form).deviceMessages(bytes).map { .device($0) })
    case "hub to device": try only(codec(form).hubMessages(bytes).map { .hub($0) })
    default: throw VectorFault(description: "the direction `\(vector.direction)`")
    }
  }

  private static func only(_ messages: [Message]) -> Message {
    messages.count == 1 ? messages[0] : .several(messages)
  }

  private static func encode(_ message: Message, _ form: WireCodec.Form) throws -> [UInt8] {
    switch message {
    case .device(let message): try codec(form).encode(message)
    case .hub(let message): try codec(form).encode(message)
    case .several: throw VectorFault(description: "frames in one are not written as one message")
    }
  }

  /// What the bytes of a case say; nil when more are needed.
  private static func read(_ vector: FrameVector) throws -> Message? {
    if let text = vector.text { return try decode(Array(text.utf8), .text, vector) }
    if let bytes = vector.textHex?.hexBytes { return try decode(bytes, .text, vector) }
    var cutter = FrameCutter(frameBytesMax: Limits().frameBytes)
    cutter.append(try #require(vector.hex?.hexBytes))
    return try cutter.next().map { try decode($0, .binary, vector) }
  }

  // MARK: One case

  private static func check(_ vector: FrameVector) throws {
    let message: Message?
    do {
      message = try read(vector)
    } catch let fault as ProtocolFault {
      #expect("E\(fault.code.rawValue)" == vector.fault, "\(fault.message)")
      return
    }
    #expect(vector.fault == nil, "it is read")
    #expect((message == nil) == (vector.incomplete ?? false))
    guard let message else { return }
    if let frames = vector.frames {
      let found: [Message] = if case .several(let messages) = message { messages } else { [message] }
      #expect(try found.map { try parsed(encode($0, .text)) } == frames.map { try $0.bytes })
      return
    }
    let changeSets: [ChangeSet] = if case .device(.push(let sets)) = message { sets } else { [] }
    #expect(rejections(changeSets) == vector.rejected ?? [:])
    guard vector.rejected == nil else {
      #expect(changeSets.map(\.counter) == [1, 2], "what stands behind it is read")
      return
    }
    guard vector.action == nil else {
      guard case .hub(.error(let fault)) = message else { throw VectorFault(description: "no Error") }
      #expect(fault.code.action.rawValue.lowercased() == vector.action?.replacing("_", with: "").lowercased())
      return
    }
    let json = try #require(vector.json ?? vector.reads)
    #expect(try parsed(encode(message, .text)) == json.bytes)
    if let records = vector.blinded { try checkBlinded(records, message) }
    #expect(changeSets.map { Engine.contentHash(of: $0).hex } == vector.contentHashes ?? [])
    guard vector.json != nil else { return }
    #expect(try FrameCutter.frame(encode(message, .binary)).hex == vector.hex)
    #expect(try decode(json.bytes, .text, vector) == message)
  }

  private static func checkBlinded(_ records: [[String]], _ message: Message) throws {
    guard case .hub(.catchUp(_, let forget, _)) = message else { throw VectorFault(description: "no CatchUp") }
    let found = try records.map { parts in
      let household = HouseholdID(try #require(RecordID(parts[0])))
      let collection = try #require(try pack.get().collection(named: parts[1]))
      return try #require(RecordID(parts[2])).blinded(in: household, collection.number)
    }
    #expect(found == forget)
  }

  private static func rejections(_ changeSets: [ChangeSet]) -> [String: String] {
    var found: [String: String] = [:]
    for changeSet in changeSets {
      if case .unreadable(let rejection) = changeSet.content { found["\(changeSet.counter)"] = rejection.code.name }
    }
    return found
  }

  private static func parsed(_ text: [UInt8]) throws -> [UInt8] {
    try JSONDecoder().decode(JSON.self, from: Data(text)).bytes
  }

  // MARK: Tests

  @Test(arguments: try vectors.get().map(\.name))
  func `a frame says what its vector says`(_ name: String) throws {
    let vector = try #require(try Self.vectors.get().first { $0.name == name })
    try Self.check(vector.case)
  }

  @Test func `there are at least two hundred frames, each under a name of its own`() throws {
    let names = try Self.vectors.get().map(\.name)
    #expect(names.count >= 200)
    #expect(Set(names).count == names.count)
  }

  @Test func `every field and every enum value of hearth.proto stands in a frame`() throws {
    let proto = try Packs.text("protocol/hearth.proto")
    let words = try Self.vectors.get().reduce(into: Set<String>()) { words, vector in
      words.formUnion(vector.case.json?.words ?? [])
    }
    let fields = proto.matches(of: /(?m)^ +(?:repeated )?[A-Za-z0-9]+ ([a-z_]+) = [0-9]+;/).map {
      String($0.1).camelCased
    }
    // What is 0 is left out, and what is compact is in the bytes of text frames' readable twins.
    let values = proto.matches(of: /(?m)^ +([A-Z_]+) = [1-9];/).map { String($0.1) }
    // And a Deflated has no text.
    #expect(Set(fields + values).subtracting(words).sorted() == ["body", "deflated", "id", "record"])
  }

  @Test func `pack.json says of the numbers what pack.yaml says`() throws {
    let collections = try Self.pack.get().collections.map { collection in
      let fields = collection.fields.map { ($0.name, JSON.int(Int64($0.number.rawValue))) }
      let entry: JSON = .object([
        "number": .int(Int64(collection.number.rawValue)), "fields": .object(Dictionary(uniqueKeysWithValues: fields)),
      ])
      return (collection.name, entry)
    }
    let expected = JSON.object([
      "pack": .text("vectors"), "version": .int(1),
      "collections": .object(Dictionary(uniqueKeysWithValues: collections)),
    ])
    let data = Data(try Packs.text("\(VectorFiles.folder)/pack.json").utf8)
    #expect(try JSONDecoder().decode(JSON.self, from: data) == expected)
  }
}

/// A vector that makes no sense.
struct VectorFault: Error, CustomStringConvertible {
  let description: String
}

extension String {
  fileprivate var camelCased: String {
    let parts = split(separator: "_")
    return parts.dropFirst().reduce(String(parts[0])) { $0 + $1.capitalized }
  }

  /// The bytes that two digits each stand for; nil when it is no hexadecimal text.
  var hexBytes: [UInt8]? {
    guard utf8.count.isMultiple(of: 2) else { return nil }
    var bytes = [UInt8]()
    var rest = self[...]
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      bytes.append(byte)
      rest = rest.dropFirst(2)
    }
    return bytes
  }
}

extension [UInt8] {
  fileprivate var hex: String { map { String(format: "%02x", $0) }.joined() }
}
