extension ReportPage {
  /// A number for people, and its unit.
  package struct Quantity: Equatable, Sendable {
    package let number: String
    package let unit: String

    /// As `12.3 ms`, on one line: the space does not break.
    package var text: String { unit.isEmpty ? number : "\(number)\u{a0}\(unit)" }

    /// As `1,234`.
    package static func count(_ value: Int) -> Quantity {
      Quantity(number: plain(Double(value), decimals: 0, separator: ","), unit: "")
    }

    /// As `499.6`, to three digits or the whole number.
    package static func rate(_ value: Double) -> Quantity {
      Quantity(number: rounded(value), unit: "")
    }

    /// As `87 µs`, `12.3 ms` or `14.1 s`.
    package static func milliseconds(_ value: Double) -> Quantity {
      switch value {
      case 10_000...: Quantity(number: rounded(value / 1_000), unit: "s")
      case 0.1...: Quantity(number: rounded(value), unit: "ms")
      case 0: Quantity(number: "0", unit: "ms")
      default: Quantity(number: rounded(value * 1_000), unit: "µs")
      }
    }

    /// As `212 µs`; what one change set costs stays in one unit, so that runs compare at a glance.
    package static func microseconds(_ value: Double) -> Quantity {
      Quantity(number: rounded(value), unit: "µs")
    }

    /// As `48 MiB`.
    package static func bytes(_ value: Double) -> Quantity {
      let units = ["B", "KiB", "MiB", "GiB", "TiB"]
      var (value, unit) = (value, 0)
      // From 1,000 on, so that no number has four digits.
      while abs(value) >= 1_000, unit < units.count - 1 {
        value /= 1_024
        unit += 1
      }
      return Quantity(number: rounded(value), unit: units[unit])
    }

    /// As `60 s`, `66.7 min` or `24 h`.
    package static func seconds(_ value: Double) -> Quantity {
      switch value {
      case 10_800...: Quantity(number: rounded(value / 3_600), unit: "h")
      case 600...: Quantity(number: rounded(value / 60), unit: "min")
      default: Quantity(number: rounded(value), unit: "s")
      }
    }

    /// A share of 1, as `0.42 cores`; a thousandth of a core is as much as the system counts in a second.
    package static func cores(_ share: Double) -> Quantity {
      let number = rounded(share, decimalsMax: 3)
      return Quantity(number: number, unit: number == "1" ? "core" : "cores")
    }

    /// As `4.2 %`; nothing of nothing is no share.
    package static func share(_ part: Int, of whole: Int) -> Quantity {
      guard whole > 0 else { return Quantity(number: missing, unit: "") }
      return Quantity(number: rounded(100 * Double(part) / Double(whole)), unit: "%")
    }

    /// As `×1.24`; nil where there is nothing to compare with.
    package static func ratio(_ value: Double, to base: Double) -> Quantity? {
      let ratio = value / base
      return ratio.isFinite ? Quantity(number: "×" + rounded(ratio), unit: "") : nil
    }

    /// As `1 device` and `1,200 devices`.
    package static func counted(_ value: Int, _ noun: String) -> String {
      "\(count(value).number) \(noun)\(value == 1 ? "" : "s")"
    }

    /// What stands where there is no number.
    package static let missing = "–"

    /// Nothing that could be measured.
    package static let unmeasured = Quantity(number: missing, unit: "")
  }
}

extension ReportPage.Quantity {
  /// To three digits that count, without zeros at the end; whole numbers keep all their digits.
  package static func rounded(_ value: Double, decimalsMax: Int = 6) -> String {
    var (decimals, bound) = (0, 100.0)
    while abs(value) < bound, value != 0, decimals < decimalsMax {
      decimals += 1
      bound /= 10
    }
    return trimmed(value, decimals: decimals)
  }

  /// With at most so many decimals, and no zeros at their end.
  package static func trimmed(_ value: Double, decimals: Int) -> String {
    var text = plain(value, decimals: decimals, separator: ",")
    guard decimals > 0, text.contains(".") else { return text }
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    return text
  }

  /// With so many decimals.
  package static func plain(_ value: Double, decimals: Int, separator: String = "") -> String {
    guard value.isFinite else { return missing }
    let scale = (0..<decimals).reduce(1) { scale, _ in scale * 10 }
    // What does not fit into an integer has no use for digits.
    guard let scaled = Int(exactly: (value * Double(scale)).rounded()) else { return "\(value)" }
    let (whole, rest) = scaled.magnitude.quotientAndRemainder(dividingBy: scale.magnitude)
    let fraction = String(rest)
    let zeros = String(repeating: "0", count: decimals - (decimals == 0 ? 0 : fraction.count))
    let sign = scaled < 0 ? "-" : ""
    return sign + grouped(whole, separator) + (decimals == 0 ? "" : ".\(zeros)\(fraction)")
  }

  private static func grouped(_ value: UInt, _ separator: String) -> String {
    let digits = Array(String(value))
    return digits.indices.map { index in
      let isGroup = index > 0 && (digits.count - index).isMultiple(of: 3)
      return (isGroup ? separator : "") + String(digits[index])
    }.joined()
  }
}
