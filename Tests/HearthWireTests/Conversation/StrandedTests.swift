import HearthModel
import HearthProtocol
import HearthReplica
import HearthWire
import Testing

/// Nobody is stranded (P12): clones, restored phones, restored hubs, hubs that go down.
@Suite("Hub and device: clones, restores, endings")
struct StrandedTests {
  private static let box = RecordID(name: "box")

  private static func talk(_ names: [String] = ["phone", "toy"]) throws -> Conversation {
    let conversation = try Conversation(Packs.rulesSeed(), Packs.rules.get())
    for name in names { try conversation.connect(name) }
    try conversation.settle()
    return conversation
  }

  private static func add(_ conversation: Conversation, _ name: String, _ amount: Int64) throws {
    try conversation.edit(name) { $0.increment("things", box, "count", by: amount) }
  }

  private static func count(_ conversation: Conversation) throws -> Value? {
    let things = conversation.pack.collection(named: "things")!
    return try conversation.truth(things, box)?[things.field(named: "count")!]
  }

  /// Puts the hub back, and lets the phone and the toy come to it.
  private static func restore(_ conversation: Conversation, toWrites count: Int) throws {
    try conversation.restoreHub(toWrites: count)
    for name in ["phone", "toy"] { try conversation.connect(name) }
    for _ in 0..<4 {
      try conversation.settle()
      // A new install waits a moment before it connects.
      try conversation.pass(2000)
    }
  }

  // MARK: Two installs with one identity

  @Test func `of two connections of one install the older is replaced, and comes back as an install of its own`() throws
  {
    let conversation = try Self.talk()
    let number = conversation.unit("phone").core.replica.identity.replica
    try conversation.clone("tablet", from: "phone")
    try conversation.connect("tablet")
    try conversation.settle()
    try conversation.connect("phone")
    try conversation.settleAll()
    let units = ["phone", "tablet"].map { conversation.unit($0).core }
    #expect(units.allSatisfy { $0.link.condition == .live })
    #expect(units[0].replica.identity.replica != number)
    #expect(units[1].replica.identity.replica == number)
  }

  @Test(arguments: [1, 2, 3], [1, 2, 3])
  func `a clone and its original both keep their edits, under numbers of their own (P12)`(
    _ originals: Int, _ clones: Int
  ) throws {
    let conversation = try Self.talk()
    try Self.add(conversation, "phone", 1)
    try conversation.settle()
    try conversation.disconnect("phone")
    try conversation.clone("tablet", from: "phone")
    let number = conversation.unit("phone").core.replica.identity.replica
    for _ in 0..<originals { try Self.add(conversation, "phone", 10) }
    conversation.unit("tablet").skew = 5
    for _ in 0..<clones { try Self.add(conversation, "tablet", 1000) }
    try conversation.connect("tablet")
    try conversation.settle()
    try conversation.connect("phone")
    try conversation.settleAll()
    try conversation.expectAgreement("\(originals) and \(clones)")
    #expect(try Self.count(conversation) == .int(10 + 1 + Int64(originals) * 10 + Int64(clones) * 1000))
    let numbers = ["phone", "tablet"].map { conversation.unit($0).core.replica.identity.replica }
    // The one that comes second finds its counters taken, and the first hears that there is another.
    #expect(!numbers.contains(number))
    #expect(numbers[0] != numbers[1])
  }

  @Test func `what a clone took along in its outbox counts once (P3, P12)`() throws {
    let conversation = try Self.talk()
    try conversation.disconnect("phone")
    try Self.add(conversation, "phone", 10)
    try Self.add(conversation, "phone", 100)
    try conversation.clone("tablet", from: "phone")
    try conversation.connect("tablet")
    try conversation.settle()
    try Self.add(conversation, "tablet", 1000)
    try conversation.settle()
    try conversation.connect("phone")
    try conversation.settleAll()
    try conversation.expectAgreement("cloned outbox")
    #expect(try Self.count(conversation) == .int(10 + 1110))
  }

  // MARK: A hub that was restored

  @Test(arguments: 0..<7)
  func `a hub restored to any earlier moment gets back what its devices hold (P12, G18)`(_ lost: Int) throws {
    let conversation = try Self.talk()
    for amount: Int64 in [1, 10, 100] {
      try Self.add(conversation, "phone", amount)
      try Self.add(conversation, "toy", amount * 1000)
      try conversation.settle()
    }
    try conversation.disconnect("toy")
    try Self.add(conversation, "toy", 1_000_000)
    try conversation.restoreHub(toWrites: conversation.store.writeCount - lost)
    try conversation.settleAll()
    try conversation.expectAgreement("\(lost) writes lost")
    #expect(try Self.count(conversation) == .int(10 + 111 + 111_000 + 1_000_000))
  }

  @Test func `a device notices that the hub was restored although its head has passed the cursor (P12)`() throws {
    let conversation = try Self.talk(["phone", "toy", "tablet"])
    let backup = conversation.store.writeCount
    // The tablet is lost with what it wrote, so that nobody tells the hub again what the toy was told.
    try conversation.edit("tablet") { $0.set("things", Self.box, "title", .text("Lost")) }
    try conversation.settle()
    for name in ["tablet", "toy"] { try conversation.disconnect(name) }
    try conversation.restoreHub(toWrites: backup)
    try conversation.connect("phone")
    for amount: Int64 in [10, 100, 1000] { try Self.add(conversation, "phone", amount) }
    try conversation.settle()
    try conversation.connect("toy")
    try conversation.settle()
    let things = conversation.pack.collection(named: "things")!
    for name in ["phone", "toy"] {
      let unit = conversation.unit(name)
      let box = try unit.core.replica.view(ReplicaKey(things.number, Self.box), unit.storage)
      #expect(box?[things.field(named: "title")!] == .text("Box"), "\(name)")
      #expect(box?[things.field(named: "count")!] == .int(10 + 1110), "\(name)")
    }
  }

