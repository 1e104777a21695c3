/// The writes to one field of which none has seen another.
///
/// The state is the whole set of siblings, not a chosen winner: with rank *and* causality a pairwise choice is not
/// transitive and does not converge (protocol/merge.md works the three-write example).
public struct Register: Hashable, Sendable {
  private var siblings: Siblings

  /// Nearly all registers hold one write. It stands in place, so that a record of thirty fields is one piece of memory
  /// and not thirty.
  private enum Siblings: Hashable {
    case none
    case one(Write)
    /// Two or more.
    case several([Write])

    init(_ writes: [Write]) {
      self = writes.count > 1 ? .several(writes) : writes.first.map { .one($0) } ?? .none
    }
  }

  /// The register that was never written.
  public init() {
    siblings = .none
  }

  /// Makes a register of stored siblings, which must be in the order that `writes` promises.
  package init(writes: [Write]) {
    siblings = Siblings(writes)
  }

  /// Makes a register with one sibling.
  package init(_ write: Write) {
    siblings = .one(write)
  }

  /// The siblings: in the order of arrival where the preference asks for arrival, else ascending by dot.
  public var writes: [Write] {
    switch siblings {
    case .none: []
    case .one(let write): [write]
    case .several(let writes): writes
    }
  }

  /// Whether it was never written.
  public var isEmpty: Bool {
    if case .none = siblings { true } else { false }
  }

  /// How many siblings there are.
  package var count: Int {
    switch siblings {
    case .none: 0
    case .one: 1
    case .several(let writes): writes.count
    }
  }

  /// Whether it has more than one sibling.
  package var isContended: Bool {
    if case .several = siblings { true } else { false }
  }

  /// The write of a register that has one sibling; nil for others.
  var only: Write? {
    if case .one(let write) = siblings { write } else { nil }
  }

  /// The first sibling; nil when there is none.
  package var first: Write? {
    switch siblings {
    case .none: nil
    case .one(let write): write
    case .several(let writes): writes[0]
    }
  }

  /// Adds a write and drops what its author had seen, and what its replica wrote before, be it in the same change set.
  ///
  /// - Parameters:
  ///   - seen: the record's version vector at the author's device, joined with the author's earlier change sets (C1).
  ///   - keepsArrival: whether the siblings stay in the order of arrival.
  mutating func apply(_ write: Write, seen: VersionVector, keepsArrival: Bool = false) {
    drop { seen.covers($0.author.dot) || $0.author.dot.replica == write.author.dot.replica }  // R2
    guard !isEmpty else { return siblings = .one(write) }
    var writes = writes
    if keepsArrival {
      writes.append(write)
    } else {
      let position = writes.firstIndex { $0.author.dot > write.author.dot } ?? writes.endIndex
      writes.insert(write, at: position)  // R3
    }
    siblings = .several(writes)
  }

  /// Drops the siblings that a context covers.
  mutating func drop(seenBy seen: VersionVector) {
    drop { seen.covers($0.author.dot) }
  }

  private mutating func drop(where isOver: (Write) -> Bool) {
    switch siblings {
    case .none: break
    case .one(let write): if isOver(write) { siblings = .none }
    case .several(let writes): siblings = Siblings(writes.filter { !isOver($0) })
    }
  }

  /// The sibling that is shown; nil when there are none (V1 when there is one).
  package func winner(by preference: Preference) -> Write? {
    guard case .several(let writes) = siblings else { return first }
    var winner = writes[0]
    for write in writes.dropFirst() where preference.prefersSecond(winner, write).0 { winner = write }
    return winner
  }

  /// Chooses among the siblings; nil when there are none.
  ///
  /// The result is a function of the set of siblings, except where the preference asks for arrival.
  public func resolve(by preference: Preference) -> Resolution? {
    guard let winner = winner(by: preference) else { return nil }
    guard case .several(let writes) = siblings else { return Resolution(winner: winner, losers: []) }
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

extension Register: Sequence {
  /// Goes through the siblings in the order of `writes`.
  public struct Iterator: IteratorProtocol {
    fileprivate let register: Register
    fileprivate var position = 0

    /// The next sibling.
    public mutating func next() -> Write? {
      defer { position += 1 }
      switch register.siblings {
      case .none: return nil
      case .one(let write): return position == 0 ? write : nil
      case .several(let writes): return position < writes.count ? writes[position] : nil
      }
    }
  }

  /// The siblings in the order of `writes`.
  public func makeIterator() -> Iterator { Iterator(register: self) }
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
