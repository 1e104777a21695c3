/// Measures a row of the goal table.
protocol GoalProbe: AnyObject {
  /// One run.
  ///
  /// - Throws: ``LoadFault`` when there are no figures, or when they would be wrong: after a run that lost something,
  ///   or whose devices do not show what the hub has.
  func measure(_ bench: GoalBench) async throws -> GoalSample

  /// Puts away what was made for all runs.
  func finish()
}

extension GoalProbe {
  func finish() {}
}

extension GoalRow {
  /// What measures it; nil for a row that is run by itself.
  func makeProbe() -> (any GoalProbe)? {
    switch self {
    case .cpu: CPUProbe()
    case .webSocket: WebSocketProbe()
    case .steady: SteadyProbe()
    case .slowFlush: SlowFlushProbe()
    case .halfPeak: HalfPeakProbe()
    case .idle: IdleProbe()
    case .coldStart: ColdStartProbe()
    case .offlinePair: OfflinePairProbe()
    case .scale: ScaleProbe()
    case .memory: MemoryProbe()
    case .storm: StormProbe()
    case .baseline: BaselineProbe()
    case .simulated: nil
    }
  }
}

/// How often one cost is another.
///
/// - Throws: ``LoadFault`` when there is nothing to compare with.
func ratio(of cost: Double, to base: Double, _ what: String) throws -> Double {
  guard base > 0 else { throw LoadFault("\(what) took no time that could be measured: measure longer, --seconds.") }
  return cost / base
}

/// By how much one cost is more than another, in percent.
func percentMore(_ cost: Double, than base: Double, _ what: String) throws -> Double {
  (try ratio(of: cost, to: base, what) - 1) * 100
}
