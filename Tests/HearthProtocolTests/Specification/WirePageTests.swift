import Foundation
import HearthModel
import HearthProtocol
import Testing

/// What protocol/wire.md says in numbers and names, against the code and the messages.
@Suite("protocol/wire.md")
struct WirePageTests {
  /// The limits that the page states, by its words.
  private static let limits: [String: UInt64] = {
    let told = Limits()
    return [
      "bytes of a frame to the hub": UInt64(told.frameBytes),
      "bytes to which a Deflated to the hub inflates": UInt64(told.frameBytes),
      "frames in a Deflated": UInt64(Limits.deflatedFrames),
      "change sets on their way without an outcome": UInt64(told.pushWindow),
      "seconds of silence": UInt64(told.idleSeconds),
      "records in a change set": UInt64(told.changes),
      "edits to one record in a change set": UInt64(EditShape.editsMax),
      "milliseconds until Hello, and from there until Welcome": UInt64(Limits.helloMilliseconds),
      "bytes of a token": UInt64(Limits.tokenBytes),
      "bytes of `app`, and of `software`": UInt64(Limits.nameBytes),
      "stored bytes of the records in a page": UInt64(Limits.pageBytes),
      "levels of messages inside each other in a frame": UInt64(FieldType.jsonDepthMax * 3 + 16),
      "entries of a version vector": 1024,
      "dots in `formerly` that are read, the last ones": 16,
      "Inquiries without an Answer": 1,
      "stored bytes of an Answer": 65_536,
      "bytes of a page mark": UInt64(Inquiry.pageBytesMax),
      "levels of a JSON field": UInt64(FieldType.jsonDepthMax),
      "bytes of a JSON field, written as JSON": UInt64(FieldType.jsonBytesMax),
      "leaves of a JSON field": UInt64(FieldType.jsonLeavesMax),
      "milliseconds that a device waits for Welcome": UInt64(DeviceLink.welcomeMilliseconds),
      "milliseconds between two Acks, at least": UInt64(DeviceLink.acknowledgeMilliseconds),
      "milliseconds of `retry_after_ms` that a device obeys, at most": UInt64(DeviceLink.retryAfterMillisecondsMax),
    ]
  }()

  @Test func `the limits are those of the code (P10)`() throws {
    let rows = try Page("protocol/wire.md").table("limits").dropFirst()
    let stated = Dictionary(rows.map { ($0[0], UInt64($0[1]) ?? 0) }, uniquingKeysWith: { $1 })
    #expect(stated == Self.limits)
  }

  @Test func `the limits of the codec, which are its own, are those of the page`() throws {
    let values = try Page("Sources/HearthWire/WireNames+Values.swift").text
    #expect(values.contains("vectorEntriesMax = 1024"))
    #expect(try Page("Sources/HearthWire/WireNames+ChangeSets.swift").text.contains("formerDotsMax = 16"))
    #expect(try Page("Sources/HearthWire/WireCodec.swift").text.contains("depthMax = FieldType.jsonDepthMax * 3 + 16"))
  }

  @Test func `every message of hearth.proto stands in the table, with who sends it`() throws {
    let proto = try Page("protocol/hearth.proto").text
    let device = try Self.messages(of: "DeviceFrame", in: proto)
    let hub = try Self.messages(of: "HubFrame", in: proto)
    var senders: [String: String] = [:]
    for name in device.union(hub) {
      senders[name] = device.contains(name) ? (hub.contains(name) ? "either" : "device") : "hub"
    }
    let rows = try Page("protocol/wire.md").table("messages").dropFirst()
    #expect(Dictionary(rows.map { ($0[0], $0[1]) }, uniquingKeysWith: { $1 }) == senders)
    #expect(rows.count == senders.count)
  }

  /// The message types in the oneof of a frame.
  private static func messages(of frame: String, in proto: String) throws -> Set<String> {
    let parts = proto.split(separator: "message \(frame) {\n  oneof message {", maxSplits: 1)
    let body = try #require(parts.last).prefix { $0 != "}" }
    return Set(body.matches(of: /(?m)^ +([A-Z][A-Za-z]*) [a-z_]+ = [0-9]+;/).map { String($0.1) })
  }
}
