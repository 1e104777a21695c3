/// A page of HTML that shows a comparison, in the style of the load tester's other pages.
package struct ComparisonPage: Sendable {
  private let comparison: Comparison

  package init(_ comparison: Comparison) {
    self.comparison = comparison
  }

  /// The whole page.
  package var html: String {
    ReportPage.frame(title: "Hearth and others") {
      """
      <section>
      <h2>Servers side by side</h2>
      <p class="about">\(about)</p>
      <h3>As fast as acknowledgements come</h3>
      \(table(\.peak))
      \(paced)
      \(notes)
      </section>
      """
    }
  }

  private var about: String {
    let setup = comparison.setup
    let slow = setup.slowSyncMicroseconds > 0 ? ", each sync \(setup.slowSyncMicroseconds) µs slower" : ""
    return "\(setup.households) × \(setup.devicesPerHousehold) devices, \(setup.payloadBytes) bytes in a change set, "
      + "\(ReportPage.Quantity.counted(setup.runs, "run")) of \(ReportPage.Quantity.seconds(setup.seconds).text), "
      + "\(setup.cores) cores\(slow), \(setup.startedAt)"
  }

  private var paced: ReportPage.Markup? {
    guard let rate = comparison.setup.rate else { return nil }
    return "<h3>At \(ReportPage.Quantity.rate(rate).text) change sets a second</h3>\n\(table(\.paced))"
  }

  private var notes: [ReportPage.Markup] {
    comparison.entries.compactMap { entry in
      if let fault = entry.fault { return "<p class=\"note\"><strong>\(entry.name) failed:</strong> \(fault)</p>\n" }
      return entry.installation.map { "<p class=\"note\">\(entry.name) is not installed: \($0)</p>\n" }
    }
  }

  private static let titles = [
    "Server", "Durable", "Merges", "CPU per change set", "Change sets a second", "Write → ack, median",
    "Write → ack, 99\u{a0}%", "Write → other device, median", "Write → other device, 99\u{a0}%", "Memory",
  ]

  private func table(_ part: KeyPath<Comparison.Entry, [Figures]>) -> ReportPage.Markup {
    """
    <div class="card scroll" role="region" aria-label="Servers" tabindex="0">
    <table>
    <thead><tr>\(Self.titles.map { "<th scope=\"col\">\($0)</th>" as ReportPage.Markup })</tr></thead>
    <tbody>
    \(comparison.entries.compactMap { row($0, part) })</tbody>
    </table>
    </div>
    <p class="note">Small: the ratio to \(Comparison.yardstick) in the same run.</p>
    """
  }

  private func row(_ entry: Comparison.Entry, _ part: KeyPath<Comparison.Entry, [Figures]>) -> ReportPage.Markup? {
    guard let figures = Figures(medianOf: entry[keyPath: part]) else { return nil }
    let cell = { (figure: KeyPath<Figures, Double>, quantity: (Double) -> ReportPage.Quantity) in
      let ratio = comparison.ratio(entry, part, figure).flatMap { ReportPage.Quantity.ratio($0, to: 1) }
      return "<td>\(quantity(figures[keyPath: figure]).text)<small>\(ratio?.text ?? "")</small></td>"
        as ReportPage.Markup
    }
    let limit: ReportPage.Markup = "<small class=\"bad\">driver was the limit</small>"
    let times = [\Figures.acknowledgementP50, \.acknowledgementP99, \.deliveryP50, \.deliveryP99]
    return """
      <tr><th scope="row">\(entry.name)<small>\(entry.about)</small>\(figures.isDriverLimit ? limit : "")</th>\
      <td>\(entry.isDurable ? "yes" : "no")</td><td>\(entry.merges ? "yes" : "no")</td>\
      \(cell(\.cpuMicroseconds, ReportPage.Quantity.microseconds))\
      \(cell(\.changeSetsPerSecond, ReportPage.Quantity.rate))\
      \(times.map { cell($0, ReportPage.Quantity.milliseconds) })\(cell(\.memoryBytes, ReportPage.Quantity.bytes))</tr>

      """
  }
}
