import HearthModel
import HearthProtocol
import HearthWire
import Testing

/// Messages to bytes and back, in both forms.
@Suite("WireCodec: round trips")
struct WireCodecTests {
  static let forms = [WireCodec.Form.binary, .text]

  @Test(arguments: forms, 0..<10)
  func `every message of a device is read as it was written`(_ form: WireCodec.Form, _ part: UInt64) throws {
    let pack = try Packs.famQuest.get()
    let codec = WireCodec(form: form, pack: pack)
    var messages = RandomMessages(seed: part, pack: pack)
    for index in 0..<100 {
      let message = messages.deviceMessage()
      let bytes = codec.encode(message)
      #expect(try codec.decodeDeviceMessage(bytes) == message, "seed \(part), message \(index)")
    }
  }

  @Test(arguments: forms, 0..<10)
  func `every message of a hub is read as it was written`(_ form: WireCodec.Form, _ part: UInt64) throws {
    let pack = try Packs.famQuest.get()
    let codec = WireCodec(form: form, pack: pack)
    var messages = RandomMessages(seed: part, pack: pack)
    for index in 0..<100 {
      let message = messages.hubMessage()
      let bytes = codec.encode(message)
      #expect(try codec.decodeHubMessage(bytes) == message, "seed \(part), message \(index)")
    }
  }

  @Test func `a frame is written the same every time`() throws {
    let pack = try Packs.famQuest.get()
    for form in Self.forms {
      let codec = WireCodec(form: form, pack: pack)
      var messages = RandomMessages(seed: 99, pack: pack)
      for _ in 0..<100 {
        let message = messages.hubMessage()
        #expect(codec.encode(message) == codec.encode(message))
        #expect(codec.encode(try codec.decodeHubMessage(codec.encode(message))) == codec.encode(message))
      }
    }
  }
}
