import Foundation
import Testing

/// Every link in the documentation that stays in this repository leads somewhere.
@Suite("Links in the documentation") struct LinkTests {
  static let pages: [SourceTree.File] =
    ["docs", "protocol", "fixtures", "loadtest"].flatMap { SourceTree.files(in: $0, ending: ".md") }
    + ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map { name in
      let text = try! String(contentsOf: SourceTree.root.appending(path: name), encoding: .utf8)
      return SourceTree.File(
        path: name, lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }

  @Test func `the pages are found`() {
    #expect(Self.pages.count > 15)
  }

  @Test(arguments: pages.map(\.path)) func `a link leads somewhere`(path: String) throws {
    let page = try #require(Self.pages.first { $0.path == path })
    let folder = SourceTree.root.appending(path: path).deletingLastPathComponent()
    for (number, line) in page.proseLines {
      for link in line.matches(of: /\]\(([^)\s]+)\)/).map({ String($0.1) }) where !link.contains("://") {
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let target = parts[0].isEmpty ? page.url : folder.appending(path: parts[0]).standardizedFileURL
        guard FileManager.default.fileExists(atPath: target.path) else {
          Issue.record("\(path):\(number): `\(link)` leads nowhere")
          continue
        }
        guard parts.count == 2 else { continue }
        let anchors = Self.pages.first { $0.url == target }?.anchors ?? []
        #expect(anchors.contains(parts[1]), "\(path):\(number): `\(link)` names a heading that is not there")
      }
    }
  }
}

extension SourceTree.File {
  fileprivate var url: URL { SourceTree.root.appending(path: path).standardizedFileURL }

  /// The lines outside of code blocks, numbered from 1.
  fileprivate var proseLines: [(Int, String)] {
    var isCode = false
    return lines.enumerated().compactMap { index, line in
      if line.hasPrefix("```") { isCode.toggle() }
      return isCode ? nil : (index + 1, line)
    }
  }

  /// The headings as GitHub makes anchors of them: small letters, no punctuation, hyphens for spaces.
  fileprivate var anchors: Set<String> {
    Set(
      proseLines.map(\.1).filter { $0.hasPrefix("#") }.map { line in
        line.drop { $0 == "#" || $0 == " " }.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
          .replacingOccurrences(of: " ", with: "-")
      })
  }
}
