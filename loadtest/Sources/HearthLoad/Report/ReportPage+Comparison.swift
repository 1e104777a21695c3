extension ReportPage {
  /// All runs side by side, with their ratios to the first.
  struct Comparison: Sendable {
    let sections: [Section]

    /// A column: what it shows of a run; nil where the run has nothing to show.
    private struct Column: Sendable {
      var name: String
      var value: @Sendable (RunReport) -> Double?
      var quantity: @Sendable (Double) -> Quantity
    }

    var markup: Markup {
      """
      <section id="comparison">
      <h2>Comparison</h2>
      <div class="card scroll" role="region" aria-label="Comparison of all runs" tabindex="0">
      <table>
      <thead><tr><th scope="col">Run</th>\(Self.columns.map { "<th scope=\"col\">\($0.name)</th>" as Markup })\
      <th scope="col">Converged</th></tr></thead>
      <tbody>
      \(sections.map(row))</tbody>
      </table>
      </div>
      <p class="note">Small: the ratio to the first run. A percentage is the share of change sets that took at most so \
      long.</p>
      <h3>Latency by percentile</h3>
      <div class="figures">
      \(curves("Write → other device, all runs", \.delivery).markup)\
      \(curves("Write → outcome, all runs", \.outcome).markup)
      </div>
      </section>

      """
    }

    private static let columns = [
      Column(name: "Due a second", value: \.setup.rate, quantity: Quantity.rate),
      Column(name: "Decided a second", value: \.decidedPerSecond, quantity: Quantity.rate),
      latency("Write → other device, median", \.delivery, \.p50),
      latency("Write → other device, 99\u{a0}%", \.delivery, \.p99),
      latency("Write → outcome, 99\u{a0}%", \.outcome, \.p99),
      Column(
        name: "Hub’s CPU per change set", value: \.hub?.cpuMicrosecondsPerChangeSet, quantity: Quantity.microseconds),
      Column(name: "Hub’s memory, peak", value: { $0.hub.map { Double($0.memoryPeak) } }, quantity: Quantity.bytes),
    ]

    private static func latency(
      _ name: String, _ latency: @escaping @Sendable (RunReport) -> RunReport.Latency,
      _ value: @escaping @Sendable (RunReport.Latency) -> Double
    ) -> Column {
      Column(
        name: name, value: { latency($0).count > 0 ? value(latency($0)) : nil }, quantity: Quantity.milliseconds)
    }
  }
}

private typealias Markup = ReportPage.Markup

extension ReportPage.Comparison {
  private func row(_ section: ReportPage.Section) -> Markup {
    let setup = section.report.setup
    let size = "\(setup.households) × \(setup.devicesPerHousehold) devices, \(section.transport)"
    return """
      <tr><th scope="row"><a href="#\(section.anchor)">\(name(of: section))</a><small>\(size)</small></th>\
      \(Self.columns.map { cell($0, section) })\(converged(section.report))</tr>

      """
  }

  private func cell(_ column: Column, _ section: ReportPage.Section) -> Markup {
    guard let value = column.value(section.report) else { return "<td>\(ReportPage.Quantity.missing)</td>" }
    let base = section.number == 1 ? nil : sections.first.flatMap { column.value($0.report) }
    let ratio = base.flatMap { ReportPage.Quantity.ratio(value, to: $0) }
    return "<td>\(column.quantity(value).text)<small>\(ratio?.text ?? "")</small></td>"
  }

  private func converged(_ report: RunReport) -> Markup {
    let yes = report.convergence.devices > 0 ? "yes" : ReportPage.Quantity.missing
    let no: Markup = "<strong class=\"bad\">no</strong>"
    let limit: Markup = "<small class=\"bad\">driver was the limit</small>"
    return "<td>\(report.convergence.faults.isEmpty ? "\(yes)" : no)\(report.driver.isLimit ? limit : "")</td>"
  }

  /// Runs of one profile at several hubs have the same name; the number tells them apart.
  private func name(of section: ReportPage.Section) -> String {
    "\(section.number) \(section.report.setup.profile)"
  }

  private func curves(_ title: String, _ latency: (RunReport) -> RunReport.Latency) -> ReportPage.Figure {
    let colours = ["a", "b", "c", "d", "e", "f"]
    let distributions = sections.enumerated().map { index, section in
      ReportPage.Distribution(
        name: name(of: section), colour: colours[index % colours.count],
        isDashed: !(index / colours.count).isMultiple(of: 2), latency: latency(section.report))
    }
    return ReportPage.percentiles(distributions, title: title)
  }
}
