/// A recurrence rule of RFC 5545, as far as days go: `FREQ` DAILY, WEEKLY, MONTHLY or YEARLY with `INTERVAL`, `COUNT`,
/// `UNTIL`, `BYDAY` (weekdays without numbers) and `BYMONTHDAY`. Weeks begin on Monday.
///
/// Parts that say nothing about days (`BYHOUR`, ...) are read over; other parts make the rule unreadable here.
public struct Recurrence: Hashable, Sendable {
  enum Frequency: String { case daily = "DAILY", weekly = "WEEKLY", monthly = "MONTHLY", yearly = "YEARLY" }

  let frequency: Frequency
  private(set) var interval = 1
  private(set) var count: Int?
  private(set) var until: Day?
  /// 1 for Monday to 7; empty when any.
  private(set) var weekdays: Set<Int> = []
  /// 1 to 31; empty when that of the first day.
  private(set) var monthDays: Set<Int> = []

  /// Days that are looked at before the rule is said to have no further one.
  private static let horizon = 366 * 9
  /// Days between the first day and the one asked for over which a counted rule is followed: 120 years, one by one.
  private static let countedDaysMax = 366 * 120

  /// Reads a rule; nil when it cannot be followed here.
  public init?(_ text: String) {
    var parts: [String: String] = [:]
    for part in text.uppercased().split(separator: ";") {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2 else { return nil }
      parts[String(pair[0])] = String(pair[1])
    }
    guard let frequency = parts.removeValue(forKey: "FREQ").flatMap(Frequency.init(rawValue:)) else { return nil }
    self.frequency = frequency
    for (name, value) in parts {
      guard read(name, value) else { return nil }
    }
  }

  private mutating func read(_ name: String, _ value: String) -> Bool {
    switch name {
    case "INTERVAL":
      guard let number = Int(value), (1...1000).contains(number) else { return false }
      interval = number
    case "COUNT":
      guard let number = Int(value), (1...100_000).contains(number) else { return false }
      count = number
    case "UNTIL":
      let digits = value.prefix(8)
      guard digits.count == 8 else { return false }
      let (year, month, day) = (digits.prefix(4), digits.dropFirst(4).prefix(2), digits.suffix(2))
      guard let until = Day("\(year)-\(month)-\(day)") else { return false }
      self.until = until
    case "BYDAY":
      let names = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
      let numbers = value.split(separator: ",").map { names.firstIndex(of: String($0)) }
      guard !numbers.contains(nil) else { return false }
      weekdays = Set(numbers.compactMap { $0 }.map { $0 + 1 })
    case "BYMONTHDAY":
      let numbers = value.split(separator: ",").map { Int($0) }
      guard numbers.allSatisfy({ $0.map { (1...31).contains($0) } ?? false }) else { return false }
      monthDays = Set(numbers.compactMap { $0 })
    case "BYHOUR", "BYMINUTE", "BYSECOND", "WKST": break
    default: return false
    }
    return true
  }

  /// The first day of the recurrence after a day; nil when there is none within nine years of it, and for a rule with
  /// `COUNT` also when it began more than 120 years before.
  ///
  /// - Parameter from: the first day of the recurrence, which counts as its first occurrence.
  public func next(after: Day, from: Day) -> Day? {
    guard let count else { return first(in: max(after.rawValue + 1, from.rawValue), from: from) }
    guard Int(after.rawValue) - Int(from.rawValue) <= Self.countedDaysMax else { return nil }
    var (day, number) = (from, 1)
    while day <= after, number < count {
      guard let following = first(in: day.rawValue + 1, from: from) else { return nil }
      (day, number) = (following, number + 1)
    }
    return day > after ? day : nil
  }

  private func first(in start: Int32, from: Day) -> Day? {
    for number in start..<(start + Int32(Self.horizon)) {
      let day = Day(rawValue: number)
      if let until, day > until { return nil }
      if day == from || isOccurrence(day, from) { return day.isValid ? day : nil }
    }
    return nil
  }

  private func isOccurrence(_ day: Day, _ from: Day) -> Bool {
    let (date, first) = (CivilCalendar.date(ofDay: Int(day.rawValue)), CivilCalendar.date(ofDay: Int(from.rawValue)))
    let weekday = CivilCalendar.weekday(of: day)
    guard weekdays.isEmpty || weekdays.contains(weekday) else { return false }
    guard monthDays.isEmpty || monthDays.contains(date.day) else { return false }
    switch frequency {
    case .daily: return (day.rawValue - from.rawValue) % Int32(interval) == 0
    case .weekly:
      let weeks = Self.week(of: day) - Self.week(of: from)
      return weeks % interval == 0 && (!weekdays.isEmpty || weekday == CivilCalendar.weekday(of: from))
    case .monthly:
      let months = (date.year - first.year) * 12 + date.month - first.month
      return months % interval == 0 && (!weekdays.isEmpty || !monthDays.isEmpty || date.day == first.day)
    case .yearly:
      return (date.year - first.year) % interval == 0 && date.month == first.month
        && (!weekdays.isEmpty || !monthDays.isEmpty || date.day == first.day)
    }
  }

  /// Weeks since the one of 1970-01-01.
  private static func week(of day: Day) -> Int {
    let shifted = Int(day.rawValue) + 3
    return shifted >= 0 ? shifted / 7 : (shifted - 6) / 7
  }
}
