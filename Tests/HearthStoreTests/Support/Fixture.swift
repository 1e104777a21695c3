import Foundation
import HearthEngine
import HearthModel
import HearthPack

/// The packs and the sample data that the tests use, loaded once.
enum Fixture {
  /// With everything open: a store brings no policy.
  static let famquest = load("famquest/schema.yaml").withoutRules
  static let famquestWithRules = load("famquest/schema.yaml")
  static let seed = loadSeed()
  /// A pack with a field of every type and rule that FamQuest has no use for.
  static let sampler = loadSampler()
  static let packs = [famquest.name: famquest, sampler.name: sampler]
  static let engine = makeEngine(packs)

  static let eva = seed.households[0]
  static let mark = seed.households[1]

  static func makeEngine(_ packs: [String: Pack]) -> Engine {
    Engine(packs: packs) { instant, _ in Day(rawValue: Int32(instant.milliseconds / 86_400_000)) }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "fixtures")

  static func text(_ name: String) -> String {
    try! String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  private static func load(_ name: String) -> Pack {
    try! PackLoader.load(text(name), file: name)
  }

  private static func loadSeed() -> Seed {
    try! SeedLoader.load(text("famquest/seed.yaml"), file: "seed.yaml", pack: famquest)
  }

  private static func loadSampler() -> Pack {
    try! PackLoader.load(samplerText, file: "sampler.yaml")
  }

  static let samplerText = """
    pack: sampler
    version: 1
    language: 1
    open: true
    household: homes
    members: people
    zone: household.zone
    roles:
      ranked: [adult, child]
    collections:
      homes:
        fields:
          zone: zone = UTC
      people:
        fields:
          role: enum(adult, child)
          name: text
      things:
        deletes: editWins
        fields:
          owner: ref people?, setNull
          total: decimal(12,2) = 0, counter
          price: decimal(18,4)?
          weight: float?
          count: int = 5, counter
          place: text = m, order
          best: int?, max
          first_seen: date?, min
          when: time?
          order: int?
          tags: set(text(20), 20) = {}
          days: set(date, 20) = {}
          doc: json = {}
          group: uuid?, external
          is_new: bool = true
        indexes:
          by_tag: { elements: tags, global: true }
          by_day: { elements: days }
          by_leaf: { path: doc }
          by_price: { fields: [price desc, order] }
    """
}
