/// A moment in UTC with millisecond precision, in the years 1 to 9999.
public struct Instant: Hashable, Comparable, Sendable {
  /// Milliseconds since 1970-01-01T00:00:00Z; negative before.
  public let milliseconds: Int64

  /// Makes a moment; whether it lies in the years 1 to 9999 is for `isValid` to say.
  public init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  /// Whether the moment lies in the years 1 to 9999.
  public var isValid: Bool { Self.range.contains(milliseconds) }

  /// Earlier than.
  public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

  private static let range: ClosedRange<Int64> =
    Day.first.rawValue.milliseconds...(Day.last.rawValue.milliseconds + Int64.dayMilliseconds - 1)
}

/// A day of the Gregorian calendar without a time, in the years 1 to 9999.
public struct Day: RawRepresentable, Hashable, Comparable, Sendable {
  /// Days since 1970-01-01; negative before.
  public let rawValue: Int32

  /// Makes a day; whether it lies in the years 1 to 9999 is for `isValid` to say.
  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// 0001-01-01.
  public static let first = Day(rawValue: -719_162)
  /// 9999-12-31.
  public static let last = Day(rawValue: 2_932_896)

  /// Whether the day lies in the years 1 to 9999.
  public var isValid: Bool { (Self.first...Self.last).contains(self) }

  /// Earlier than.
  public static func < (left: Day, right: Day) -> Bool { left.rawValue < right.rawValue }
}

extension Int32 {
  fileprivate var milliseconds: Int64 { Int64(self) * Int64.dayMilliseconds }
}

extension Int64 {
  fileprivate static let dayMilliseconds: Int64 = 86_400_000
}

// MARK: - Text

extension Day: CustomStringConvertible {
  /// `yyyy-mm-dd`.
  public var description: String {
    let (year, month, day) = CivilCalendar.date(ofDay: Int(rawValue))
    return "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))"
  }

  /// Reads `yyyy-mm-dd`; nil for anything else and for days that do not exist.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 3, parts.map(\.utf8.count) == [4, 2, 2],
      let numbers = Self.numbers(parts), let day = CivilCalendar.day(numbers[0], numbers[1], numbers[2])
    else { return nil }
    self.init(rawValue: Int32(day))
  }

  fileprivate static func numbers(_ parts: [some StringProtocol]) -> [Int]? {
    var numbers = [Int]()
    for part in parts {
      guard part.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }), let number = Int(part)
      else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}

extension Instant: CustomStringConvertible {
  /// RFC 3339 in UTC: `2025-11-11T16:00:00Z`, with milliseconds when there are any; outside the years 1 to 9999 the
  /// count of milliseconds.
  public var description: String {
    guard isValid else { return "\(milliseconds)ms" }
    let days = milliseconds.floorDivided(by: .dayMilliseconds)
    let rest = Int(milliseconds - days * .dayMilliseconds)
    let time = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { $0.padded(2) }.joined(separator: ":")
    let fraction = rest % 1000 == 0 ? "" : ".\((rest % 1000).padded(3))"
    return "\(Day(rawValue: Int32(days)))T\(time)\(fraction)Z"
  }

  /// Reads RFC 3339 in UTC (`Z`) with at most three digits of fraction; nil for anything else.
  public init?(_ text: some StringProtocol) {
    guard text.hasSuffix("Z"), let separator = text.firstIndex(of: "T"), let day = Day(text[..<separator]) else {
      return nil
    }
    let clock = text[text.index(after: separator)...].dropLast()
    let halves = clock.split(separator: ".", omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: ":", omittingEmptySubsequences: false)
    guard halves.count <= 2, parts.count == 3, parts.allSatisfy({ $0.utf8.count == 2 }),
      let numbers = Day.numbers(parts), numbers[0] < 24, numbers[1] < 60, numbers[2] < 60
    else { return nil }
    var fraction = 0
    if halves.count == 2 {
      let digits = halves[1]
      guard (1...3).contains(digits.utf8.count), let value = Day.numbers([digits])?.first else { return nil }
      fraction = value * [100, 10, 1][digits.utf8.count - 1]
    }
    let seconds = Int64(numbers[0] * 3600 + numbers[1] * 60 + numbers[2])
    self.init(milliseconds: day.rawValue.milliseconds + seconds * 1000 + Int64(fraction))
  }
}

extension Int {
  fileprivate func padded(_ width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
