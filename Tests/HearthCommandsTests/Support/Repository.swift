import Foundation
import Testing

/// The files of the repository.
enum Repository {
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func file(_ path: String) -> URL { root.appending(path: path) }

  static func text(_ path: String) throws -> String {
    try String(contentsOf: file(path), encoding: .utf8)
  }

  /// All Swift files of Sources.
  static func sources() throws -> [(path: String, text: String)] {
    let inside = FileManager.default.enumerator(atPath: file("Sources").path)?.compactMap { $0 as? String } ?? []
    return try inside.filter { $0.hasSuffix(".swift") }.sorted().map { ($0, try text("Sources/\($0)")) }
  }
}

/// A text that is kept in a file and compared whole; `HEARTH_TEST_REWRITE=1` writes what was seen instead.
enum Golden {
  static var isRewriting: Bool { ProcessInfo.processInfo.environment["HEARTH_TEST_REWRITE"] == "1" }

  /// Compares with a file of `Golden/`.
  static func check(_ seen: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let path = "Tests/HearthCommandsTests/Golden/\(name)"
    if isRewriting { try Data(seen.utf8).write(to: Repository.file(path)) }
    compare(seen, with: (try? Repository.text(path)) ?? "", path, sourceLocation)
  }

  /// Compares with the part of a page between `<!-- begin NAME -->` and `<!-- end NAME -->`.
  static func check(
    _ seen: String, part name: String, of path: String, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let text = try Repository.text(path)
    let (begin, end) = ("<!-- begin \(name) -->\n", "<!-- end \(name) -->")
    let start = try #require(text.range(of: begin), "\(path) has no part `\(name)`", sourceLocation: sourceLocation)
    let stop = try #require(text.range(of: end), "\(path): `\(name)` does not end", sourceLocation: sourceLocation)
    let part = start.upperBound..<stop.lowerBound
    if isRewriting {
      try Data(text.replacingCharacters(in: part, with: seen).utf8).write(to: Repository.file(path))
    } else {
      compare(seen, with: String(text[part]), "\(path), \(name)", sourceLocation)
    }
  }

  private static func compare(_ seen: String, with kept: String, _ place: String, _ location: SourceLocation) {
    guard seen != kept else { return }
    let (new, old) = (
      seen.split(separator: "\n", omittingEmptySubsequences: false),
      kept.split(separator: "\n", omittingEmptySubsequences: false)
    )
    let first = zip(new, old).enumerated().first { $1.0 != $1.1 }?.offset ?? min(new.count, old.count)
    let line = { (lines: [Substring]) in first < lines.count ? String(lines[first]) : "(nothing)" }
    Issue.record(
      """
      \(place) differs from line \(first + 1) on. If what is seen is right, run with HEARTH_TEST_REWRITE=1.
      kept: \(line(old))
      seen: \(line(new))
      """, sourceLocation: location)
  }
}
