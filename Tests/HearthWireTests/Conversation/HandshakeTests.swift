import HearthHub
import HearthModel
import HearthProtocol
import HearthReplica
import HearthWire
import Testing

/// protocol/wire.md, section 8: who is let in, as whom, and from where the catch-up starts.
@Suite("Hub and device: handshake")
struct HandshakeTests {
  private static func household() throws -> Conversation { try HostilePeerTests.household(.binary) }

  /// What a stranger with a Hello is told first.
  private static func answer(_ conversation: Conversation, _ hello: Hello) throws -> HubMessage? {
    let id = conversation.strangerConnects(.binary)
    try conversation.stranger(id, says: .hello(hello))
    return conversation.stranger(id).heard.first
  }

  private static func fault(_ conversation: Conversation, _ hello: Hello) throws -> FaultCode? {
    if case .error(let fault)? = try answer(conversation, hello) { fault.code } else { nil }
  }

  private static func welcome(_ conversation: Conversation, _ hello: Hello) throws -> Welcome? {
    if case .welcome(let welcome)? = try answer(conversation, hello) { welcome } else { nil }
  }

  /// A Hello of the tablet's, changed in some way.
  private static func hello(_ conversation: Conversation, _ change: (inout Hello) -> Void = { _ in }) -> Hello {
    var hello = HostilePeerTests.hello(conversation)
    change(&hello)
    return hello
  }

  // MARK: Who is let in

  @Test func `what does not fit is answered by its number`() throws {
    let conversation = try Self.household()
    #expect(try Self.fault(conversation, Self.hello(conversation) { $0.app = "famquest" }) == .packMismatch)
    #expect(try Self.fault(conversation, Self.hello(conversation) { $0.packVersion = 0 }) == .packMismatch)
    #expect(try Self.fault(conversation, Self.hello(conversation) { $0.packVersion = 2 }) == .packMismatch)
    #expect(try Self.fault(conversation, Self.hello(conversation) { $0.token = "" }) == .unauthorized)
    #expect(try Self.fault(conversation, Self.hello(conversation) { $0.incarnation = 0 }) == .malformedFrame)
  }

  @Test func `of several things that do not fit the first of the list is the answer`() throws {
    let conversation = try Self.household()
    let version = Self.hello(conversation) { ($0.protocolVersion, $0.token, $0.incarnation) = (2, "guessed", 0) }
    #expect(try Self.fault(conversation, version) == .unsupportedVersion)
    let names = Self.hello(conversation) { ($0.token, $0.incarnation) = ("guessed", 0) }
    #expect(try Self.fault(conversation, names) == .malformedFrame)
    let token = Self.hello(conversation) { ($0.token, $0.app) = ("guessed", "famquest") }
    #expect(try Self.fault(conversation, token) == .unauthorized)
  }

  @Test func `who has no business here any more is told so`() throws {
    let conversation = try Self.household()
    try conversation.edit("phone") { $0.delete("people", RecordID(name: "eva")) }
    try conversation.settle()
    #expect(try Self.fault(conversation, Self.hello(conversation)) == .unauthorized)
    let other = try Self.household()
    try other.edit("phone") { $0.delete("homes", RecordID(name: "home")) }
    try other.settle()
    #expect(try Self.fault(other, Self.hello(other)) == .householdGone)
  }

  // MARK: As whom

  @Test func `an install keeps its replica number, and another install gets another one`() throws {
    let conversation = try Self.household()
    let first = try #require(try Self.welcome(conversation, Self.hello(conversation)))
    let again = try #require(try Self.welcome(conversation, Self.hello(conversation)))
    let other = try #require(try Self.welcome(conversation, Self.hello(conversation) { $0.incarnation = 78 }))
    #expect(again.replica == first.replica)
    #expect(other.replica.rawValue == first.replica.rawValue + 1)
    #expect(first.member == RecordID(name: "eva"))
    #expect(first.role == "parent")
    #expect(first.limits == Limits())
    #expect(first.clock == conversation.now)
  }

  @Test func `Welcome says what was decided of the replica`() throws {
    let conversation = try Self.household()
    let id = try HostilePeerTests.liveStranger(conversation, .binary)
    let changeSets = (1...3).map { ChangeSet(counter: $0, stamp: HybridTime(rawValue: $0), content: .changes([])) }
    try conversation.stranger(id, says: .push(changeSets))
    let welcome = try #require(try Self.welcome(conversation, Self.hello(conversation) { $0.nextCounter = 4 }))
    #expect(welcome.lastCounter == 3)
    #expect(try Self.welcome(conversation, Self.hello(conversation) { $0.incarnation = 78 })?.lastCounter == 0)
  }

  @Test func `the others are told who has come under which number`() throws {
    let conversation = try Self.household()
    let replica = try #require(try Self.welcome(conversation, Self.hello(conversation))).replica
    for name in ["phone", "toy"] {
      #expect(conversation.unit(name).core.replica.roster[replica]?.device == "tablet")
    }
  }

  // MARK: From where

  @Test func `a cursor of this epoch goes on, one of another gets everything`() throws {
    let conversation = try Self.household()
    let first = try #require(try Self.welcome(conversation, Self.hello(conversation)))
    #expect(first.isSnapshot)
    let on = Self.hello(conversation) { $0.cursor = Cursor(epoch: first.epoch, revision: first.head) }
    #expect(try Self.welcome(conversation, on)?.isSnapshot == false)
    let old = Self.hello(conversation) { $0.cursor = Cursor(epoch: Epoch(rawValue: 1), revision: first.head) }
    #expect(try Self.welcome(conversation, old)?.isSnapshot == true)
    #expect(try Self.welcome(conversation, on)?.epoch == first.epoch)
  }

  @Test func `a cursor beyond the head proves that the store went back, and gets everything (P12)`() throws {
    let conversation = try Self.household()
    let first = try #require(try Self.welcome(conversation, Self.hello(conversation)))
    let beyond = Self.hello(conversation) { $0.cursor = Cursor(epoch: first.epoch, revision: first.head.next) }
    #expect(try Self.welcome(conversation, beyond)?.isSnapshot == true)
    // A device that lies about its cursor costs nobody else a snapshot.
    let on = Self.hello(conversation) { $0.cursor = Cursor(epoch: first.epoch, revision: first.head) }
    #expect(try Self.welcome(conversation, on)?.isSnapshot == false)
  }

  @Test func `a catch-up from the head is empty, one from the start has every record`() throws {
    let conversation = try Self.household()
    let all = try HostilePeerTests.liveStranger(conversation, .binary)
    let records = conversation.stranger(all).heard.flatMap { message -> [RecordID] in
      if case .catchUp(let records, _, _) = message { records.map(\.record) } else { [] }
    }
    #expect(Set(records) == Set(try conversation.allRecords().map(\.1)))
    #expect(Set(records).count == records.count, "none comes twice")
    guard case .welcome(let welcome)? = conversation.stranger(all).heard.first else { return }
    let id = conversation.strangerConnects(.binary)
    let hello = Self.hello(conversation) { $0.cursor = Cursor(epoch: welcome.epoch, revision: welcome.head) }
    try conversation.stranger(id, says: .hello(hello))
    #expect(conversation.stranger(id).heard.map(\.name) == ["Welcome", "Roster", "CaughtUp"])
  }
}
