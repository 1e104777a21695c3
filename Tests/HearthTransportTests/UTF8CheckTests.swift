import HearthTesting
import Testing

@testable import HearthTransport

/// The check against Swift's own decoder, which is another implementation of RFC 3629.
@Suite("UTF-8 that comes in pieces")
struct UTF8CheckTests {
  /// What may complete a scalar that has begun; enough to complete any.
  private static let endings: [[UInt8]] = [
    [], [0x80], [0xa0], [0x80, 0x80], [0xa0, 0x80], [0x90, 0x80], [0x80, 0x80, 0x80], [0x90, 0x80, 0x80],
  ]

  private static func isValid(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }

  /// Whether something may follow that makes the bytes valid.
  private static func canBeCompleted(_ bytes: [UInt8]) -> Bool { endings.contains { isValid(bytes + $0) } }

  /// Bytes that were taken, and the check that took them.
  private struct Prefix {
    var bytes: [UInt8]
    var check: UTF8Check
  }

  private static func extended(_ prefix: Prefix) -> [Prefix] {
    (UInt8.min ... .max).compactMap { byte in
      var next = Prefix(bytes: prefix.bytes + [byte], check: prefix.check)
      return next.check.append(CollectionOfOne(byte)) ? next : nil
    }
  }

  @Test func `takes exactly the sequences of one and two bytes that can become valid`() {
    let none = Prefix(bytes: [], check: UTF8Check())
    let ones = Self.extended(none)
    #expect(ones.map(\.bytes) == (UInt8.min ... .max).map { [$0] }.filter(Self.canBeCompleted))
    for one in ones {
      #expect(one.check.isComplete == Self.isValid(one.bytes), "\(one.bytes)")
      let twos = Self.extended(one)
      let expected = (UInt8.min ... .max).map { one.bytes + [$0] }.filter(Self.canBeCompleted)
      #expect(twos.map(\.bytes) == expected, "behind \(one.bytes)")
      for two in twos { #expect(two.check.isComplete == Self.isValid(two.bytes), "\(two.bytes)") }
    }
  }

  /// What is refused after two bytes cannot become valid by a third, so only what was taken is extended.
  @Test(arguments: 0..<8) func `is complete on exactly the valid sequences of three bytes`(_ part: Int) {
    var wrong = [[UInt8]]()
    for first in Self.extended(Prefix(bytes: [], check: UTF8Check())) where Int(first.bytes[0]) % 8 == part {
      for second in Self.extended(first) {
        for byte in UInt8.min ... .max {
          var check = second.check
          let isTaken = check.append(CollectionOfOne(byte)) && check.isComplete
          if isTaken != Self.isValid(second.bytes + [byte]) { wrong.append(second.bytes + [byte]) }
        }
      }
    }
    #expect(wrong.isEmpty, "\(wrong.prefix(5))")
  }

  @Test func `takes every scalar that there is, in every cut, and none of the surrogates`() {
    for value in UInt32(0)...0x10_ffff {
      guard let scalar = Unicode.Scalar(value) else { continue }
      var check = UTF8Check()
      var isTaken = true
      for byte in UTF8.encode(scalar)! where isTaken { isTaken = check.append(CollectionOfOne(byte)) }
      if !isTaken || !check.isComplete { Issue.record("U+\(String(value, radix: 16))") }
    }
    for surrogate in UInt16(0xd800)...0xdfff {
      let bytes = [0xe0 | UInt8(surrogate >> 12), 0x80 | UInt8(surrogate >> 6 & 0x3f), 0x80 | UInt8(surrogate & 0x3f)]
      var check = UTF8Check()
      let isTaken = check.append(bytes)
      #expect(!isTaken)
    }
  }

  @Test(arguments: UInt64(1)...20) func `agrees with Swift's decoder on random bytes in random pieces`(_ seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<2000 {
      let bytes = Self.likelyText(&random)
      var check = UTF8Check()
      var isTaken = true
      var rest = bytes[...]
      while isTaken, !rest.isEmpty {
        let piece = rest.prefix(1 + random.below(rest.count))
        isTaken = check.append(piece)
        rest = rest.dropFirst(piece.count)
      }
      #expect((isTaken && check.isComplete) == Self.isValid(bytes), "\(bytes)")
    }
  }

  /// Valid text of all lengths of scalars, in which now and then a byte is another.
  private static func likelyText(_ random: inout SeededGenerator) -> [UInt8] {
    let scalars: [Unicode.Scalar] = ["a", "é", "\u{7ff}", "\u{800}", "€", "\u{ffff}", "\u{10000}", "🏠", "\u{10ffff}"]
    var bytes = (0..<random.below(12)).flatMap { _ in Array(UTF8.encode(random.pick(scalars))!) }
    for position in bytes.indices where random.oneIn(15) { bytes[position] = UInt8(random.below(256)) }
    if random.oneIn(4) { bytes = bytes.dropLast() }
    return bytes
  }
}
