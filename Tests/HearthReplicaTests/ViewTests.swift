import HearthMemory
import HearthModel
import HearthReplica
import Testing

/// What a person sees: what the hub confirmed, with the device's own undecided changes laid over it.
@Suite("The view is the confirmed state with the outbox over it")
struct ViewTests {
  let lab: Lab
  let phone: Lab.Phone
  let chair = RecordID(name: "chair")

  init() throws {
    lab = try Lab.live()
    phone = lab.phones[0]
    try lab.disconnect(phone)
  }

  /// Makes an edit offline, looks, lets the hub decide, and looks again.
  func expect(
    _ what: String, _ value: Value, sourceLocation: SourceLocation = #_sourceLocation, _ body: (inout Draft) -> Void
  ) throws {
    let before = lab.confirmed(phone, what)
    try lab.edit(phone, body)
    #expect(try lab.value(phone, what) == value, "at once", sourceLocation: sourceLocation)
    #expect(lab.confirmed(phone, what) == before, "nothing is confirmed yet", sourceLocation: sourceLocation)
    #expect(
      phone.core.replica.isPending(lab.key(String(what.split(separator: ".")[0]))), sourceLocation: sourceLocation)
    try lab.calmDown()
    #expect(try lab.value(phone, what) == value, "after the outcome", sourceLocation: sourceLocation)
    #expect(lab.confirmed(phone, what) == value, "confirmed", sourceLocation: sourceLocation)
    #expect(try lab.hubValue(what) == value, "at the hub", sourceLocation: sourceLocation)
    #expect(
      !phone.core.replica.isPending(lab.key(String(what.split(separator: ".")[0]))), sourceLocation: sourceLocation)
  }

  @Test func `a register shows the last value`() throws {
    try expect("things/chair.title", .text("Two")) {
      $0.set("things", chair, "title", .text("One"))
      $0.set("things", chair, "title", .text("Two"))
    }
  }

  @Test func `a counter shows the sum`() throws {
    try lab.edit(phone) { $0.increment("things", chair, "count", by: 5) }
    try expect("things/chair.count", .int(3)) { $0.increment("things", chair, "count", by: -2) }
  }

  @Test func `a decimal counter counts in its last digit from its default on`() throws {
    try expect("things/chair.money", .decimal(FixedDecimal(units: 175, scale: 2))) {
      $0.increment("things", chair, "money", by: 25)
    }
  }

  @Test func `a maximum shows the largest and a minimum the smallest value`() throws {
    try lab.edit(phone) { $0.set("things", chair, "high", .int(7)) }
    try expect("things/chair.high", .int(7)) { $0.set("things", chair, "high", .int(3)) }
    try lab.disconnect(phone)
    try lab.edit(phone) { $0.set("things", chair, "low", .day(Day(rawValue: 20_000))) }
    try expect("things/chair.low", .day(Day(rawValue: 20_000))) {
      $0.set("things", chair, "low", .day(Day(rawValue: 20_001)))
    }
    try lab.disconnect(phone)
    try expect("things/chair.low", .day(Day(rawValue: 20_000))) { $0.set("things", chair, "low", .null) }
  }

  @Test func `a set shows what was added without what was removed, in order`() throws {
    try lab.edit(phone) {
      $0.insert("things", chair, "tags", .text("b"))
      $0.insert("things", chair, "tags", .text("c"))
    }
    try expect("things/chair.tags", .list([.text("a"), .text("c")])) {
      $0.insert("things", chair, "tags", .text("a"))
      $0.remove("things", chair, "tags", .text("b"))
      $0.remove("things", chair, "tags", .text("never"))
    }
  }

  @Test func `a document shows puts and drops in their order`() throws {
    let document = Value.object(
      ValueObject([
        (key: "a", value: .object(ValueObject([(key: "c", value: .int(2))]))), (key: "d", value: .bool(true)),
      ]))
    try expect("things/chair.extra", document) {
      $0.put("things", chair, "extra", ["a"], .int(0))
      $0.put("things", chair, "extra", ["a", "b"], .int(1))
      $0.put("things", chair, "extra", ["a", "c"], .int(2))
      $0.drop("things", chair, "extra", ["a", "b"])
      $0.put("things", chair, "extra", ["d"], .bool(true))
    }
  }

  @Test func `a document that is set is the whole document`() throws {
    try lab.edit(phone) { $0.put("things", chair, "extra", ["a", "b"], .int(1)) }
    try expect("things/chair.extra", .object(ValueObject([(key: "z", value: .int(9))]))) {
      $0.set("things", chair, "extra", .object(ValueObject([(key: "z", value: .int(9))])))
    }
  }

  @Test func `a new record shows its values, its defaults and a guess of what the hub fills in`() throws {
    phone.skew = 60_000
    let lamp = RecordID(name: "lamp")
    try lab.edit(phone) { $0.create("things", lamp, [("title", .text("Lamp"))]) }
    let guess = Value.instant(Instant(milliseconds: lab.now + 60_000))
    #expect(try lab.value(phone, "things/lamp.title") == .text("Lamp"))
    #expect(try lab.value(phone, "things/lamp.state") == .text("open"))
    #expect(try lab.value(phone, "things/lamp.owner") == .id(Lab.eva))
    #expect(try lab.value(phone, "things/lamp.home") == .id(lab.household.record))
    #expect(try lab.value(phone, "things/lamp.at") == guess)
    #expect(try lab.value(phone, "things/lamp.made_at") == guess)
    #expect(try lab.value(phone, "things/lamp.version") == .int(1))
    #expect(try lab.value(phone, "things/lamp.born") == .null, "the household's day is the hub's to know")
    try lab.calmDown()
    let now = Value.instant(Instant(milliseconds: lab.now))
    for field in ["at", "made_at", "changed_at"] {
      #expect(try lab.value(phone, "things/lamp.\(field)") == now, "\(field)")
    }
    #expect(try lab.value(phone, "things/lamp.born") == .day(Day(rawValue: Int32(lab.now / 86_400_000))))
    try Truth.everybodyAgrees(lab)
  }

  @Test func `a deleted record is gone at once, a restored one is back`() throws {
    try lab.edit(phone) { $0.delete("things", chair) }
    guard case .deleted? = try lab.view(phone, "things/chair")?.life else { return #expect(Bool(false), "not deleted") }
    try lab.edit(phone) { $0.restore("things", chair) }
    #expect(try lab.view(phone, "things/chair")?.life == .live)
    try lab.calmDown()
    #expect(try lab.view(phone, "things/chair")?.life == .live)
    try Truth.everybodyAgrees(lab)
  }

  @Test func `a record that only this device knows stands among the others`() throws {
    let lamp = RecordID(name: "lamp")
    try lab.edit(phone) { $0.create("things", lamp, [("title", .text("Lamp"))]) }
    let ids = try phone.core.replica.view(of: lab.collection("things"), phone.storage).map(\.0)
    #expect(ids == [chair, lamp, RecordID(name: "table")].sorted())
  }

  @Test func `an edit of a contested field takes the conflict away at once`() throws {
    let other = try lab.addPhone("b", Lab.noah)
    try lab.calmDown()
    for phone in lab.phones { try lab.disconnect(phone) }
    try lab.edit(phone) { $0.set("things", chair, "note", .text("a")) }
    try lab.advance(by: 1)
    try lab.edit(other) { $0.set("things", chair, "note", .text("b")) }
    try lab.calmDown()
    #expect(try lab.view(phone, "things/chair")?.conflicts.count == 1)
    try lab.disconnect(phone)
    try lab.edit(phone) { $0.set("things", chair, "note", .text("a or b")) }
    #expect(try lab.view(phone, "things/chair")?.conflicts.isEmpty == true)
    #expect(phone.storage.confirmed(lab.key("things/chair"))?.conflicts.count == 1)
    try lab.calmDown()
    #expect(try lab.view(other, "things/chair")?.conflicts.isEmpty == true)
  }

  // MARK: Rejections

  @Test func `J6, J7, R2: a leaf that two edits of one change set write shows what the hub makes of it`() throws {
    let rung = ValueObject([(key: "begun_by", value: .text("jam")), (key: "best", value: .int(7))])
    try expect("things/chair.ladder", .object(ValueObject([(key: "s", value: .object(rung))]))) {
      $0.put("things", chair, "ladder", ["s", "begun_by"], .text("maths"))
      $0.put("things", chair, "ladder", ["s", "best"], .int(7))
      $0.put("things", chair, "ladder", ["s", "best"], .int(3))
      $0.put("things", chair, "ladder", ["s", "begun_by"], .text("jam"))
    }
  }

  @Test func `P4: a rejected change set goes as a whole and leaves the others`() throws {
    let other = try lab.addPhone("b", Lab.noah)
    try lab.calmDown()
    try lab.disconnect(phone)
    try lab.edit(other) { $0.set("things", chair, "title", .text("Sofa")) }
    try lab.settle()
    try lab.edit(phone) { $0.increment("things", chair, "count", by: 1) }
    try lab.edit(phone) {
      $0.set("things", chair, "title", .text("Stool"))
      $0.expectUnchanged("things", chair)
      $0.create("boxes", RecordID(name: "crate"), [("name", .text("Crate"))])
      $0.set("plain", RecordID(name: "pin"), "text", .text("needle"))
    }
    try lab.edit(phone) { $0.increment("things", chair, "count", by: 10) }
    #expect(try lab.value(phone, "things/chair.title") == .text("Stool"))
    try lab.calmDown()
    #expect(phone.settled.map(\.isRejected) == [false, true, false])
    #expect(try lab.value(phone, "things/chair.title") == .text("Sofa"))
    #expect(try lab.value(phone, "things/chair.count") == .int(11))
    #expect(try lab.view(phone, "boxes/crate") == nil)
    #expect(try lab.value(phone, "plain/pin.text") == .text("pin"))
    try Truth.everybodyAgrees(lab)
  }

  @Test func `P9: what was built on a rejected creation is rejected in its turn and blocks nobody`() throws {
    let crate = RecordID(name: "crate")
    let other = try lab.addPhone("b", Lab.noah)
    try lab.calmDown()
    try lab.edit(other) { $0.delete("boxes", RecordID(name: "box")) }
    try lab.disconnect(phone)
    try lab.settle()
    try lab.edit(phone) { $0.create("lids", crate, [("box", .id(RecordID(name: "box")))]) }
    try lab.edit(phone) { $0.set("lids", crate, "box", .id(RecordID(name: "box"))) }
    try lab.edit(phone) { $0.set("plain", RecordID(name: "pin"), "text", .text("needle")) }
    try lab.calmDown()
    #expect(phone.settled.map(\.isRejected) == [true, true, false])
    #expect(try lab.view(phone, "lids/crate") == nil)
    #expect(try lab.value(phone, "plain/pin.text") == .text("needle"))
  }

  // MARK: Fields that stay

  @Test func `P8: a private value is shown until the hub has it, and is not kept then`() throws {
    try lab.edit(phone) { $0.set("things", chair, "secret", .text("1234")) }
    #expect(try lab.value(phone, "things/chair.secret") == .text("1234"))
    try lab.calmDown()
    #expect(try lab.value(phone, "things/chair.secret") == .null)
    let lamp = RecordID(name: "lamp")
    try lab.edit(phone) { $0.create("things", lamp, [("title", .text("Lamp")), ("secret", .text("5678"))]) }
    try lab.calmDown()
    #expect(try lab.value(phone, "things/lamp.secret") == .null)
  }

  @Test func `a value for this device stays here, through patches, catch-ups and snapshots, and reaches nobody else`()
    throws
  {
    let other = try lab.addPhone("b", Lab.noah)
    try lab.edit(phone) { $0.set("things", chair, "local", .text("mine")) }
    try lab.calmDown()
    #expect(try lab.value(phone, "things/chair.local") == .text("mine"), "after the outcome")
    #expect(try lab.value(other, "things/chair.local") == .null)
    try lab.edit(other) { $0.set("things", chair, "title", .text("Sofa")) }
    try lab.settle()
    #expect(try lab.value(phone, "things/chair.local") == .text("mine"), "after a patch")
    let backup = lab.store.copy()
    try lab.disconnect(phone)
    try lab.edit(other) { $0.delete("things", chair) }
    try lab.edit(other) { $0.restore("things", chair) }
    try lab.calmDown()
    #expect(try lab.value(phone, "things/chair.local") == .text("mine"), "after a catch-up")
    try lab.edit(other) { $0.delete("things", chair) }
    try lab.settle()
    try lab.edit(other) { $0.restore("things", chair) }
    try lab.settle()
    #expect(try lab.value(phone, "things/chair.local") == .text("mine"), "after it came back whole")
    try lab.restartHub(with: backup)
    try lab.calmDown()
    #expect(try lab.value(phone, "things/chair.local") == .text("mine"), "after a snapshot")
    #expect(try lab.value(other, "things/chair.local") == .null)
  }
}
