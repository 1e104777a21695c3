import HearthModel
import Testing

@Suite("Field types")
struct FieldTypeTests {
  /// Values that a type takes and values that it does not.
  struct Limits: Sendable, CustomTestStringConvertible {
    let type: FieldType
    let good: [Value]
    let bad: [Value]
    var testDescription: String { type.name }
  }

  /// One value of each kind.
  static let kinds: [Value] = [
    .null, true, 1, .decimal(FixedDecimal(units: 1, scale: 1)), .float(1), "text", .id(RecordID(high: 1, low: 1)),
    .day(Day(rawValue: 1)), .instant(Instant(milliseconds: 1)), .list([]), .object([:]),
  ]

  @Test(arguments: Limits.all)
  func `a type takes its values to the bounds and nothing beyond`(_ limits: Limits) {
    #expect(limits.good.filter { limits.type.fault(of: $0) != nil } == [])
    #expect(limits.bad.filter { limits.type.fault(of: $0) == nil } == [])
  }

  @Test(arguments: Limits.all)
  func `a type takes no value of another kind`(_ limits: Limits) {
    let right = limits.good.map(\.kindName)
    let wrong = Self.kinds.filter { !right.contains($0.kindName) }
    #expect(wrong.filter { limits.type.fault(of: $0) == nil } == [])
    #expect(limits.type.fault(of: .null) != nil)
  }

  @Test func `a fault says what was expected and what came, without the text itself`() {
    let fault = FieldType.text(.plain, length: 1...3).fault(of: "secret")
    #expect(fault == ValueFault(expected: "text(1..3)", found: "text of 6 characters"))
    #expect(FieldType.int(0...9).fault(of: "x")?.expected == "int(0..9)")
    #expect(FieldType.anyText.fault(of: "a\0b")?.found == "text with U+0000")
  }

  // MARK: JSON

  static let shape = FieldType.Shape(
    keys: [
      "on": .leaf(.bool), "due": .leaf(.date), "at": .leaf(.time), "who": .leaf(.uuid),
      "cost": .leaf(.decimal(precision: 4, scale: 2)), "tags": .leaf(.set(.text(.plain, length: 0...3), maximum: 2)),
      "inner": .object(FieldType.Shape(keys: ["n": .leaf(.int(0...9))], others: nil)),
    ],
    others: nil)

  @Test func `an object is checked against its shape, key by key`() {
    let type = FieldType.json(Self.shape)
    let good: Value = .object([
      "on": true, "due": "2025-01-01", "at": "2025-01-01T00:00:00Z", "who": "00000000-0000-0000-0000-000000000001",
      "cost": "12.50", "tags": .list(["a", "b"]), "inner": .object(["n": 9]),
    ])
    #expect(type.fault(of: good) == nil)
    #expect(type.fault(of: .object([:])) == nil)
    #expect(type.fault(of: .object(["on": .null])) == nil)
    let bad: [Value] = [
      .object(["unknown": 1]), .object(["on": 1]), .object(["due": "2025-02-30"]), .object(["cost": "123.00"]),
      .object(["who": "x"]), .object(["tags": .list(["a", "b", "c"])]), .object(["tags": .list(["long!"])]),
      .object(["inner": 1]), .object(["inner": .object(["n": 10])]), .object(["inner": .object(["m": 1])]),
    ]
    #expect(bad.filter { type.fault(of: $0) == nil } == [])
    #expect(type.fault(of: .object(["inner": .object(["n": 10])]))?.expected == "int(0..9) at `inner.n`")
  }

  @Test func `a value written at a path is checked against the shape there`() {
    #expect(Self.shape.fault(of: 9, writtenAt: ["inner", "n"]) == nil)
    #expect(Self.shape.fault(of: 10, writtenAt: ["inner", "n"]) != nil)
    #expect(Self.shape.fault(of: 1, writtenAt: ["inner", "n", "deeper"]) != nil)
    #expect(Self.shape.fault(of: 1, writtenAt: ["unknown"])?.found == "the key `unknown`")
    #expect(Self.shape.fault(of: 1, writtenAt: []) != nil)
    #expect(Self.shape.fault(of: .object(["on": true]), writtenAt: []) == nil)
    let open = FieldType.Shape(keys: [:], others: .object(FieldType.Shape(keys: [:], others: .leaf(.bool))))
    #expect(open.fault(of: true, writtenAt: ["any", "key"]) == nil)
    #expect(open.fault(of: 1, writtenAt: ["any", "key"]) != nil)
  }

