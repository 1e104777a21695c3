extension ReportPage {
  /// The seconds of a run, as so few moments that a screen can show each.
  ///
  /// A run of a day has more seconds than a screen has columns. Rates and shares of adjoining seconds become their
  /// mean, latencies and memory their highest: nothing that was bad may vanish in a mean.
  struct Timeline: Sendable {
    /// One point of each line.
    struct Moment: Sendable {
      /// When it begins, as a second's.
      var at: Double
      var sent: Double
      var decided: Double
      var delivered: Double
      var outcome: Times
      var delivery: Times
      var hubCPU: Double
      var driverCPU: Double
      var hubMemory: Int
      var attempts: Double
    }

    /// Latencies in milliseconds, 0 when there were none.
    struct Times: Sendable {
      var median: Double
      var most: Double
    }

    let moments: [Moment]
    /// How many seconds each moment has.
    let width: Int
    /// Change sets a second that were due, if that was asked for.
    let rate: Double?
    /// Whether the hub was restarted, so that all had to connect again.
    let hasRestart: Bool

    private static let momentsMax = 180

    init(_ report: RunReport) {
      let seconds = report.seconds.filter(\.at.isFinite)
      let width = max(1, (seconds.count + Self.momentsMax - 1) / Self.momentsMax)
      moments = stride(from: 0, to: seconds.count, by: width).map { start in
        Moment(seconds[start..<min(start + width, seconds.count)])
      }
      self.width = width
      rate = report.setup.rate
      hasRestart = report.reconnection != nil
    }

    /// Latencies, rates, and what hub and driver used, each over time; after a restart, who came back when.
    func figures(hasHub: Bool) -> [Figure] {
      [latencies, rates] + (hasRestart ? [attempts] : []) + [costs(hasHub: hasHub)]
    }
  }
}

private typealias Moment = ReportPage.Timeline.Moment
private typealias Quantity = ReportPage.Quantity

extension ReportPage.Timeline.Moment {
  fileprivate init(_ seconds: ArraySlice<RunReport.Second>) {
    func mean(_ value: (RunReport.Second) -> Double) -> Double {
      seconds.map(value).reduce(0, +) / Double(max(seconds.count, 1))
    }
    func most(_ value: (RunReport.Second) -> Double) -> Double { seconds.map(value).max() ?? 0 }
    self.init(
      at: seconds.first?.at ?? 0, sent: mean { Double($0.sent) }, decided: mean { Double($0.decided) },
      delivered: mean { Double($0.delivered) }, outcome: .init(median: most(\.outcomeP50), most: most(\.outcomeP99)),
      delivery: .init(median: most(\.deliveryP50), most: most(\.deliveryP99)), hubCPU: mean(\.hubCPU),
      driverCPU: mean(\.driverCPU), hubMemory: seconds.map(\.hubMemory).max() ?? 0,
      attempts: mean { Double($0.attempts) })
  }
}

extension ReportPage.Timeline {
  private var latencies: ReportPage.Figure {
    // No latency is 0: a moment in which nothing was decided has none.
    func measured(_ value: @escaping (Moment) -> Double) -> (Moment) -> Double? {
      { value($0) > 0 ? value($0) : nil }
    }
    let lines = [
      line("outcome, median", "a", isDashed: true, measured(\.outcome.median)),
      line("outcome, 99 %", "a", measured(\.outcome.most)),
      line("other device, median", "b", isDashed: true, measured(\.delivery.median)),
      line("other device, 99 %", "b", measured(\.delivery.most)),
    ]
    let warmup = "Shaded: warming up, before the part that is measured."
    let note = moments.contains { $0.at < 0 } ? warmup : ""
    return figure("Latency over time", note: note, [plot(lines, .latencies(values(lines)), "Latency", readout: times)])
  }

  private var rates: ReportPage.Figure {
    let due = rate.map { rate in line("due", "quiet") { $0.at < 0 ? nil : rate } }
    let lines = [
      line("delivered to other devices", "b", \.delivered), line("decided", "a", \.decided),
      line("sent", "c", isDashed: true, \.sent),
    ]
    let all = (due.map { [$0] } ?? []) + lines
    let rates = plot(all, .amounts(values(all), title: "a second"), "Change sets a second") { moment in
      [
        ("b", "delivered \(Quantity.rounded(moment.delivered))"),
        ("a", "decided \(Quantity.rounded(moment.decided))"), ("c", "sent \(Quantity.rounded(moment.sent))"),
      ]
    }
    return figure("Change sets a second", [rates])
  }

