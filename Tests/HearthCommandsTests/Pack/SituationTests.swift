import HearthModel
import HearthPack
import HearthTesting
import Testing

/// What is proved over all situations holds for every record: random conditions against random records, judged by the
/// hub's own evaluation.
@Suite("Proofs over situations") struct SituationTests {
  private static let things = """
    fields:
      a: int(0..9) = 0
      b: int(0..9)?
      on: bool = false
      off: bool?
      state: enum(open, half, end) = open
      owner: ref people?, setNull
      other: ref people?, setNull
      helpers: set(ref people, 5)
    access: { read: { family: all }, create: { family: all }, update: { family: all } }
    """
  private static let atoms = [
    "a > 3", "a < 3", "a == 3", "a + 1 > 4", "b is set and b > 5", "b is set and b < 6", "b is null",
    "(b otherwise 0) > 5", "on", "off is set", "off otherwise true", "state == open", "state in (open, half)",
    "state != end", "owner == member", "owner == other", "owner is set", "other == member", "member in helpers",
    "owner is set and owner in helpers", "helpers is empty", "size(helpers) > 1", "member.role == child",
    "member.role in (parent, child)", "member.role >= child", "creating", "old.a == a", "changed(a)",
    "old.state == end", "household.limit > a", "member.toggles.things.edit otherwise false",
    "owner is set and owner.is_active", "if on then a > 4 else a < 5", "every(x in helpers where x == member)",
  ]

  private static let people = ["noah", "luna", "eva", "sam"].map { RecordID(name: $0) }

  private static func condition(_ dice: inout SeededGenerator) -> String {
    let parts = (0..<Int.random(in: 1...4, using: &dice)).map { _ in
      let atom = "(\(atoms.randomElement(using: &dice)!))"
      return Bool.random(using: &dice) ? atom : "not \(atom)"
    }
    return parts.joined(separator: Bool.random(using: &dice) ? " and " : " or ")
  }

  private static func values(_ collection: CollectionSchema, _ dice: inout SeededGenerator) -> [FieldNumber: Value] {
    var values = [FieldNumber: Value]()
    for field in collection.fields {
      let isNull = field.isNullable && Int.random(in: 0..<3, using: &dice) == 0
      values[field.number] = isNull ? .null : value(of: field.type, &dice)
    }
    return values
  }

  private static func value(of type: FieldType, _ dice: inout SeededGenerator) -> Value {
    switch type {
    case .bool: .bool(.random(using: &dice))
    case .int(let range): .int(.random(in: range, using: &dice))
    case .choice(let names): .text(names.randomElement(using: &dice)!)
    case .reference: .id(people.randomElement(using: &dice)!)
    case .set: .list(people.filter { _ in Bool.random(using: &dice) }.map { .id($0) }.sorted())
    case .json:
      Bool.random(using: &dice)
        ? .object(ValueObject())
        : .object(
          ValueObject([
            (key: "things", value: .object(ValueObject([(key: "edit", value: .bool(.random(using: &dice)))])))
          ]))
    default: .text("UTC")
    }
  }

  private static func scene(_ pack: Pack, _ dice: inout SeededGenerator) -> Scene {
    let (homes, members, things) = (pack.collections[0], pack.collections[1], pack.collections[2])
    var records = [RecordID: RecordFacts]()
    for person in people where Int.random(in: 0..<5, using: &dice) > 0 {
      records[person] = RecordFacts(values(members, &dice), in: members)
    }
    let member = people.randomElement(using: &dice)!
    let own = records[member] ?? RecordFacts(values(members, &dice), in: members)
    records[member] = own
    let role = own.value(of: pack.roleField)?.text ?? ""
    let new = values(things, &dice)
    let isNew = Int.random(in: 0..<3, using: &dice) == 0
    let old = values(things, &dice).merging(new) { first, second in Bool.random(using: &dice) ? first : second }
    let changed = FieldSet(things.fields.map(\.number).filter { isNew || new[$0] != old[$0] })
    let now = Instant(milliseconds: 1_762_876_800_000)
    let home = RecordFacts(values(homes, &dice), in: homes)
    let setting = Scene.Setting(
      actor: Scene.Actor(member: member, role: role, rank: pack.roles.rank(of: role)!, device: nil, record: own),
      times: Scene.Times(now: now, written: now, day: { _ in nil }), household: { home },
      find: { [records] in records[$1].map { .record($0) } ?? .none })
    return Scene(
      collection: things, id: RecordID(name: "thing"), record: RecordFacts(new, in: things),
      old: isNew ? nil : RecordFacts(old, in: things), changed: changed, isNew: isNew, in: setting)
  }

  @Test func `no record contradicts what is proved`() throws {
    let pack = try SmallPack.load(Self.things)
    let things = pack.collections[2]
    var dice = SeededGenerator(seed: 2025)
    let scenes = (0..<400).map { _ in Self.scene(pack, &dice) }
    var (always, never, asked) = (0, 0, 0)
    for _ in 0..<900 {
      let text = Self.condition(&dice)
      guard let condition = try? PackLoader.expression(text, in: things.number, of: pack),
        let all = Situations(of: [condition], in: things, of: pack)
      else { continue }
      asked += 1
      let mayHold = all.contains { $0.holds(condition) != false }
      let mayFail = all.contains { $0.holds(condition) != true }
      if !mayHold { never += 1 }
      if !mayFail { always += 1 }
      for scene in scenes {
        let holds = try scene.holds(condition)
        #expect(holds != true || mayHold, "proved never, but holds: \(text)")
        #expect(holds != false || mayFail, "proved always, but fails: \(text)")
      }
    }
    #expect(asked > 700 && always > 10 && never > 10, "\(asked) asked, \(always) always, \(never) never")
  }
}
