// Leaves with a rule of their own (protocol/merge.md, rows J6 to J8).
//
// Whether such a leaf is there is decided by its siblings, as for all paths: who drops it, or the object around it,
// hides it. What it shows is kept beside them and is never covered, so that it depends neither on the order in which
// writes arrive nor on what their authors had seen.

extension Document {
  /// What a leaf keeps beside its siblings.
  public struct Kept: Hashable, Sendable {
    /// Its path.
    public let path: Path
    /// What it keeps.
    public var state: State

    /// What a leaf can keep.
    public enum State: Hashable, Sendable {
      /// The largest or smallest value.
      case extreme(Extreme)
      /// The first write, and those that had not seen it.
      case first(Register)
    }

    /// Makes what a leaf keeps.
    public init(path: Path, state: State) {
      self.path = path
      self.state = state
    }

    /// Equal when the paths have the same UTF-8 and the states are equal.
    public static func == (left: Kept, right: Kept) -> Bool {
      Document.isSame(left.path, right.path) && left.state == right.state
    }

    /// What is shown of it.
    var shown: Resolution? {
      switch state {
      case .extreme(let extreme): extreme.write.map { Resolution(winner: $0, losers: []) }
      case .first(let register): register.resolve(by: RegisterRule(.first).preference)
      }
    }
  }

  /// Takes a leaf in that a put writes.
  mutating func keep(
    _ write: Write, at path: Path, seen: VersionVector, _ leaf: (type: FieldType, rule: LeafRule)
  ) throws(MergeRefusal) {
    let position = kept.firstIndex { !Self.precedes($0.path, path) } ?? kept.endIndex
    let isKnown = position < kept.endIndex && Self.isSame(kept[position].path, path)
    let state: Kept.State
    if let direction = leaf.rule.direction {
      var extreme = Extreme()
      if isKnown, case .extreme(let held) = kept[position].state { extreme = held }
      extreme.join(write, direction, as: leaf.type.comparable)  // J6
      guard extreme.write != nil else { return }
      state = .extreme(extreme)
    } else if leaf.rule == .first {
      var register = Register()
      if isKnown, case .first(let held) = kept[position].state { register = held }
      let preference = RegisterRule(.first).preference
      // Who writes an object writes all its leaves, also those that are as they were.
      if register.resolve(by: preference)?.winner.value == write.value { return }
      try SlotState.applyFirst(write, to: &register, seen: seen, preference, [])  // J7
      state = .first(register)
    } else {
      return
    }
    if isKnown {
      kept[position].state = state
    } else {
      kept.insert(Kept(path: path, state: state), at: position)
    }
  }

  /// What the siblings of a path resolve to, by the rule of its leaf.
  func resolution(of entry: Entry, _ preference: Preference, _ shape: FieldType.Shape?) -> Resolution? {
    guard let rule = shape?.leaf(at: entry.path)?.rule else { return entry.register.resolve(by: preference) }
    switch rule {
    case .plain: return entry.register.resolve(by: preference)
    case .guardian: return entry.register.resolve(by: MergeRule.json(isRanked: true).preference!)  // J8
    case .first, .max, .min:
      guard let resolution = entry.register.resolve(by: preference) else { return nil }
      return kept(at: entry.path)?.shown.map { resolution.showing($0) } ?? resolution
    }
  }

  private func kept(at path: Path) -> Kept? { kept.first { Self.isSame($0.path, path) } }

  /// The siblings of each path, and in their place what is kept where that is shown: for explanations.
  package func explained(by rule: MergeRule) -> [(path: Path, register: Register)] {
    entries.map { entry in
      guard case .json(_, let shape?) = rule, let preference = rule.preference, let kept = kept(at: entry.path),
        entry.register.resolve(by: preference)?.winner.value != nil,
        let shown = resolution(of: entry, preference, shape)
      else { return (entry.path, entry.register) }
      return (kept.path, Register(shown.winner))
    }
  }
}

extension Resolution {
  /// The same with what the leaf keeps in the place of what the puts wrote: nothing that they wrote is lost by them.
  fileprivate func showing(_ kept: Resolution) -> Resolution {
    guard winner.value != nil else {
      return Resolution(
        winner: winner,
        losers: losers.map { loser in
          guard loser.write.value != nil else { return loser }
          return Loser(write: Write(loser.write.author, kept.winner.value), reason: loser.reason)
        })
    }
    return Resolution(winner: kept.winner, losers: kept.losers + losers.filter { $0.write.value == nil })
  }
}
