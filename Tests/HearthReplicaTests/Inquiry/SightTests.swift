import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthReplica
import HearthScenario
import HearthWire
import Testing

/// What a member may not see is in no answer, and a record that they may not see is no record.
@Suite("Answers and what a member may see")
struct SightTests {
  private static let pack = LabPack.load(
    """
    pack: lab
    version: 1
    language: 1
    open: true
    household: homes
    members: people
    zone: household.zone
    roles: { ranked: [parent, child] }
    collections:
      homes:
        fields: { zone: zone = UTC }
      people:
        fields:
          name: text(50)
          role: enum(parent, child)
      things:
        access:
          read: { parent: all, child: { if: owner == member, fields: [title, owner] } }
          create: { parent: all }
          update: { parent: all, child: all }
          delete: { parent: all }
        fields:
          title: text(20)
          note: text(40)?
          owner: ref people?, setNull
          inside: ref things?, cascade
    """)

  private static let home: Seed.Household = {
    let text = """
      app: lab
      households:
        - id: home
          records:
            homes: [{ id: home }]
            people: [{ id: eva, name: Eva, role: parent }, { id: noah, name: Noah, role: child }]
            things:
              - { id: bike, title: Bike, owner: noah, note: gift-of-mine }
              - { id: ring, title: hidden-ring, owner: eva, note: gift-of-mine }
              - { id: stone, title: hidden-stone, owner: eva, inside: bike }
      """
    do {
      return try SeedLoader.load(text, file: "seed.yaml", pack: pack).households[0]
    } catch {
      preconditionFailure("the seed cannot be read: \(error)")
    }
  }()

  private let world: InProcessWorld
  private let things = Self.pack.collection(named: "things")!
  private let bike = RecordID(name: "bike")
  private let ring = RecordID(name: "ring")
  private let stone = RecordID(name: "stone")

  init() throws {
    world = InProcessWorld(pack: Self.pack) { instant, _ in Day(rawValue: Int32(instant.milliseconds / 86_400_000)) }
    _ = try world.found(Self.home)
    for (name, member) in [("eva-phone", Lab.eva), ("eva-tablet", Lab.eva), ("noah-tablet", Lab.noah)] {
      try world.addDevice(name, member: member, household: Self.home.id)
      try world.connect(name)
    }
    try world.settle()
  }

  /// Eva's two devices disagree about the notes of bike and ring, and she deletes the ring.
  private func happen() throws {
    for name in ["eva-phone", "eva-tablet"] { try world.disconnect(name) }
    try world.settle()
    for (name, note) in [("eva-phone", "gift-from-anna"), ("eva-tablet", "gift-from-bob")] {
      for thing in [bike, ring] {
        var draft = Draft()
        draft.set("things", thing, "note", .text(note))
        world.advance(by: 1000)
        try world.commit(draft, on: name)
      }
      try world.connect(name)
      try world.settle()
    }
  }

  private func commit(_ body: (inout Draft) -> Void) throws {
    var draft = Draft()
    body(&draft)
    world.advance(by: 1000)
    try world.commit(draft, on: "eva-phone")
    try world.settle()
  }

  private func everything() -> [Inquiry.Subject] {
    let records = [bike, ring, stone].flatMap { record in
      [Inquiry.Subject.explain(things.number, record, nil), .history(things.number, record)]
        + things.fields.map { .explain(things.number, record, $0.number) }
    }
    return [.conflicts, .deleted] + records
  }

  @Test func `what a child may not see is in no byte of any answer, and a parent is told it`() throws {
    try happen()
    try commit { $0.delete("things", self.ring) }
    let codec = WireCodec(form: .text, pack: Self.pack)
    var told = ["noah-tablet": "", "eva-phone": ""]
    for device in ["noah-tablet", "eva-phone"] {
      for subject in everything() {
        let answer = try #require(try world.ask(Inquiry(subject), on: device))
        told[device]? += String(decoding: codec.encode(HubMessage.answer(1, answer)), as: UTF8.self)
      }
    }
    for word in ["gift-of-mine", "gift-from-anna", "gift-from-bob", "hidden-ring", "hidden-stone"] {
      #expect(told["noah-tablet"]?.contains(word) == false, "\(word)")
      #expect(told["eva-phone"]?.contains(word) == true, "\(word)")
    }
    #expect(told["noah-tablet"]?.contains("Bike") == true)
  }

  @Test func `a record that a child may not see is answered as one that is not there`() throws {
    try happen()
    for record in [ring, stone, RecordID(name: "nowhere")] {
      for subject in [Inquiry.Subject.explain(things.number, record, nil), .history(things.number, record)] {
        #expect(try world.ask(Inquiry(subject), on: "noah-tablet") == Answer(.unknown))
      }
    }
  }

  @Test func `a conflict about a field that a child may not see is not in the inbox, nor its authors`() throws {
    try happen()
    let noah = try #require(try world.ask(Inquiry(.conflicts), on: "noah-tablet"))
    #expect(noah == Answer(.conflicts([])))
    let eva = try #require(try world.ask(Inquiry(.conflicts), on: "eva-phone"))
    guard case .conflicts(let records) = eva.content else { throw WorldFault("no inbox") }
    #expect(Set(records.map(\.record)) == [bike, ring] && !eva.accounts.isEmpty)
  }

  @Test func `an edit that a child may not see is not in the history, not even that there was one`() throws {
    try happen()
    guard
      case .history(let history)? = try world.ask(Inquiry(.history(things.number, bike)), on: "noah-tablet")?.content
    else { throw WorldFault("no history") }
    #expect(history.entries.map(\.kind) == [.create])
    let fields = history.entries.flatMap { $0.edits + $0.ruleEdits }.map(\.field)
    #expect(Set(fields) == Set(["title", "owner"].map { things.field(named: $0)!.number }))
  }

  @Test func `a child is not told how many hidden records a delete hides beyond those that the child would see`() throws
  {
    try commit { $0.delete("things", self.bike) }
    for (device, count) in [("noah-tablet", 0), ("eva-phone", 1)] {
      guard case .deleted(let deleted)? = try world.ask(Inquiry(.deleted), on: device)?.content else {
        throw WorldFault("no list")
      }
      #expect(deleted.map(\.record) == [bike] && deleted.map(\.hiddenCount) == [count], "\(device)")
    }
  }
}
