import Foundation
import HearthModel
import HearthPack

/// Files of the repository, found from the place of this file.
enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The names of the files with an ending in a folder, or in any folder below it, in order.
  static func files(in folder: String, ending: String) throws -> [String] {
    let base = root.appending(path: folder)
    return try FileManager.default.subpathsOfDirectory(atPath: base.path())
      .filter { $0.hasSuffix(ending) }
      .sorted()
  }
}

/// The example packs of fixtures/packs/broken, right and wrong.
enum BrokenPacks {
  static let folder = "fixtures/packs/broken"

  static func text(_ name: String) throws -> String { try Repository.text("\(folder)/\(name)") }

  static func names() throws -> [String] { try Repository.files(in: folder, ending: ".yaml") }

  /// The pack that all others were made of.
  static func garden() throws -> Pack { try PackLoader.load(text("right.yaml"), file: "right.yaml") }

  /// The right pack with shared collections.
  static func sharing() throws -> Pack { try PackLoader.load(text("right-shared.yaml"), file: "right-shared.yaml") }

  /// What the loader says about one of the files: packs as packs, seeds and catalogues for the right packs.
  static func diagnostics(of name: String) throws -> [Diagnostic] {
    let text = try text(name)
    if text.contains("right-shared.yaml") { return catalogueDiagnostics(text, pack: try sharing()) }
    return text.contains("right.yaml") ? seedDiagnostics(text, pack: try garden()) : packDiagnostics(text)
  }
}

/// What the loader says about the text of a pack; empty when it loads.
func packDiagnostics(_ text: String) -> [Diagnostic] {
  do {
    _ = try PackLoader.load(text, file: "schema.yaml")
    return []
  } catch {
    return error.list
  }
}

/// What the loader says about the text of a seed; empty when it loads.
func seedDiagnostics(_ text: String, pack: Pack) -> [Diagnostic] {
  do {
    _ = try SeedLoader.load(text, file: "seed.yaml", pack: pack)
    return []
  } catch {
    return error.list
  }
}

/// What the loader says about the text of a catalogue; empty when it loads.
func catalogueDiagnostics(_ text: String, pack: Pack) -> [Diagnostic] {
  do {
    _ = try CatalogueLoader.load(text, file: "catalogue.yaml", pack: pack)
    return []
  } catch {
    return error.list
  }
}

extension Diagnostic {
  /// `12:7 P104`, as the heads of the example files write it.
  var place: String { "\(line):\(column) \(code)" }
}

/// The smallest pack with these lines in a collection `things`; line 14 is the first of them.
func smallPack(things lines: String...) -> String {
  """
  pack: small
  version: 1
  language: 1
  open: true
  household: homes
  members: homes
  zone: household.zone
  roles: { ranked: [owner] }
  collections:
    homes:
      fields:
        { zone: zone = UTC, role: 'enum(owner)' }
    things:
  \(lines.map { "    " + $0 }.joined(separator: "\n"))

  """
}

/// The smallest pack with these field lines in a collection `things`; line 15 is the first of them.
func smallPack(fields lines: String...) -> String {
  smallPack(things: "fields:\n" + lines.map { "        " + $0 }.joined(separator: "\n"))
}
