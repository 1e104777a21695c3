import HearthModel
import Testing

/// Numbers and rules that a member may write into a record, at the ends of their ranges.
@Suite("The ends of the calendar")
struct CalendarEndTests {
  @Test(arguments: [Int.min, .min + 1, -120_001, 120_001, .max])
  func `months that lead out of the calendar lead nowhere (P10)`(_ months: Int) throws {
    let day = try #require(Day("2025-11-11"))
    #expect(CivilDay.addingMonths(months, to: day) == nil)
  }

  @Test func `a counted rule is followed over 120 years and no further (P10)`() throws {
    let rule = try #require(Recurrence("FREQ=YEARLY;INTERVAL=9;COUNT=100000"))
    #expect(rule.next(after: Day.last, from: Day.first) == nil)
    let day = try #require(Day("2025-11-11"))
    // 1908 and twelve times nine years is 2016; the next is 2025, which is the day itself, and then 2034.
    #expect(rule.next(after: day, from: try #require(Day("1908-11-11"))) == Day("2034-11-11"))
    #expect(rule.next(after: day, from: try #require(Day("1900-11-11"))) == nil)
  }
}
