/// The writes to one field of which none has seen another.
///
/// The state is the whole set of siblings, not a chosen winner: with rank *and* causality a pairwise choice is not
/// transitive and does not converge (protocol/merge.md works the three-write example).
public struct Register: Hashable, Sendable {
  /// The siblings: in the order of arrival where the preference asks for arrival, else ascending by dot.
  public private(set) var writes: [Write]

  /// The register that was never written.
  public init() {
    writes = []
  }

  /// Makes a register of stored siblings, which must be in the order that `writes` promises.
  package init(writes: [Write]) {
    self.writes = writes
  }

  /// Whether it was never written.
  public var isEmpty: Bool { writes.isEmpty }

  /// Adds a write and drops what its author had seen, and what its replica wrote before, be it in the same change set.
  ///
  /// - Parameters:
  ///   - seen: the record's version vector at the author's device, joined with the author's earlier change sets (C1).
  ///   - keepsArrival: whether the siblings stay in the order of arrival.
  mutating func apply(_ write: Write, seen: VersionVector, keepsArrival: Bool = false) {
    writes.removeAll { seen.covers($0.author.dot) || $0.author.dot.replica == write.author.dot.replica }  // R2
    if keepsArrival {
      writes.append(write)
    } else {
      let position = writes.firstIndex { $0.author.dot > write.author.dot } ?? writes.endIndex
      writes.insert(write, at: position)  // R3
    }
  }

  /// Drops the siblings that a context covers.
  mutating func drop(seenBy seen: VersionVector) {
    writes.removeAll { seen.covers($0.author.dot) }
  }

  /// Chooses among the siblings; nil when there are none (V1 when there is one).
  ///
  /// The result is a function of the set of siblings, except where the preference asks for arrival.
  public func resolve(by preference: Preference) -> Resolution? {
    guard var winner = writes.first else { return nil }
    for write in writes.dropFirst() where preference.prefersSecond(winner, write).0 { winner = write }
    let losers = writes.filter { $0 != winner }.map { loser in
      // The winner may stand behind the loser, and "second" must then be the winner.
      let winnerIsFirst = writes.firstIndex(of: winner)! < writes.firstIndex(of: loser)!
      let (_, reason) =
        winnerIsFirst ? preference.prefersSecond(winner, loser) : preference.prefersSecond(loser, winner)
      return Loser(write: loser, reason: reason)
    }
    return Resolution(winner: winner, losers: losers)
  }
}

/// What a register shows, and what it does not.
public struct Resolution: Hashable, Sendable {
  /// The preferred write.
  public let winner: Write
  /// The other siblings, in the order of the register.
  public let losers: [Loser]
}

/// A sibling that was not preferred, and why the winner was.
public struct Loser: Hashable, Sendable {
  /// The write that lost.
  public let write: Write
  /// What told it from the winner.
  public let reason: Reason

  /// Makes a loser.
  public init(write: Write, reason: Reason) {
    self.write = write
    self.reason = reason
  }
}