  @Test func `a JSON object has bounds of depth, bytes and leaves`() {
    func nested(_ depth: Int) -> Value { (1..<depth).reduce(.object([:])) { inner, _ in .object(["k": inner]) } }
    #expect(FieldType.object.fault(of: nested(FieldType.jsonDepthMax)) == nil)
    #expect(FieldType.object.fault(of: nested(FieldType.jsonDepthMax + 1)) != nil)

    func wide(_ count: Int) -> Value { .object(ValueObject(sorted: (1000..<1000 + count).map { ("\($0)", 1) })) }
    #expect(FieldType.object.fault(of: wide(FieldType.jsonLeavesMax)) == nil)
    #expect(FieldType.object.fault(of: wide(FieldType.jsonLeavesMax + 1)) != nil)

    func long(_ bytes: Int) -> Value { .object(["k": .text(String(repeating: "x", count: bytes - 8))]) }
    #expect(FieldType.object.fault(of: long(FieldType.jsonBytesMax)) == nil)
    #expect(FieldType.object.fault(of: long(FieldType.jsonBytesMax + 1)) != nil)
  }

  @Test func `a JSON object holds only what JSON can say, and refusing the rest never traps (P7)`() {
    let bad: [Value] = [
      .float(.nan), .float(.infinity), "\0", .id(RecordID(high: 0, low: 0)), .day(Day(rawValue: .min)),
      .instant(Instant(milliseconds: .min)), .instant(Instant(milliseconds: .max)),
      .decimal(FixedDecimal(units: .min, scale: .max)), .list([.float(.nan)]), .object(["\0": 1]),
    ]
    #expect(bad.filter { FieldType.object.fault(of: .object(["k": $0])) == nil } == [])
    let good: [Value] = [.null, true, 1, .float(0.5), "a", .list([1, "a", .null]), .object(["k": 1])]
    #expect(good.filter { FieldType.object.fault(of: .object(["k": $0])) != nil } == [])
  }

  // MARK: Fields

  @Test func `a field is required when nothing else can give it a value`() {
    func field(_ type: FieldType, isNullable: Bool = false, _ value: Field.DefaultValue? = nil) -> Field {
      Field(
        number: FieldNumber(rawValue: 1), name: "f", type: type, isNullable: isNullable, defaultValue: value, slot: 0,
        place: 0, marks: [], onDelete: nil, isHubWritten: false)
    }
    #expect(field(.bool).isRequired)
    #expect(!field(.bool, isNullable: true).isRequired)
    #expect(!field(.bool, .literal(true)).isRequired)
    #expect(!field(.textSet).isRequired)
    #expect(!field(.object).isRequired)
  }
}

extension Value {
  /// The name of the kind, without the content.
  fileprivate var kindName: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .int: "int"
    case .decimal: "decimal"
    case .float: "float"
    case .text: "text"
    case .id: "id"
    case .day: "day"
    case .instant: "instant"
    case .list: "list"
    case .object: "object"
    }
  }

  fileprivate static func text(_ count: Int, of character: Character = "x") -> Value {
    .text(String(repeating: character, count: count))
  }
}

extension FieldTypeTests.Limits {
  static let all: [Self] = scalars + forms

