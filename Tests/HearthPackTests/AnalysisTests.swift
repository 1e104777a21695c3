import HearthModel
import HearthPack
import Testing

/// What is wrong with a pack although each of its lines is right, and what only looks like it.
@Suite("Moves and effects together")
struct AnalysisTests {
  private func codes(_ things: String..., rest: String = "") -> [String] {
    let text = smallPack(things: things.joined(separator: "\n    ")) + rest
    return packDiagnostics(text).map(\.description)
  }

  private static let fields =
    "fields: { state: 'enum(a, b, c) = a', n: int(0..9) = 0, m: int(0..9) = 0, who: ref homes?, x: bool = false }"

  // MARK: Moves that never begin

  @Test func `a move begins at what the default, a move or an effect leads to`() {
    let begin = "begin: { change: state a -> b, by: owner }"
    let end = "end: { change: state b -> c, by: owner }"
    #expect(codes(Self.fields, "moves: { \(begin), \(end) }") == [])
    let found = codes(Self.fields, "moves: { \(end) }")
    #expect(found == ["schema.yaml:15:14: error P612: `end` can never begin: nothing brings `state` to `b`."])
    #expect(codes(Self.fields, "moves: { \(end) }", "effects: { e: { when: created, set: { state: b } } }") == [])
    #expect(
      codes(Self.fields, "moves: { \(end) }", "effects: { e: { when: created, set: { state: c } } }").count == 1)
  }

  @Test func `a move may begin at anything, at null, and at what a move of another field sets`() {
    #expect(codes(Self.fields, "moves: { m: { change: state any -> b, by: owner } }") == [])
    #expect(codes(Self.fields, "moves: { m: { change: who null -> member, by: owner } }") == [])
    #expect(codes(Self.fields, "moves: { m: { change: who set -> null, by: owner } }").count == 1)
    let other = "m: { change: x false -> true, by: owner, sets: { state: b } }, n: { change: state b -> c, by: owner }"
    #expect(codes(Self.fields, "moves: { \(other) }") == [])
  }

  // MARK: Effects in a circle

  @Test func `an effect that writes what it watches runs in a circle`() {
    #expect(codes(Self.fields, "effects: { e: { when: change of n, set: { n: 1 } } }").count == 1)
    #expect(codes(Self.fields, "effects: { e: { when: change of n, set: { m: 1 } } }") == [])
  }

  @Test func `a constant fires only what it fits`() {
    let effects = { (second: String) in
      "effects: { e: { when: n enters 1, set: { m: 2 } }, f: { when: m enters 2, set: { n: \(second) } } }"
    }
    #expect(codes(Self.fields, effects("1")).count == 1)
    #expect(codes(Self.fields, effects("3")) == [])
    #expect(codes(Self.fields, effects("m")).count == 1)
    let leaves = "effects: { e: { when: x leaves true, set: { x: true } } }"
    #expect(codes(Self.fields, leaves) == [])
    #expect(codes(Self.fields, "effects: { e: { when: x leaves true, set: { x: false } } }").count == 1)
  }

  @Test func `an effect that makes its own condition false ends`() {
    let effect = { (condition: String) in
      "effects: { e: { when: change of who, if: \(condition), set: { who: null } } }"
    }
    #expect(codes(Self.fields, effect("who is set")) == [])
    #expect(codes(Self.fields, effect("who is set and n > 1")) == [])
    #expect(codes(Self.fields, effect("who is set or n > 1")).count == 1)
    #expect(codes(Self.fields, effect("n > 1")).count == 1)
  }

  @Test func `a circle goes through other collections and derived fields, and a key breaks it`() {
    let effects = """
      effects: { e: { when: change of total, append: lines, row: { thing: id, size: 1 } } }
      """
    let fields = "fields: { total: 'int, derived sum(lines.size by thing)' }"
    let lines = { (key: String) in
      "  lines: { append: true\(key), fields: { thing: 'ref things, immutable, cascade', size: int(0..9) } }\n"
    }
    #expect(codes(fields, effects, rest: lines("")).map { $0.contains("P613") } == [true])
    #expect(codes(fields, effects, rest: lines(", key: [thing]")) == [])
    let created = """
        lines:
          fields: { thing: 'ref things, cascade', size: int(0..9) }
          effects: { f: { when: created, at: thing, set: { x: true } } }

      """
    let when = { (value: String) in
      "effects: { e: { when: x enters \(value), append: lines, row: { thing: id, size: 1 } } }"
    }
    #expect(codes(Self.fields, when("true"), rest: created).count == 1)
    #expect(codes(Self.fields, when("false"), rest: created) == [])
  }

  @Test func `a chain of a thousand effects is walked without a circle`() {
    let fields = (0..<900).map { "f\($0): int(0..9) = 0" }.joined(separator: ", ")
    let effects = (0..<899).map { "e\($0): { when: change of f\($0), set: { f\($0 + 1): 1 } }" }.joined(separator: ", ")
    #expect(codes("fields: { \(fields) }", "effects: { \(effects) }") == [])
    let closed = effects + ", last: { when: change of f899, set: { f0: 1 } }"
    #expect(codes("fields: { \(fields) }", "effects: { \(closed) }").count == 1)
  }

  // MARK: Derived fields

  @Test func `derived fields may follow from each other, but not in a circle`() {
    #expect(codes("fields: { a: 'int(0..9), derived 1', b: 'int(0..9), derived a', c: 'int(0..9), derived b' }") == [])
    let circle = codes("fields: { a: 'int(0..9), derived b', b: 'int(0..9), derived a' }")
    #expect(circle.map { $0.contains("P609") } == [true])
    let others = "  others: { fields: { thing: 'ref things, cascade', n: 'int, derived thing.total' } }\n"
    #expect(codes("fields: { total: 'int, derived sum(others.n by thing)' }", rest: others).count == 1)
  }
}
