import HearthModel
import HearthTesting
import Testing

@Suite("Days and moments")
struct InstantTests {
  // MARK: Days

  /// Walks the calendar with nothing but the lengths of months, and compares the text of three days of each year.
  @Test func `every year from 1 to 9999 reads and writes as the calendar says`() {
    var first = Day.first.rawValue
    for year in 1...9999 {
      let isLeap = year % 4 == 0 && year % 100 != 0 || year % 400 == 0
      let lengths: [Int32] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
      check(first + lengths[0] + lengths[1] - 1, year, 2, lengths[1])
      check(first + lengths[0] + lengths[1], year, 3, 1)
      #expect(Day("\(padded(year, 4))-02-\(lengths[1] + 1)") == nil)
      let month = year % 12
      check(first + lengths[..<month].reduce(0, +) + lengths[month] - 1, year, month + 1, lengths[month])
      first += lengths.reduce(0, +)
    }
    #expect(first == Day.last.rawValue + 1)
  }

  private func check(_ number: Int32, _ year: Int, _ month: Int, _ dayOfMonth: Int32) {
    let text = "\(padded(year, 4))-\(padded(month, 2))-\(padded(Int(dayOfMonth), 2))"
    let day = Day(rawValue: number)
    if day.description != text || Day(text) != day { Issue.record("day \(number) is \(text), found \(day)") }
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: width - digits.count) + digits
  }

  /// Every day around the ends of leap years, centuries and eras.
  @Test(arguments: [1, 4, 100, 400, 1600, 1900, 1969, 1970, 2000, 2024, 2100, 9999])
  func `every day of these years reads and writes, in order`(_ year: Int) throws {
    let first = try #require(Day("\(padded(year, 4))-01-01"))
    let last = try #require(Day("\(padded(year, 4))-12-31"))
    let texts = (first.rawValue...last.rawValue).map { Day(rawValue: $0).description }
    #expect(texts.sorted() == texts)
    #expect(texts.map { Day($0)?.rawValue } == (first.rawValue...last.rawValue).map(Optional.init))
    let ends = [1: 32, 2: 30, 3: 32, 4: 31, 5: 32, 6: 31, 7: 32, 8: 32, 9: 31, 10: 32, 11: 31, 12: 32]
    #expect(ends.allSatisfy { Day("\(padded(year, 4))-\(padded($0, 2))-\($1)") == nil })
    #expect(Set(texts).count == (year % 4 == 0 && year % 100 != 0 || year % 400 == 0 ? 366 : 365))
  }

  @Test func `known days have their numbers`() {
    #expect(Day("1970-01-01")?.rawValue == 0)
    #expect(Day("1969-12-31")?.rawValue == -1)
    #expect(Day("2000-02-29")?.rawValue == 11_016)
    #expect(Day("0001-01-01") == .first)
    #expect(Day("9999-12-31") == .last)
  }

  @Test(arguments: [
    "", "2025", "2025-1-01", "2025-01-1", "25-01-01", "02025-01-01", "2025-01-01-", "-2025-01-01", "2025-00-01",
    "2025-13-01", "2025-01-00", "2025-01-32", "2025-02-29", "1900-02-29", "2025-04-31", "0000-01-01", "10000-01-01",
    "2025/01/01", "2025-01-01 ", " 2025-01-01", "+025-01-01", "2025-0a-01", "２０２５-01-01", "2025-01-0\u{661}",
    "2025-01-01\0",
  ])
  func `text that is no day is refused`(_ text: String) {
    #expect(Day(text) == nil)
  }

  @Test func `days outside the years 1 to 9999 are not valid, and still have a description`() {
    #expect(Day.first.isValid && Day.last.isValid)
    for number in [Day.first.rawValue - 1, Day.last.rawValue + 1, .min, .max] {
      #expect(!Day(rawValue: number).isValid)
      #expect(!Day(rawValue: number).description.isEmpty)
    }
  }

  // MARK: Moments

  @Test func `a moment reads and writes as RFC 3339 in UTC, over all years and to the millisecond`() {
    var numbers = SeededGenerator(seed: 4)
    let first = Int64(Day.first.rawValue) * 86_400_000
    let last = (Int64(Day.last.rawValue) + 1) * 86_400_000 - 1
    for _ in 0..<5000 {
      let step: Int64 = numbers.oneIn(2) ? 1000 : 1
      let instant = Instant(milliseconds: Int64.random(in: first / step...last / step, using: &numbers) * step)
      #expect(instant.isValid)
      #expect(Instant(instant.description) == instant)
    }
    #expect(Instant(milliseconds: first).description == "0001-01-01T00:00:00Z")
    #expect(Instant(milliseconds: last).description == "9999-12-31T23:59:59.999Z")
    #expect(!Instant(milliseconds: first - 1).isValid && !Instant(milliseconds: last + 1).isValid)
  }

  @Test(arguments: [
    ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.001Z", 1), ("1969-12-31T23:59:59.999Z", -1),
    ("2025-11-11T16:00:00Z", 1_762_876_800_000), ("2001-09-09T01:46:40.5Z", 1_000_000_000_500),
    ("2001-09-09T01:46:40.05Z", 1_000_000_000_050),
  ])
  func `known moments have their milliseconds`(_ text: String, _ milliseconds: Int64) {
    #expect(Instant(text)?.milliseconds == milliseconds)
  }

  @Test(arguments: [
    "", "Z", "T", "TZ", "2025-01-01", "2025-01-01T00:00:00", "2025-01-01T00:00Z", "2025-01-01T24:00:00Z",
    "2025-01-01T00:60:00Z", "2025-01-01T00:00:60Z", "2025-01-01T00:00:00.Z", "2025-01-01T00:00:00.1234Z",
    "2025-01-01T00:00:00.12.3Z", "2025-01-01T0:00:00Z", "2025-01-01T00:00:00+00:00", "2025-01-01t00:00:00z",
    "2025-01-01 00:00:00Z", "2025-02-30T00:00:00Z", "2025-01-01T-1:00:00Z", "2025-01-01T00:00:00.-1Z",
    "2025-01-01T00:00:00ZZ", "2025-01-01T00:00:00.1\u{301}Z", "0000-01-01T00:00:00Z",
  ])
  func `text that is no moment is refused`(_ text: String) {
    #expect(Instant(text) == nil)
  }

  @Test func `a moment from the wire can be anything and still has a description (P7)`() {
    for milliseconds in [.min, .min + 1, -1 << 62, 1 << 62, .max - 1, Int64.max] {
      let instant = Instant(milliseconds: milliseconds)
      #expect(!instant.isValid)
      #expect(instant.description == "\(milliseconds)ms")
    }
  }
}