  private static let scalars: [Self] = [
    Self(
      type: .text(.plain, length: 2...4), good: [.text(2), .text(4), .text(4, of: "\u{1f600}"), "e\u{301}\u{301}"],
      bad: [.text(1), .text(5), "e\u{301}e\u{301}e", "a\0b", ""]),
    Self(type: .anyText, good: ["", .text(10_000)], bad: [.text(10_001), "\0"]),
    Self(type: .int(-5...5), good: [-5, 0, 5], bad: [-6, 6, .int(.min), .int(.max)]),
    Self(type: .anyInt, good: [.int(.min), .int(.max)], bad: []),
    Self(
      type: .decimal(precision: 4, scale: 2), good: [.hundredths(9999), .hundredths(-9999), .hundredths(0)],
      bad: [.hundredths(10_000), .hundredths(-10_000), .hundredths(.min), .decimal(FixedDecimal(units: 1, scale: 1))]),
    Self(
      type: .decimal(precision: 18, scale: 2), good: [.hundredths(999_999_999_999_999_999)],
      bad: [.hundredths(1_000_000_000_000_000_000), .hundredths(.min), .hundredths(.max)]),
    Self(
      type: .float, good: [.float(0), .float(-.greatestFiniteMagnitude), .float(.leastNonzeroMagnitude)],
      bad: [.float(.nan), .float(.infinity), .float(-.infinity)]),
    Self(type: .bool, good: [true, false], bad: []),
    Self(
      type: .date, good: [.day(.first), .day(.last)],
      bad: [.day(Day(rawValue: Day.first.rawValue - 1)), .day(Day(rawValue: Day.last.rawValue + 1))]),
    Self(
      type: .time, good: [.instant(Instant("0001-01-01T00:00:00Z")!), .instant(Instant("9999-12-31T23:59:59.999Z")!)],
      bad: [.instant(Instant(milliseconds: .min)), .instant(Instant(milliseconds: 253_402_300_800_000))]),
    Self(type: .uuid, good: [.id(RecordID(high: 0, low: 0))], bad: []),
    Self(type: .reference(CollectionNumber(rawValue: 1)), good: [.id(RecordID(high: 1, low: 0))], bad: []),
    Self(type: .choice(["open", "\u{e9}"]), good: ["open", "\u{e9}"], bad: ["Open", "", "open ", "e\u{301}"]),
    Self(type: .set(.int(0...9), maximum: 2), good: [0, 9], bad: [10]),
    Self(type: .object, good: [.object([:]), .object(["k": 1])], bad: []),
  ]

  private static let forms: [Self] = [
    form(
      .email, good: ["a@b.c", "a.b+c@d-e.example"],
      bad: ["a", "@b.c", "a@", "a@b", "a@b.", "a@.c", "a@b@c.d", "a b@c.d"]),
    form(.url, good: ["https://a", "x://b/c?d"], bad: ["https:/a", "https://", "://a", "1x://a", "https://a b", "a"]),
    form(
      .color, good: ["#000000", "#aBcDeF"], bad: ["000000", "#00000", "#0000000", "#00000g", "#０00000", "#é00000"]),
    form(
      .zone, good: ["UTC", "Europe/Amsterdam", "America/Argentina/Buenos_Aires", "Etc/GMT+1"],
      bad: ["", "utc", "Europe", "Europe/", "/A", "A/B/C/D", "Europe/Den Haag", "Europe/É"]),
    form(
      .locale, good: ["nl", "nl-NL", "zh-Hant-TW"],
      bad: ["", "n", "NL", "nl-", "nl_NL", "dutch", "nl-é", "nl-toolongpart"]),
    form(
      .rrule, good: ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,-1TU;COUNT=10", "COUNT=2;FREQ=YEARLY"],
      bad: ["", "COUNT=2", "FREQ=", "FREQ=HOURLY2", "FREQ=DAILY;", "FREQ=DAILY;FREQ=DAILY", "freq=DAILY", "FREQ=daily"]),
    form(.slug, good: ["a", "a_1", "9"], bad: ["", "A", "a-b", "é", "a "]),
    form(.base32, good: ["A", "Z7=", "234567"], bad: ["", "a", "A1", "A8", "A ", "É"]),
    form(
      .ip, good: ["192.0.2.1", "0.0.0.0", "2001:db8::1", "::", "::ffff:192.0.2.1"],
      bad: ["", "192.0.2.256", "192.0.2.01", "2001:DB8::1", "::ffff:c000:201", "192.0.2.0/24", "localhost"]),
    form(.pattern(try! TextPattern("[a-c]{2}")), good: ["ab", "cc"], bad: ["a", "abc", "ad"]),
  ]

  private static func form(_ form: FieldType.TextForm, good: [String], bad: [String]) -> Self {
    Self(
      type: .text(form, length: 0...60), good: good.map { .text($0) },
      bad: bad.map { .text($0) } + [.text((good.last ?? "") + "\0"), .text(61)])
  }
}

extension Value {
  fileprivate static func hundredths(_ units: Int64) -> Value { .decimal(FixedDecimal(units: units, scale: 2)) }
}
