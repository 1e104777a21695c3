extension Expression.Function {
  /// What the function says of its arguments; null where they have no answer, nil where something is not known here.
  func result(of values: [Value], _ source: some ExpressionSource) -> Value? {
    switch self {
    case .length, .size: values[0].count.map { .int(Int64($0)) } ?? .null
    case .lower: values[0].text.map { .text($0.lowercased()) } ?? .null
    case .abs, .min, .max, .clamp, .round, .isqrt, .step: numeric(values)
    case .startsWith:
      if let text = values[0].text, let prefix = values[1].text {
        .bool(text.utf8.starts(with: prefix.utf8))
      } else {
        .null
      }
    case .only: values[0].elements.flatMap { $0.count == 1 ? $0[0] : nil } ?? .null
    case .following: Self.following(values[0].elements ?? [], values[1])
    case .longestStreak: .int(Int64(DayRun.longest(of: values[0].days)))
    case .day, .age, .streak, .weekday, .days, .addDays, .addMonths, .next: calendar(values, source)
    }
  }

  private func numeric(_ values: [Value]) -> Value {
    switch self {
    case .abs:
      switch values[0] {
      case .int(let number): .int(number == .min ? .max : Swift.abs(number))
      case .decimal(let number):
        .decimal(FixedDecimal(units: number.units == .min ? .max : Swift.abs(number.units), scale: number.scale))
      default: .null
      }
    case .min: values.contains { $0.isNull } ? .null : values.min() ?? .null
    case .max: values.contains { $0.isNull } ? .null : values.max() ?? .null
    case .clamp: values.contains { $0.isNull } ? .null : Swift.max(values[1], Swift.min(values[0], values[2]))
    case .round: values[0].decimal.map { .int($0.rounded) } ?? .null
    case .isqrt: values[0].int.map { .int(Int64(Double(Swift.max(0, $0)).squareRoot())).corrected(for: $0) } ?? .null
    default: Self.step(values)
    }
  }

  private static func step(_ values: [Value]) -> Value {
    var result = Value.null
    for position in stride(from: 1, to: values.count - 1, by: 2) where values[position] <= values[0] {
      result = values[position + 1]
    }
    return values[0].isNull ? .null : result
  }

  private static func following(_ elements: [Value], _ element: Value) -> Value {
    elements.first { $0 > element } ?? elements.first ?? .null
  }

  private func calendar(_ values: [Value], _ source: some ExpressionSource) -> Value? {
    switch self {
    case .day:
      guard let instant = values[0].instant else { return .null }
      return source.day(of: instant).map { .day($0) }
    case .age:
      guard let birth = values[0].day else { return .null }
      return source.today.map { .int(Int64(CivilCalendar.years(from: birth, to: $0))) }
    case .streak:
      return source.today.map { .int(Int64(DayRun.current(of: values[0].days, today: $0))) }
    case .weekday: return values[0].day.map { .int(Int64(CivilCalendar.weekday(of: $0))) } ?? .null
    case .days:
      guard let first = values[0].day, let second = values[1].day else { return .null }
      return .int(Int64(second.rawValue) - Int64(first.rawValue))
    case .addDays:
      guard let day = values[0].day, let count = values[1].int else { return .null }
      return CivilCalendar.day(day, plus: count).map { .day($0) } ?? .null
    case .addMonths:
      guard let day = values[0].day, let count = values[1].int else { return .null }
      return CivilCalendar.day(day, plusMonths: count).map { .day($0) } ?? .null
    default:
      guard let rule = values[0].text.flatMap({ Recurrence($0) }), let after = values[1].day, let from = values[2].day
      else { return .null }
      return rule.next(after: after, from: from).map { .day($0) } ?? .null
    }
  }
}

extension Value {
  fileprivate var days: [Day] { (elements ?? []).compactMap(\.day) }

  /// The whole root, mended where a `Double` was too coarse.
  fileprivate func corrected(for square: Int64) -> Value {
    guard var root = int else { return self }
    while root > 0, root.multipliedReportingOverflow(by: root).overflow || root * root > square { root -= 1 }
    while !(root + 1).multipliedReportingOverflow(by: root + 1).overflow, (root + 1) * (root + 1) <= square {
      root += 1
    }
    return .int(root)
  }
}

extension FixedDecimal {
  /// The nearest whole number, half away from zero.
  fileprivate var rounded: Int64 {
    var divisor: Int64 = 1
    for _ in 0..<min(scale, 18) { divisor *= 10 }
    let (quotient, remainder) = units.quotientAndRemainder(dividingBy: divisor)
    guard Swift.abs(remainder) >= divisor - Swift.abs(remainder), divisor > 1 else { return quotient }
    return quotient + (units < 0 ? -1 : 1)
  }
}

/// Days in a row.
enum DayRun {
  /// The days in a row that end today or yesterday; a day not yet over breaks nothing.
  static func current(of days: [Day], today: Day) -> Int {
    let known = Set(days)
    var day = known.contains(today) ? today : Day(rawValue: today.rawValue - 1)
    var count = 0
    while known.contains(day) {
      count += 1
      day = Day(rawValue: day.rawValue - 1)
    }
    return count
  }

  static func longest(of days: [Day]) -> Int {
    var (longest, run) = (0, 0)
    var last: Day?
    for day in Set(days).sorted() {
      run = last.map { $0.rawValue + 1 == day.rawValue } == true ? run + 1 : 1
      longest = max(longest, run)
      last = day
    }
    return longest
  }
}
