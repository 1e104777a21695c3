extension ReportPage {
  /// The distribution of one kind of latency, as a line of the plot of percentiles.
  struct Distribution: Sendable {
    var name: String
    var colour: String
    var isDashed = false
    var latency: RunReport.Latency

    /// The points that are numbers.
    fileprivate var points: [RunReport.Latency.Point] {
      latency.curve.filter { $0.milliseconds.isFinite && $0.share.isFinite }
    }

    /// The least time that at least such a share did not exceed.
    fileprivate func milliseconds(at share: Double) -> Double? {
      // Sums of shares may end a hair below 1.
      (points.first { $0.share >= share - 1e-12 } ?? points.last)?.milliseconds
    }

    fileprivate var line: Plot.Line {
      let first = points.first.map { Plot.Point(x: 0, y: $0.milliseconds) }
      let rest = points.map { Plot.Point(x: $0.share, y: $0.milliseconds) }
      return Plot.Line(
        name: name, colour: colour, isDashed: isDashed, points: (first.map { [$0] } ?? []) + rest)
    }

    fileprivate var summary: String {
      guard latency.count > 0 else { return "\(name): nothing measured" }
      let times = [("50", latency.p50), ("99", latency.p99), ("99.9", latency.p999)].map { name, value in
        "\(name) % within \(Quantity.milliseconds(value).text)"
      }
      return "\(name): \(times.joined(separator: ", ")), at most \(Quantity.milliseconds(latency.max).text)"
    }
  }

  /// How large a share was done in how much time.
  static func percentiles(_ distributions: [Distribution], title: String, note: String = "") -> Figure {
    let plot = Plot(
      x: .percentiles(count: distributions.map(\.latency.count).max() ?? 0),
      y: .latencies(distributions.flatMap { $0.points.map(\.milliseconds) }),
      lines: distributions.map(\.line), readouts: readouts(distributions),
      summary: "\(title). \(distributions.map(\.summary).joined(separator: "; "))")
    let scale = "Each further nine takes as much room as the one before."
    return Figure(title: title, note: note.isEmpty ? scale : "\(note) \(scale)", plots: [plot])
  }

  /// At places of equal distance; the share `1 - 10^-nines` stands at so many nines.
  private static func readouts(_ distributions: [Distribution]) -> [Plot.Readout] {
    let count = distributions.map(\.latency.count).max() ?? 0
    // More values would not fit above the plot.
    guard count > 0, distributions.count <= 5 else { return [] }
    return readoutShares.filter { $0 <= 1 - 1 / Double(count) }.map { share in
      let values = distributions.map { distribution in
        let time = distribution.milliseconds(at: share).map(Quantity.milliseconds) ?? .unmeasured
        return (colour: distribution.colour, text: time.text)
      }
      return Plot.Readout(x: share, title: "\(Quantity.trimmed(share * 100, decimals: 4)) %", values: values)
    }
  }

  /// Shares that are worth a readout: tenths, and for each nine the steps to the next one.
  private static let readoutShares: [Double] =
    stride(from: 0.05, to: 0.9, by: 0.05).map { $0 }
    + [0.1, 0.01, 0.001, 0.0001].flatMap { rest in
      [1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.15].map { 1 - rest * $0 }
    } + [0.99999]
}
