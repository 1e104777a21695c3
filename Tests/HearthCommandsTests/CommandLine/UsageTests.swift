import Foundation
import Testing

@testable import HearthCommands

/// What `hearth` says to a wrong command line, and what it ends with.
@Suite(.serialized) struct UsageTests {
  @Test(arguments: [
    (["serve", "--jsn"], "Did you mean '--json'?"), (["scenario"], "Missing expected argument '<paths>"),
    (["device"], "Missing expected argument '<name>'"), (["household", "create"], "Missing expected argument '--app"),
    (["srve"], "`srve` is no command of hearth. Did you mean `serve`?"), (["demo", "x"], "Unexpected argument 'x'"),
    (["household", "lst"], "Unexpected argument 'lst'"), (["serve", "--data"], "Missing value for '--data"),
  ])
  func `a command line that cannot be read ends with 64`(_ arguments: [String], _ said: String) async throws {
    let run = try await Workplace().hearth(arguments)
    #expect(run.status == 64)
    #expect(run.output.isEmpty)
    #expect(run.errors.hasPrefix("E4001 usage: ") && run.errors.contains(said), "\(run.errors)")
  }

  @Test(arguments: [["--help"], ["help"], ["help", "serve"], ["serve", "--help"], ["device", "-h"], ["--version"]])
  func `help ends with 0 and is no error`(_ arguments: [String]) async throws {
    let run = try await Workplace().hearth(arguments)
    #expect(run.status == 0 && run.errors.isEmpty && !run.output.isEmpty)
  }

  @Test(arguments: [["help", "E1102"], ["help", "e1102"], ["error", "1102"]])
  func `a number leads to its page`(_ arguments: [String]) async throws {
    let run = try await Workplace().hearth(arguments)
    #expect(run.status == 0)
    #expect(
      run.output == """
        E1102 unauthorized
        The token opens no household here.
        What to do: Pair the device again: hearth household create.
        See docs/reference/errors.md#e1102.

        """)
  }

  @Test func `a number that there is not gets a suggestion`() async throws {
    let run = try await Workplace().hearth("help", "E1109")
    #expect(run.status == 1)
    #expect(run.errors.hasPrefix("E4003 unknownNumber: There is no error E1109. Did you mean `E110"), "\(run.errors)")
  }

  @Test func `all numbers are listed`() async throws {
    let run = try await Workplace().hearth("error")
    #expect(run.lines.count == ErrorCatalog.pages.count + 1)
  }

  /// A number that a person sees is followed by the command that explains it (G07).
  @Test func `an error names its number, and the command that explains it`() async throws {
    let run = try await Workplace().hearth("stop")
    #expect(run.status == 2)
    #expect(run.errors == "E4201 noHub: No hub runs on `hearth-data`.\nWhat to do: hearth help E4201\n")
  }

  @Test(arguments: CommandFault.allCases) func `an exit code is one that is documented`(_ fault: CommandFault) throws {
    let page = try Repository.text("docs/reference/command-line.md")
    #expect(page.contains("\n| \(fault.exitCode) | "))
    #expect([1, 2, 3, 64, 70, 99].contains(fault.exitCode))
  }
}