  private var attempts: ReportPage.Figure {
    let tried = [line("tried", "a", \.attempts)]
    let plot = plot(tried, .amounts(values(tried), title: "a second"), "Connections tried a second") {
      [("a", "tried \(Quantity.rounded($0.attempts))")]
    }
    return figure("Connections tried a second", [plot])
  }

  private func costs(hasHub: Bool) -> ReportPage.Figure {
    let hub = line("hub’s CPU", "a", \.hubCPU)
    let driver = line("driver’s CPU", "d", isDashed: true, \.driverCPU)
    let shares = hasHub ? [hub, driver] : [driver]
    var cpu = plot(shares, .amounts(values(shares), title: "cores"), "CPU") { moment in
      (hasHub ? [("a", "hub \(Quantity.cores(moment.hubCPU).number)")] : [])
        + [("d", "driver \(Quantity.cores(moment.driverCPU).number)")]
    }
    guard hasHub else { return figure("CPU of the driver", [cpu]) }
    let used = [line("hub’s memory", "c") { Double($0.hubMemory) / 1_048_576 }]
    var memory = plot(used, .amounts(values(used), title: "MiB"), "Memory of the hub") {
      [("c", Quantity.bytes(Double($0.hubMemory)).text)]
    }
    cpu.isContinued = true
    cpu.height = 165
    memory.height = 187
    return figure("CPU and memory", [cpu, memory])
  }

  private func times(_ moment: Moment) -> ReportPage.Plot.Readout.Values {
    [("a", "outcome", moment.outcome), ("b", "device", moment.delivery)].map { colour, name, times in
      guard times.most > 0 else { return (colour, "\(name) \(Quantity.missing)") }
      return (colour, "\(name) \(Quantity.rounded(times.median)), \(Quantity.rounded(times.most)) ms")
    }
  }

  private func line(
    _ name: String, _ colour: String, isDashed: Bool = false, _ value: (Moment) -> Double?
  ) -> ReportPage.Plot.Line {
    let points = moments.map { ReportPage.Plot.Point(x: middle(of: $0), y: value($0)) }
    return ReportPage.Plot.Line(name: name, colour: colour, isDashed: isDashed, points: points)
  }

  private func middle(of moment: Moment) -> Double {
    moment.at + Double(width) / 2
  }

  private func values(_ lines: [ReportPage.Plot.Line]) -> [Double] {
    lines.flatMap { $0.points.compactMap(\.y) }
  }

  private func plot(
    _ lines: [ReportPage.Plot.Line], _ y: ReportPage.Axis, _ name: String,
    readout: (Moment) -> ReportPage.Plot.Readout.Values
  ) -> ReportPage.Plot {
    let ranges = lines.map { line in
      let values = line.points.compactMap(\.y)
      guard let least = values.min(), let most = values.max() else { return "\(line.name): nothing measured" }
      return "\(line.name): \(Quantity.rounded(least)) to \(Quantity.rounded(most))"
    }
    return ReportPage.Plot(
      x: .time(from: moments.first?.at ?? 0, through: (moments.last?.at ?? 0) + Double(width)), y: y, lines: lines,
      readouts: moments.map { .init(x: middle(of: $0), title: "\(Quantity.rounded($0.at)) s", values: readout($0)) },
      hasWarmup: true, summary: "\(name) over time, in \(y.title). \(ranges.joined(separator: "; "))")
  }

  private func figure(_ title: String, note: String = "", _ plots: [ReportPage.Plot]) -> ReportPage.Figure {
    let points = "A point is \(width) s: the mean of rates and CPU, the highest of latencies and memory."
    let notes = [note, width > 1 ? points : ""].filter { !$0.isEmpty }
    return ReportPage.Figure(title: title, note: notes.joined(separator: " "), plots: plots)
  }
}
