package import HearthConsole

/// The goal table for a terminal.
package struct GoalText {
  private let report: GoalReport
  private let terminal: Terminal

  package init(_ report: GoalReport, _ terminal: Terminal) {
    self.report = report
    self.terminal = terminal
  }

  package var text: String {
    ([headline + scale, table] + report.rows.flatMap(remarks)).joined(separator: "\n") + "\n"
  }

  private var headline: String {
    let setup = report.setup
    let runs = setup.runs == 1 ? "one run" : "medians of \(setup.runs) runs"
    return terminal.styled("goals", .strong)
      + ": \(runs) of \(Self.number(setup.seconds)) s each, households of \(setup.pack), \(setup.cores) cores\n"
  }

  private var scale: String {
    guard !report.setup.scale.isFull else { return "" }
    let share = Self.number(report.setup.scale.share * 100)
    return terminal.styled("At \(share) % of the size: no verdict.", .warning) + "\n"
  }

  private var table: String {
    var table = Table([
      ("row", .left), ("what", .left), ("measured", .right), ("", .left), ("least", .right), ("most", .right),
      ("goal", .right), ("beyond", .right), ("verdict", .left),
    ])
    for row in report.rows {
      for (number, figure) in row.figures.enumerated() {
        table.add(
          cells(figure, number == 0 ? row.row.rawValue : "", verdict(figure, row)),
          styles: [.name] + [Terminal.Style?](repeating: nil, count: 7) + [style(figure, row)])
      }
    }
    return table.text(terminal)
  }

  private func cells(_ figure: GoalReport.Figure, _ name: String, _ verdict: String) -> [String] {
    let number = { (value: Double?) in value.map(Self.number) ?? "-" }
    let (least, most) = (figure.values.min(), figure.values.max())
    return [
      name, figure.goal.what, number(figure.median), figure.median == nil ? "" : figure.goal.unit.rawValue,
      number(least), number(most), number(figure.goal.goal), number(figure.goal.beyond), verdict,
    ]
  }

  private func verdict(_ figure: GoalReport.Figure, _ row: GoalReport.Row) -> String {
    if row.fault != nil { return "fault" }
    if row.row.command != nil { return "run by itself" }
    return figure.verdict?.rawValue ?? "-"
  }

  private func style(_ figure: GoalReport.Figure, _ row: GoalReport.Row) -> Terminal.Style? {
    if row.fault != nil { return .bad }
    switch figure.verdict {
    case .beyond, .met: return .good
    case .missed: return .bad
    case nil: return .quiet
    }
  }

  /// What does not fit into the table.
  private func remarks(_ row: GoalReport.Row) -> [String] {
    let beside = row.beside.map { entry in
      "\(entry.name) \(entry.values.median.map(Self.number) ?? "-") \(entry.unit.rawValue)"
    }
    return (row.fault.map { [terminal.styled("\(row.row.rawValue) has no figures: \($0)", .bad)] } ?? [])
      + (row.row.command.map { ["\(row.row.rawValue): run it by itself, \($0)"] } ?? [])
      + (beside.isEmpty ? [] : ["\(row.row.rawValue), beside: \(beside.joined(separator: ", "))"])
      + row.notes.map { "\(row.row.rawValue): \($0)" }
  }

  private static func number(_ number: Double) -> String { ReportPage.Quantity.rounded(number) }
}
