package import ArgumentParser

/// `loadtest`.
package struct LoadCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "loadtest", abstract: "Measure a hub under the load of many households.",
    discussion: """
      Example: loadtest run steady
      A profile says how many households there are, what their devices write and what goes on meanwhile; each run ends
      with the check that all devices show what the hub has. loadtest/README.md says how to read the figures.
      """,
    subcommands: [RunProfiles.self, ListProfiles.self, ComparePeers.self, MeasureGoals.self],
    defaultSubcommand: RunProfiles.self)

  package init() {}
}
