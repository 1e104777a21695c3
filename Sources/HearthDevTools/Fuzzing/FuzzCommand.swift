package import ArgumentParser

/// `hearth-dev fuzz`.
package struct FuzzCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "fuzz", abstract: "Feed what strangers send, changed at random, to everything that parses it.",
    discussion: """
      scripts/fuzz does the same with libFuzzer, guided by coverage; this needs nothing but a seed. The page is
      docs/internals/fuzzing.md.
      """,
    subcommands: [FuzzRun.self, FuzzReplay.self, FuzzTargets.self, FuzzWorker.self],
    defaultSubcommand: FuzzRun.self)

  package init() {}
}
