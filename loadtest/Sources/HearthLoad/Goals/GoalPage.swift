/// A page of HTML that shows the goal table as it was measured.
package struct GoalPage: Sendable {
  private let report: GoalReport

  package init(_ report: GoalReport) {
    self.report = report
  }

  /// The whole page.
  package var html: String {
    ReportPage.frame(title: "Hearth and its goals") {
      """
      <section>
      <h2>Measured, and aimed at</h2>
      <p class="about">\(about)</p>
      \(table)
      \(report.rows.flatMap(remarks))
      </section>
      """
    }
  }

  private var about: String {
    let setup = report.setup
    let scale = setup.scale.isFull ? "" : ", at \(Self.number(setup.scale.share * 100)) % of the size: no verdict"
    return "\(ReportPage.Quantity.counted(setup.runs, "run")) of "
      + "\(ReportPage.Quantity.seconds(setup.seconds).text), medians, households of \(setup.pack), "
      + "\(setup.cores) cores, \(setup.startedAt)\(scale)"
  }

  private static let titles = ["Row", "What", "Measured", "Least to most", "Goal", "Beyond", "Verdict"]

  private var table: ReportPage.Markup {
    """
    <div class="card scroll" role="region" aria-label="Goals" tabindex="0">
    <table>
    <thead><tr>\(Self.titles.map { "<th scope=\"col\">\($0)</th>" as ReportPage.Markup })</tr></thead>
    <tbody>
    \(report.rows.flatMap { row in row.figures.map { self.row($0, row) } })</tbody>
    </table>
    </div>
    """
  }

  private func row(_ figure: GoalReport.Figure, _ row: GoalReport.Row) -> ReportPage.Markup {
    let number = { (value: Double?) in value.map(Self.number) ?? ReportPage.Quantity.missing }
    let unit = figure.median == nil ? "" : "\u{a0}\(figure.goal.unit.rawValue)"
    let range = figure.values.isEmpty ? "" : "\(number(figure.values.min())) to \(number(figure.values.max()))"
    return """
      <tr><th scope="row">\(row.row.rawValue)</th><td>\(figure.goal.what)</td><td>\(number(figure.median))\(unit)</td>\
      <td>\(range)</td><td>\(number(figure.goal.goal))</td><td>\(number(figure.goal.beyond))</td>\
      <td>\(verdict(figure, row))</td></tr>

      """
  }

  private func verdict(_ figure: GoalReport.Figure, _ row: GoalReport.Row) -> ReportPage.Markup {
    if row.fault != nil { return "<strong class=\"bad\">fault</strong>" }
    if row.row.command != nil { return "run by itself" }
    guard let verdict = figure.verdict else { return "\(ReportPage.Quantity.missing)" }
    return verdict == .missed ? "<span class=\"bad\">missed</span>" : "<strong>\(verdict.rawValue)</strong>"
  }

  private func remarks(_ row: GoalReport.Row) -> [ReportPage.Markup] {
    let name = row.row.rawValue
    let beside = row.beside.map { "\($0.name) \($0.values.median.map(Self.number) ?? "") \($0.unit.rawValue)" }
    let notes = (beside.isEmpty ? [] : ["beside: \(beside.joined(separator: ", "))"]) + row.notes
    return (row.fault.map { ["<p class=\"note\"><strong>\(name) has no figures:</strong> \($0)</p>\n"] } ?? [])
      + (row.row.command.map { ["<p class=\"note\">\(name): <code>\($0)</code></p>\n"] } ?? [])
      + notes.map { "<p class=\"note\">\(name): \($0)</p>\n" as ReportPage.Markup }
  }

  private static func number(_ number: Double) -> String { ReportPage.Quantity.rounded(number) }
}
