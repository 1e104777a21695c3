import HearthModel
import HearthProtocol

// Messages and their parts as small as tests want them.

extension Hello {
  static func sample(
    version: UInt32 = 1, token: String = "token", app: String = "app", incarnation: UInt64 = 7, next: UInt64 = 1,
    software: String = "test"
  ) -> Hello {
    Hello(
      protocolVersion: version, token: token, app: app, packVersion: 1, incarnation: incarnation, cursor: .start,
      nextCounter: next, clock: 0, software: software)
  }
}

extension Welcome {
  static func sample(last: UInt64 = 0, head: UInt64 = 0, limits: Limits = Limits()) -> Welcome {
    Welcome(
      session: 1, household: HouseholdID(RecordID(name: "home")), member: RecordID(name: "eva"), role: "parent",
      replica: ReplicaNumber(rawValue: 1), epoch: Epoch(rawValue: 5), head: Revision(rawValue: head),
      lastCounter: last, clock: 0, isSnapshot: false, limits: limits)
  }
}

extension ChangeSet {
  static func sample(_ counter: UInt64) -> ChangeSet {
    ChangeSet(counter: counter, stamp: HybridTime(rawValue: counter), content: .changes([]))
  }
}

extension Outcome {
  static func sample(_ counter: UInt64, _ revision: UInt64) -> Outcome {
    Outcome(
      counter: counter, revision: Revision(rawValue: revision), at: Instant(milliseconds: 0), verdict: .accepted)
  }
}

extension Patch {
  static func sample(_ revision: UInt64) -> Patch {
    Patch(
      revision: Revision(rawValue: revision), dot: Dot(ReplicaNumber(rawValue: 2), revision),
      at: Instant(milliseconds: 0), records: [])
  }
}

extension RecordPatch {
  static let sample = RecordPatch(
    collection: CollectionNumber(rawValue: 1), record: RecordID(name: "dishes"), isWhole: true)
}

extension ProtocolFault {
  static func sample(_ code: FaultCode, expected: UInt64 = 0, retryAfter: UInt32 = 0) -> ProtocolFault {
    ProtocolFault(code, "as a test", expectedCounter: expected, retryAfterMilliseconds: retryAfter)
  }
}

extension Revision {
  init(_ rawValue: UInt64) { self.init(rawValue: rawValue) }
}
