import HearthModel
import HearthTesting
import Testing

@Suite("Decimals")
struct FixedDecimalTests {
  @Test(
    arguments: [
      (0, 0, "0"), (0, 2, "0.00"), (5, 2, "0.05"), (-5, 2, "-0.05"), (150, 2, "1.50"), (-150, 2, "-1.50"), (7, 0, "7"),
      (.max, 0, "9223372036854775807"), (.min, 0, "-9223372036854775808"), (.min, 18, "-9.223372036854775808"),
      (1, 18, "0.000000000000000001"),
    ] as [(Int64, UInt8, String)])
  func `a decimal is written with all its digits, and read back`(_ units: Int64, _ scale: UInt8, _ text: String) {
    let decimal = FixedDecimal(units: units, scale: scale)
    #expect(decimal.description == text)
    #expect(FixedDecimal(text, scale: scale) == decimal)
  }

  @Test func `random decimals of every scale come back`() {
    var numbers = SeededGenerator(seed: 5)
    for _ in 0..<2000 {
      let decimal = FixedDecimal(
        units: Int64(bitPattern: numbers.next()) >> Int64(numbers.below(63)), scale: UInt8(numbers.below(19)))
      #expect(FixedDecimal(decimal.description, scale: decimal.scale) == decimal)
    }
  }

  @Test func `fewer digits behind the point are filled up`() {
    #expect(FixedDecimal("1", scale: 2)?.units == 100)
    #expect(FixedDecimal("1.5", scale: 2)?.units == 150)
    #expect(FixedDecimal("-0", scale: 2)?.units == 0)
    #expect(FixedDecimal("007", scale: 0)?.units == 7)
  }

  @Test(arguments: [
    "", "-", ".", "1.", ".5", "-.5", "1.234", "1..2", "1.2.3", "+1", "--1", "1e3", " 1", "1 ", "1,5", "1_0", "0x1", "１",
    "\u{661}", "1.-2", "92233720368547758.08", "-92233720368547758.09", "99999999999999999999999999",
  ])
  func `text that is no decimal of two digits is refused`(_ text: String) {
    #expect(FixedDecimal(text, scale: 2) == nil)
  }
}
