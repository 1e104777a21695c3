import Foundation
import HearthEngine
import HearthHub
import HearthMemory
import HearthModel
import HearthPack
import HearthServer
import HearthTesting
import Logging
import Testing

/// A hub that starts with another catalogue than its households have.
@Suite("Catalogues at a start")
struct CatalogueTests {
  private static func text(_ name: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: "fixtures/packs/academy/\(name)"), encoding: .utf8)
  }

  private static func pack(_ change: (String) -> String = { $0 }) throws -> Pack {
    let bare = try PackLoader.load(text("schema.yaml"), file: "schema.yaml")
    return bare.with(try CatalogueLoader.load(change(text("catalogue.yaml")), file: "catalogue.yaml", pack: bare))
  }

  private static func engine(_ pack: Pack) -> Engine { Engine(packs: [pack.name: pack], dayInZone: Fixture.day) }

  private static func found(in store: any Store, with pack: Pack) throws {
    var random = SeededGenerator(seed: 7)
    for household in try SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack).households {
      _ = try Founding(engine: engine(pack)).found(
        household, app: pack.name, in: store, now: .wall, random: { random.next() },
        makeToken: { "token-\(random.next())" })
    }
  }

  @Test func `every household has the new rows, and the store notes it`() async throws {
    let store = MemoryStore()
    try Self.found(in: store, with: Self.pack())
    let changed = try Self.pack { $0.replacing("Ten birds", with: "Twelve birds") }
    var configuration = ServerConfiguration()
    (configuration.tcpPort, configuration.httpPort) = (0, 0)
    let engine = Self.engine(changed)
    let server = HubServer(
      configuration: configuration, engine: engine, store: store, adminToken: nil,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onFailure: { _ in })
    _ = try await server.start()
    do {
      try await eventually("the catalogue is everywhere") {
        try store.catalogueMark(of: "academy") == engine.catalogueMarks["academy"]
      }
    } catch {
      try? await server.stop()
      throw error
    }
    try await server.stop()
    let quests = try #require(changed.collection(named: "quests"))
    let title = try #require(quests.field(named: "title"))
    for household in try store.households() {
      let record = try store.read { try $0.record(RecordKey(household.id, quests.number, RecordID(name: "birds"))) }
      #expect(record?.value(of: title, in: quests) == .text("Twelve birds"))
    }
  }
}
