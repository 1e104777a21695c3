import HearthModel
import HearthPack
import Testing

/// Whether two devices that each keep a rule can break it together.
@Suite("The order report") struct PackOrderTests {
  private static let rights = "access: { read: { family: all }, create: { parent: all }, update: { parent: all } }"

  private func label(_ fields: String, _ check: String, _ more: String = "") throws -> OrderReport.Label? {
    let pack = try SmallPack.load("fields: { \(fields) }\n\(Self.rights)\nrules: { r: { check: \(check) } }\n\(more)")
    return OrderReport(pack).lines.first?.label
  }

  @Test func `one register is offline-safe, two are not, a group wins whole`() throws {
    #expect(try label("a: 'int(0..9) = 1'", "a > 0") == .offlineSafe)
    #expect(try label("a: 'int(0..9) = 1', b: 'int(0..9) = 1'", "a + b > 0") == .hubOrder)
    #expect(try label("a: 'int(0..9) = 1, group g', b: 'int(0..9) = 1, group g'", "a + b > 0") == .grouped)
    #expect(try label("a: 'int(0..9) = 1, immutable', b: 'int(0..9) = 1'", "a + b > 0") == .offlineSafe)
  }

  @Test func `what adds up is in the hub's order`() throws {
    #expect(try label("a: 'int(0..9) = 1, counter'", "a > 0") == .hubOrder)
    #expect(try label("a: 'set(date, 9)'", "size(a) < 5") == .hubOrder)
    #expect(try label("a: 'int(0..9) = 1, max'", "a > 0") == .offlineSafe)
  }

  @Test func `what reads other records is in the hub's order`() throws {
    #expect(try label("a: 'int(0..9) = 1'", "a < household.limit") == .hubOrder)
    #expect(try label("a: 'ref people, cascade'", "a.is_active", "append: true") == .hubOrder)
    #expect(try label("a: 'int(0..9) = 1', b: 'int(0..9) = 1'", "a < b", "append: true") == .offlineSafe)
  }
}
