import HearthEngine
import HearthMemory
import HearthModel
import Testing

@Suite("One thing under two ids (pack language, section 11.1; F43)")
struct AliasTests {
  private let desk: PantryDesk

  init() throws {
    desk = try PantryDesk()
    try desk.submit("eva", desk.change("shops/corner", .create, [("name", .text("Corner"))]))
  }

  private func pair() throws {
    try desk.submit("eva", tea("tea", [("note", .text("a"))]))
    try desk.submit("eva", at: 2, tea("thee", [("note", .text("b"))]))
  }

  private func tea(_ id: String, _ values: [(String, Edit.Action)] = []) -> RecordChange {
    desk.change("items/\(id)", .create, [("name", .text("tea")), ("shop", .name("corner"))] + values)
  }

  @Test("A1: what the second creation gives is merged by the rule of each field, and nothing else is")
  func folding() throws {
    try desk.submit(
      "eva",
      tea(
        "tea", [("note", .text("black")), ("amount", .add(2)), ("size", .text("s")), ("makers", .insert(.text("x")))]))
    let logged = try desk.count("log")
    let verdict = try desk.submit(
      "noah", at: 5, tea("thee", [("note", .text("green")), ("amount", .add(3))]))
    #expect(verdict.aliases.map(\.name) == [RecordID(name: "thee")])
    #expect(verdict.aliases.map(\.record) == [RecordID(name: "tea")])
    #expect(desk.state("items/thee") == nil)
    #expect(desk.value("items/tea", "note") == .text("green"))
    #expect(desk.value("items/tea", "amount") == .int(5))
    #expect(desk.value("items/tea", "size") == .text("s"))
    // Noah is no default over Eva, and no effect of a creation fires.
    #expect(desk.value("items/tea", "added_by") == .id(RecordID(name: "eva")))
    #expect(try desk.count("log") == logged)
    let lost = desk.conflicts("items/tea").flatMap(\.losers).map(\.write.value)
    #expect(lost == [.text("black")])
  }

  @Test("A1: a new record begins its moves at their defaults, and says nothing of a record that has gone on")
  func beginnings() throws {
    try desk.submit("eva", tea("tea"))
    try desk.submit("eva", desk.change("items/tea", .update, [("state", .text("bought"))]))
    #expect(try desk.submit("noah", tea("thee", [("state", .text("wanted"))])).isTaken)
    #expect(desk.value("items/tea", "state") == .text("bought"))
  }

  @Test("A2: who may not see the record, or not update what would change, is refused as without folding")
  func rights() throws {
    try desk.submit("eva", tea("tea", [("makers", .insert(.text("x"))), ("note", .text("black"))]))
    // What is the same needs no right, what a child may update has one.
    #expect(try desk.submit("noah", tea("one", [("makers", .insert(.text("x")))])).isTaken)
    #expect(try desk.submit("noah", tea("two", [("makers", .insert(.text("y")))])).rejection?.code == .uniqueViolation)
    #expect(desk.value("items/tea", "makers") == .list([.text("x")]))
    #expect(try desk.submit("noah", tea("three", [("size", .text("xl"))])).rejection?.code == .uniqueViolation)
    #expect(try desk.submit("eva", tea("four", [("makers", .insert(.text("y")))])).isTaken)
    // What is given once is nobody's to update.
    #expect(try desk.submit("eva", tea("five", [("size", .text("xl"))])).rejection?.code == .uniqueViolation)
  }

