internal import HearthEngine
internal import HearthModel

/// Tells the engine about the households in whose zone a day has begun since the last time it looked.
///
/// A day may be turned any number of times, so nothing is kept over a restart.
struct DayTurner {
  /// Seconds between two looks. Time zones begin their days at quarters of an hour.
  static let seconds: Int64 = 900
  /// Households of one transaction: devices wait for their outcomes meanwhile.
  private static let householdsPerCommit = 32

  /// The last day that was turned.
  private var turned: [HouseholdID: Day] = [:]

  /// - Parameter report: called after each transaction.
  mutating func turn(_ store: any Store, _ engine: Engine, report: (DayTurn) -> Void) throws {
    guard engine.hasDays else { return }
    let now = Instant(milliseconds: Clocks.wallMilliseconds)
    let due = try store.read { reader in
      try store.households().compactMap { entry -> (HouseholdID, Day)? in
        guard let day = try engine.day(of: entry.id, reader: reader, now: now), turned[entry.id] != day else {
          return nil
        }
        return (entry.id, day)
      }
    }
    var rest = due[...]
    while !rest.isEmpty {
      let batch = rest.prefix(Self.householdsPerCommit)
      rest = rest.dropFirst(batch.count)
      var turn: DayTurn?
      try store.commit { reader in
        let decided = try engine.turnDay(of: batch.map(\.0), reader: reader, now: now)
        turn = decided
        return decided.batch.commit
      }
      for (household, day) in batch { turned[household] = day }
      if let turn { report(turn) }
    }
  }
}
