extension ReportPage {
  /// A large figure.
  struct Tile: Sendable {
    var name: String
    var quantity: Quantity
    var note: String

    var markup: Markup {
      """
      <div><dt>\(name)</dt><dd>\(quantity.number)<small>\(quantity.unit)</small></dd><dd class="note">\(note)</dd></div>

      """
    }
  }
}

private typealias Tile = ReportPage.Tile
private typealias Quantity = ReportPage.Quantity

extension ReportPage.Section {
  /// The figures that answer most questions.
  var tiles: [ReportPage.Tile] {
    let due = report.setup.rate.map { "of \(Quantity.rate($0).text) due" } ?? "as fast as it goes"
    let rate = Tile(name: "Decided a second", quantity: .rate(report.decidedPerSecond), note: due)
    return [rate] + latencies + costs
  }

  private var latencies: [Tile] {
    let (outcome, delivery) = (report.outcome, report.delivery)
    return [
      tile("Write → other device, median", delivery, \.p50, "mean", \.mean),
      tile("Write → other device, 99\u{a0}%", delivery, \.p99, "at most", \.max),
      tile("Write → outcome, 99\u{a0}%", outcome, \.p99, "median", \.p50),
    ]
  }

  private func tile(
    _ name: String, _ latency: RunReport.Latency, _ main: (RunReport.Latency) -> Double, _ beside: String,
    _ other: (RunReport.Latency) -> Double
  ) -> Tile {
    guard latency.count > 0 else { return Tile(name: name, quantity: .unmeasured, note: "none measured") }
    let note = "\(beside) \(Quantity.milliseconds(other(latency)).text)"
    return Tile(name: name, quantity: .milliseconds(main(latency)), note: note)
  }

  private var costs: [Tile] {
    guard let hub = report.hub else { return [] }
    let idle = Quantity.bytes(hub.memoryIdlePerConnection).text
    return [
      Tile(
        name: "Hub’s CPU per change set", quantity: .microseconds(hub.cpuMicrosecondsPerChangeSet),
        note: "\(Quantity.cores(hub.cpuShare).text) busy"),
      Tile(
        name: "Hub’s memory, peak", quantity: .bytes(Double(hub.memoryPeak)), note: "\(idle) a connection"),
    ]
  }
}
