import HearthModel
import HearthSimulator
import Testing

/// What only a parent may decide stays as a parent decided it, whatever others write at the same time: for every order
/// of arrival, every order of the clocks and every role, with two and with three writers.
struct EscalationTests {
  /// A thing about which a parent and others disagree.
  struct Subject: Sendable, CustomTestStringConvertible {
    let collection: String
    let record: String
    let field: String
    /// What parents may want.
    let parents: [Wish]
    /// What others may want.
    let others: [Wish]

    var testDescription: String { "\(collection)/\(record).\(field)" }
  }

  struct Wish: Sendable {
    let member: String
    let edits: [(String, Edit.Action)]
    /// What the field shows when this counts; nil where it does not matter.
    let shows: Value?

    init(_ member: String, _ edits: [(String, Edit.Action)], shows: Value? = nil) {
      (self.member, self.edits, self.shows) = (member, edits, shows)
    }

    init(_ member: String, _ field: String, _ value: Value) {
      self.init(member, [(field, .set(value))], shows: value)
    }
  }

  private static func text(_ text: String) -> Value { .text(text) }
  private static func time(_ hour: Int) -> Value {
    .instant(Instant(milliseconds: 1_763_000_000_000 + Int64(hour) * 3_600_000))
  }

  static let subjects: [Subject] = [
    Subject(
      collection: "tasks", record: "tidy-room", field: "status",
      parents: [Wish("eva", "status", text("done")), Wish("eva", "status", text("open"))],
      others: [
        Wish("luna", "status", text("open")), Wish("luna", "status", text("done")), Wish("sam", "status", text("done")),
        Wish("mira", "status", text("open")),
      ]),
    Subject(
      collection: "tasks", record: "dishes", field: "due", parents: [Wish("eva", "due", time(1))],
      others: [Wish("sam", "due", time(2)), Wish("noah", "due", time(3)), Wish("mira", "due", time(4))]),
    Subject(
      collection: "tasks", record: "dishes", field: "title", parents: [Wish("eva", "title", text("P"))],
      others: [Wish("sam", "title", text("S")), Wish("luna", "title", text("L")), Wish("mira", "title", text("M"))]),
    Subject(
      collection: "tasks", record: "dishes", field: "points",
      parents: [Wish("eva", "points", .int(1))],
      others: [Wish("sam", "points", .int(999)), Wish("noah", "points", .int(998)), Wish("mira", "points", .int(997))]),
    Subject(
      collection: "users", record: "sam", field: "role", parents: [Wish("eva", "role", text("child"))],
      others: [
        Wish("sam", "role", text("parent")), Wish("noah", "role", text("helper")), Wish("mira", "role", text("teen")),
      ]),
    Subject(
      collection: "users", record: "sam", field: "is_active", parents: [Wish("eva", "is_active", .bool(false))],
      others: [
        Wish("sam", "is_active", .bool(true)), Wish("luna", "is_active", .bool(true)),
        Wish("mira", "is_active", .bool(true)),
      ]),
    Subject(
      collection: "users", record: "noah", field: "permissions",
      parents: [
        Wish(
          "eva", [("permissions", .put(["tasks", "create"], .bool(false)))],
          shows: .object(
            ValueObject([(key: "tasks", value: .object(ValueObject([(key: "create", value: .bool(false))])))])))
      ],
      others: ["noah", "sam", "mira"].map {
        Wish($0, [("permissions", .put(["tasks", "create"], .bool(true)))])
      }),
    Subject(
      collection: "users", record: "noah", field: "display_name", parents: [Wish("eva", "display_name", text("P"))],
      others: [Wish("noah", "display_name", text("N")), Wish("sam", "display_name", text("S"))]),
    Subject(
      collection: "tasks", record: "water-plants", field: "claimable",
      parents: [Wish("eva", "claimable", .bool(false))],
      others: [
        Wish("noah", [("claimed_by", .set(.id(RecordID(name: "noah")))), ("claimed_at", .set(time(1)))]),
        Wish("luna", [("claimed_by", .set(.id(RecordID(name: "luna")))), ("claimed_at", .set(time(1)))]),
        Wish("mira", [("claimed_by", .set(.id(RecordID(name: "mira")))), ("claimed_at", .set(time(1)))]),
      ]),
  ]

  @Test(arguments: subjects)
  func parentsWordStands_againstOneOther(_ subject: Subject) throws {
    for parent in subject.parents {
      for other in subject.others { try tryAll(subject, [parent, other]) }
    }
  }

  @Test(arguments: subjects)
  func parentsWordStands_againstTwoOthers(_ subject: Subject) throws {
    for parent in subject.parents {
      for (position, first) in subject.others.enumerated() {
        for second in subject.others[(position + 1)...] { try tryAll(subject, [parent, first, second]) }
      }
    }
  }

  @Test(arguments: subjects)
  func oneOfTwoParentsWordsStands_againstAnother(_ subject: Subject) throws {
    for first in subject.parents {
      for second in subject.parents {
        for other in subject.others { try tryAll(subject, [first, second, other]) }
      }
    }
  }

  /// Every order of arrival with every order of the clocks; the writers have seen nothing of each other.
  private func tryAll(_ subject: Subject, _ wishes: [Wish]) throws {
    for arrival in Array(wishes.indices).permutations {
      for clocks in Array(wishes.indices).permutations {
        var bench = Bench()
        let letters = try wishes.enumerated().map { position, wish in
          Bench.Letter(
            device: "\(wish.member)-\(position)", member: wish.member,
            changes: [try bench.change(subject.collection, subject.record, wish.edits)],
            clock: Int64(clocks[position]) * 1000)
        }
        var counting = Set<Value>()
        for position in arrival {
          let isTakenIn = try bench.deliver(letters[position]) == nil
          if wishes[position].member == "eva", let value = wishes[position].shows {
            if isTakenIn { counting.insert(value) }
            #expect(isTakenIn, "a parent was refused: arrival \(arrival), clocks \(clocks)")
          }
        }
        if clocks == arrival { try bench.check() }
        let shown = try bench.value(subject.collection, subject.record, subject.field)
        #expect(
          counting.contains(shown),
          "\(wishes.map { "\($0.member) \($0.edits)" }), arrival \(arrival), clocks \(clocks): \(shown.brief)")
      }
    }
  }
}
