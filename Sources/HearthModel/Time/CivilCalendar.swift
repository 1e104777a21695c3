/// The proleptic Gregorian calendar, as in Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms".
///
/// Foundation's calendars do the same behind locale and time zone tables; values below the shells need neither.
enum CivilCalendar {
  /// Days since 1970-01-01 of a date; nil when the calendar has no such day or the year is not within 1 to 9999.
  static func day(_ year: Int, _ month: Int, _ day: Int) -> Int? {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1, day <= length(of: month, in: year) else {
      return nil
    }
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  /// Year, month and day of a count of days since 1970-01-01.
  static func date(ofDay day: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
  }

  static func length(of month: Int, in year: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }
}

extension CivilCalendar {
  /// 1 for Monday to 7.
  static func weekday(of day: Day) -> Int {
    let shifted = (Int(day.rawValue) + 3) % 7  // 1970-01-01 was a Thursday
    return (shifted < 0 ? shifted + 7 : shifted) + 1
  }

  /// Whole years from one day to another, 0 when the other comes first; who is born on 29 February has had a birthday
  /// on 1 March.
  static func years(from birth: Day, to today: Day) -> Int {
    let (first, last) = (date(ofDay: Int(birth.rawValue)), date(ofDay: Int(today.rawValue)))
    let hadBirthday = (last.month, last.day) >= (first.month, first.day)
    return max(0, last.year - first.year - (hadBirthday ? 0 : 1))
  }

  /// The day so many days later; nil outside of the years 1 to 9999.
  static func day(_ day: Day, plus count: Int64) -> Day? {
    let (sum, overflow) = Int64(day.rawValue).addingReportingOverflow(count)
    guard !overflow, let number = Int32(exactly: sum), Day(rawValue: number).isValid else { return nil }
    return Day(rawValue: number)
  }

  /// The same day so many months later, or the last one of a shorter month; nil outside of the years 1 to 9999.
  static func day(_ day: Day, plusMonths count: Int64) -> Day? {
    guard count.magnitude <= 12 * 10_000 else { return nil }
    let date = date(ofDay: Int(day.rawValue))
    let months = date.year * 12 + date.month - 1 + Int(count)
    let (year, month) = (months / 12, months % 12 + 1)
    guard (1...9999).contains(year) else { return nil }
    return self.day(year, month, min(date.day, length(of: month, in: year))).map { Day(rawValue: Int32($0)) }
  }
}

/// Days further on in the calendar, for those who decide.
package enum CivilDay {
  /// The same day so many months later, or the last one of a shorter month; nil outside of the years 1 to 9999.
  package static func addingMonths(_ months: Int, to day: Day) -> Day? {
    CivilCalendar.day(day, plusMonths: Int64(months))
  }
}
