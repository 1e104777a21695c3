internal import HearthEngine
internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthProtocol
internal import HearthWire

/// A stranger, or a member with a broken device, talks to a hub while another member listens.
///
/// The first byte says where the talk begins: before Hello, live as one of the members, or while the hub leaves.
/// Whatever comes: each answer can be read, the other member is told what can be read, what is stored can be read
/// again, and the hub goes on.
enum HubTarget {
  static let stranger = HubBench.ID(rawValue: 1)
  static let listener = HubBench.ID(rawValue: 2)
  static let latecomer = HubBench.ID(rawValue: 3)
  /// Bytes that one frame may be answered with, to all connections: pages and answers have bounds of their own.
  private static let answerBytesMax = 2 << 20

  static func run(_ input: [UInt8], _ form: WireCodec.Form, _ ground: FuzzGround) throws -> FuzzVerdict {
    guard let beginnings = ground.hub[form], !beginnings.isEmpty else { return .refused }
    var bench = beginnings[Int(input.first ?? 0) % beginnings.count].copy()
    let before = try head(bench)
    var isUnderstood = false
    for frame in Frames.split(input.dropFirst(), form) {
      try bench.receive(frame, from: stranger)
      let answers = bench.take(stranger)
      let told = bench.take(listener)
      isUnderstood = try read(answers, bench) || isUnderstood
      _ = try read(told, bench)
      let bytes = (answers + told).reduce(0) { $0 + $1.count }
      try promise(bytes <= answerBytesMax, "a frame of \(frame.count) bytes was answered by \(bytes)")
    }
    try bench.tick(after: 1_000_000)
    try checkStored(bench, after: before)
    return isUnderstood ? .accepted : .refused
  }

  /// The hubs at which talks begin, in the order of the first byte.
  static func beginnings(_ bench: HubBench) throws -> [HubBench] {
    guard bench.tokens.count > 2 else { throw FuzzFinding("the household has too few devices") }
    var stranger = bench.copy()
    // A child listens, who may see less than the parent who talks.
    try stranger.openLive(listener, token: bench.tokens[2], incarnation: 2)
    _ = stranger.take(listener)
    var beginnings = [stranger]
    beginnings[0].open(Self.stranger)
    for token in bench.tokens.prefix(3) {
      var live = stranger.copy()
      try live.openLive(Self.stranger, token: token, incarnation: 1)
      _ = (live.take(Self.stranger), live.take(listener))
      beginnings.append(live)
    }
    var leaving = beginnings[1].copy()
    try leaving.drain()
    _ = (leaving.take(Self.stranger), leaving.take(listener))
    return beginnings + [leaving]
  }

  private static func head(_ bench: HubBench) throws -> Revision {
    try bench.store.read { try $0.household(bench.household)?.revision ?? .zero }
  }

  /// Reads what the hub wrote, as a device does.
  ///
  /// - Returns: whether one of the messages is more than a fault.
  private static func read(_ frames: [[UInt8]], _ bench: HubBench) throws -> Bool {
    let codec = WireCodec(form: bench.form, pack: bench.pack)
    var isUnderstood = false
    for frame in frames {
      do throws(ProtocolFault) {
        if case .error = try codec.decodeHubMessage(frame) { continue }
        isUnderstood = true
      } catch {
        throw FuzzFinding("the hub wrote what a device cannot read: \(error.message)")
      }
    }
    return isUnderstood
  }

  /// What changed can be read from the disk again, and by a device that comes in afterwards.
  private static func checkStored(_ bench: HubBench, after revision: Revision) throws {
    let changed = try bench.store.changedRecords(of: bench.household, after: revision, bytesMax: 1 << 20)
    for entry in changed.entries {
      let again = try RecordState(encoded: entry.state.encoded)
      try promise(again == entry.state, "the record \(entry.record) is another when it is read again")
    }
    guard !changed.entries.isEmpty, bench.tokens.count > 1 else { return }
    var bench = bench
    let cursor = Cursor(epoch: bench.latecomersEpoch, revision: revision)
    try bench.openLive(latecomer, token: bench.tokens[1], incarnation: 3, cursor: cursor)
    _ = try read(bench.take(latecomer), bench)
  }
}
