package import HearthConsole

/// A comparison for a terminal.
package struct ComparisonText {
  private let comparison: Comparison
  private let terminal: Terminal

  package init(_ comparison: Comparison, _ terminal: Terminal) {
    self.comparison = comparison
    self.terminal = terminal
  }

  package var text: String {
    var parts = [headline, peak]
    if let rate = comparison.setup.rate {
      parts.append(terminal.styled("At \(Self.number(rate)) change sets/s", .strong) + "\n" + table(\.paced))
    }
    return (parts + [notes]).joined(separator: "\n") + "\n"
  }

  private var headline: String {
    let setup = comparison.setup
    let runs = setup.runs == 1 ? "one run" : "medians of \(setup.runs) runs in turn"
    return terminal.styled("compare", .strong)
      + ": \(setup.households) households x \(setup.devicesPerHousehold) devices, \(setup.payloadBytes) bytes in a "
      + "change set, \(Self.number(setup.seconds)) s measured, \(runs), \(setup.cores) cores\n"
  }

  private var peak: String {
    terminal.styled("Peak: each device writes as soon as its last change set is acknowledged", .strong) + "\n"
      + table(\.peak)
  }

  private func table(_ part: KeyPath<Comparison.Entry, [Figures]>) -> String {
    var table = Table(
      [("server", .left), ("durable", .left), ("merges", .left)]
        + Self.numbers.map { ($0, .right) })
    for entry in comparison.entries {
      guard let figures = Figures(medianOf: entry[keyPath: part]) else { continue }
      table.add(
        [entry.name, entry.isDurable ? "yes" : "no", entry.merges ? "yes" : "no"]
          + cells(figures) { comparison.ratio(entry, part, $0) }, styles: [.name])
    }
    return table.isEmpty ? "nothing was measured\n" : table.text(terminal)
  }

  private static let numbers = [
    "CPU us", "x ref", "sets/s", "x ref", "ack p50", "p99 ms", "other p50", "p99 ms", "MiB", "B sent", "driver us",
    "busy %",
  ]

  private func cells(_ figures: Figures, _ ratio: (KeyPath<Figures, Double>) -> Double?) -> [String] {
    let ratios = [ratio(\.cpuMicroseconds), ratio(\.changeSetsPerSecond)].map { $0.map(Self.number) ?? "-" }
    let before = [Self.number(figures.cpuMicroseconds), ratios[0], Self.whole(figures.changeSetsPerSecond), ratios[1]]
    let times = [
      figures.acknowledgementP50, figures.acknowledgementP99, figures.deliveryP50, figures.deliveryP99,
    ].map(Self.number)
    return before + times + [
      Self.number(figures.memoryBytes / 1_048_576), Self.whole(figures.bytesSent),
      Self.number(figures.driverCPUMicroseconds),
      Self.whole(figures.driverShare * 100) + (figures.isDriverLimit ? "!" : ""),
    ]
  }

  private var notes: String {
    [limits, slowness, skipped, failures].flatMap { $0 }.joined(separator: "\n")
  }

  private var limits: [String] {
    let limited = comparison.entries.filter { Figures(medianOf: $0.peak)?.isDriverLimit == true }.map(\.name)
    guard !limited.isEmpty else { return [] }
    return [
      terminal.styled(
        "! The driver was busy more than 80 % of the time: of \(limited.joined(separator: ", ")) the rate and the times "
          + "say more about it than about the server; what a change set costs the server stands.", .warning)
    ]
  }

  private var slowness: [String] {
    let setup = comparison.setup
    guard setup.slowSyncMicroseconds > 0 else { return [] }
    let untouched = comparison.entries.filter { $0.isDurable && !$0.feelsSlowSync && !$0.peak.isEmpty }.map(\.name)
    let exceptions = untouched.isEmpty ? "" : ", but those of \(untouched.joined(separator: ", "))"
    return ["Every sync of the servers took \(setup.slowSyncMicroseconds) us longer\(exceptions)."]
  }

  private var skipped: [String] {
    let missing = comparison.entries.compactMap { entry in entry.installation.map { "  \(entry.name): \($0)" } }
    return missing.isEmpty ? [] : ["Not installed, and left out:"] + missing
  }

  private var failures: [String] {
    comparison.entries.compactMap { entry in
      entry.fault.map { terminal.styled("\(entry.name) failed: \($0)", .bad) }
    }
  }

  private static func number(_ number: Double) -> String { ReportPage.Quantity.rounded(number) }

  private static func whole(_ number: Double) -> String {
    ReportPage.Quantity.plain(number, decimals: 0, separator: ",")
  }
}
