import Foundation
import HearthModel
import HearthPack

/// FamQuest as the fixtures have it, loaded once.
enum FamQuest {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "fixtures/famquest")
  static let pack = try! PackLoader.load(text("schema.yaml"), file: "schema.yaml")
  /// The shapes and how they merge, without rights, rules, moves and effects: everybody may do everything.
  static let open = pack.withoutRules
  static let seed = try! SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack)

  static func text(_ path: String) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }
}
