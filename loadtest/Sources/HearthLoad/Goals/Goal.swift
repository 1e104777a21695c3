/// A figure of the goal table: what is measured, and what would be good.
///
/// Less is better for all of them: goals are upper bounds.
package struct Goal: Codable, Sendable, Equatable {
  package let row: GoalRow
  package let figure: GoalFigure
  package let what: String
  package let unit: Unit
  /// At most; nil for a figure that is shown and not judged.
  package let goal: Double?
  /// What would be remarkable; nil where nothing is.
  package let beyond: Double?

  package init(
    _ row: GoalRow, _ figure: GoalFigure, _ what: String, _ unit: Unit, goal: Double? = nil, beyond: Double? = nil
  ) {
    self.row = row
    self.figure = figure
    self.what = what
    self.unit = unit
    self.goal = goal
    self.beyond = beyond
  }

  package enum Unit: String, Codable, Sendable {
    /// How often the yardstick's figure.
    case times = "x"
    case percent = "%"
    case milliseconds = "ms"
    case seconds = "s"
    case kibibytes = "KiB"
    /// 1,000 and 1,000,000 bytes.
    case kilobytes = "KB"
    case megabytes = "MB"
  }

  /// How a figure stands to its goal.
  package enum Verdict: String, Codable, Sendable {
    case beyond, met, missed
  }

  /// - Returns: nil for a figure that is not judged.
  package func verdict(on measured: Double) -> Verdict? {
    guard let goal else { return nil }
    if let beyond, measured <= beyond { return .beyond }
    return measured <= goal ? .met : .missed
  }
}

/// A row of the goal table, by the name under which the command line knows it; in the table's order.
package enum GoalRow: String, CaseIterable, Codable, Sendable {
  case cpu
  case webSocket = "websocket"
  case steady
  case slowFlush = "slow-flush"
  case halfPeak = "half-peak"
  case idle
  case coldStart = "cold-start"
  case offlinePair = "offline-pair"
  case scale
  case memory
  case storm
  case baseline
  case simulated

  /// What is run for it instead; nil for a row that is measured here.
  package var command: String? {
    self == .simulated ? "hearth simulate --change-sets 1000000" : nil
  }

  /// Goals of this row.
  package var goals: [Goal] { GoalTable.all.filter { $0.row == self } }
}

package enum GoalFigure: String, Codable, Sendable, CaseIterable {
  case cpuRatio, webSocketExtra, steadyP50, steadyP99, slowFlushP99, slowFlushPeakLoss, halfPeakP99, idleConnection
  case coldStartBytes, coldStartReceived, coldStartApplied, offlinePairTime, offlinePairBytes
  case householdsCPU, householdsQuery, historyCPU, historyQuery
  case memory, stormTime, stormFullest, baselineGrowth, simulated
}
