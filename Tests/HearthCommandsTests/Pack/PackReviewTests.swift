import HearthModel
import HearthPack
import Testing

/// Each finding has a small pack that shows it and one, a word away, that does not.
@Suite("What the review of a pack finds") struct PackReviewTests {
  private static let rights =
    "access: { read: { family: all }, create: { parent: all }, update: { parent: all }, delete: { parent: all } }"

  private func codes(_ lines: String...) throws -> [String] {
    try SmallPack.codes(lines.joined(separator: "\n"))
  }

  @Test func `a rule that never holds, and one that may`() throws {
    let fields = "fields: { state: 'enum(a, b, c) = a', n: 'int(0..10) = 0' }"
    #expect(try codes(fields, Self.rights, "rules: { r: { check: state == a and state == b } }") == ["A101"])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: state == a or state == b } }") == [])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: n > 5 and n < 4 } }") == ["A101"])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: n > 3 and n < 5 } }") == [])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: n > 10 } }") == ["A101"])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: n >= 10 } }") == [])
  }

  @Test func `a rule that always holds`() throws {
    let fields = "fields: { n: 'int(0..10) = 0', x: bool?, y: 'int(0..10)?' }"
    #expect(try codes(fields, Self.rights, "rules: { r: { check: n >= 0 } }") == ["A201"])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: n >= 1 } }") == [])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: x is set or x is null } }") == ["A201"])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: x is set } }") == [])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: y is set implies y < 11 } }") == ["A201"])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: y is set implies n + y < 21 } }") == ["A201"])
    #expect(try codes(fields, Self.rights, "rules: { r: { check: y is set implies n + y < 20 } }") == [])
  }

