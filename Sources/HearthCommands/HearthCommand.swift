package import ArgumentParser
internal import HearthConsole
internal import HearthDevice
internal import HearthModel
internal import HearthPack

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
      ServeCommand.self, StopCommand.self, CompactCommand.self, HouseholdCommand.self, DeviceCommand.self,
      ConflictsCommand.self, ExplainCommand.self, HistoryCommand.self, DeletedCommand.self, RestoreCommand.self,
      RestoreValueCommand.self, ScenarioCommand.self, SimulateCommand.self, PackCommand.self, DemoCommand.self,
      ErrorCommand.self,
    ])

  package init() {}

  /// Runs the command of this process's arguments, and ends the process with its exit code.
  package static func main() async {
    let arguments = withErrorNumber(Array(CommandLine.arguments.dropFirst()))
    do {
      try checkSubcommand(arguments)
      var command = try parseAsRoot(arguments)
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error, isJSON: arguments.contains("--json"))
    }
  }

  /// ArgumentParser calls a mistyped command an unexpected argument.
  private static func checkSubcommand(_ arguments: [String]) throws {
    guard let first = arguments.first, !first.hasPrefix("-") else { return }
    let known = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard !known.contains(first) else { return }
    let hint = suggestion(for: first, among: known)
    throw CommandFailure(.usage, "`\(first)` is no command of hearth.\(hint) See `hearth --help`.")
  }

  /// `hearth help E1102` means `hearth error E1102`: whoever reads a number asks for help with it.
  private static func withErrorNumber(_ arguments: [String]) -> [String] {
    guard arguments.count >= 2, arguments[0] == "help", arguments[1].wholeMatch(of: /[A-Za-z]?[0-9]{3,}/) != nil else {
      return arguments
    }
    return ["error"] + arguments.dropFirst()
  }
}

// MARK: The end

extension HearthCommand {
  private static func end(with error: any Error, isJSON: Bool) -> Never {
    guard let failure = failure(error) else { exit(withError: error) }
    let text = isJSON ? (try? Output.encode(FailureReport(failure))) ?? failure.text : failure.text
    let isExplained = !isJSON && failure.number != nil && failure.number != "E\(CommandFault.usage.rawValue)"
    let hint = isExplained ? "What to do: hearth help \(failure.number ?? "")\n" : ""
    // Nobody is left to tell when standard error is closed as well; the exit code says it.
    try? StandardStream.errors.write(text + "\n" + hint)
    exit(withError: ExitCode(failure.exitCode))
  }

  /// What to say about an error; nil when ArgumentParser says it, or nothing has to be said.
  static func failure(_ error: any Error) -> CommandFailure? {
    if let failure = error as? CommandFailure { return failure }
    if error is ExitCode { return nil }
    switch error {
    case let error as DeviceError: return CommandFailure(numbered: error.description, exitCode: 2)
    case let rejection as Rejection: return CommandFailure(numbered: DeviceSession.message(rejection), exitCode: 1)
    default: break
    }
    switch exitCode(for: error) {
    case .success: return nil
    case .validationFailure: return CommandFailure(.usage, usage(error))
    default: return CommandFailure(.own, "\(error)")
    }
  }

  /// ArgumentParser's sentence and the form of the command.
  private static func usage(_ error: any Error) -> String {
    let text = fullMessage(for: error)
    return text.hasPrefix("Error: ") ? String(text.dropFirst(7)) : text
  }
}

/// A failure for machines (docs/reference/json.md).
struct FailureReport: Encodable {
  let error: Content

  struct Content: Encodable {
    let number: String?
    let name: String?
    let message: String
    let exit_code: Int32
  }

  init(_ failure: CommandFailure) {
    error = Content(
      number: failure.number, name: failure.name, message: failure.message, exit_code: failure.exitCode)
  }
}