  @Test func `a restored hub has a new epoch, and every device takes its whole state (P12)`() throws {
    let conversation = try Self.talk()
    let epoch = conversation.unit("phone").core.replica.identity.cursor.epoch
    try Self.add(conversation, "phone", 1)
    try conversation.settle()
    try conversation.restoreHub(toWrites: conversation.store.writeCount - 1)
    try conversation.settleAll()
    let cursors = Set(["phone", "toy"].map { conversation.unit($0).core.replica.identity.cursor })
    #expect(cursors.count == 1)
    #expect(cursors.first?.epoch != epoch)
  }

  @Test func `a hub restored to before it knew an install gets back what that install holds (P12)`() throws {
    let conversation = try Self.talk(["phone"])
    let backup = conversation.store.writeCount
    try Self.add(conversation, "phone", 1)
    try conversation.connect("toy")
    try conversation.settle()
    try Self.add(conversation, "toy", 10)
    try Self.add(conversation, "toy", 100)
    try conversation.settle()
    try Self.add(conversation, "phone", 1000)
    try conversation.settle()
    try conversation.restoreHub(toWrites: backup)
    try conversation.settleAll()
    try conversation.expectAgreement("restored")
    #expect(try Self.count(conversation) == .int(10 + 1111))
  }

  @Test func `a restored hub gets back what was decided under earlier numbers (P12)`() throws {
    let conversation = try Self.talk(["toy"])
    let backup = conversation.store.writeCount
    try conversation.connect("phone")
    try conversation.settle()
    try Self.add(conversation, "phone", 1)
    try conversation.settle()
    let number = conversation.unit("phone").core.replica.identity.replica
    // A copy of the phone's app sends it on as a new install, and the copy goes away.
    try conversation.clone("tablet", from: "phone")
    try conversation.connect("tablet")
    try conversation.settle()
    try conversation.connect("phone")
    try conversation.settleAll()
    let renewed = conversation.unit("phone").core.replica.identity.replica
    #expect(renewed != number)
    try Self.add(conversation, "phone", 10)
    try conversation.settle()
    try conversation.disconnect("tablet")
    try Self.restore(conversation, toWrites: backup)
    #expect(try Self.count(conversation) == .int(10 + 11))
    // The copy comes with the same change set, and nothing counts twice.
    try conversation.settleAll()
    try conversation.expectAgreement("restored")
    #expect(try Self.count(conversation) == .int(10 + 11))
  }

  @Test func `a hub that is put back while an install is between two numbers gets everything (P12)`() throws {
    let conversation = try Self.talk(["toy"])
    let backup = conversation.store.writeCount
    try conversation.connect("phone")
    try conversation.settle()
    try Self.add(conversation, "phone", 1)
    try conversation.settle()
    try conversation.disconnect("phone")
    try conversation.clone("tablet", from: "phone")
    try Self.add(conversation, "tablet", 1000)
    try conversation.connect("tablet")
    try conversation.settle()
    try conversation.disconnect("tablet")
    try conversation.connect("phone")
    try conversation.settle()
    #expect(conversation.unit("phone").core.replica.identity.replica == nil)
    try Self.restore(conversation, toWrites: backup)
    #expect(try Self.count(conversation) == .int(10 + 1))
    try conversation.settleAll()
    try conversation.expectAgreement("restored")
    #expect(try Self.count(conversation) == .int(10 + 1001))
  }

  // MARK: Endings

  @Test func `a hub that drains answers what it took in, and its devices come back and agree`() throws {
    let conversation = try Self.talk()
    for amount: Int64 in [1, 10, 100] { try Self.add(conversation, "phone", amount) }
    for _ in 0..<3 { try conversation.step() }
    try conversation.drainHub()
    try conversation.settle()
    guard case .waiting = conversation.unit("phone").core.link.condition else {
      Issue.record("the phone does not wait")
      return
    }
    try conversation.settleAll()
    try conversation.expectAgreement("drained")
    try conversation.expectCounter("things", Self.box, "count", startingFrom: 10, "drained")
  }

  @Test func `a device that dies at any step goes on from what it had written (P1, P3)`() throws {
    for count in 0..<25 {
      let conversation = try LostConnectionTests.conversation(.prompt)
      for name in ["phone", "tablet", "toy"] { try conversation.connect(name) }
      for _ in 0..<count { try conversation.step() }
      try conversation.restart("phone")
      try conversation.settleAll()
      try conversation.expectAgreement("died after \(count) steps")
      try conversation.expectCounter("things", Self.box, "count", startingFrom: 10, "died after \(count) steps")
    }
  }

  @Test func `a resend of everything changes nothing (P3)`() throws {
    let conversation = try LostConnectionTests.conversation(.prompt)
    try conversation.settleAll()
    let before = try Self.count(conversation)
    let revision = conversation.unit("phone").core.replica.identity.cursor.revision
    for _ in 0..<3 {
      try conversation.resend("phone")
      try conversation.resend("toy")
      try conversation.settle()
    }
    #expect(try Self.count(conversation) == before)
    #expect(conversation.unit("phone").core.replica.identity.cursor.revision == revision)
    try conversation.expectAgreement("resent")
  }
}