  @Test func `what is said about a step is judged with what it was before`() throws {
    let fields = "fields: { state: 'enum(a, b) = a' }"
    #expect(
      try codes(fields, Self.rights, "rules: { r: { check: creating and old.state == a } }") == ["A101"])
    #expect(
      try codes(
        fields, Self.rights, "rules: { r: { check: not changed(state) implies creating or old.state == state } }")
        == ["A201"])
  }

  @Test func `a right that applies to nobody`() throws {
    let fields = "fields: { x: bool = false }"
    let nobody =
      "access: { read: { family: all }, create: { parent: all }, update: { child: { if: member.role == parent } } }"
    #expect(try codes(fields, nobody).contains("A102"))
    let somebody =
      "access: { read: { family: all }, create: { parent: all }, update: { family: { if: member.role == parent } } }"
    #expect(!(try codes(fields, somebody).contains("A102")))
    let relation = "who: { none: member.role == parent and member.role == child }"
    #expect(
      try codes(fields, relation, "access: { read: { family: all }, create: { parent: all }, delete: { none: all } }")
        .contains("A102"))
  }

  @Test func `a toggle that gives more than the highest role has`() throws {
    let fields = "fields: { x: bool = false, y: bool = false }"
    let toggle = "member.toggles.things.edit otherwise false"
    let who = "who: { editor: \(toggle), maker: member.role == child and (\(toggle)) }"
    let above = "access: { read: { family: all }, create: { parent: all }, update: { parent: [x], maker: [x, y] } }"
    #expect(try codes(fields, who, above) == ["A103"])
    // A parent can have this toggle too.
    let alike = "access: { read: { family: all }, create: { parent: all }, update: { parent: [x], editor: [x, y] } }"
    #expect(try codes(fields, who, alike) == [])
    let below = "access: { read: { family: all }, create: { parent: all }, update: { parent: all, maker: [x, y] } }"
    #expect(try codes(fields, who, below) == [])
  }

  @Test func `a required field that nobody may give`() throws {
    let fields = "fields: { title: text(100), n: 'int = 0' }"
    #expect(
      try codes(fields, "access: { read: { family: all }, create: { parent: [n] }, update: { parent: all } }")
        == ["A104"])
    #expect(
      try codes(
        fields, "access: { read: { family: all }, create: { parent: [n], child: [title] }, update: { parent: all } }")
        == [])
    // Where nobody creates, services do.
    #expect(try codes(fields, "access: { read: { family: all }, update: { parent: all } }") == [])
  }

  private static func moves(_ needs: String) -> String {
    "moves: { go: { change: state a -> b, by: parent, needs: { \(needs) } }, "
      + "back: { change: state b -> a, by: parent } }"
  }

  @Test func `a move whose needs exclude each other`() throws {
    let fields = "fields: { state: 'enum(a, b) = a', x: bool = false, y: bool = false }"
    #expect(try codes(fields, Self.rights, Self.moves("one: x, two: not x")) == ["A105"])
    #expect(try codes(fields, Self.rights, Self.moves("one: x, two: not y")) == [])
    #expect(try codes(fields, Self.rights, Self.moves("one: x and not x")) == ["A101"])
  }

  @Test func `a value that nothing brings about`() throws {
    let fields = "fields: { state: 'enum(a, b, c) = a' }"
    #expect(try codes(fields, Self.rights, Self.moves("")) == ["A106"])
    #expect(try codes(fields, Self.rights, Self.moves(""), "effects: { e: { when: day, set: { state: c } } }") == [])
    #expect(
      try codes(fields, Self.rights, "moves: { go: { change: state any -> b or c, by: parent } }") == [])
  }

  @Test func `who sees a record must not tell a private field`() throws {
    let fields = "fields: { secret: text(9)?, private, shown: bool = false }".replacing(
      "text(9)?, private", with: "'text(9)?, private'")
    let rest = "create: { parent: [all, secret] }, update: { parent: all } }"
    let asks = "access: { read: { family: { if: secret is set } }, \(rest)"
    #expect(try codes(fields, asks) == ["A107"])
    let other = "access: { read: { family: { if: shown } }, \(rest)"
    #expect(try codes(fields, other) == [])
  }

  @Test func `a right that another covers`() throws {
    let fields = "fields: { x: bool = false, y: bool = false }"
    let covered = "access: { read: { family: all }, create: { parent: all }, update: { family: all, child: [x] } }"
    #expect(try codes(fields, covered) == ["A202"])
    let wider = "access: { read: { family: all }, create: { parent: all }, update: { family: [y], child: [x] } }"
    #expect(try codes(fields, wider) == [])
    let start = "access: { read: { family: all }, create: { parent: all }, "
    let conditional = start + "update: { family: { if: x }, child: { if: x and y } } }"
    #expect(try codes(fields, conditional) == ["A202"])
    let other = start + "update: { family: { if: x }, child: { if: x or y } } }"
    #expect(try codes(fields, other) == [])
  }

  @Test func `what stays open covers nothing`() throws {
    let fields = "fields: { x: bool = false, t: text(9)? }"
    let start = "access: { read: { family: all }, create: { parent: all }, "
    let open = start + "update: { family: { if: t is set and t matches 'a+' }, child: { if: x } } }"
    #expect(try codes(fields, open) == [])
  }

  @Test func `two others need not be the same one`() throws {
    let fields = "fields: { a: 'ref people?, setNull', b: 'ref people?, setNull' }"
    let rule = "a is set and b is set implies a == member or b == member or a == b"
    #expect(try codes(fields, Self.rights, "rules: { r: { check: \(rule) } }") == [])
  }

  @Test func `a field that nobody may write, and one that nobody may read`() throws {
    let fields = "fields: { x: bool = false, y: bool = false }"
    #expect(
      try codes(fields, "access: { read: { family: all }, create: { parent: [x] }, update: { parent: [x] } }")
        == ["A203"])
    #expect(
      try codes(
        fields, "access: { read: { family: all }, create: { parent: [x] }, update: { parent: [x] } }",
        "effects: { e: { when: day, set: { y: true } } }") == [])
    #expect(
      try codes(fields, "access: { read: { family: [x] }, create: { parent: all }, update: { parent: all } }")
        == ["A204"])
    #expect(
      try codes(
        fields, "access: { read: { family: [x] }, create: { parent: all }, update: { parent: all } }",
        "rules: { r: { check: x or not y } }") == [])
  }

  @Test func `two fields that merge apart under one comparison`() throws {
    let apart = "fields: { a: time, b: time }"
    let together = "fields: { a: 'time, group when', b: 'time, group when' }"
    let fixed = "fields: { a: 'time, immutable', b: time }"
    let rule = "rules: { order: { check: a <= b } }"
    #expect(try codes(apart, Self.rights, rule) == ["A205"])
    #expect(try codes(together, Self.rights, rule) == [])
    #expect(try codes(fixed, Self.rights, rule) == [])
  }

  @Test func `places and words`() throws {
    let lines = "fields: { n: 'int(0..10) = 0' }\n" + Self.rights + "\nrules: { big: { check: n > 10 } }"
    let finding = try #require(try SmallPack.review(lines).findings.first)
    #expect(finding.description == "small.yaml:26:14: error A101: the rule `big` never holds: n > 10.")
  }

  @Test func `conditions with too many situations are named, not guessed`() throws {
    let names = (1...13).map { "f\($0)" }
    let fields = "fields: { \(names.map { "\($0): bool = false" }.joined(separator: ", ")) }"
    let check = names.joined(separator: " or ")
    let review = try SmallPack.review("\(fields)\n\(Self.rights)\nrules: { many: { check: \(check) } }")
    #expect(review.findings.isEmpty)
    #expect(review.notAnalysed == ["things: the rule `many`"])
  }
}

