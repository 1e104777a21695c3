package import HearthModel

/// The lives of a store behind a household's revisions: who counted up to where.
///
/// A store begins a life whenever a hub opens it, and each life has an epoch of its own. Two copies of a store, of
/// which one was put back, have the lives before the copy in common and none after it. So a cursor that names an epoch
/// and a revision says which history it is from, even when another history has reached the same revision since (P12).
/// Kafka tells its followers' logs apart in this way: https://cwiki.apache.org/confluence/display/KAFKA/KIP-101.
package struct Lineage: Hashable, Sendable {
  /// One life.
  package struct Life: Hashable, Sendable {
    package let epoch: Epoch
    /// The first revision of the household that was committed in it; nil when none was.
    package var first: Revision?

    package init(epoch: Epoch, first: Revision? = nil) {
      self.epoch = epoch
      self.first = first
    }
  }

  /// How many lives a store remembers; a cursor of an older one is unknown, and its device takes a snapshot.
  package static let livesMax = 64

  /// The lives, oldest first.
  package var lives: [Life]

  package init(_ lives: [Life] = []) {
    self.lives = lives
  }

  /// The epoch of the present life; 0, which no cursor may have, when the store was never given one.
  package var epoch: Epoch { lives.last?.epoch ?? Cursor.start.epoch }

  /// Begins another life; the oldest one beyond ``livesMax`` is forgotten.
  package mutating func begin(_ epoch: Epoch) {
    lives = (lives + [Life(epoch: epoch)]).suffix(Self.livesMax)
  }

  /// Whether a commit has to note that the present life counts from here on.
  package var isToBeNoted: Bool { lives.last.map { $0.first == nil } ?? false }

  /// Notes the first revision of the present life.
  package mutating func note(first: Revision) {
    guard isToBeNoted else { return }
    lives[lives.count - 1].first = first
  }

  /// Up to which revision this history has what was counted in a life; nil when the life is none of its own.
  ///
  /// - Parameters:
  ///   - head: the household's head.
  ///   - isMeant: whether an epoch is the one that is asked for.
  package func reach(head: Revision, where isMeant: (Epoch) -> Bool) -> Revision? {
    guard let position = lives.lastIndex(where: { isMeant($0.epoch) }) else { return nil }
    guard let next = lives[(position + 1)...].lazy.compactMap(\.first).first else { return head }
    return Revision(rawValue: next.rawValue - 1)
  }
}
