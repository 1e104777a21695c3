internal import Foundation

/// The profiles of a folder, by name.
struct ProfileFolder {
  let url: URL

  init(_ path: String) {
    url = URL(filePath: path)
  }

  /// Ascending.
  func names() throws -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    let names = files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    guard !names.isEmpty else {
      throw LoadFault("`\(url.path)` has no profiles. Name their folder with --profiles, or a file.")
    }
    return names
  }

  /// - Parameter name: of the folder, or the path of a file.
  func profile(_ name: String) throws -> Profile {
    let file = name.hasSuffix(".yaml") ? URL(filePath: name) : url.appending(path: name + ".yaml")
    let text: String
    do {
      text = try String(contentsOf: file, encoding: .utf8)
    } catch {
      throw LoadFault("There is no profile `\(name)`. There are: \(try names().joined(separator: ", ")).")
    }
    return try Profile(yaml: text, name: file.deletingPathExtension().lastPathComponent)
  }
}
