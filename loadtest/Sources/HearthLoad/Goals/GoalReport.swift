/// The goal table as it was measured: what the terminal, `--json` and the page show.
package struct GoalReport: Codable, Sendable {
  /// What was asked for.
  package struct Setup: Codable, Sendable, Equatable {
    /// The app of the households; rows that say so have one of their own.
    package var pack: String
    package var runs: Int
    /// Seconds that were measured, behind those of warming up.
    package var seconds: Double
    package var scale: GoalScale
    /// When it began: RFC 3339 in UTC.
    package var startedAt: String
    /// The system's cores.
    package var cores: Int

    package init(pack: String, runs: Int, seconds: Double, scale: GoalScale, startedAt: String, cores: Int) {
      self.pack = pack
      self.runs = runs
      self.seconds = seconds
      self.scale = scale
      self.startedAt = startedAt
      self.cores = cores
    }
  }

  /// A goal, and what was measured for it.
  package struct Figure: Codable, Sendable, Equatable {
    package let goal: Goal
    /// One for each run; empty where nothing was measured.
    package let values: [Double]
    package let median: Double?
    /// Nil where nothing was measured, where there is no goal, and below the full size.
    package let verdict: Goal.Verdict?

    package init(_ goal: Goal, _ values: [Double], _ scale: GoalScale) {
      self.goal = goal
      self.values = values
      median = values.median
      verdict = scale.isFull ? median.flatMap { goal.verdict(on: $0) } : nil
    }
  }

  /// Something of another server, to lay beside a figure.
  package struct Beside: Codable, Sendable, Equatable {
    package let name: String
    package let values: [Double]
    package let unit: Goal.Unit

    package init(name: String, values: [Double], unit: Goal.Unit) {
      self.name = name
      self.values = values
      self.unit = unit
    }
  }

  package struct Row: Codable, Sendable, Equatable {
    package let row: GoalRow
    package let figures: [Figure]
    package var beside: [Beside] = []
    /// What one has to know to read the figures; each once.
    package var notes: [String] = []
    /// Why there are no figures.
    package var fault: String?

    /// A row with what its runs have found.
    package init(_ row: GoalRow, _ samples: [GoalSample], _ scale: GoalScale) {
      self.row = row
      figures = row.goals.map { goal in Figure(goal, samples.compactMap { $0.values[goal.figure] }, scale) }
      beside = Self.beside(samples)
      notes = samples.flatMap(\.notes).reduce(into: []) { notes, note in
        if !notes.contains(note) { notes.append(note) }
      }
    }

    /// A row that could not be measured.
    package init(_ row: GoalRow, fault: String) {
      self.row = row
      figures = row.goals.map { Figure($0, [], GoalScale(share: 1)) }
      self.fault = fault
    }

    private static func beside(_ samples: [GoalSample]) -> [Beside] {
      let all = samples.flatMap(\.beside)
      let names = all.map(\.name).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      return names.compactMap { name in
        let own = all.filter { $0.name == name }
        return own.first.map { Beside(name: name, values: own.map(\.value), unit: $0.unit) }
      }
    }
  }

  package var setup: Setup
  package var rows: [Row]

  package init(setup: Setup, rows: [Row]) {
    self.setup = setup
    self.rows = rows
  }

  package var hasFault: Bool { rows.contains { $0.fault != nil } }
  package var hasMissed: Bool { rows.contains { $0.figures.contains { $0.verdict == .missed } } }
}

/// What one run of a row has found.
package struct GoalSample: Sendable {
  package var values: [GoalFigure: Double]
  package var beside: [(name: String, value: Double, unit: Goal.Unit)] = []
  package var notes: [String] = []

  package init(_ values: [GoalFigure: Double]) {
    self.values = values
  }
}
