package import ArgumentParser

/// Tools for those who work on Hearth; nothing that users need.
package struct DevCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "hearth-dev", abstract: "Tools for those who work on Hearth.",
    subcommands: [
      WebSocketEcho.self, CommitBenchmark.self, RulesBenchmark.self, CrashTest.self, DiskCrash.self,
      CostCommand.self, StorageCommand.self, CoverageCommand.self, FuzzCommand.self,
    ])

  package init() {}
}
