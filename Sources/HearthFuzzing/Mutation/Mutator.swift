package import HearthScenario
internal import HearthWire

/// Makes new inputs of known ones: some steps that keep the shape of the target's inputs, some that do not.
package struct Mutator: Sendable {
  private let target: FuzzTarget
  private let corpus: [[UInt8]]
  private let words: [[UInt8]]

  /// - Parameter corpus: inputs to begin with; where there are none, an empty one.
  package init(_ target: FuzzTarget, corpus: [[UInt8]]) {
    self.target = target
    self.corpus = corpus.isEmpty ? [[]] : corpus
    words = target.shape == .text ? TextMutation.words(of: corpus) : []
  }

  /// A new input.
  package func next(_ random: inout SplitMix64) -> [UInt8] {
    mutated(corpus[random.below(corpus.count)], &random)
  }

  /// An input with one to four changes.
  package func mutated(_ input: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    var input = input
    for _ in 0...random.below(4) { input = step(input, &random) }
    return Array(input.prefix(target.bytesMax))
  }

  private func step(_ input: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
    if random.below(8) == 0 { return ByteMutation.step(input, splice(&random), &random) }
    switch target.shape {
    case .bytes: return ByteMutation.step(input, splice(&random), &random)
    case .text: return TextMutation.step(input, splice(&random), words, &random)
    case .protobuf:
      var message = WireTree(input)
      message.mutate(with: WireTree(splice(&random)), &random)
      return message.bytes
    case .frames: return FrameMutation.step(input, splice(&random), .binary, &random) { WireTree.mutated($0, $1, &$2) }
    case .lines:
      return FrameMutation.step(input, splice(&random), .text, &random) { TextMutation.step($0, $1, [], &$2) }
    }
  }

  /// Another input, to take parts from.
  private func splice(_ random: inout SplitMix64) -> [UInt8] { corpus[random.below(corpus.count)] }
}

extension SplitMix64 {
  /// A number from 0 to below a bound, which is at least 1.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
