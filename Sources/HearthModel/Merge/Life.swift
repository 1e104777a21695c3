/// What wins when a delete and an edit had not seen each other.
public enum DeletePolicy: String, Hashable, Sendable, CaseIterable {
  /// The delete; the edit is merged under the tombstone and comes back with a restore.
  case deleteWins
  /// The edit; the record stays.
  case editWins
  /// The wish of the higher rank; the delete among equals.
  case guardian
}

/// Whether a record lives, and what was decided about it.
public struct Life: Hashable, Sendable {
  /// Whether the record is deleted.
  public let isDeleted: Bool
  /// The delete that counts and the edits that no delete had seen, or the other way round; a value of nil stands for
  /// the wish to delete, `true` for the wish to keep. Nil when there is no delete.
  public let resolution: Resolution?

  /// Alive without doubt.
  static let alive = Life(isDeleted: false, resolution: nil)
}

extension RecordState {
  /// Decides whether the record lives.
  ///
  /// Like an element of a set: an edit speaks for the record when no delete has seen it. The result is a function of
  /// the tombstones and of each replica's latest touch; an earlier touch of the same replica is covered by whoever
  /// covers the latest.
  public func life(_ policy: DeletePolicy) -> Life {
    guard
      let strongest = tombstones.max(by: {
        ($0.author.rank, $0.author.stamp, $0.author.dot) < ($1.author.rank, $1.author.stamp, $1.author.dot)
      })
    else { return .alive }
    let unseenEdits = touches.filter { touch in
      !touch.isDelete && !tombstones.contains { $0.seen.covers(touch.author.dot) }
    }
    let spokesman = unseenEdits.map(\.author).max { ($0.rank, $0.stamp, $0.dot) < ($1.rank, $1.stamp, $1.dot) }
    let deletes = tombstones.map { Write($0.author, nil) }
    let edits = unseenEdits.map { Write($0.author, .bool(true)) }
    guard let spokesman else {
      return Life(isDeleted: true, resolution: Resolution(winner: Write(strongest.author, nil), losers: []))
    }
    let isDeleted =
      switch policy {
      case .deleteWins: true  // D3
      case .editWins: false  // D4
      case .guardian: spokesman.rank <= strongest.author.rank  // D5
      }
    let winner = isDeleted ? Write(strongest.author, nil) : Write(spokesman, .bool(true))
    let losers = (isDeleted ? edits : deletes).map { loser in
      let isRanked = policy == .guardian && loser.author.rank != winner.author.rank
      return Loser(write: loser, reason: isRanked ? .rank : .policy)
    }
    return Life(isDeleted: isDeleted, resolution: Resolution(winner: winner, losers: losers))
  }
}
