/// What the people of a run do most.
package enum Profile: String, CaseIterable, Hashable, Sendable {
  /// A bit of everything, now and then.
  case steady
  /// Everybody edits the same few records.
  case hot
  /// Many edits at once, then quiet.
  case burst
  /// Long times without a connection.
  case offline
  /// Many new records in one change set.
  case bulk
  /// Deletes and restores.
  case lives

  /// Milliseconds between two steps.
  func gap(_ dice: inout Dice) -> Int64 {
    switch self {
    case .steady, .hot, .lives: dice.within(20...8000)
    case .burst: dice.oneIn(20) ? dice.within(10_000...120_000) : dice.within(0...60)
    case .offline: dice.within(100...20_000)
    case .bulk: dice.within(50...5000)
    }
  }

  /// Whether a device that has just lost or left its connection stays away for long.
  var staysAway: Bool { self == .offline }
  /// How many of a collection's records are edited at all; nil for all.
  var hotRecords: Int? { self == .hot ? 2 : nil }
  /// Change sets of one step.
  func repeats(_ dice: inout Dice) -> Int { self == .burst ? 1 + dice.below(6) : 1 }
  /// Records that one creating change set makes.
  func records(_ dice: inout Dice) -> Int { self == .bulk ? 1 + dice.below(12) : 1 }
}
