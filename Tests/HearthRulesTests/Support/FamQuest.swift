import Foundation
import HearthModel
import HearthPack

/// FamQuest as the fixtures have it, loaded once.
enum FamQuest {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "fixtures/famquest")
  static let pack = load { try PackLoader.load(text("schema.yaml"), file: "schema.yaml") }
  static let seed = load { try SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack) }

  private static func load<Loaded>(_ body: () throws -> Loaded) -> Loaded {
    do {
      return try body()
    } catch {
      preconditionFailure("FamQuest cannot be loaded: \(error)")
    }
  }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: folder.appending(path: path), encoding: .utf8)
  }
}
