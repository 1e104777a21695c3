import HearthModel
import HearthPack

/// A small pack with one collection `things`, whose keys the tests give.
enum SmallPack {
  static func text(_ things: String, expect: String = "", open: Bool = false) -> String {
    """
    pack: small
    version: 1
    language: 1
    household: homes
    members: people
    zone: household.zone
    roles: { ranked: [parent, child], beside: [helper], service: [robot], groups: { family: [parent, child] } }
    types: { Toggles: { things: { edit: bool } } }
    \(expect.isEmpty ? "" : "expect: \(expect)")
    collections:
      homes:
        fields: { zone: zone = UTC, limit: "int(0..10) = 3" }
        access: { read: { parent: all, child: all, helper: all }, update: { parent: all } }
      people:
        fields:
          role: enum(parent, child, helper)
          toggles: json(Toggles)
          is_active: bool = true
        access:
          read: { parent: all, child: all, helper: all }
          create: { parent: all }
          update: { parent: all }
      things:
    \(things.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))

    """
  }

  static func load(_ things: String, expect: String = "") throws -> Pack {
    try PackLoader.load(text(things, expect: expect), file: "small.yaml")
  }

  static func review(_ things: String, expect: String = "") throws -> PackReview {
    let text = text(things, expect: expect)
    return try PackReview(try PackLoader.load(text, file: "small.yaml"), text: text, file: "small.yaml")
  }

  /// The numbers of what is found, in the order of the lines.
  static func codes(_ things: String, expect: String = "") throws -> [String] {
    try review(things, expect: expect).findings.map(\.code.rawValue)
  }
}

/// FamQuest, as it stands in the repository.
enum FamQuestPack {
  static let path = "fixtures/famquest/schema.yaml"

  static func load() throws -> Pack { try PackLoader.load(try Repository.text(path), file: path) }
}
