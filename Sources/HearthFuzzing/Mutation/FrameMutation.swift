internal import HearthScenario
internal import HearthWire

/// Changes to a talk: its frames come twice, in another order, not at all, or changed inside.
enum FrameMutation {
  private static let framesMax = 64

  /// - Parameter inside: changes one frame, with another one to take parts from.
  static func step(
    _ input: [UInt8], _ other: [UInt8], _ form: WireCodec.Form, _ random: inout SplitMix64,
    _ inside: ([UInt8], [UInt8], inout SplitMix64) -> [UInt8]
  ) -> [UInt8] {
    var frames = Array(Frames.split(input.dropFirst(), form).prefix(framesMax))
    let others = Frames.split(other.dropFirst(), form)
    var first = input.first ?? 1
    guard !frames.isEmpty else { return other }
    let (here, there) = (random.below(frames.count), random.below(frames.count))
    let donor = others.isEmpty ? [] : others[random.below(others.count)]
    switch random.below(12) {
    case 0: frames.remove(at: here)
    case 1: frames.insert(frames[here], at: there)
    case 2: frames.swapAt(here, there)
    case 3: frames.insert(donor, at: here)
    case 4: first = UInt8(truncatingIfNeeded: random.next())
    default: frames[here] = inside(frames[here], donor, &random)
    }
    return [first] + Frames.join(frames, form)
  }
}
