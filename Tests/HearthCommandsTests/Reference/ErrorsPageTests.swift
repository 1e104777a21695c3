import Foundation
import HearthModel
import HearthProtocol
import Testing

@testable import HearthCommands

/// docs/reference/errors.md has every number that a person can be shown, and no other (G07).
@Suite struct ErrorsPageTests {
  private static let page = "docs/reference/errors.md"

  private static func table(_ isWanted: (Int) -> Bool) -> String {
    var text = "| number | name | what it means | what to do |\n|---|---|---|---|\n"
    for page in ErrorCatalog.pages {
      guard page.number.hasPrefix("E"), let number = Int(page.number.dropFirst()), isWanted(number) else { continue }
      let anchor = "<a id=\"\(page.number.lowercased())\"></a>"
      text += "| \(anchor)\(page.number) | `\(page.name)` | \(page.meaning) | \(page.remedy) |\n"
    }
    return text
  }

  @Test(arguments: [("connection", 1), ("change-set", 2), ("device", 3), ("command", 4)])
  func `each number has its row`(_ part: String, _ thousand: Int) throws {
    try Golden.check(Self.table { $0 / 1000 == thousand }, part: part, of: Self.page)
  }

  @Test func `the numbers of files have their rows`() throws {
    var text = "| number | mistake | what it means | what to do |\n|---|---|---|---|\n"
    for page in ErrorCatalog.filePages {
      text += "| \(page.number) | \(page.name) | \(page.meaning) | \(page.remedy) |\n"
    }
    try Golden.check(text, part: "files", of: Self.page)
  }

  @Test func `a number stands for one thing, and says what to do`() {
    let pages = ErrorCatalog.pages
    #expect(Set(pages.map(\.number)).count == pages.count)
    for page in pages {
      #expect(page.meaning.hasSuffix(".") && !page.remedy.isEmpty, "\(page.number)")
      #expect(ErrorCatalog.page(page.number)?.number == page.number)
      #expect(ErrorCatalog.page(page.number.lowercased())?.number == page.number)
    }
  }

  /// Every literal of Sources that looks like a number: `"P104"`, `E1102`, `Code(number: 3001)`.
  @Test func `every number in Sources has its page`() throws {
    var seen = Set<String>()
    for (path, text) in try Repository.sources() where !path.contains("Generated") {
      let literals = text.matches(of: /"([PSN][0-9]{3})"/).map { String($0.output.1) }
      let mentioned = text.matches(of: /\bE([1-9][0-9]{3})\b/).map { "E" + $0.output.1 }
      let made = text.matches(of: /Code\(number: ([0-9]{4})\)/).map { "E" + $0.output.1 }
      for number in literals + mentioned + made {
        seen.insert(number)
        #expect(ErrorCatalog.page(number) != nil, "\(path): \(number) has no page")
      }
    }
    #expect(seen.count > 50)
    let enumerated = FaultCode.allCases.map { Int($0.rawValue) } + RejectionCode.allCases.map { Int($0.rawValue) }
    for number in enumerated + CommandFault.allCases.map(\.rawValue) {
      #expect(ErrorCatalog.page("E\(number)") != nil, "E\(number)")
    }
  }

  @Test func `no page of a file's mistake is about nothing`() throws {
    let sources = try Repository.sources().filter { !$0.path.hasPrefix("HearthCommands/Help") }
    for page in ErrorCatalog.filePages {
      let isUsed = sources.contains { $0.text.contains("\"\(page.number)\"") }
      #expect(isUsed, "\(page.number) is never reported")
    }
  }

  @Test func `the page that an error names is there`() throws {
    for page in ErrorCatalog.pages {
      let parts = page.document.split(separator: "#").map(String.init)
      let text = try Repository.text(parts[0])
      if parts.count > 1 { #expect(text.contains("<a id=\"\(parts[1])\"></a>"), "\(page.document)") }
      #expect(text.contains(page.number), "\(parts[0]) does not mention \(page.number)")
    }
  }
}