  @Test("A2: what a child may not see answers nothing but that it is there")
  func hidden() throws {
    let hidden = desk.change(
      "items/gift", .create, [("name", .text("Gift")), ("size", .text("m")), ("hidden", .set(.bool(true)))])
    try desk.submit("eva", hidden)
    let guess = desk.change("items/guess", .create, [("name", .text("Gift")), ("size", .text("m"))])
    let rejection = try desk.submit("noah", guess).rejection
    #expect(rejection?.code == .uniqueViolation)
    #expect(rejection?.record == RecordID(name: "guess"))
    #expect(
      try desk.submit("eva", desk.change("items/same", .create, [("name", .text("Gift")), ("size", .text("m"))]))
        .isTaken)
    // By its other name it is as unknown as by its own.
    let edit = desk.change("items/same", .update, [("note", .text("x"))])
    let refused = try desk.submit("noah", edit).rejection
    #expect(refused?.code == .recordUnknown)
    #expect(refused?.record == RecordID(name: "same"))
  }

  @Test("A3: a change set that touches the record, or folds twice, is refused")
  func twice() throws {
    try desk.submit("eva", tea("tea"))
    let both = try desk.submit("eva", tea("thee"), desk.change("items/tea", .update, [("note", .text("x"))]))
    #expect(both.rejection?.code == .uniqueViolation)
    #expect(try desk.submit("eva", tea("one"), tea("two")).rejection?.code == .uniqueViolation)
    // What gives the values up in the same change set makes room, and nothing is folded.
    let swap = try desk.submit(
      "eva", tea("thee"), desk.change("items/tea", .update, [("name", .text("Old tea"))]))
    #expect(swap == .accepted)
    #expect(desk.value("items/thee", "name") == .text("tea"))
  }

  @Test("A4: an update or a restore that gives a record another's values is refused")
  func updates() throws {
    try desk.submit("eva", tea("tea"))
    try desk.submit(
      "eva", desk.change("items/cocoa", .create, [("name", .text("Cocoa")), ("shop", .name("corner"))]))
    let rename = desk.change("items/cocoa", .update, [("name", .text("TEA"))])
    #expect(try desk.submit("eva", rename).rejection?.code == .uniqueViolation)
    try desk.submit("eva", desk.change("items/tea", .delete))
    #expect(try desk.submit("eva", tea("thee")) == .accepted)
    #expect(try desk.submit("eva", desk.change("items/tea", .restore)).rejection?.code == .uniqueViolation)
  }

  @Test("A5: a change to a name is one to the record, in a later batch too")
  func names() throws {
    try pair()
    let own = VersionVector()
    #expect(try desk.submit("eva", desk.change("items/thee", .update, [("note", .text("c"))], seen: own)).isTaken)
    #expect(desk.value("items/tea", "note") == .text("c"))
    #expect(try desk.submit("eva", desk.change("items/thee", .update, [("state", .text("bought"))], seen: own)).isTaken)
    #expect(desk.value("items/tea", "state") == .text("bought"))
    #expect(try desk.submit("eva", tea("thee")).rejection?.code == .recordExists)
    #expect(try desk.submit("eva", desk.change("items/thee", .delete)).isTaken)
    let gone = try desk.submit("noah", desk.change("items/tea", .update, [("note", .text("d"))]))
    #expect(gone.rejection?.code == .gone)
    #expect(
      try desk.submit("eva", desk.change("items/thee", .restore, seen: desk.state("items/tea")!.versions)).isTaken)
    #expect(desk.value("items/tea", "note") == .text("c"))
  }

  @Test("A5: the same change set sent again has the same outcome, and another content under its number is a clone")
  func resend() throws {
    try desk.submit("eva", tea("tea"))
    let second = tea("thee", [("note", .text("b"))])
    let verdict = try desk.submit("noah", second)
    let before = desk.state("items/tea")
    #expect(try desk.submit("noah", counter: 1, [second]) == verdict)
    #expect(desk.state("items/tea") == before)
  }

  @Test("A6: references to a name are references to the record, in the same change set, later, and by others")
  func references() throws {
    try desk.submit("noah", desk.change("shops/winkel", .create, [("name", .text("Corner"))]), tea("tea"))
    #expect(desk.state("shops/winkel") == nil)
    let rice = desk.change("items/rice", .create, [("name", .text("Rice")), ("shop", .name("winkel"))])
    #expect(try desk.submit("eva", rice).isTaken)
    #expect(desk.value("items/rice", "shop") == .id(RecordID(name: "corner")))
    let told = desk.last?.records.first { $0.record == RecordID(name: "rice") }?.fields.map(\.value) ?? []
    #expect(told.contains(.id(RecordID(name: "corner"))))
  }

  @Test("A6: what is found by a reference to a name is folded like all others")
  func referencesInKeys() throws {
    try desk.submit("eva", tea("tea"))
    let verdict = try desk.submit(
      "noah",
      desk.change("items/thee", .create, [("name", .text("tea")), ("shop", .name("winkel"))]),
      desk.change("shops/winkel", .create, [("name", .text("Corner"))]))
    #expect(Set(verdict.aliases.map(\.name)) == [RecordID(name: "winkel"), RecordID(name: "thee")])
  }

  @Test("A7: an id that follows from a name becomes that which follows from the record, and is a name itself")
  func keys() throws {
    try desk.submit("eva", tea("tea"))
    let computed = desk.resolve("likes/thee+noah").1
    let praise = desk.change("praise/p", .create, [("like", .set(.id(computed))), ("words", .text("Good"))])
    let verdict = try desk.submit(
      "noah", praise, desk.change("likes/thee+noah", .create, [("item", .name("thee")), ("stars", .set(.int(5)))]),
      tea("thee"))
    #expect(verdict.isTaken)
    #expect(desk.state("likes/thee+noah") == nil)
    #expect(desk.value("likes/tea+noah", "stars") == .int(5))
    #expect(desk.value("praise/p", "like") == .id(desk.resolve("likes/tea+noah").1))
    #expect(try desk.submit("noah", desk.change("likes/thee+noah", .update, [("stars", .set(.int(4)))])).isTaken)
    #expect(desk.value("likes/tea+noah", "stars") == .int(4))
    // An id that is none of this key is not made a name.
    let forged = desk.change(
      "likes/milk+noah", .create, [("item", .name("thee")), ("person", .name("noah")), ("stars", .set(.int(1)))])
    #expect(try desk.submit("noah", forged).rejection?.code == .keyMismatch)
  }

  @Test("A8: two changes that turn out to be about one record are one when they do the same kind of thing")
  func joined() throws {
    try pair()
    let update = { (id: String, values: [(String, Edit.Action)]) in
      self.desk.change("items/\(id)", .update, values, seen: self.desk.state("items/tea")!.versions)
    }
    #expect(
      try desk.submit(
        "eva", update("tea", [("note", .text("x")), ("amount", .add(1))]), update("thee", [("note", .text("x"))])
      ).isTaken)
    #expect(desk.value("items/tea", "amount") == .int(1))
    let different = try desk.submit(
      "eva", update("tea", [("note", .text("x"))]), update("thee", [("note", .text("y"))]))
    #expect(different.rejection?.code == .inconsistent)
    let mixed = try desk.submit("eva", update("tea", [("note", .text("x"))]), desk.change("items/thee", .delete))
    #expect(mixed.rejection?.code == .inconsistent)
    #expect(try desk.submit("eva", desk.change("items/tea", .delete), desk.change("items/thee", .delete)).isTaken)
  }

  @Test("A9: the writer's device drops the name and gets the record, others see an update")
  func telling() throws {
    try desk.submit("eva", tea("tea", [("note", .text("black"))]))
    try desk.submit("noah", tea("thee", [("amount", .add(1))]))
    let told = try #require(desk.last?.records)
    #expect(told.filter(\.isForgotten).map(\.record) == [RecordID(name: "thee")])
    let whole = try #require(told.first { $0.record == RecordID(name: "tea") })
    #expect(whole.isWhole && whole.fields.contains { $0.value == .text("black") })
    let others = try #require(desk.lastPatch?.patch.records)
    #expect(others.map(\.record) == [RecordID(name: "tea")])
    #expect(!others[0].isWhole)
    // Later changes by the name as well, since the device knows nothing of what they come to.
    try desk.submit("noah", desk.change("items/thee", .update, [("note", .text("green"))]))
    let later = try #require(desk.last?.records)
    #expect(later.map(\.record) == [RecordID(name: "thee"), RecordID(name: "tea")])
    #expect(later.map(\.isForgotten) == [true, false])
  }

  @Test("A9: history and explain answer for a name as for the record, and history names what was folded")
  func history() throws {
    try desk.submit("eva", tea("tea"))
    try desk.submit("noah", tea("thee", [("note", .text("green"))]))
    let sight = InquirySight(pack: PantryDesk.pack) { key, _ in
      PantryDesk.pack.collection(key.collection)?.publishedFields
    }
    let answer = { (id: String) throws -> Answer in
      try self.desk.store.inquire { reader in
        let household = self.desk.household
        return try InquiryDesk(
          household: household, member: RecordID(name: "eva"), sight: sight, reader: reader
        ).answer(Inquiry(.history(self.desk.key("items/\(id)").collection, RecordID(name: id))))
      }
    }
    guard case .history(let history) = try answer("thee").content else {
      Issue.record("no history")
      return
    }
    #expect(history.record == RecordID(name: "tea"))
    #expect(history.entries.count == 2)
    #expect(history.entries.contains { $0.verdict.aliases.map(\.name) == [RecordID(name: "thee")] })
    #expect(try answer("tea") == answer("thee"))
    #expect(try answer("nothing").content == .unknown)
  }

  @Test("A10: a name is not given twice, and is none of another collection")
  func others() throws {
    try pair()
    // The same id in another collection is another thing.
    #expect(try desk.submit("eva", desk.change("shops/thee", .create, [("name", .text("Thee"))])) == .accepted)
    #expect(desk.value("shops/thee", "name") == .text("Thee"))
  }
}
