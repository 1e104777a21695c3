import HearthModel
import HearthPack
import Testing

/// Packs that look odd and load, each for a reason.
@Suite("Odd packs that load")
struct OddPackTests {
  private func load(_ lines: String...) throws -> CollectionSchema {
    let text = smallPack(fields: lines.joined(separator: "\n        "))
    return try #require(try PackLoader.load(text, file: "schema.yaml").collection(named: "things"))
  }

  private func rule(_ line: String) throws -> MergeRule { try load(line).rules[0] }

  @Test func `the household's collection may be the members' too - an app for one person`() throws {
    let pack = try PackLoader.load(smallPack(fields: "a: bool"), file: "schema.yaml")
    #expect(pack.householdCollection == pack.memberCollection)
  }

  @Test func `a system field may be required - then only the hub creates such records`() throws {
    #expect(try load("a: time, system").fields[0].isRequired)
  }

  @Test func `a counter may be null - until somebody counts`() throws {
    #expect(try rule("a: int?, counter") == .counter)
  }

  @Test func `precedence may name some values - the others come behind them`() throws {
    let rule = try rule("a: enum(x, y, z) = x, precedence z")
    #expect(rule == .register(RegisterRule(precedence: [.text("z")])))
  }

  @Test func `a group may mix delete rules - they concern the targets, not the merge`() throws {
    let things = try load("a: ref homes?, group g, setNull", "b: ref homes?, group g, restrict")
    #expect(things.fields.map(\.onDelete) == [.setNull, .restrict])
  }

  @Test func `first may be on a field that is never null - then of two creations the first one stays`() throws {
    #expect(try rule("a: int, first") == .register(RegisterRule(.first)))
  }

  @Test func `an append-only collection may have fields that merge - a second creation writes them`() throws {
    let text = smallPack(things: "append: true\n    key: [a]\n    fields: { a: slug, b: 'time, min' }")
      .replacing("a: slug", with: "a: 'slug, immutable'")
    let things = try #require(try PackLoader.load(text, file: "schema.yaml").collection(named: "things"))
    #expect(things.rules[1] == .extreme(.smallest))
  }

  @Test func `a key may be a group - its fields are immutable anyway`() throws {
    let fields = "fields: { a: 'slug, immutable, group g', b: 'int, immutable, group g' }"
    let text = smallPack(things: "key: [a]\n    \(fields)")
    #expect(packDiagnostics(text).isEmpty)
  }

  @Test func `an index may hold a private field - indexes stay on the hub`() {
    let text = smallPack(things: "fields: { a: 'text, private' }\n    indexes: { by_a: { fields: [a] } }")
    #expect(packDiagnostics(text).isEmpty)
  }

  @Test func `collections may cascade to each other - both go together`() {
    let others = "  others: { fields: { b: 'ref things, cascade' } }\n"
    #expect(packDiagnostics(smallPack(things: "fields: { a: 'ref others, cascade' }") + others).isEmpty)
  }

  @Test func `a leaf of a shape may merge by a rule of its own (F08)`() throws {
    let pack = { (leaf: String, field: String) in
      smallPack(things: "fields: { a: '\(field)' }").replacing(
        "collections:", with: "types: { Shape: { '*': { n: '\(leaf)', m: text(10) } } }\ncollections:",
        maxReplacements: 1)
    }
    for rule in LeafRule.allCases {
      let loaded = try PackLoader.load(pack("int(0..9), \(rule.rawValue)", "json(Shape) = {}"), file: "pack.yaml")
      guard case .json(false, let leaves) = loaded.collection(named: "things")!.slots[0].rule else {
        Issue.record("no json")
        return
      }
      #expect(leaves?.leaf(at: ["x", "n"])?.rule == (rule == .plain ? nil : rule))
      #expect(rule == .plain || leaves?.leaf(at: ["x", "m"])?.rule == .plain)
    }
    let wrong: [(String, String, String)] = [
      ("text(9), max", "json(Shape) = {}", "P303"), ("int, counter", "json(Shape) = {}", "P301"),
      ("int, max, first", "json(Shape) = {}", "P302"), ("set(int, 3), first", "json(Shape) = {}", "P303"),
      ("int, max", "json(Shape)?, lww", "P302"), ("int max", "json(Shape) = {}", "P201"),
    ]
    for (leaf, field, code) in wrong {
      #expect(packDiagnostics(pack(leaf, field)).map(\.code).contains(code), "\(leaf) \(field)")
    }
  }

  @Test func `json is one value with lww, first, immutable or a group, and may then be null`() throws {
    #expect(try rule("a: json = {}") == .json(isRanked: false))
    #expect(try rule("a: json = {}, guardian") == .json(isRanked: true))
    #expect(try rule("a: json?, lww") == .register(RegisterRule()))
    #expect(try rule("a: json?, first") == .register(RegisterRule(.first)))
    #expect(try rule("a: json?, immutable") == .register(RegisterRule(.immutable)))
    let things = try load("a: json?, first, group g", "b: int?, first, group g")
    #expect(things.slots.map(\.rule) == [.register(RegisterRule(.first))])
    #expect(things.slots.map(\.isGroup) == [true])
    let plain = try load("a: json = {}, guardian, group g", "b: int?, guardian, group g")
    #expect(plain.slots.map(\.rule) == [.register(RegisterRule(isRanked: true))])
  }

