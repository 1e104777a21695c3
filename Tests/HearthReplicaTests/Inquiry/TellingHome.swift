import HearthEngine
import HearthMemory
import HearthModel
import HearthPack
import HearthReplica
import HearthScenario

/// A parent's phone and a child's tablet at a hub, in one thread, that ask what was decided.
final class TellingHome {
  let pack = LabPack.everything
  let world: InProcessWorld
  let things: CollectionSchema
  let chair = RecordID(name: "chair")
  let table = RecordID(name: "table")

  init() {
    world = InProcessWorld(pack: pack) { instant, _ in Day(rawValue: Int32(instant.milliseconds / 86_400_000)) }
    things = pack.collection(named: "things")!
    do {
      let home = LabPack.home(pack)
      _ = try world.found(home)
      try world.addDevice("eva-phone", member: Lab.eva, household: home.id)
      try world.addDevice("noah-tablet", member: Lab.noah, household: home.id)
      try world.setClock(of: "noah-tablet", aheadBy: 62 * 60_000)
      for device in ["eva-phone", "noah-tablet"] { try world.connect(device) }
      try world.settle()
    } catch {
      preconditionFailure("the home cannot be founded: \(error)")
    }
  }

  private func device(_ member: String) -> String { member == "eva" ? "eva-phone" : "noah-tablet" }

  func number(_ field: String) -> FieldNumber { things.field(named: field)!.number }

  func edit(_ member: String, _ body: (inout Draft) -> Void) throws {
    var draft = Draft()
    body(&draft)
    world.advance(by: 1000)
    try world.commit(draft, on: device(member))
    try world.settle()
  }

  /// Both rename the chair offline; Eva's name is shown.
  func quarrelAboutTitle() throws {
    for name in ["eva-phone", "noah-tablet"] { try world.disconnect(name) }
    try world.settle()
    for (member, title) in [("eva", "Armchair"), ("noah", "Stool")] {
      try edit(member) { $0.set("things", chair, "title", .text(title)) }
    }
    for name in ["eva-phone", "noah-tablet"] {
      try world.connect(name)
      try world.settle()
    }
  }

  /// Both claim the chair, and Noah does not know that Eva has it.
  func quarrelAboutChair() throws {
    try world.disconnect("noah-tablet")
    try world.settle()
    for (member, id) in [("eva", Lab.eva), ("noah", Lab.noah)] {
      try edit(member) { $0.set("things", chair, "held_by", .id(id)) }
    }
    try world.connect("noah-tablet")
    try world.settle()
  }

  func ask(_ subject: Inquiry.Subject, page: [UInt8] = [], on member: String) throws -> Answer? {
    try world.ask(Inquiry(subject, page: page), on: device(member))
  }

  /// Founds another household.
  ///
  /// - Returns: a record of it.
  func foundOther() throws -> RecordID {
    let stranger = RecordID(name: "strange-chair")
    let text = """
      app: lab
      households:
        - id: elsewhere
          records:
            homes: [{ id: elsewhere }]
            people: [{ id: mark, name: Mark, role: parent }]
            things: [{ id: strange-chair, title: Throne }]
      """
    let seed = try SeedLoader.load(text, file: "elsewhere.yaml", pack: pack)
    _ = try world.found(seed.households[0])
    return stranger
  }
}
