internal import Foundation
internal import HearthModel
internal import HearthPack

/// The packs of a folder: one sub-folder for each app, with its `schema.yaml`, perhaps a `seed.yaml`, and a
/// `catalogue.yaml` where the pack has shared collections.
struct PackLibrary {
  /// Where packs are looked for when nothing else is said.
  static let defaultFolder = "fixtures"

  let folder: URL
  let packs: [String: Pack]

  /// Reads all packs of a folder.
  ///
  /// - Throws: ``CommandFailure`` when the folder has none or one of them is wrong.
  init(folder path: String) throws {
    folder = URL(filePath: path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    var packs = [String: Pack]()
    for name in names.sorted() {
      let file = folder.appending(path: name).appending(path: "schema.yaml")
      guard FileManager.default.fileExists(atPath: file.path) else { continue }
      let pack = try Self.load(file)
      packs[pack.name] = pack
    }
    guard !packs.isEmpty else {
      throw CommandFailure(
        .noPack, "`\(path)` has no pack: no sub-folder with a schema.yaml. Name the folder of the packs with --packs.")
    }
    self.packs = packs
  }

  /// The pack of an app.
  func pack(_ app: String) throws -> Pack {
    if let pack = packs[app] { return pack }
    let known = packs.keys.sorted().map { "`\($0)`" }.joined(separator: ", ")
    throw CommandFailure(.noPack, "`\(folder.relativeToHere)` has no pack `\(app)`. It has \(known).")
  }

  /// The seed beside a pack; nil when there is none.
  func seed(_ app: String) throws -> Seed? {
    let file = seedFile(app)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return try Self.loadSeed(file, pack: pack(app))
  }

  func seedFile(_ app: String) -> URL { folder.appending(path: app).appending(path: "seed.yaml") }

  static func load(_ file: URL) throws -> Pack {
    let text = try read(file)
    do {
      let pack = try PackLoader.load(text, file: file.relativeToHere)
      guard let catalogue = try catalogue(beside: file, of: pack) else { return pack }
      return pack.with(try CatalogueLoader.load(catalogue.text, file: catalogue.file, pack: pack))
    } catch let diagnostics as Diagnostics {
      throw CommandFailure(diagnostics)
    }
  }

  /// The catalogue beside a pack; nil when the pack has no shared collections, or the file is not there, as on devices.
  static func catalogue(beside schema: URL, of pack: Pack) throws -> (file: String, text: String)? {
    let file = schema.deletingLastPathComponent().appending(path: "catalogue.yaml")
    guard pack.hasShared, FileManager.default.fileExists(atPath: file.path) else { return nil }
    return (file.relativeToHere, try read(file))
  }

  /// Makes sure that a hub has the rows of all shared collections.
  func requireCatalogues() throws {
    for pack in packs.values.sorted(by: { $0.name < $1.name }) where pack.hasShared && pack.catalogue == nil {
      throw CommandFailure(
        .noPack,
        "`\(pack.name)` has shared collections, and no catalogue.yaml with their rows lies beside its schema.yaml.")
    }
  }

  static func loadSeed(_ file: URL, pack: Pack) throws -> Seed {
    let text = try read(file)
    do {
      return try SeedLoader.load(text, file: file.relativeToHere, pack: pack)
    } catch {
      throw CommandFailure(error)
    }
  }

  static func read(_ file: URL) throws -> String {
    do {
      return try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw CommandFailure(
        .unreadable, "`\(file.relativeToHere)` cannot be read as UTF-8 text: \(error.localizedDescription)")
    }
  }
}

extension URL {
  /// The path as a user in the current folder would type it.
  var relativeToHere: String {
    let here = FileManager.default.currentDirectoryPath + "/"
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }
}
