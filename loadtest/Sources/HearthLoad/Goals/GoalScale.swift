/// How large the measured rows are: their full size, or a share of it to see whether a row can be measured at all.
package struct GoalScale: Codable, Sendable, Equatable {
  /// Above 0, at most 1.
  package let share: Double

  package init(share: Double) {
    self.share = share
  }

  /// Whether figures may be judged: goals are for the full size.
  package var isFull: Bool { share == 1 }

  /// A number of households, tasks or change sets.
  ///
  /// - Parameter least: what a row cannot do without.
  package func count(_ full: Int, least: Int = 1) -> Int {
    max(least, Int((Double(full) * share).rounded()))
  }

  /// Change sets a second; so few are no measure of anything, but something goes on.
  package func rate(_ full: Double) -> Double { max(20, full * share) }
}
