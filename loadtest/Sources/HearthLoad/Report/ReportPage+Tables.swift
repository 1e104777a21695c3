extension ReportPage {
  /// Rows under a title, each with its name first.
  struct Table: Sendable {
    var title: String
    var columns: [String] = []
    var rows: [[String]]
    /// What stands there when there are no rows.
    var nothing = "None."

    var markup: Markup {
      """
      <div class="card">
      <h4>\(title)</h4>
      \(rows.isEmpty ? "<p class=\"note\">\(nothing)</p>" : content)
      </div>

      """
    }

    private var content: Markup {
      let head: Markup = "<thead><tr>\(columns.map { "<th scope=\"col\">\($0)</th>" as Markup })</tr></thead>\n"
      return """
        <table>
        \(columns.isEmpty ? "" : head)<tbody>
        \(rows.map(row))</tbody>
        </table>
        """
    }

    private func row(_ cells: [String]) -> Markup {
      let values = cells.dropFirst().map { "<td>\($0)</td>" as Markup }
      return "<tr><th scope=\"row\">\(cells.first ?? "")</th>\(values)</tr>\n"
    }
  }
}

private typealias Table = ReportPage.Table
private typealias Quantity = ReportPage.Quantity

extension ReportPage.Section {
  /// All that was measured and is not a curve.
  var tables: [ReportPage.Markup] {
    [latencies, counts, rejections, faults, hub, driver, convergence, setup].compactMap { $0?.markup }
  }

  private var latencies: Table? {
    let kinds = [report.outcome, report.delivery]
    let values: [(String, (RunReport.Latency) -> Double)] = [
      ("mean", \.mean), ("median", \.p50), ("90 %", \.p90), ("99 %", \.p99), ("99.9 %", \.p999), ("at most", \.max),
    ]
    let times = values.map { name, value in
      [name] + kinds.map { ($0.count > 0 ? Quantity.milliseconds(value($0)) : .unmeasured).text }
    }
    let measured = ["measured"] + kinds.map { Quantity.count($0.count).text }
    return Table(
      title: "Latencies", columns: ["From when it was due", "to the outcome", "to other device"],
      rows: times + [measured])
  }

  private var counts: Table? {
    let counts = report.counts
    let rejected = counts.rejected.values.reduce(0, +)
    let open = counts.sent - counts.accepted - counts.merged - rejected
    let verdicts = [("accepted", counts.accepted), ("merged", counts.merged), ("rejected", rejected)]
    let undecided = open > 0 ? [("without an outcome", open)] : []
    let others = [
      ("delivered to other devices", counts.delivered), ("connections made", counts.connectionsMade),
      ("connections lost", counts.connectionsLost),
    ]
    return Table(
      title: "Change sets and connections",
      rows: [["sent", Quantity.count(counts.sent).text, ""]]
        + (verdicts + undecided).map { name, count in
          [name, Quantity.count(count).text, Quantity.share(count, of: counts.sent).text]
        } + others.map { [$0, Quantity.count($1).text, ""] })
  }

  private var rejections: Table? {
    let rows = sorted(report.counts.rejected).map { name, count in
      [name, Quantity.count(count).text, Quantity.share(count, of: report.counts.sent).text]
    }
    return Table(title: "Rejections", columns: ["Why", "Count", "Of all sent"], rows: rows)
  }

  private var faults: Table? {
    let rows = sorted(report.counts.faults).map { [$0, Quantity.count($1).text] }
    return Table(title: "Faults", columns: ["What the hub or the system said", "Count"], rows: rows)
  }

  /// The most frequent first; those as frequent by their names, so that two pages of one run are the same.
  private func sorted(_ counts: [String: Int]) -> [(name: String, count: Int)] {
    counts.map { (name: $0.key, count: $0.value) }.sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  private var hub: Table? {
    guard let hub = report.hub else {
      return Table(
        title: "The hub", rows: [],
        nothing: "Not known: it was already running, and nobody said which process it is.")
    }
    return Table(
      title: "The hub",
      rows: [
        ["CPU for each change set", Quantity.microseconds(hub.cpuMicrosecondsPerChangeSet).text],
        ["CPU", Quantity.cores(hub.cpuShare).text],
        ["memory before", Quantity.bytes(Double(hub.memoryBefore)).text],
        ["memory at most", Quantity.bytes(Double(hub.memoryPeak)).text],
        ["memory when all had left", Quantity.bytes(Double(hub.memoryAfter)).text],
        ["memory for each idle connection", Quantity.bytes(hub.memoryIdlePerConnection).text],
        ["database", hub.databaseBytes.map { Quantity.bytes(Double($0)).text } ?? Quantity.missing],
        ["log", hub.logBytes.map { Quantity.bytes(Double($0)).text } ?? Quantity.missing],
      ])
  }

  private var driver: Table? {
    let driver = report.driver
    return Table(
      title: "The load tester",
      rows: [
        ["CPU for each change set", Quantity.microseconds(driver.cpuMicrosecondsPerChangeSet).text],
        ["CPU", Quantity.cores(driver.cpuShare).text],
        ["late with what was due, 99 %", Quantity.milliseconds(driver.lateness99).text],
        ["was the limit", driver.isLimit ? "yes" : "no"],
      ])
  }

  private var convergence: Table? {
    let convergence = report.convergence
    return Table(
      title: "Compared in the end",
      rows: [
        ["households", Quantity.count(convergence.households).text],
        ["devices", Quantity.count(convergence.devices).text],
        ["records", Quantity.count(convergence.records).text],
        ["converged", convergence.faults.isEmpty ? (convergence.devices > 0 ? "yes" : Quantity.missing) : "no"],
      ])
  }

  private var slowness: String {
    report.setup.slowSyncMicroseconds.map { Quantity.microseconds(Double($0)).text } ?? "nothing"
  }

  private var setup: Table? {
    let setup = report.setup
    return Table(
      title: "What was asked for",
      rows: [
        ["pack", setup.pack], ["transport", transport], ["households", Quantity.count(setup.households).text],
        ["devices in each", Quantity.count(setup.devicesPerHousehold).text],
        ["change sets a second", setup.rate.map { Quantity.rate($0).text } ?? "as fast as it goes"],
        ["measured", Quantity.seconds(setup.seconds).text], ["began", setup.startedAt],
        ["cores of the system", Quantity.count(setup.cores).text], ["hub", setup.hub ?? "started for the run"],
        ["each sync slowed by", slowness],
      ])
  }
}
