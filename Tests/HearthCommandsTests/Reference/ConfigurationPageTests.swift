import ArgumentParser
import HearthPack
import Testing

@testable import HearthCommands

/// docs/reference/configuration.md is what the table of settings says.
@Suite struct ConfigurationPageTests {
  private static let page = "docs/reference/configuration.md"

  @Test func `the page has a row for each setting`() throws {
    var table =
      "| flag | environment variable | key of the file | default | value | meaning |\n|---|---|---|---|---|---|\n"
    for setting in Setting.all {
      table +=
        "| `--\(setting.name)` | `\(setting.variable)` | `\(setting.name)` | `\(setting.defaultText)`"
        + " | \(setting.expected) | \(setting.summary) |\n"
    }
    try Golden.check(table, part: "settings", of: Self.page)
  }

  @Test func `each setting is a flag of hearth serve, with its default in the help`() throws {
    let help = ServeCommand.helpMessage(columns: 400).split(separator: "OPTIONS:").last.map(String.init) ?? ""
    let words = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for setting in Setting.all {
      let entry = try #require(
        words.firstMatch(of: try Regex("--\(setting.name) <.*?>(.*?)( --|$)")), "--\(setting.name) is no flag")
      #expect(entry.output[1].substring?.contains("(\(setting.defaultText))") == true, "\(setting.name)")
    }
  }

  @Test func `a default is a value of its setting`() {
    for setting in Setting.all {
      var settings = ServeSettings()
      #expect(setting.take(setting.defaultText, &settings), "\(setting.name)")
    }
  }

  @Test func `no name stands twice`() {
    #expect(Set(Setting.all.map(\.name)).count == Setting.all.count)
  }
}
