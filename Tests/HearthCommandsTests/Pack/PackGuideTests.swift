import HearthPack
import Testing

/// docs/guides/write-a-pack.md names every finding, with the words of `hearth error`.
@Suite("The guide to packs") struct PackGuideTests {
  @Test func `the guide has a row for each finding`() throws {
    var table = "| number | kind | what it means | what to do |\n|---|---|---|---|\n"
    for code in Finding.Code.allCases {
      let (meaning, remedy) = code.words
      table += "| \(code.rawValue) | \(code.severity.rawValue) | \(meaning) | \(remedy) |\n"
    }
    try Golden.check(table, part: "findings", of: "docs/guides/write-a-pack.md")
  }
}
