package import ArgumentParser
internal import Foundation
internal import HearthDevice

/// The command line of Hearth.
package struct HearthCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "hearth",
    abstract: "A sync hub for households: offline edits meet, are decided, and are explained.",
    discussion: """
      Start here:
        hearth demo                     a hub, two devices, an offline conflict, before your eyes
        hearth serve                    a hub in ./hearth-data
        hearth household create --app famquest
                                        a household with sample data, and a token for each device
        hearth device noah-tablet       a device on the command line
        hearth scenario fixtures/famquest/scenarios
                                        conflict cases, in process or against a hub
      """,
    version: Hearth.version,
    subcommands: [
      ServeCommand.self, StopCommand.self, HouseholdCommand.self, DeviceCommand.self, ScenarioCommand.self,
      DemoCommand.self, ErrorCommand.self,
    ])

  package init() {}

  /// Runs the command of this process's arguments, and ends the process with its exit code.
  package static func main() async {
    do {
      var command = try parseAsRoot(withErrorNumber(Array(CommandLine.arguments.dropFirst())))
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let failure as CommandFailure {
      FileHandle.standardError.write(Data((failure.message + "\n").utf8))
      exit(withError: ExitCode(failure.exitCode))
    } catch {
      exit(withError: error)
    }
  }
}

extension HearthCommand {
  /// `hearth help E1102` means `hearth error E1102`: whoever reads a number asks for help with it.
  private static func withErrorNumber(_ arguments: [String]) -> [String] {
    guard arguments.count >= 2, arguments[0] == "help", ErrorCatalog.page(arguments[1]) != nil else { return arguments }
    return ["error"] + arguments.dropFirst()
  }
}

/// A command that could not do what it was asked: what was expected, what came, what to do.
struct CommandFailure: Error {
  let message: String
  let exitCode: Int32

  init(_ message: String, exitCode: Int32 = 1) {
    self.message = message
    self.exitCode = exitCode
  }
}