@Suite("Sentences of expect") struct PackProofTests {
  private static let things = """
    fields: { state: 'enum(a, b) = a', title: text(9), owner: 'ref people?, setNull', n: 'int = 0' }
    who: { mine: owner == member, editor: member.toggles.things.edit otherwise false }
    moves: { go: { change: state a -> b, by: [parent, mine] }, back: { change: state b -> a, by: parent } }
    access:
      read: { parent: all, child: { if: owner == member }, helper: [title] }
      create: { parent: all }
      update: { parent: all, mine: [title], child: { if: member.role == parent } }
      delete: { editor: all }
    """

  private func result(_ sentence: String) throws -> String {
    let review = try SmallPack.review(Self.things, expect: "[\(sentence)]")
    let proof = try #require(review.proofs.first)
    let codes = review.findings.map(\.code)
    switch proof.result {
    case .proved:
      #expect(!codes.contains(.refuted) && !codes.contains(.unproved))
      return "proved"
    case .refuted(let example):
      #expect(codes.contains(.refuted))
      return example
    case .open(let reason):
      #expect(codes.contains(.unproved))
      return "open: \(reason)"
    }
  }

  @Test(
    arguments: [
      "child may not create things", "helper may not read things.state",
      "parent may update things.title", "family may update things.title", "child may delete things",
      "child may not update things.n", "helper may read things", "family may update things.state",
      "child may not write people",
    ])
  func proved(_ sentence: String) throws {
    #expect(try result(sentence) == "proved")
  }

  @Test(arguments: [
    ("nobody may create things", "`create` to `parent`, with role parent"),
    ("child may not update things.title", "`update` to `mine`, with role child, owner the member"),
    ("helper may not update things.state", "the move `go` by `mine`, with role helper, owner the member"),
    ("child may not delete things", "`delete` to `editor`, with role child, member.toggles.things.edit true"),
    ("child may create things", "no right of `child` gives it"),
    ("family may create things", "no right of `child` gives it"),
    ("helper may read things.n", "no right of `helper` gives it"),
  ])
  func refuted(_ sentence: String, _ example: String) throws {
    #expect(try result(sentence) == example)
  }
}
