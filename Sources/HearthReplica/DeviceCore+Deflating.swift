internal import HearthWire

// What one event has the device send goes out deflated when it is much and the hub has agreed to it: the change sets of
// days offline are a few hundred frames of much the same.

extension DeviceCore {
  /// The effects with their frames deflated as far as that is worth it, each run of them at the place of its first.
  ///
  /// Nothing of a run may go behind what an effect after it brings about: that could write too.
  func deflated(_ effects: [Effect]) -> [Effect] {
    guard let deflateThreshold, let hubInflates, Self.writtenBytes(effects) >= deflateThreshold else { return effects }
    let deflater = Deflater()
    var result = [Effect]()
    var rest = effects[...]
    while !rest.isEmpty {
      // Nothing is written across the end of a connection, nor before a new one.
      let run = rest.prefix { !$0.isEnd }
      let frames = DeflatedFrames.packed(
        run.compactMap(\.frame), from: deflateThreshold, bytesMax: hubInflates, by: deflater)
      let first = run.firstIndex { $0.frame != nil } ?? run.endIndex
      result += run[..<first] + frames.map { .write($0) } + run[first...].filter { $0.frame == nil }
      result += rest[run.endIndex...].prefix(1)
      rest = rest[run.endIndex...].dropFirst()
    }
    return result
  }

  private static func writtenBytes(_ effects: [Effect]) -> Int {
    effects.reduce(0) { $0 + ($1.frame?.count ?? 0) }
  }
}

extension DeviceCore.Effect {
  fileprivate var frame: [UInt8]? {
    if case .write(let frame) = self { frame } else { nil }
  }

  fileprivate var isEnd: Bool {
    switch self {
    case .open, .close: true
    default: false
    }
  }
}
