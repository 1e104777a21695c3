import HearthEngine
import HearthModel
import HearthPack
import Testing

extension TestHousehold {
  /// A device says to have everything up to a revision.
  func acknowledge(_ device: TestDevice, _ revision: Revision, now: Instant? = nil) throws {
    if device.replica == nil { try open(device) }
    let acknowledgement = Acknowledgement(household: id, replica: device.replica!, revision: revision)
    try store.acknowledge([acknowledgement], now: now ?? self.now)
  }

  /// Collects all that may be collected; what is said of nothing is a second after the last submission.
  func compact(retention: Int64 = 0, lapse: Int64 = 0, now: Instant? = nil) throws {
    let policy = CompactionPolicy(retention: retention, lapse: lapse)
    var mark: CompactionMark? = .history
    while let next = mark { mark = try compactionStep(from: next, policy, now: now).next }
  }

  func compactionStep(
    from mark: CompactionMark, _ policy: CompactionPolicy, now: Instant? = nil
  ) throws -> CompactionStep {
    let now = now ?? Instant(milliseconds: self.now.milliseconds + 1000)
    var step: CompactionStep?
    try store.compact { reader in
      let decided = try engine.compactionStep(of: id, from: mark, policy, reader, now: now)
      step = decided
      return decided.compaction
    }
    return try #require(step)
  }

  /// The counters of a device's change sets that are kept whole. What is not has a remnant.
  func kept(_ device: TestDevice) throws -> [UInt64] {
    let counters = 1...(try state().progress(of: device.replica!).counter)
    return try counters.filter { counter in
      let dot = Dot(device.replica!, counter)
      let (change, remnant) = try store.read { (try $0.change(id, dot), try $0.remnant(id, dot)) }
      #expect((change == nil) != (remnant == nil), "\(dot)")
      return change != nil
    }
  }

  /// The revisions of the rows from which the inbox is listed.
  func inbox() throws -> [UInt64] {
    try store.inquire { try $0.decidedRecords(of: id, after: nil, limit: 100).map(\.revision.rawValue) }
  }

  /// Asks as somebody who sees everything that is published.
  func ask(_ subject: Inquiry.Subject) throws -> Answer {
    let pack = pack
    let sight = InquirySight(pack: pack) { key, _ in pack.collection(key.collection)?.publishedFields }
    return try store.inquire { reader in
      let desk = InquiryDesk(household: id, member: devices[0].entry.member, sight: sight, reader: reader)
      return try desk.answer(Inquiry(subject))
    }
  }
}

extension SubmissionResult {
  /// What the author is told; nil for a gap or a fork.
  var outcome: Outcome? {
    switch self {
    case .decided(let outcome, _), .repeated(let outcome): outcome
    case .gap, .forked: nil
    }
  }
}
