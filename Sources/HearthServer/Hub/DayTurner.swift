internal import HearthEngine
internal import HearthModel

/// Tells the engine about the households in whose zone a day has begun since the last time it looked, some at a time.
///
/// A day may be turned any number of times, so nothing is kept over a restart.
struct DayTurner {
  /// Seconds between two looks. Time zones begin their days at quarters of an hour.
  static let seconds: Int64 = 900
  /// Households of one step: devices wait for their outcomes meanwhile.
  private static let householdsPerStep = 4

  /// The last day that was turned.
  private var turned: [HouseholdID: Day] = [:]
  /// The households that the present look has not come to, the last first.
  private var waiting: [HouseholdID] = []
  /// Whether the present look has found a day to turn.
  private var hasSwept = false

  /// Whether a look has not come to its end.
  var isLooking: Bool { !waiting.isEmpty }

  /// Begins a look at all households; one that is under way begins anew, and what it has turned stays turned.
  mutating func look(_ store: any Store, _ engine: Engine) throws {
    guard engine.hasDays else { return }
    waiting = try store.households().map(\.id).reversed()
  }

  /// Looks at the next households and turns the days that have begun there.
  ///
  /// - Parameter report: called after a transaction.
  /// - Returns: whether there are more.
  /// - Throws: what the store throws; the look has ended then, and the next one comes to the rest.
  mutating func step(
    _ store: any Store, _ engine: Engine, now: Instant, report: (DayTurn) -> Void
  ) throws -> Bool {
    do {
      let due = try takeDue(store, engine, now)
      if !due.isEmpty, let turn = try turn(due, store, engine, now) { report(turn) }
      if !isLooking, hasSwept {
        hasSwept = false
        try store.endSweep()
      }
      return isLooking
    } catch {
      waiting = []
      throw error
    }
  }

  private mutating func turn(
    _ due: [(household: HouseholdID, day: Day)], _ store: any Store, _ engine: Engine, _ now: Instant
  ) throws -> DayTurn? {
    var turn: DayTurn?
    try store.sweep { reader in
      let decided = try engine.turnDay(of: due.map(\.household), reader: reader, now: now)
      turn = decided
      return decided.batch.commit
    }
    hasSwept = true
    for (household, day) in due { turned[household] = day }
    return turn
  }

  /// Takes the next households, and says in which of them a day has begun.
  private mutating func takeDue(
    _ store: any Store, _ engine: Engine, _ now: Instant
  ) throws -> [(household: HouseholdID, day: Day)] {
    let batch = Array(waiting.suffix(Self.householdsPerStep).reversed())
    waiting.removeLast(batch.count)
    return try store.read { reader in
      try batch.compactMap { id in
        guard let day = try engine.day(of: id, reader: reader, now: now), turned[id] != day else { return nil }
        return (household: id, day: day)
      }
    }
  }
}