  @Test func `a group of system fields may have private ones among them - the hub sees both`() throws {
    #expect(try load("a: bool = false, group g, system", "b: text?, group g, system, private").slots.count == 1)
  }

  @Test func `words that YAML 1.1 took for booleans and numbers are names`() throws {
    let things = try load("no: bool = false", "on: enum(y, n) = n", "null: text?", "y: text = 12")
    #expect(things.fields.map(\.name) == ["no", "on", "null", "y"])
    #expect(things.fields[3].defaultValue == .literal(.text("12")))
  }

  @Test func `a named type may be named by another`() throws {
    let types = "types: { Outer: Inner, Inner: 'int(1..3)' }\n"
    let text = smallPack(fields: "a: Outer").replacing("collections:", with: types + "collections:")
    let things = try #require(try PackLoader.load(text, file: "schema.yaml").collection(named: "things"))
    #expect(things.fields[0].type == .int(1...3))
  }

  @Test func `a set of patterned texts needs no bounds`() throws {
    let type = try load("a: set(text matches '[a-z]+', 5)").fields[0].type
    #expect(type.name == "set(text(10000) matches '[a-z]+', 5)")
  }
}

/// The words of a field line, each with what it becomes.
@Suite("Field lines")
struct FieldLineTests {
  private func field(_ line: String) throws -> (Field, MergeRule) {
    let pack = try PackLoader.load(smallPack(fields: "a: \(line)"), file: "schema.yaml")
    let things = try #require(pack.collection(named: "things"))
    return (things.fields[0], things.rules[0])
  }

  @Test(arguments: [
    "text(5)", "text(2..5)", "email(255)", "url(500)", "color", "zone(50)", "locale(10)", "rrule(255)", "slug(50)",
    "base32(64)", "ip", "int", "int(-5..5)", "decimal(10,2)", "float", "bool", "date", "time", "uuid", "enum(a, b-c)",
    "set(int(1..5), 20)", "json",
  ])
  func `a type is written as the language writes it`(name: String) throws {
    #expect(try field(name).0.type.name == name)
  }

  @Test(arguments: [
    ("text", "text(10000)"), ("email", "email(255)"), ("url", "url(500)"), ("zone", "zone(50)"),
    ("locale", "locale(10)"), ("rrule", "rrule(255)"), ("slug", "slug(50)"), ("base32", "base32(64)"),
  ])
  func `a text without a bound has that of the page`(written: String, meant: String) throws {
    #expect(try field(written).0.type.name == meant)
  }

  @Test func `a default is a value of the type or a word that the hub fills in`() throws {
    #expect(try field("int = -5").0.defaultValue == .literal(.int(-5)))
    #expect(try field("text = two words, private").0.defaultValue == .literal(.text("two words")))
    #expect(try field("decimal(5,2) = 1.5").0.defaultValue == .literal(.decimal(FixedDecimal(units: 150, scale: 2))))
    #expect(try field("time = now").0.defaultValue == .now)
    #expect(try field("date = today").0.defaultValue == .today)
    #expect(try field("ref homes = household, cascade").0.defaultValue == .household)
    #expect(try field("ref homes? = member").0.defaultValue == .member)
    #expect(try field("set(int, 5) = {}").0.defaultValue == .literal(.list([])))
    #expect(try field("json = {}").0.defaultValue == .literal(.object(ValueObject())))
  }

  @Test(arguments: [
    ("int = 0, counter", "counter"), ("int, max", "max"), ("bool, min", "min"), ("text, order", "lww"),
    ("text, first", "first"), ("text, guardian", "guardian"), ("text, guardian first", "guardian first"),
    ("text, first, guardian", "guardian first"), ("text?, claim", "claim"), ("text, immutable", "immutable"),
    ("time, stamp created", "stamp created"), ("time, stamp changed", "stamp changed"), ("int, version", "version"),
    ("enum(a, b), precedence b > a", "lww with precedence"), ("set(int, 5), guardian", "guardian set"),
  ])
  func `a mark makes the merge rule`(line: String, rule: String) throws {
    #expect(try field(line).1.name == rule)
  }

  @Test(arguments: [
    ("claim", "text"), ("counter", "text"), ("counter", "float"), ("max", "text"), ("min", "uuid"), ("order", "int"),
    ("order", "slug"), ("stamp created", "date"), ("stamp changed", "int"), ("version", "text"), ("claim", "json"),
    ("counter", "json"), ("lww", "set(int, 5)"), ("first", "set(int, 5)"), ("max", "set(int, 5)"),
  ])
  func `a merge rule is refused on a type that it cannot merge`(mark: String, type: String) {
    #expect(packDiagnostics(smallPack(fields: "a: \(type), \(mark)")).map(\.code) == ["P303"])
  }

  @Test(arguments: ["claim", "immutable", "counter", "max", "min", "version"])
  func `guardian combines with no rule that asks for no rank`(mark: String) {
    let type = mark == "claim" ? "int?" : "int"
    #expect(packDiagnostics(smallPack(fields: "a: \(type), guardian, \(mark)")).map(\.code) == ["P302"])
  }

  @Test func `a reference without a rule becomes null where it may`() throws {
    #expect(try field("ref homes?").0.onDelete == .setNull)
    #expect(try field("set(ref homes, 5)").0.onDelete == .setNull)
    #expect(try field("ref homes?, restrict").0.onDelete == .restrict)
    #expect(try field("ref homes, cascade").0.onDelete == .cascade)
    #expect(try field("int").0.onDelete == nil)
  }
}
