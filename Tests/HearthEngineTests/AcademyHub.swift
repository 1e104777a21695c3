import Foundation
import HearthEngine
import HearthHub
import HearthMemory
import HearthModel
import HearthPack

/// Families of the academy at one store, and hubs that were started with one catalogue or another.
final class AcademyHub {
  let pack: Pack
  /// The pack without its catalogue.
  let bare: Pack
  let store = MemoryStore()
  private let seed: Seed

  /// - Parameter schema: changes the text of the pack.
  init(_ schema: (String) -> String = { $0 }) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "fixtures/packs/academy")
    let text = { (name: String) in try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
    bare = try PackLoader.load(schema(text("schema.yaml")), file: "schema.yaml")
    pack = bare.with(try CatalogueLoader.load(text("catalogue.yaml"), file: "catalogue.yaml", pack: bare))
    seed = try SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack)
  }

  /// The engine of a hub that was started with a catalogue; that of the fixture when nil.
  func engine(_ records: String? = nil) throws -> Engine {
    let catalogue = try records.map {
      try CatalogueLoader.load("app: academy\nrecords:\n\($0)\n", file: "catalogue.yaml", pack: pack)
    }
    return Engine(packs: [pack.name: catalogue.map { pack.with($0) } ?? pack]) { instant, _ in
      Day(rawValue: Int32(instant.milliseconds / 86_400_000))
    }
  }

  /// Founds both families of the seed, and others that are like Mark's.
  func found(_ more: Int = 0, with engine: Engine) throws {
    var random: UInt64 = 0
    let next = { () -> UInt64 in
      random += 1
      return random
    }
    var families = seed.households
    for number in 0..<more {
      let id = RecordID(name: "family-\(number)")
      families += seed.with([seed.households[1]]).renamed(pack) { id }.households
    }
    for family in families {
      _ = try Founding(engine: engine).found(
        family, app: pack.name, in: store, now: now, random: next, makeToken: { "token\(next())" })
    }
  }

  let now = Instant("2025-11-11T16:00:00Z")!

  /// Renews all households; returns how many transactions it took, and what was refused.
  @discardableResult
  func renew(_ engine: Engine) throws -> (steps: Int, refused: [Withheld]) {
    var keeper = CatalogueKeeper()
    var (steps, refused) = (0, [Withheld]())
    while try keeper.step(
      store, engine, now: now,
      report: {
        steps += 1
        refused += $0.refused
      })
    {}
    return (steps, refused)
  }

  /// The value that a household's record shows; nil when the record is not there.
  func value(_ household: String, _ collection: String, _ id: String, _ field: String) throws -> Value? {
    guard let schema = pack.collection(named: collection), let field = schema.field(named: field) else { return nil }
    let key = RecordKey(HouseholdID(RecordID(name: household)), schema.number, RecordID(name: id))
    guard let state = try store.read({ try $0.record(key) }), case .live = state.recordLife(in: schema) else {
      return nil
    }
    return state.value(of: field, in: schema)
  }

  /// How many change sets of the hub's own a household has.
  func ownChanges(_ household: String) throws -> UInt64? {
    try store.read { try $0.household(HouseholdID(RecordID(name: household))) }?.progress(of: .hub).counter
  }

  func revision(_ household: String) throws -> Revision? {
    try store.read { try $0.household(HouseholdID(RecordID(name: household))) }?.revision
  }
}
