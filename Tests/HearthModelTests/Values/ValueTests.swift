import HearthModel
import HearthTesting
import Testing

@Suite("Values")
struct ValueTests {
  /// Values of every kind in the order of protocol/merge.md, section 12.
  static let ascending: [Value] = [
    .null, false, true, .int(.min), -1, 0, 1, .int(.max), .decimal(FixedDecimal(units: -1, scale: 2)),
    .decimal(FixedDecimal(units: 10, scale: 2)), .float(-.greatestFiniteMagnitude), .float(0), .float(0.5), .float(1),
    "", "Z", "a", "a\u{0}", "aa", "e\u{301}", "z", "\u{e9}", "\u{ffee}", "\u{1f600}", .id(RecordID(high: 0, low: 9)),
    .id(RecordID(high: 1, low: 0)), .day(Day(rawValue: -1)), .day(Day(rawValue: 0)),
    .instant(Instant(milliseconds: -1)), .instant(Instant(milliseconds: 0)), .list([]), .list([1]), .list([1, 1]),
    .list([2]), .object([:]), .object(["a": 1]), .object(["a": 1, "b": 1]), .object(["a": 2]), .object(["b": 0]),
  ]

  @Test func `values have one order, the same everywhere`() {
    OrderLaws.check(Self.ascending)
    var numbers = SeededGenerator(seed: 6)
    #expect(Self.ascending.shuffled(using: &numbers).sorted() == Self.ascending)
  }

  @Test func `the two zeros are one value`() {
    #expect(Value.float(-0.0) == .float(0.0))
    #expect(Value.float(-0.0).hashValue == Value.float(0.0).hashValue)
    #expect(!(Value.float(-0.0) < .float(0.0)))
  }

  @Test func `canonically equivalent text is two values, as a value and as a key`() {
    #expect(Value.text("\u{e9}") != .text("e\u{301}"))
    #expect(ValueObject.of(["\u{e9}": 1, "e\u{301}": 2]).members.count == 2)
    #expect(Value.object(["\u{e9}": 1]) != .object(["e\u{301}": 1]))
    #expect(Set<Value>(["\u{e9}", "e\u{301}"]).count == 2)
  }

  // MARK: Objects

  @Test func `an object keeps its members in ascending order of their keys, the last of each`() {
    let object = ValueObject.of(["b": 1, "a": 2, "b": 3, "": 4, "B": 5])
    #expect(object.members.map(\.key) == ["", "B", "a", "b"])
    #expect(object["b"] == 3)
    #expect(object["c"] == nil)
    var changed = object
    changed["a"] = nil
    changed["absent"] = nil
    #expect(changed.members.map(\.key) == ["", "B", "b"])
  }

  @Test func `values are set, found and removed at paths`() {
    var object = ValueObject()
    object.set(1, at: ["a", "b", "c"])
    object.set(2, at: ["a", "d"])
    #expect(Value.object(object).json == #"{"a":{"b":{"c":1},"d":2}}"#)
    #expect(object.value(at: ["a", "b"]) == .object(["c": 1]))
    #expect(object.value(at: ["a", "x"]) == nil)
    #expect(object.value(at: ["a", "d", "e"]) == nil)
    #expect(object.value(at: []) == .object(object))
    object.remove(at: ["a", "x", "y"])
    object.remove(at: ["a", "b", "c"])
    #expect(Value.object(object).json == #"{"a":{"d":2}}"#)
    object.set(.object([:]), at: ["a"])
    #expect(Value.object(object).json == #"{"a":{"d":2}}"#)
    object.remove(at: [])
    #expect(object == ValueObject())
  }

  @Test func `the depth of a value counts its lists and objects`() {
    #expect(Value.int(1).depth == 0)
    #expect(Value.list([]).depth == 1)
    #expect(Value.object(["a": .list([.object([:])])]).depth == 3)
  }

  // MARK: Text

  @Test(
    arguments: [
      (.null, "null"), (true, "true"), (-7, "-7"), (.float(2), "2.0"), (.float(0.5), "0.5"), (.float(-0.0), "0.0"),
      (.decimal(FixedDecimal(units: 150, scale: 2)), "1.50"), ("é", "\"é\""),
      (.text("\"\\\n\r\t\u{1}\u{7f}\u{2028}/"), "\"\\\"\\\\\\n\\r\\t\\u0001\\u007f\\u2028/\""),
      (.day(Day(rawValue: 0)), "\"1970-01-01\""), (.instant(Instant(milliseconds: 0)), "\"1970-01-01T00:00:00Z\""),
      (.id(RecordID(high: 0, low: 1)), "\"00000000-0000-0000-0000-000000000001\""),
      (.list([1, "a", .list([])]), "[1,\"a\",[]]"), (.object(["b": 1, "a": .object([:])]), "{\"a\":{},\"b\":1}"),
    ] as [(Value, String)])
  func `a value has one JSON text`(_ value: Value, _ json: String) {
    #expect(value.json == json)
  }

  @Test func `text, ids, days and moments read bare, everything else as JSON`() {
    #expect(Value.text("a \"b\"").description == "a \"b\"")
    #expect(Value.day(Day(rawValue: 0)).description == "1970-01-01")
    #expect(Value.instant(Instant(milliseconds: 0)).description == "1970-01-01T00:00:00Z")
    #expect(Value.id(RecordID(high: 0, low: 1)).description == "00000000-0000-0000-0000-000000000001")
    #expect(Value.list(["a"]).description == "[\"a\"]")
  }

  @Test func `values that no field takes have a text too (P7)`() {
    let odd: [Value] = [
      .float(.nan), .float(.infinity), .float(-.infinity), .float(1e300), .instant(Instant(milliseconds: .min)),
      .day(Day(rawValue: .min)), .decimal(FixedDecimal(units: .min, scale: .max)), "\0",
    ]
    #expect(odd.allSatisfy { !$0.json.isEmpty && !$0.description.isEmpty && !$0.summary.isEmpty })
  }
}
