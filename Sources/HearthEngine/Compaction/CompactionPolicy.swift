package import HearthModel

/// How long a hub keeps what is past (docs/internals/compaction.md).
package struct CompactionPolicy: Hashable, Sendable {
  /// For how many milliseconds everything that was decided can be looked up (P6).
  package var retention: Int64
  /// After how many milliseconds of silence a device has lapsed: nothing waits for it any more.
  package var lapse: Int64

  /// - Parameters:
  ///   - retention: milliseconds, not negative.
  ///   - lapse: milliseconds, not negative.
  package init(retention: Int64, lapse: Int64) {
    precondition(retention >= 0 && lapse >= 0, "a retention of \(retention) ms and a lapse of \(lapse) ms")
    (self.retention, self.lapse) = (retention, lapse)
  }

  /// - Parameters:
  ///   - retentionDays: 0 to 36,500.
  ///   - lapseDays: 0 to 36,500.
  package init(retentionDays: Int, lapseDays: Int) {
    self.init(retention: Self.milliseconds(days: retentionDays), lapse: Self.milliseconds(days: lapseDays))
  }

  package static func milliseconds(days: Int) -> Int64 { Int64(days) * 86_400_000 }

  /// What may be collected of a household at a moment.
  ///
  /// - Parameter head: the household's last revision.
  func past(_ installs: [InstallStanding], head: Revision, now: Instant) -> Past {
    let live = installs.filter { now.milliseconds - $0.heard.milliseconds <= lapse }
    return Past(
      frontier: min(live.map(\.acknowledged).min() ?? head, head),
      end: Instant(milliseconds: now.milliseconds - retention))
  }

  /// The part of a household's history that nobody waits for and nobody was promised any more.
  struct Past: Hashable {
    /// The lowest revision that a live device has acknowledged; the head when none is live.
    let frontier: Revision
    /// What was decided before this moment is older than the retention.
    let end: Instant

    func holds(_ change: ChangeEntry) -> Bool { change.revision <= frontier && change.at < end }
  }
}

/// How far an install has come, and when it was heard of.
package struct InstallStanding: Hashable, Sendable {
  package let replica: ReplicaNumber
  /// Up to which revision it has everything.
  package let acknowledged: Revision
  /// The hub's time of its last acknowledgement.
  package let heard: Instant

  package init(replica: ReplicaNumber, acknowledged: Revision, heard: Instant) {
    (self.replica, self.acknowledged, self.heard) = (replica, acknowledged, heard)
  }
}
