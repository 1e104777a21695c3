import Foundation
import HearthModel
import HearthPack

/// The packs that the tests speak about, and where files are.
enum Packs {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static let famQuest = Result {
    try PackLoader.load(text("fixtures/famquest/schema.yaml"), file: "schema.yaml").withoutRules
  }

  static func famQuestSeed() throws -> Seed {
    try SeedLoader.load(text("fixtures/famquest/seed.yaml"), file: "seed.yaml", pack: famQuest.get())
  }

  /// A pack with a field for each merge rule that FamQuest does not use, or uses only here and there.
  static let rules = Result { try PackLoader.load(rulesText, file: "rules.yaml") }

  private static let rulesText = """
    pack: rules
    version: 1
    language: 1
    open: true
    household: homes
    members: people
    zone: household.zone
    roles:
      ranked: [parent, child]
    types:
      Any:
        '*': { '*': int }
    collections:
      homes:
        fields:
          zone: zone = Europe/Amsterdam
      people:
        fields:
          role: enum(parent, child)
          name: text(50)
      things:
        deletes: editWins
        fields:
          title: text(200) = new, guardian
          note: text(200)?
          count: int = 0, counter
          price: decimal(9,2) = 0.00, counter
          record: int?, max
          tags: set(text(20), 10) = {}
          data: json = {}
          taker: ref people?, claim, setNull
          solver: text(20)?, first
          made_at: time, stamp created
          version: int, version
      slips:
        key: [day, owner]
        fields:
          day: date, immutable
          owner: ref people, immutable, cascade
          count: int = 0, counter
    """

  /// A household of the pack `rules`: a parent with two devices, a child with one.
  static func rulesSeed() throws -> Seed.Household {
    let text = """
      app: rules
      households:
        - label: Home
          id: home
          devices:
            - { name: phone, member: eva }
            - { name: tablet, member: eva }
            - { name: toy, member: noah }
          records:
            homes:
              - { id: home }
            people:
              - { id: eva, role: parent, name: Eva }
              - { id: noah, role: child, name: Noah }
            things:
              - { id: box, title: Box, count: 10, tags: [old] }
              - { id: cup, title: Cup }
      """
    return try SeedLoader.load(text, file: "seed.yaml", pack: rules.get()).households[0]
  }
}
