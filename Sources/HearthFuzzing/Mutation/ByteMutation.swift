internal import HearthScenario

/// Changes that know nothing of what the bytes mean.
enum ByteMutation {
  /// Numbers at the ends of their ranges, and bytes that mean something in many formats.
  private static let interesting: [UInt8] = [0, 1, 0x7f, 0x80, 0xff] + Array("\n\r\t \"'{}[]:,-#&*!|>%@`\\0".utf8)

  static func step(_ input: [UInt8], _ other: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    guard !input.isEmpty else { return other.isEmpty ? [UInt8(truncatingIfNeeded: random.next())] : other }
    var bytes = input
    let place = random.below(bytes.count)
    let end = min(bytes.count, place + 1 + random.below(32))
    switch random.below(9) {
    case 0: bytes[place] ^= 1 << UInt8(random.below(8))
    case 1: bytes[place] = interesting[random.below(interesting.count)]
    case 2: bytes[place] = UInt8(truncatingIfNeeded: random.next())
    case 3: bytes.removeSubrange(place..<end)
    case 4: bytes.removeSubrange(place...)
    case 5: bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
    case 6: bytes.insert(interesting[random.below(interesting.count)], at: place)
    case 7: bytes.replaceSubrange(place..., with: other.suffix(from: random.below(other.count + 1)))
    default:
      let from = random.below(other.count + 1)
      bytes.insert(contentsOf: other[from..<min(other.count, from + 64)], at: place)
    }
    return bytes
  }
}
