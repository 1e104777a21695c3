import HearthModel
import HearthTesting
import Testing

@Suite("Record ids")
struct RecordIDTests {
  static let dns = RecordID(high: 0x6ba7_b810_9dad_11d1, low: 0x80b4_00c0_4fd4_30c8)
  static let url = RecordID(high: 0x6ba7_b811_9dad_11d1, low: 0x80b4_00c0_4fd4_30c8)

  // MARK: Names

  /// RFC 9562, A.4; the second from the documentation of Python's `uuid`; the third computed with it.
  @Test(arguments: [
    (dns, "www.example.com", "2ed6657d-e927-568b-95e1-2665a8aea6a2"),
    (dns, "python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d"),
    (url, "http://www.example.com/", "fcde3c85-2270-590f-9e7c-ee003d65e0e2"),
  ])
  func `the UUIDv5 of a name is that of RFC 9562`(_ namespace: RecordID, _ name: String, _ expected: String) {
    #expect(RecordID(namespace: namespace, name: Array(name.utf8)).description == expected)
  }

  @Test func `a readable name stands for its UUIDv5 in Hearth's namespace`() {
    #expect(RecordID(name: "milk").description == "5e5088ec-6cac-5244-aae6-cec53c609041")
    #expect(RecordID(readable: "milk") == RecordID(name: "milk"))
    #expect(RecordID(readable: "5E5088EC-6CAC-5244-AAE6-CEC53C609041") == RecordID(name: "milk"))
  }

  @Test func `a name is a lower-case letter, then letters, digits and hyphens, 64 at most`() {
    for name in ["a", "milk-2", "a" + String(repeating: "-", count: 63)] { #expect(RecordID.isName(name)) }
    for text in ["", "A", "2a", "-a", "a_b", "a b", "é", "aé", "a\0", "a" + String(repeating: "b", count: 64)] {
      #expect(!RecordID.isName(text))
      #expect(RecordID(readable: text) == nil)
    }
  }

  @Test func `the id of a keyed record follows from household, collection and key`() {
    let fields = [Field.of(1, "name", .anyText, slot: 0), Field.of(2, "place", .anyInt, slot: 1)]
    let keyed = CollectionSchema(
      number: CollectionNumber(rawValue: 1), name: "things", fields: fields, slots: [], deletes: .deleteWins,
      isAppendOnly: false, isStrict: false, key: fields.map(\.number), indexes: [])
    let home = HouseholdID(RecordID(name: "home"))
    let values: [String: Value] = ["name": "a\"b", "place": 7]
    #expect(
      keyed.keyedID(household: home) { values[$0.name] }?.description == "e14529a4-2c40-59b8-ab9e-9a2376cb0a1c")
    #expect(keyed.keyedID(household: home) { $0.name == "name" ? "a" : nil } == nil)
    #expect(keyed.keyedID(household: home) { $0.name == "name" ? "a" : .null } == nil)
    #expect(CollectionSchema.of(.counter, .anyInt).keyedID(household: home) { _ in 1 } == nil)
  }

  // MARK: Text and bytes

  @Test func `text and bytes come back as the same id`() {
    var numbers = SeededGenerator(seed: 2)
    for _ in 0..<500 {
      let id = RecordID(high: numbers.next(), low: numbers.next())
      #expect(RecordID(id.description) == id)
      #expect(RecordID(id.description.uppercased()) == id)
      #expect(RecordID(bytes: id.bytes) == id)
      #expect(id.description.utf8.count == 36)
    }
    #expect(RecordID(high: 0, low: 1).description == "00000000-0000-0000-0000-000000000001")
    #expect(RecordID(high: .max, low: .max).description == "ffffffff-ffff-ffff-ffff-ffffffffffff")
  }

  @Test func `text that is no UUID is refused`() {
    let good = "2ed6657d-e927-568b-95e1-2665a8aea6a2"
    for position in good.indices {
      for character in ["g", "-", " ", "é", "\0"] where character != String(good[position]) {
        var text = good
        text.replaceSubrange(position...position, with: character)
        #expect(RecordID(text) == nil)
      }
    }
    #expect(RecordID("") == nil)
    #expect(RecordID(good + "0") == nil)
    #expect(RecordID(good.dropLast()) == nil)
    #expect(RecordID("{" + good + "}") == nil)
    #expect(RecordID(String(repeating: "0", count: 36)) == nil)
  }

  @Test func `only 16 bytes are an id`() {
    for count in 0...33 where count != 16 { #expect(RecordID(bytes: [UInt8](repeating: 1, count: count)) == nil) }
  }

  @Test func `ids are ordered as their bytes`() {
    var numbers = SeededGenerator(seed: 3)
    let ids = (0..<60).map { _ in RecordID(high: (numbers.next() % 4) << 62, low: (numbers.next() % 3) << 62) }
    OrderLaws.check(ids)
    let byBytes = ids.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    #expect(ids.sorted() == byBytes)
    OrderLaws.check(ids.map { HouseholdID($0) })
  }
}
