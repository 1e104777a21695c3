internal import HearthScenario

/// Chance with a name: whatever is drawn for one purpose does not depend on what was drawn for another.
///
/// So a step of a run makes the same choices whether or not other steps are left out, which is what lets a failing run
/// be made smaller.
package struct Dice: RandomNumberGenerator, Sendable {
  private var random: SplitMix64

  /// - Parameters:
  ///   - purpose: what the draws are for.
  ///   - index: which of several of the same purpose.
  package init(seed: UInt64, _ purpose: StaticString, _ index: UInt64 = 0) {
    // FNV-1a over the name; the generator's own mixing does the rest.
    let name = purpose.withUTF8Buffer { bytes in
      bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
    var mixer = SplitMix64(seed: seed ^ name)
    random = SplitMix64(seed: mixer.next() ^ (index &* 0x9e37_79b9_7f4a_7c15))
  }

  package mutating func next() -> UInt64 { random.next() }

  /// A number from 0 to one less than the limit.
  package mutating func below(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &self) }

  /// A number of a range.
  package mutating func within(_ range: ClosedRange<Int64>) -> Int64 { Int64.random(in: range, using: &self) }

  /// True once in so many times.
  package mutating func oneIn(_ times: Int) -> Bool { below(times) == 0 }

  /// One of the choices.
  package mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

  /// One of the choices; nil when there are none.
  package mutating func pickAny<Element>(_ choices: [Element]) -> Element? {
    choices.isEmpty ? nil : pick(choices)
  }

  /// One of the choices, by weight; nil when all weigh nothing.
  package mutating func weighted<Element>(_ choices: [(Element, Int)]) -> Element? {
    let total = choices.reduce(0) { $0 + $1.1 }
    guard total > 0 else { return nil }
    var rest = below(total)
    for (choice, weight) in choices {
      if rest < weight { return choice }
      rest -= weight
    }
    return nil
  }
}
