import HearthModel
import HearthProtocol
import HearthTesting
import HearthWire
import Testing

/// Frames with some bytes changed, lost or added: no input may stop the process (P10).
@Suite("WireCodec: mutated frames")
struct MutationTests {
  @Test(arguments: WireCodecTests.forms, 0..<8)
  func `a mutated frame is a fault or a message, and a message that was read can be written (P10)`(
    _ form: WireCodec.Form, _ part: UInt64
  ) throws {
    let pack = try Packs.famQuest.get()
    var random = SeededGenerator(seed: 1000 + part)
    var messages = RandomMessages(seed: part, pack: pack)
    let codec = WireCodec(form: form, pack: pack)
    let others = WireCodecTests.forms.map { WireCodec(form: $0, pack: pack) }
    var faults = 0
    for index in 0..<400 {
      let isHub = index.isMultiple(of: 2)
      let bytes = isHub ? codec.encode(messages.hubMessage()) : codec.encode(messages.deviceMessage())
      let mutated = Self.mutate(bytes, &random)
      do throws(ProtocolFault) {
        if isHub {
          let message = try codec.decodeHubMessage(mutated)
          for other in others { _ = other.encode(message) }
        } else {
          let message = try codec.decodeDeviceMessage(mutated)
          for other in others { _ = other.encode(message) }
        }
      } catch {
        #expect(error.code == .malformedFrame)
        faults += 1
      }
    }
    #expect((50...399).contains(faults), "\(faults) of 400 mutated frames were faults")
  }

  @Test(arguments: WireCodecTests.forms)
  func `every prefix of a frame is a fault or a message`(_ form: WireCodec.Form) throws {
    let pack = try Packs.famQuest.get()
    let codec = WireCodec(form: form, pack: pack)
    var messages = RandomMessages(seed: 7, pack: pack)
    for _ in 0..<6 {
      let bytes = codec.encode(messages.deviceMessage()).prefix(600)
      for count in bytes.indices { _ = try? codec.decodeDeviceMessage(Array(bytes[..<count])) }
    }
  }

  @Test(arguments: WireCodecTests.forms)
  func `noise is a fault or a message`(_ form: WireCodec.Form) throws {
    let codec = WireCodec(form: form, pack: try Packs.famQuest.get())
    var random = SeededGenerator(seed: 11)
    for _ in 0..<2000 {
      let bytes = (0..<random.below(60)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      _ = try? codec.decodeDeviceMessage(bytes)
      _ = try? codec.decodeHubMessage(bytes)
    }
  }

  private static func mutate(_ bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0...random.below(3) where !bytes.isEmpty {
      let position = random.below(bytes.count)
      switch random.below(6) {
      case 0: bytes[position] ^= 1 << UInt8(random.below(8))
      case 1: bytes[position] = random.pick([0, 0x7f, 0x80, 0xff, UInt8(ascii: "\""), UInt8(ascii: "{")])
      case 2: bytes.removeSubrange(position...)
      case 3: bytes.remove(at: position)
      case 4: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: position)
      default:
        let end = min(position + random.below(20), bytes.count)
        bytes.insert(contentsOf: bytes[position..<end], at: random.below(bytes.count))
      }
    }
    return bytes
  }
}
