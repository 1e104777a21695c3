package import HearthTesting

/// What of the un-synced a power cut leaves.
package struct Survival: Hashable, Sendable {
  package enum Kind: String, CaseIterable, Sendable {
    /// All of it, in its order: at each operation one more prefix of the writes since the last sync.
    case everything
    /// Nothing.
    case nothing
    /// All, the last write up to some sector or byte of it.
    case torn
    /// All but one write of each file, as if later ones had overtaken it.
    case lost
    /// Any sectors of any writes, any names.
    case sectors
    /// The same; a sector that is missing may hold noise.
    case noise

    /// What it is, for the table.
    package var title: String {
      switch self {
      case .everything: "every write so far (a prefix of those since the sync)"
      case .nothing: "only what was synced"
      case .torn: "the last write torn"
      case .lost: "one write missing, later ones there"
      case .sectors: "any sectors, any names"
      case .noise: "any sectors, noise in missing ones"
      }
    }
  }

  package let kind: Kind
  package let seed: UInt64

  package init(_ kind: Kind, seed: UInt64 = 0) {
    self.kind = kind
    self.seed = seed
  }

  /// One by chance; the sorts that leave more than one outcome come more often.
  package init(_ random: inout SeededGenerator) {
    let kind = random.pick(
      [.everything, .everything, .nothing, .torn, .torn, .lost, .sectors, .sectors, .noise, .noise] as [Kind])
    self.init(kind, seed: random.next() >> 32)
  }
}

extension Survival: CustomStringConvertible {
  /// As `sectors:1234`.
  package var description: String { "\(kind.rawValue):\(seed)" }

  /// Reads what `description` wrote; nil when it did not.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, let kind = Kind(rawValue: parts[0]), let seed = UInt64(parts[1]) else { return nil }
    self.init(kind, seed: seed)
  }
}
