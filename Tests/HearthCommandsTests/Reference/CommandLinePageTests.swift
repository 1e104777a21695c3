import Foundation
import Testing

/// docs/reference/command-line.md is what the commands themselves say (G14).
@Suite(.serialized) struct CommandLinePageTests {
  private static let page = "docs/reference/command-line.md"

  @Test func `each command has its part, with every flag`() async throws {
    let dump = try JSON(try await Workplace().hearth("--experimental-dump-help").output)
    let root = try #require(dump["command"])
    var text = ""
    for command in root["subcommands"]?.elements ?? [] where command["commandName"]?.string != "help" {
      text += Self.part(command, "hearth")
    }
    try Golden.check(text, part: "commands", of: Self.page)
  }

  private static func part(_ command: JSON, _ parent: String) -> String {
    let name = "\(parent) \(command["commandName"]?.string ?? "")"
    let inner = (command["subcommands"]?.elements ?? []).filter { $0["commandName"]?.string != "help" }
    if !inner.isEmpty { return inner.map { part($0, name) }.joined() }
    var text = "\n### `\(name)`\n\n\(command["abstract"]?.string ?? "")\n\n"
    if let discussion = command["discussion"]?.string { text += "```\n\(discussion)\n```\n\n" }
    text += "| argument | default | meaning |\n|---|---|---|\n"
    for argument in command["arguments"]?.elements ?? [] { text += row(argument) }
    return text
  }

  private static func row(_ argument: JSON) -> String {
    let value = argument["valueName"]?.string ?? ""
    let name = argument["preferredName"]?["name"]?.string ?? ""
    let dashes = argument["preferredName"]?["kind"]?.string == "short" ? "-" : "--"
    let shown =
      switch argument["kind"]?.string {
      case "positional": "<\(value)>"
      case "flag": dashes + name
      default: "\(dashes)\(name) <\(value)>"
      }
    guard name != "help", name != "version" else { return "" }
    let standard = argument["defaultValue"]?.string.map { "`\($0)`" } ?? ""
    let isNeeded = argument["isOptional"]?.bool == false
    return "| `\(shown)` | \(isNeeded ? "required" : standard) | \(argument["abstract"]?.string ?? "") |\n"
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func `completion scripts are made`(_ shell: String) async throws {
    let place = try Workplace()
    let run = try await place.hearth("--generate-completion-script", shell)
    #expect(run.status == 0 && run.errors.isEmpty)
    for word in ["serve", "scenario", "household", "show-settings"] { #expect(run.output.contains(word), "\(word)") }
    let interpreter = "/usr/bin/\(shell)"
    guard FileManager.default.isExecutableFile(atPath: interpreter) else {
      print("SKIPPED: the syntax of the \(shell) completion, since there is no \(interpreter)")
      return
    }
    try place.write(run.output, to: "completion")
    let check = try Process.run(
      URL(filePath: interpreter), arguments: ["-n", place.folder.appending(path: "completion").path])
    check.waitUntilExit()
    #expect(check.terminationStatus == 0)
  }
}
