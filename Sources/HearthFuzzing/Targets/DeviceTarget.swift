internal import HearthHub
internal import HearthMemory
internal import HearthModel
internal import HearthProtocol
internal import HearthReplica
internal import HearthWire

/// A hub that says anything talks to a device that holds a household and an outbox.
///
/// The first byte says where the talk begins: live, or at a new connection. Whatever comes: the device can show and
/// store what it holds, memory and disk agree, what it writes can be read, and it comes back by itself.
enum DeviceTarget {
  static func run(_ input: [UInt8], _ form: WireCodec.Form, _ ground: FuzzGround) throws -> FuzzVerdict {
    guard let start = ground.device[form] else { return .refused }
    var bench = start.copy()
    if (input.first ?? 0) & 1 == 1 {
      try bench.close()
      try bench.tick(after: DeviceLink.retryAfterMillisecondsMax)
    }
    _ = bench.takeWritten()
    var isUnderstood = false
    for frame in Frames.split(input.dropFirst(), form) {
      let wasOpen = bench.isOpen
      try bench.receive(frame)
      try bench.tick(after: 100)
      isUnderstood = isUnderstood || (wasOpen && bench.isOpen)
      try checkWritten(bench.takeWritten(), bench)
    }
    try checkHeld(bench)
    try checkReturn(&bench)
    return isUnderstood ? .accepted : .refused
  }

  private static func checkWritten(_ frames: [[UInt8]], _ bench: DeviceBench) throws {
    let codec = WireCodec(form: bench.form, pack: bench.pack)
    for frame in frames {
      do throws(ProtocolFault) {
        _ = try codec.deviceMessages(frame)
      } catch {
        throw FuzzFinding("the device wrote what a hub cannot read: \(error.message)")
      }
    }
  }

  /// What the device holds can be shown, stored and read again.
  private static func checkHeld(_ bench: DeviceBench) throws {
    let replica = bench.core.replica
    let stored = bench.storage.load(pack: bench.pack)
    try promise(stored.outbox == replica.outbox, "the outbox on the disk is not the one in memory")
    try promise(stored.identity == replica.identity, "the identity on the disk is not the one in memory")
    let identity = try ReplicaIdentity(encoded: replica.identity.encoded)
    try promise(identity == replica.identity, "the identity is another when it is read again")
    for collection in bench.pack.collections { _ = try replica.view(of: collection, bench.storage) }
    for key in bench.storage.confirmedKeys() {
      guard let record = bench.storage.confirmed(key) else { continue }
      let again = try VisibleRecord(encoded: record.encoded)
      try promise(again == record, "the record \(key.record) is another when it is read again")
    }
    for entry in bench.storage.settledEntries {
      _ = try ChangeSet(encoded: entry.changeSet.encoded)
      _ = try Outcome.Verdict(encoded: entry.verdict.encoded)
    }
  }

  /// The person can edit, and the device connects again unless the hub sent it away for good.
  private static func checkReturn(_ bench: inout DeviceBench) throws {
    if bench.isOpen { try bench.close() }
    do {
      try bench.edit()
    } catch is Rejection {
      // The hub may have said what makes this edit wrong, as that the member is deleted.
    }
    try bench.tick(after: DeviceLink.retryAfterMillisecondsMax + BackOff.longestMilliseconds)
    if case .waiting = bench.core.link.condition { throw FuzzFinding("the device waits for longer than it may") }
    if case .stopped = bench.core.link.condition { try bench.connect() }
    try checkWritten(bench.takeWritten(), bench)
  }
}
