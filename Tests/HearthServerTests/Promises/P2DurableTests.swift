import Foundation
import HearthEngine
import HearthModel
import HearthPack
import HearthProtocol
import HearthSQLite
import Testing

@Suite("P2: durable before acknowledged")
struct P2DurableTests {
  @Test(arguments: Wire.allCases)
  func `P2: nobody hears of a change set before the commit that holds it is done`(_ wire: Wire) async throws {
    let store = StoreDouble()
    try await TestHub.running(store: store) { hub in
      let author = try await hub.live("eva-phone", over: wire)
      let other = try await hub.live("noah-tablet", over: wire)
      _ = try await other.saidSoFar()
      store.hold()
      try await author.push(Fixture.famquest.titled(1, "Een"), Fixture.famquest.titled(2, "Twee"))
      try await eventually("the commit waits for the disk") { store.heldCommits == 1 }
      // It is decided and not written: the ping behind it is answered, and nothing of it is said.
      #expect(try await author.saidSoFar().updates.isEmpty)
      #expect(try await other.saidSoFar().updates.isEmpty)
      store.release()
      let outcomes = try await author.outcomes(2)
      #expect(outcomes.map(\.counter) == [1, 2])
      #expect(try await other.patch().revision == outcomes[0].revision)
    }
  }

  @Test(arguments: [StoreFault.Kind.failed, .diskFull])
  func `P2: what could not be written is not acknowledged, and is decided when it is sent again`(
    _ kind: StoreFault.Kind
  ) async throws {
    let store = StoreDouble()
    try await TestHub.running(store: store) { hub in
      let author = try await hub.live("eva-phone")
      let other = try await hub.live("noah-tablet")
      store.fail(StoreFault(kind, "The disk says no."), times: 1)
      try await author.push(Fixture.famquest.titled(1, "Een"))
      #expect(try await author.fault()?.code == (kind == .diskFull ? .readOnly : .storeFailed))
      #expect(try await other.saidSoFar().updates.isEmpty)
      #expect(try hub.title(of: "dishes") == "Afwas doen")
      let again = try await Peer(hub, over: .tcp)
      let welcome = try await again.signIn(Peer.hello(hub.token("eva-phone"), nextCounter: 2))
      #expect(welcome.lastCounter == 0)
      try await again.push(Fixture.famquest.titled(1, "Een"))
      #expect(try await again.outcomes(1)[0].verdict == .accepted)
      #expect(try hub.title(of: "dishes") == "Een")
    }
  }

  /// A copy of the files at the moment of the outcome is what a power cut would leave at best: whatever was
  /// acknowledged has to be in it.
  @Test func `P2: with each outcome the change is in the files of the database`() async throws {
    let folder = try TemporaryFolder()
    let packs = [Fixture.famquest.name: Fixture.famquest]
    let store = try SQLiteStore.open(at: folder.file("hub"), packs: packs)
    try await TestHub.running(store: store) { hub in
      let author = try await hub.live("eva-phone")
      for round in UInt64(1)...8 {
        try await author.push(Fixture.famquest.titled(round, "Titel \(round)"))
        let outcome = try await author.outcomes(1)[0]
        let image = folder.file("image-\(round)")
        try FileManager.default.createDirectory(atPath: image, withIntermediateDirectories: true)
        for name in ["hearth.db", "hearth.db-wal"] {
          try FileManager.default.copyItem(atPath: folder.file("hub/\(name)"), toPath: image + "/" + name)
        }
        let copy = try SQLiteStore.open(at: image, packs: packs)
        defer { try? copy.close() }
        let title = try copy.value(Fixture.eva.id, Fixture.famquest, "tasks", RecordID(name: "dishes"), "title")
        #expect(title == .text("Titel \(round)"))
        let head = try copy.read { try $0.household(Fixture.eva.id)?.revision }
        #expect(head == outcome.revision)
      }
    }
  }
}

extension [HubMessage] {
  /// The outcomes and patches among the messages.
  var updates: [Update] {
    flatMap { message in if case .updates(let updates) = message { updates } else { [Update]() } }
  }
}
