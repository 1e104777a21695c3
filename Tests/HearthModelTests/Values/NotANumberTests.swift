import HearthModel
import Testing

/// A float that is no number fits no field, but frames can hold it: equality and order have to hold for it too.
@Suite("Values that are no number")
struct NotANumberTests {
  private static let odd = [
    Value.float(.nan), .float(-.nan), .float(.signalingNaN), .float(Double(nan: 77, signaling: false)),
  ]

  @Test func `what is no number is one value`() {
    #expect(Set(Self.odd).count == 1)
    #expect(Self.odd.allSatisfy { $0 == .float(.nan) && $0 == $0 })
    #expect(Value.float(.nan) != .float(0) && Value.list([.float(.nan)]) == .list([.float(.nan)]))
  }

  @Test func `the order is total with it`() {
    let numbers = [Value.float(-.infinity), .float(-1), .float(0), .float(.infinity)]
    for number in numbers {
      #expect(Value.float(.nan) < number && !(number < .float(.nan)))
    }
    #expect(!(Value.float(.nan) < .float(.nan)))
    #expect((numbers + Self.odd).sorted().suffix(numbers.count) == numbers[...])
  }
}
