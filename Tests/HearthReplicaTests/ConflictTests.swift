import HearthMemory
import HearthModel
import HearthReplica
import Testing

/// Which conflicts a device shows: those that the hub has open, on the way there too.
@Suite("A device shows the conflicts that are open")
struct ConflictTests {
  let lab: Lab
  let phone: Lab.Phone
  let other: Lab.Phone

  init() throws {
    lab = try Lab.live(.everything, [("a", Lab.eva), ("b", Lab.noah)])
    (phone, other) = (lab.phones[0], lab.phones[1])
  }

  /// Both edit while neither is connected; the first one's edit is decided first.
  func apart(_ first: (inout Draft) -> Void, _ second: (inout Draft) -> Void) throws {
    for phone in lab.phones { try lab.disconnect(phone) }
    try lab.edit(phone, first)
    try lab.advance(by: 1)
    try lab.edit(other, second)
    try lab.connect(phone)
    try lab.settle()
    try lab.calmDown()
  }

  @Test func `a restore of a record that an edit has kept alive settles who was right`() throws {
    let pin = RecordID(name: "pin")
    try apart({ $0.delete("plain", pin) }, { $0.set("plain", pin, "text", .text("needle")) })
    #expect(try lab.view(phone, "plain/pin")?.life == .live)
    #expect(try lab.view(phone, "plain/pin")?.conflicts.map(\.subject) == [.record])
    try lab.disconnect(phone)
    try lab.edit(phone) { $0.restore("plain", pin) }
    #expect(try lab.view(phone, "plain/pin")?.conflicts.isEmpty == true, "at once")
    try lab.calmDown()
    #expect(phone.storage.confirmed(lab.key("plain/pin"))?.conflicts.isEmpty == true)
    try Truth.everybodyAgrees(lab)
  }

  @Test func `a deleted record has no open conflicts of its fields, and has them again when it comes back`() throws {
    let chair = RecordID(name: "chair")
    try apart({ $0.set("things", chair, "note", .text("a")) }, { $0.set("things", chair, "note", .text("b")) })
    #expect(try lab.view(phone, "things/chair")?.conflicts.count == 1)
    try lab.edit(other) { $0.delete("things", chair) }
    try lab.calmDown()
    let late = try lab.addPhone("c", Lab.eva)
    try lab.calmDown()
    for phone in [phone, other, late] {
      #expect(try lab.view(phone, "things/chair")?.conflicts.isEmpty == true, "\(phone.name)")
    }
    try lab.edit(other) { $0.restore("things", chair) }
    try lab.calmDown()
    for phone in [phone, other, late] {
      #expect(try lab.view(phone, "things/chair")?.conflicts.count == 1, "\(phone.name)")
    }
    try Truth.everybodyAgrees(lab)
  }

  @Test func `a second creation under one key shows the defaults that the hub wrote over the first one's values`()
    throws
  {
    let badge = [("person", Value.id(Lab.eva)), ("code", .text("first"))]
    try lab.edit(phone) { $0.create("badges", nil, badge + [("by", .id(Lab.noah))]) }
    try lab.edit(phone) { $0.create("badges", nil, badge) }
    let id = phone.lastChange.record
    try lab.calmDown()
    let key = ReplicaKey(lab.collection("badges").number, id)
    #expect(phone.storage.confirmed(key)?[lab.field("badges.by")] == .id(Lab.eva))
    try Truth.everybodyAgrees(lab)
  }
}
