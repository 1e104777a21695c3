import Foundation

/// The sources of this repository, as text.
struct SourceTree {
  struct File {
    /// The path from the root, as `Sources/HearthModel/Merge/Life.swift`.
    let path: String
    let lines: [String]

    var target: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }
    var isGenerated: Bool { path.contains("/Generated/") }
  }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let sources = files(in: "Sources", ending: ".swift")
  static let tests = files(in: "Tests", ending: ".swift")

  static func files(in folder: String, ending suffix: String) -> [File] {
    let paths = FileManager.default.enumerator(atPath: root.appending(path: folder).path)?.compactMap { $0 as? String }
    return (paths ?? []).filter { $0.hasSuffix(suffix) && !$0.contains(".build") }.sorted().compactMap { path in
      guard let text = try? String(contentsOf: root.appending(path: "\(folder)/\(path)"), encoding: .utf8) else {
        return nil
      }
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      return File(path: "\(folder)/\(path)", lines: lines)
    }
  }
}

extension SourceTree.File {
  /// A function or initializer and how many lines it has.
  struct Function {
    let name: String
    let line: Int
    let length: Int
  }

  /// The functions, found by their indentation, which `swift format` keeps.
  var functions: [Function] {
    var found = [Function]()
    var open: (name: String, line: Int, indent: Int)?
    for (index, line) in lines.enumerated() {
      let indent = line.prefix { $0 == " " }.count
      let words = line.trimmingCharacters(in: .whitespaces)
      if let function = open {
        if indent == function.indent, words.hasPrefix("}") {
          found.append(Function(name: function.name, line: function.line, length: index + 1 - function.line + 1))
          open = nil
        }
      } else if let match = words.firstMatch(of: /(?:func |init[(<?])[^{]*/), !words.hasPrefix("//"),
        !words.hasPrefix("case ")
      {
        // A declaration that ends on its own line has no body to measure.
        if words.hasSuffix("}") { continue }
        // A requirement of a protocol has none at all: what opens its body is on this line or on one that closes it.
        let rest = lines[index...].prefix(8).prefix { !$0.trimmingCharacters(in: .whitespaces).isEmpty }
        guard words.hasSuffix("{") || (words.hasSuffix("(") && rest.contains { $0.hasSuffix("{") }) else { continue }
        let isDeclaration = words.contains("func ") || words.contains(/^(\w+ )*init/)
        if isDeclaration { open = (String(match.output.prefix(40)), index + 1, indent) }
      }
    }
    return found
  }

  /// The lines without their comments and the contents of their strings.
  var code: [String] {
    var isInText = false
    return lines.map { line in
      if line.contains("\"\"\"") {
        isInText.toggle()
        return ""
      }
      if isInText { return "" }
      let uncommented = line.trimmingCharacters(in: .whitespaces).hasPrefix("//") ? "" : line
      return uncommented.replacing(/"(?:[^"\\]|\\.)*"/, with: "\"\"").replacing(/\/\/ .*$/, with: "")
    }
  }
}
