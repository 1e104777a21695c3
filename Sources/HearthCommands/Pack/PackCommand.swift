package import ArgumentParser
internal import Foundation
internal import HearthModel
internal import HearthPack

/// `hearth pack`: the tools around a schema pack.
package struct PackCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "pack", abstract: "Check a schema pack, look into it, and try its rules, without a hub.",
    discussion: """
      Example: hearth pack check fixtures/famquest
      How a pack is written is told in docs/guides/write-a-pack.md, the language in docs/reference/pack-language.md.
      """,
    subcommands: [
      PackCheckCommand.self, PackShowCommand.self, PackWhoCommand.self, PackTryCommand.self, PackCostCommand.self,
      PackDocsCommand.self, PackSchemaCommand.self,
    ])

  package init() {}
}

/// The file of a pack that a person names, or that is the only one around.
struct PackFile {
  let url: URL

  var name: String { url.relativeToHere }

  /// - Parameter path: a folder with a `schema.yaml`, or a file; nil for the pack of this folder.
  init(_ path: String?) throws {
    if let path {
      url = try Self.file(at: path)
      return
    }
    let here = URL(filePath: "schema.yaml")
    if FileManager.default.fileExists(atPath: here.path) {
      url = here
      return
    }
    let folder = URL(filePath: PackLibrary.defaultFolder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let files = names.sorted().map { folder.appending(path: $0).appending(path: "schema.yaml") }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
    guard files.count == 1 else {
      throw CommandFailure(
        .noPack,
        "There is no schema.yaml here, and \(files.count) packs below `fixtures`. Name one, as fixtures/famquest.")
    }
    url = files[0]
  }

  private static func file(at path: String) throws -> URL {
    let url = URL(filePath: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandFailure(.unreadable, "`\(path)` is not there.")
    }
    let file = isFolder.boolValue ? url.appending(path: "schema.yaml") : url
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw CommandFailure(.noPack, "`\(path)` has no schema.yaml. Name the folder of one pack, or a file.")
    }
    return file
  }

  func load() throws -> Pack { try PackLibrary.load(url) }

  func text() throws -> String { try PackLibrary.read(url) }
}

/// Where a command finds its pack.
struct PackOption: ParsableArguments {
  @Argument(help: "Folder of the pack, or its file; the pack of this folder when left out.") var path: String?

  init() {}
}
