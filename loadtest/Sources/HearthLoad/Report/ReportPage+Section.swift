extension ReportPage {
  /// One run's part of the page.
  struct Section: Sendable {
    let number: Int
    let report: RunReport

    /// Where links to the run lead.
    var anchor: String { "run-\(number)" }

    var markup: Markup {
      """
      <section id="\(anchor)">
      <h2>\(report.setup.profile)</h2>
      <p class="about">\(report.setup.about)</p>
      \(headline)
      \(convergenceBanner)\(driverBanner)
      <dl class="tiles\(report.hub == nil ? " few" : "")">
      \(tiles.map(\.markup))
      </dl>
      <h3>How it went</h3>
      <div class="figures">
      \(figures.map(\.markup))
      </div>
      <h3>In numbers</h3>
      <div class="tables">
      \(tables)
      </div>
      </section>

      """
    }

    private var figures: [Figure] {
      let distributions = [
        Distribution(name: "write → outcome", colour: "a", latency: report.outcome),
        Distribution(name: "write → other device", colour: "b", isDashed: true, latency: report.delivery),
      ]
      let curves = ReportPage.percentiles(distributions, title: "Latency by percentile")
      return [curves] + Timeline(report).figures(hasHub: report.hub != nil)
    }
  }
}

extension ReportPage.Section {
  /// Why the figures must not be believed as they stand: devices differ from the hub.
  private var convergenceBanner: ReportPage.Markup? {
    guard !report.convergence.faults.isEmpty else { return nil }
    let faults = report.convergence.faults.map { "<li>\($0)</li>\n" as ReportPage.Markup }
    return """
      <div class="banner" role="alert">
      <p><strong>Not converged.</strong> What was different or missing, the first few:</p>
      <ul>
      \(faults)</ul>
      </div>

      """
  }

  /// Why the figures must not be believed as they stand: the driver was slower than what it measures.
  private var driverBanner: ReportPage.Markup? {
    guard report.driver.isLimit else { return nil }
    let used = ReportPage.Quantity.cores(report.driver.cpuShare).text
    let late = ReportPage.Quantity.milliseconds(report.driver.lateness99).text
    return """
      <div class="banner" role="alert">
      <p><strong>The driver was the limit.</strong> These figures say more about the load tester than about the hub. It
      used \(used) of \(report.setup.cores) and was up to \(late) late with 99\u{a0}% of what was due.</p>
      </div>

      """
  }
}
