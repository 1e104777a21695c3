internal import Foundation

extension ReportPage {
  /// One side of a plot: which values it shows, where they stand, and which of them are marked.
  package struct Axis: Sendable {
    package enum Scale: Sendable {
      case linear
      case logarithmic
      /// Of shares below 1, by `log10(1 / (1 - share))` as HdrHistogram draws them: each further nine takes as much
      /// room as the one before, for what is rare is what people wait for.
      case percentile
    }

    package struct Tick: Sendable {
      package let value: Double
      package let label: String
    }

    package let scale: Scale
    package let range: ClosedRange<Double>
    package let ticks: [Tick]
    /// What is shown and in which unit.
    package let title: String

    /// How far along the axis a value stands: 0 at its low end, 1 at its high end, and nothing beyond them.
    package func position(of value: Double) -> Double {
      // Before the scale is applied: the whole, as a percentile, would be infinitely far away.
      let value = min(max(value, range.lowerBound), range.upperBound)
      let (low, high) = (Self.place(range.lowerBound, scale), Self.place(range.upperBound, scale))
      return (Self.place(value, scale) - low) / (high - low)
    }

    private static func place(_ value: Double, _ scale: Scale) -> Double {
      switch scale {
      case .linear: value
      case .logarithmic: log10(value)
      case .percentile: -log10(1 - value)
      }
    }
  }
}

extension ReportPage.Axis {
  /// Of amounts: from 0 to a round value that is not below any of them.
  package static func amounts(_ values: [Double], title: String) -> Self {
    let most = values.filter(\.isFinite).max() ?? 0
    let span = most > 0 ? most : 1
    let step = roundStep(span, parts: 5)
    let top = step * (span / step - 1e-9).rounded(.up)
    return Self(scale: .linear, range: 0...top, ticks: ticks(in: 0...top, step: step), title: title)
  }

  /// Of times in milliseconds, logarithmic when they range over more than two decades.
  package static func latencies(_ values: [Double]) -> Self {
    let positive = values.filter { $0 > 0 && $0.isFinite }
    guard let least = positive.min(), let most = positive.max(), most / least > 100 else {
      return amounts(values, title: "ms")
    }
    // Beyond three decades there is room for the powers of ten alone.
    let steps = most / least > 1_000 ? [1.0] : [1, 2, 5]
    let marks = (Int(log10(least).rounded(.down))...Int(log10(most).rounded(.up)) + 1).flatMap { exponent in
      steps.map { $0 * pow(10, Double(exponent)) }
    }
    let low = marks.last { $0 <= least } ?? least
    let high = marks.first { $0 >= most } ?? most
    let ticks = marks.filter { low <= $0 && $0 <= high }.map { Tick(value: $0, label: label($0)) }
    return Self(scale: .logarithmic, range: low...high, ticks: ticks, title: "ms")
  }

  /// Of shares, as far as so many measurements can tell them apart.
  package static func percentiles(count: Int) -> Self {
    let nines = [0.9, 0.99, 0.999, 0.9999, 0.99999]
    let top = max(0.9, 1 - 1 / Double(max(count, 1)))
    let ticks = ([0, 0.5] + nines).filter { $0 <= top }.map { Tick(value: $0, label: label($0 * 100)) }
    return Self(scale: .percentile, range: 0...top, ticks: ticks, title: "percentile")
  }

  /// Of seconds, from the first to the last, marked in a unit that suits how many they are.
  package static func time(from first: Double, through last: Double) -> Self {
    let range = first...max(last, first + 1)
    let span = range.upperBound - range.lowerBound
    let (unit, name) =
      switch span {
      case ...300: (1.0, "seconds")
      case ...10_800: (60.0, "minutes")
      default: (3_600.0, "hours")
      }
    // What happens within a second is one point.
    let step = max(1, roundStep(span / unit, parts: 8) * unit)
    let ticks = ticks(in: range, step: step, unit: unit)
    return Self(scale: .linear, range: range, ticks: ticks, title: "\(name) of measuring")
  }

  /// The least of 1, 2, 5 times a power of ten that makes at most so many parts of a span.
  private static func roundStep(_ span: Double, parts: Int) -> Double {
    let least = span / Double(parts)
    guard least > 0, least.isFinite else { return 1 }
    let power = pow(10, log10(least).rounded(.down))
    return power * ([1, 2, 5].first { $0 * power >= least * (1 - 1e-9) } ?? 10)
  }

  private static func ticks(in range: ClosedRange<Double>, step: Double, unit: Double = 1) -> [Tick] {
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    let values = stride(from: first, through: last, by: 1).map { $0 * step }
    // As many decimals for all as one of them needs: 0.10 beside 0.05.
    let decimals = values.map { label($0 / unit).split(separator: ".").dropFirst().first?.count ?? 0 }.max() ?? 0
    return values.map { value in
      Tick(value: value, label: ReportPage.Quantity.plain(value / unit, decimals: decimals, separator: ","))
    }
  }

  /// With as many decimals as the value has, and no trace of how it was computed.
  private static func label(_ value: Double) -> String {
    ReportPage.Quantity.trimmed(value, decimals: 6)
  }
}
