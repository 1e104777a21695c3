import Foundation
import Testing

/// Colours and bars are for terminals; pipes and files get plain text (G16).
@Suite(.serialized) struct TerminalTests {
  /// Commands that print colours on a terminal.
  private static let colourful = [
    ["error", "E1102"], ["scenario", "fixtures/famquest/scenarios/p1-four-roles-one-title.yaml"],
  ]

  @Test(arguments: colourful) func `a pipe gets no colours and no bars`(_ arguments: [String]) async throws {
    let run = try await Workplace(rules: false).hearth(arguments, environment: ["TERM": "xterm-256color"])
    #expect(run.status == 0)
    #expect(!run.output.contains("\u{1b}") && !run.errors.contains("\u{1b}"))
    #expect(!run.output.contains("\r") && run.errors.isEmpty)
  }

  @Test(arguments: colourful) func `a terminal gets colours`(_ arguments: [String]) async throws {
    let seen = try await Workplace(rules: false).onTerminal(arguments, environment: ["TERM": "xterm-256color"])
    #expect(seen.contains("\u{1b}[1m") || seen.contains("\u{1b}[32m"), "\(seen)")
  }

  @Test(arguments: colourful, [["NO_COLOR": "1", "TERM": "xterm"], ["TERM": "dumb"]])
  func `a terminal that wants none gets none`(_ arguments: [String], _ environment: [String: String]) async throws {
    let seen = try await Workplace(rules: false).onTerminal(arguments, environment: environment)
    #expect(seen.replacing("\u{1b}[K", with: "").contains("\u{1b}") == false, "\(seen)")
  }

  @Test func `an empty NO_COLOR is none`() async throws {
    let seen = try await Workplace(rules: false).onTerminal(
      Self.colourful[0], environment: ["NO_COLOR": "", "TERM": "xterm"])
    #expect(seen.contains("\u{1b}[1m"))
  }

  @Test func `a terminal gets a bar, which is taken away`() async throws {
    let seen = try await Workplace(rules: false).onTerminal(
      Self.colourful[1], environment: ["TERM": "xterm", "NO_COLOR": "1"])
    #expect(seen.contains("\rscenarios ░"), "\(seen)")
    let bar = try #require(seen.range(of: "\r\u{1b}[K"))
    #expect(seen[bar.upperBound...].contains("1 passed, 0 failed"))
  }

  @Test func `JSON is for machines, on a terminal too`() async throws {
    let seen = try await Workplace(rules: false).onTerminal(
      Self.colourful[1] + ["--json"], environment: ["TERM": "xterm"])
    #expect(!seen.contains("\u{1b}") && seen.hasPrefix("{"), "\(seen)")
  }

  @Test func `a person types, is corrected, and goes on`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    let terminal = try PseudoTerminal()
    let done = try place.start(
      ["device", "noah-tablet"], on: terminal, environment: ["TERM": "xterm", "NO_COLOR": "1"])
    func waits(for text: String) async throws {
      let found = try await eventually { terminal.text.contains(text) ? true : nil }
      try #require(found == true, "\(text) does not come: \(terminal.text)")
    }
    try await waits(for: "noah-tablet: type `help` for the commands, `quit` to end.")
    try await waits(for: "online · revision 1 · outbox empty")
    try await waits(for: "noah-tablet> ")
    terminal.type("shw tasks\n")
    try await waits(for: "E4301 unknownCommand: `shw` is no command. Did you mean `show`? Type `help`.")
    terminal.type("set tasks/dishes title='家族 👍'\n")
    try await waits(for: "accepted at revision 2")
    terminal.type("quit\n")
    #expect(await done.value == 0)
  }
}

extension Workplace {
  /// Runs `hearth` on a terminal to its end; returns all that it wrote there.
  func onTerminal(_ arguments: [String], environment: [String: String]) async throws -> String {
    let terminal = try PseudoTerminal()
    let done = try start(arguments, on: terminal, environment: environment)
    _ = await done.value
    // The last bytes may still be on their way through the terminal.
    var text = ""
    _ = try await eventually {
      let before = text
      text = terminal.text
      return !text.isEmpty && before == text ? true : nil
    }
    return text
  }
}
