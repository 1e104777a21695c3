package import HearthModel

/// What stays of a change set that was collected: enough to answer its resend as it was answered before (P3), and to
/// tell it from another content under its dot.
package struct Remnant: Hashable, Sendable {
  package let dot: Dot
  package let revision: Revision
  package let at: Instant
  /// Accepted, or rejected with the code alone.
  package let verdict: Outcome.Verdict
  package let contentHash: [UInt8]

  package init(dot: Dot, revision: Revision, at: Instant, verdict: Outcome.Verdict, contentHash: [UInt8]) {
    (self.dot, self.revision, self.at) = (dot, revision, at)
    (self.verdict, self.contentHash) = (verdict, contentHash)
  }

  /// What a change set leaves when it is collected. A merged one without its decisions is an accepted one
  /// (protocol/wire.md, section 15).
  init(of change: ChangeEntry) {
    let verdict: Outcome.Verdict
    switch change.verdict {
    case .accepted, .merged: verdict = .accepted
    case .rejected(let rejection): verdict = .rejected(Rejection(rejection.code, message: ""))
    }
    self.init(
      dot: change.dot, revision: change.revision, at: change.at, verdict: verdict, contentHash: change.contentHash)
  }
}

/// What a resend is answered with, whether the change set behind it is still there or has been collected.
struct PastDecision {
  let revision: Revision
  let at: Instant
  let verdict: Outcome.Verdict
  let contentHash: [UInt8]

  init(_ change: ChangeEntry) {
    (revision, at, verdict, contentHash) = (change.revision, change.at, change.verdict, change.contentHash)
  }

  init(_ remnant: Remnant) {
    (revision, at, contentHash) = (remnant.revision, remnant.at, remnant.contentHash)
    switch remnant.verdict {
    case .accepted, .merged: verdict = .accepted
    case .rejected(let rejection):
      verdict = .rejected(
        Rejection(rejection.code, message: "Refused on \(remnant.at). The hub keeps no more of it than that."))
    }
  }
}
