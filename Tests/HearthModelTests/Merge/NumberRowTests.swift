import HearthModel
import Testing

/// Rows N and M of protocol/merge.md.
@Suite("Rows: counters and extremes")
struct NumberRowTests {
  static let counter = CollectionSchema.of(.counter, .anyInt)
  static let largest = CollectionSchema.of(.extreme(.largest), .anyInt)
  static let smallest = CollectionSchema.of(.extreme(.smallest), .anyInt)

  @Test func `increments of all replicas add up (N1)`() throws {
    #expect(try Self.counter.shown(after: .by(1, .add(5)), .by(2, .add(-7)), .by(1, 2, .add(1))) == -1)
    #expect(try Self.counter.shown(after: .by(1, .edit(.add(5), .add(6)))) == 11)
  }

  @Test func `a counter starts from its default, and counts decimals in their last digit (N1)`() throws {
    let fromTen = CollectionSchema.of(.counter, .anyInt, defaultValue: .literal(10))
    #expect(try fromTen.shown(after: .by(1, .add(5))) == 15)
    let money = CollectionSchema.of(.counter, .decimal(precision: 10, scale: 2))
    #expect(try money.shown(after: .by(1, .add(150))).description == "1.50")
    let start = Field.DefaultValue.literal(.cents(100))
    let withStart = CollectionSchema.of(.counter, .decimal(precision: 10, scale: 2), defaultValue: start)
    #expect(try withStart.shown(after: .by(1, .add(-150))).description == "-0.50")
  }

  @Test func `a default and a sum stop at the end of 64 bits (N1)`() throws {
    let high = CollectionSchema.of(.counter, .anyInt, defaultValue: .literal(10))
    #expect(try high.shown(after: .by(1, .add(.max))) == .int(.max))
    let low = CollectionSchema.of(.counter, .anyInt, defaultValue: .literal(-10))
    #expect(try low.shown(after: .by(1, .add(.min))) == .int(.min))
  }

  /// Increments of which the last one goes too far.
  static let overflows: [[Event]] = [
    [.by(1, .add(.max)), .by(1, 2, .add(1))],
    [.by(1, .add(.min)), .by(1, 2, .add(-1))],
    [.by(1, .add(.max)), .by(2, .add(1))],
    [.by(1, .add(.min)), .by(2, .add(-1))],
    [.by(3, .add(-5)), .by(1, .add(.max)), .by(2, .add(1))],
    [.by(3, .add(5)), .by(1, .add(.min)), .by(2, .add(-1))],
  ]

  @Test(arguments: overflows)
  func `an increment that would leave 64 bits is refused, though the total would fit (N2)`(_ events: [Event]) throws {
    var state = RecordState(slotCount: 1)
    for event in events.dropLast() { try state.take(event, Self.counter) }
    let before = state
    #expect(throws: RecordRefusal(slot: 0, refusal: .overflow)) { try state.take(events.last!, Self.counter) }
    #expect(state == before)
  }

  @Test func `a counter at both ends of 64 bits still adds up (N2)`() throws {
    #expect(try Self.counter.shown(after: .by(1, .add(.max)), .by(2, .add(.min))) == -1)
  }

  @Test func `the more extreme value stays, whatever its author had seen (M1)`() throws {
    let events: [Event] = [.by(1, stamp: 1, .set(5)), .by(2, stamp: 2, saw: [Dot(1, 1)], .set(3))]
    #expect(try Self.largest.shown(after: events[0], events[1]) == 5)
    #expect(try Self.smallest.shown(after: events[0], events[1]) == 3)
    #expect(try Self.smallest.state(after: events[0], events[1]).conflicts(in: Self.smallest).isEmpty)
  }

  @Test func `null changes nothing (M2)`() throws {
    #expect(try Self.largest.shown(after: .by(1, .set(.null)), .by(2, .set(-1)), .by(3, .set(.null))) == -1)
    #expect(try Self.smallest.shown(after: .by(1, .set(.null)), .by(2, .set(1)), .by(3, .set(.null))) == 1)
    #expect(try Self.smallest.shown(after: .by(1, .set(.null))) == .null)
  }

  @Test func `of equal values the earlier write is named (M3)`() throws {
    let orders = [[3, 1, 2], [1, 2, 3], [2, 3, 1]]
    let events: [Int: Event] = [
      1: .by(1, stamp: 5, .set(7)), 2: .by(2, stamp: 4, .set(7)), 3: .by(3, stamp: 4, .set(7)),
    ]
    for order in orders {
      let state = try Self.largest.state(after: events[order[0]]!, events[order[1]]!, events[order[2]]!)
      guard case .extreme(let extreme) = state.slots[0] else { return #expect(Bool(false)) }
      #expect(extreme.write?.author.dot == Dot(2, 1))
    }
  }

  @Test func `days, moments, decimals and truth values have extremes (M1)`() throws {
    let pairs: [(FieldType, Value, Value)] = [
      (.date, .day(Day(rawValue: -1)), .day(Day(rawValue: 1))),
      (.time, .instant(Instant(milliseconds: -1)), .instant(Instant(milliseconds: 1))),
      (.decimal(precision: 5, scale: 2), .cents(-1), .cents(1)),
      (.bool, false, true),
    ]
    for (type, small, large) in pairs {
      for (direction, expected) in [(Extreme.Direction.largest, large), (.smallest, small)] {
        let collection = CollectionSchema.of(.extreme(direction), type)
        #expect(try collection.shown(after: .by(1, .set(small)), .by(2, .set(large))) == expected)
        #expect(try collection.shown(after: .by(1, .set(large)), .by(2, .set(small))) == expected)
      }
    }
  }
}

extension Value {
  fileprivate static func cents(_ units: Int64) -> Value { .decimal(FixedDecimal(units: units, scale: 2)) }
}
