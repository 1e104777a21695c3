import HearthModel
import HearthPack
import Testing

/// Section 7 of the language: what an index may be.
@Suite("Indexes")
struct IndexLanguageTests {
  private static let fields =
    "fields: { n: 'int(0..9) = 0', f: float?, s: 'set(int, 5) = {}', j: 'json = {}', t: 'text(10)?', b: bool = true }"

  private func found(_ index: String) -> [String] {
    packDiagnostics(smallPack(things: Self.fields, "indexes: { i: { \(index) } }")).map { String($0.place.suffix(4)) }
  }

  @Test(arguments: [
    "t is set and lower(t) == 'a'", "n + 1 == 2", "t is set and t matches 'a+'", "size(s) == 1", "s contains 1",
    "s is empty", "any(x in s where x > 1)", "if b then n == 1 else false", "(t otherwise '') == 'a'", "f == 1.5",
    "t is set and t > 'a'",
  ])
  func `a condition compares columns and does nothing else`(condition: String) {
    #expect(found("fields: [n], where: \"\(condition)\"") == ["P408"])
  }

  @Test(arguments: ["old.n == 1", "member is set", "household.zone == 'UTC'", "today == 2025-11-11", "changed(n)"])
  func `a condition knows nothing but the record`(condition: String) {
    #expect(found("fields: [n], where: \"\(condition)\"") == ["P502"])
  }

  @Test(arguments: [
    ("fields: [lower(n)]", "P403"), ("fields: [lower(s)]", "P403"), ("fields: [n], covers: [s]", "P403"),
    ("fields: [n], covers: [n]", "P105"), ("elements: s, where: b", "P403"), ("words: n", "P403"),
    ("words: t, covers: [n]", "P403"), ("fields: [t, t desc]", "P105"), ("words: t, fields: [n]", "P403"),
  ])
  func `what an index cannot be is named`(index: String, code: String) {
    #expect(found(index) == [code])
  }

  @Test func `indexes of the same fields may differ in their conditions`() throws {
    let text = smallPack(
      things: Self.fields,
      "indexes: { a: { fields: [n] }, c: { fields: [n], where: b }, d: { fields: [lower(t), t], covers: [n, b] } }")
    let indexes = try #require(try PackLoader.load(text, file: "schema.yaml").collection(named: "things")).indexes
    #expect(indexes.map(\.condition?.text) == [nil, "b", nil])
    #expect(indexes[2].covers.map(\.rawValue) == [1, 6])
    #expect(
      indexes[2].content
        == .columns([
          .init(field: FieldNumber(rawValue: 5), isDescending: false, isFolded: true),
          .init(field: FieldNumber(rawValue: 5), isDescending: false, isFolded: false),
        ]))
    let twice = smallPack(
      things: Self.fields, "indexes: { a: { fields: [n], where: b }, c: { fields: [n], where: b } }")
    #expect(packDiagnostics(twice).map(\.code) == ["P403"])
  }
}
