package import ArgumentParser
internal import HearthConsole

/// `loadtest list`.
package struct ListProfiles: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Name the profiles.", discussion: "Example: loadtest list")

  @Option(help: "Folder of the profiles.") var profiles = "loadtest/profiles"

  package init() {}

  package func run() throws {
    let terminal = Terminal.standardOutput()
    let folder = ProfileFolder(profiles)
    var table = Table([("profile", .left), ("households", .right), ("devices", .right), ("what it is for", .left)])
    for name in try folder.names() {
      let profile = try folder.profile(name)
      table.add([name, "\(profile.households)", "\(profile.devices)", profile.about], styles: [.name])
    }
    try StandardStream.output.write(table.text(terminal))
  }
}
