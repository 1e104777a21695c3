package import HearthConsole

/// A report for a terminal.
package struct ReportText {
  private let report: RunReport
  private let terminal: Terminal

  package init(_ report: RunReport, _ terminal: Terminal) {
    self.report = report
    self.terminal = terminal
  }

  package var text: String {
    [headline, latencies.text(terminal), costs.text(terminal), outcomes, verdict].joined(separator: "\n") + "\n"
  }

  private var headline: String {
    let setup = report.setup
    let load = setup.rate.map { "\(Self.whole($0)) change sets/s due" } ?? "as fast as each device's outcomes come"
    return terminal.styled("\(setup.profile)", .strong)
      + ": \(setup.households) households x \(setup.devicesPerHousehold) devices of \(setup.pack) over "
      + "\(setup.transport), \(load), \(Self.decimal(setup.seconds)) s measured\n"
      + terminal.styled(setup.about, .quiet) + "\n" + circumstances
  }

  /// What is not as it always is.
  private var circumstances: String {
    let hub = report.setup.hub.map { "At \($0), which was already running.\n" } ?? ""
    let slowness = report.setup.slowSyncMicroseconds.map { "Every sync of the hub took \($0) us longer.\n" } ?? ""
    return hub + slowness
  }

  private var latencies: Table {
    var table = Table(
      [("", .left)] + ["count", "mean ms", "p50", "p90", "p99", "p99.9", "max"].map { ($0, .right) })
    for (name, latency) in [("write -> outcome", report.outcome), ("write -> other device", report.delivery)] {
      let times = [latency.mean, latency.p50, latency.p90, latency.p99, latency.p999, latency.max]
      table.add([name, "\(latency.count)"] + times.map { Self.decimal($0) }, styles: [.name])
    }
    return table
  }

  private var costs: Table {
    var table = Table([("", .left), ("hub", .right), ("driver", .right)])
    let (hub, driver) = (report.hub, report.driver)
    let known = { (value: Double?) in value.map(Self.decimal) ?? Self.unknown }
    let size = { (bytes: Int?) in bytes.map(Self.mebibytes) ?? Self.unknown }
    let rows = [
      [
        "CPU us for a change set", known(hub?.cpuMicrosecondsPerChangeSet),
        Self.decimal(driver.cpuMicrosecondsPerChangeSet),
      ],
      ["cores busy", known(hub?.cpuShare), Self.decimal(driver.cpuShare)],
      ["memory MiB, before", size(hub?.memoryBefore), ""],
      ["memory MiB, peak", size(hub?.memoryPeak), ""],
      ["memory MiB, after", size(hub?.memoryAfter), ""],
      ["KiB for an idle connection", known(hub.map { $0.memoryIdlePerConnection / 1024 }), ""],
      ["database MiB", size(hub?.databaseBytes), ""],
      ["log MiB", size(hub?.logBytes), ""],
      ["p99 late ms", "", Self.decimal(driver.lateness99)],
    ]
    for row in rows { table.add(row, styles: [.name]) }
    return table
  }

  private static let unknown = "not known"

  private var outcomes: String {
    let counts = report.counts
    var lines = [
      "\(Self.whole(report.decidedPerSecond)) change sets/s decided; in all \(counts.sent) sent, \(counts.accepted) "
        + "accepted, \(counts.merged) merged, \(counts.rejected.values.reduce(0, +)) rejected, \(counts.delivered) "
        + "arrivals at other devices, \(counts.connectionsMade) connections made, \(counts.connectionsLost) lost"
    ]
    if let reconnection = report.reconnection { lines.append(Self.words(reconnection)) }
    for (name, count) in counts.rejected.sorted(by: { $0.key < $1.key }) {
      lines.append(terminal.styled("  \(count) rejected: \(name)", .warning))
    }
    for (name, count) in counts.faults.sorted(by: { $0.key < $1.key }) {
      lines.append(terminal.styled("  \(count) times: \(name)", .warning))
    }
    return lines.joined(separator: "\n")
  }

  private static func words(_ reconnection: RunReport.Reconnection) -> String {
    let all = reconnection.seconds.map { "all \(reconnection.devices) devices had caught up after \(decimal($0)) s" }
    return "hub restarted: "
      + (all ?? "\(reconnection.returned) of \(reconnection.devices) devices had caught up in the end")
      + ", \(reconnection.attempts) attempts, \(decimal(reconnection.busiestShare * 100)) % of them in the fullest 100 ms"
  }

  private var verdict: String {
    var lines = [String]()
    if report.driver.isLimit {
      lines.append(
        terminal.styled(
          "The driver was busy \(Self.decimal(report.driver.cpuShare * 100)) % of the time: rates and times say more "
            + "about it than about the hub.", .warning))
    }
    let check = report.convergence
    if check.faults.isEmpty {
      lines.append(
        terminal.styled(
          "converged: \(check.devices) devices of \(check.households) households show what a new install is shown "
            + "(\(check.records) records), and nothing acknowledged is missing\(balances)", .good))
    } else {
      lines.append(terminal.styled("NOT converged:", .bad))
      lines += check.faults.map { "  \($0)" }
    }
    return lines.joined(separator: "\n")
  }

  private var balances: String {
    report.convergence.balances.map { "; none of \($0) balances is below its floor" } ?? ""
  }

  private static func decimal(_ number: Double) -> String {
    guard number.isFinite else { return "-" }
    let digits: Double = abs(number) >= 100 ? 1 : abs(number) >= 10 ? 10 : 100
    let rounded = (number * digits).rounded() / digits
    return digits == 1 ? whole(number) : "\(rounded)"
  }

  private static func whole(_ number: Double) -> String { "\(Int(number.rounded()))" }

  private static func mebibytes(_ bytes: Int) -> String { decimal(Double(bytes) / 1_048_576) }
}
