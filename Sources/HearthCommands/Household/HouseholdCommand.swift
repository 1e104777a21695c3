package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthServer
internal import HearthTransport

/// `hearth household`.
package struct HouseholdCommand: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "household", abstract: "Make and list households at a running hub.",
    subcommands: [Create.self, List.self])

  package init() {}

  /// Which hub, and the right to administer it.
  struct HubOptions: ParsableArguments {
    @Option(help: "Folder of the hub's database, where its address and admin token lie.") var data = "hearth-data"
    @Option(help: "URL of the hub's HTTP port, when it runs elsewhere.") var hub: String?
    @Option(help: "The admin token; else HEARTH_ADMIN_TOKEN, else that of the data folder.") var adminToken: String?

    func client() throws -> AdminClient {
      let folder = DataFolder(data)
      let running = folder.running
      guard let url = hub ?? running?.http else {
        throw CommandFailure(
          .noHub, "No hub runs on `\(data)`. Start one with `hearth serve --data \(data)`, or name one with --hub.")
      }
      let token = adminToken ?? ProcessInfo.processInfo.environment["HEARTH_ADMIN_TOKEN"] ?? folder.storedAdminToken
      guard let token else {
        throw CommandFailure(
          .noAdminToken,
          "The hub's admin token is needed: --admin-token, HEARTH_ADMIN_TOKEN, or the data folder with its `admin-token`."
        )
      }
      return AdminClient(url: url, token: token, running: running)
    }
  }

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Found the households of a seed, and make a token for each of their devices.",
      discussion: "Example: hearth household create --app famquest --seed fixtures/famquest/seed.yaml")

    @Option(help: "The app.") var app: String
    @Option(help: "The seed file; that of the app's pack when left out.") var seed: String?
    @Option(help: "Folder with a sub-folder for each app.") var packs = PackLibrary.defaultFolder
    @Option(help: "Folder for the credentials, one file for each device.") var out = CredentialFile.defaultFolder
    @Flag(help: "Give the households new ids, so that a seed can be founded again.") var fresh = false
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var hub: HubOptions

    mutating func run() async throws {
      let output = Output(isJSON: json)
      let file =
        seed.map { URL(filePath: $0) } ?? URL(filePath: packs).appending(path: app).appending(path: "seed.yaml")
      let client = try hub.client()
      let founded = try await client.found(app: app, seed: try PackLibrary.read(file), fresh: fresh)
      let credentials = founded.flatMap { household in
        household.devices.map { CredentialFile(household: household, device: $0, app: app, client: client) }
      }
      for credential in credentials { try credential.write(to: out) }
      if json { return try output.json(founded) }
      show(founded, credentials, output)
    }

    private func show(
      _ founded: [Administration.FoundedHousehold], _ credentials: [CredentialFile], _ output: Output
    ) {
      for household in founded {
        output.line("Founded \(output.styled(household.label, .strong)) \(output.styled(household.household, .quiet))")
        var table = Table(["device", "token (shown this once)"])
        for device in household.devices { table.add([device.name, device.token], styles: [.name, nil]) }
        output.text(table.text(output.terminal))
      }
      output.line("The hub keeps only the hashes of the tokens; `\(out)/` keeps what each device needs.")
      guard let first = credentials.first else { return }
      output.line("Next: hearth device \(first.name)\(out == CredentialFile.defaultFolder ? "" : " --devices \(out)")")
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the households of a hub.", discussion: "Example: hearth household list --json")

    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var hub: HubOptions

    mutating func run() async throws {
      let output = Output(isJSON: json)
      let households = try await hub.client().list()
      if json { return try output.json(households) }
      guard !households.isEmpty else {
        return output.line("No households yet. Make some with `hearth household create --app famquest`.")
      }
      var table = Table(["household", "app", "label", "devices"])
      for household in households {
        table.add(
          [household.household, household.app, household.label, household.devices.joined(separator: ", ")],
          styles: [.quiet, nil, .strong, .name])
      }
      output.text(table.text(output.terminal))
    }
  }
}

/// The administration of a running hub.
struct AdminClient {
  let url: String
  let token: String
  let running: DataFolder.Running?

  func found(
    app: String, seed: String, fresh: Bool, household: String? = nil, devices: [Administration.NewDevice]? = nil
  ) async throws -> [Administration.FoundedHousehold] {
    let request = Administration.FoundingRequest(
      app: app, seed: seed, fresh: fresh, household: household, devices: devices)
    return try await asking { try await Administration.request(request, hub: url, adminToken: token) }
  }

  func list() async throws -> [Administration.ListedHousehold] {
    try await asking { try await Administration.list(hub: url, adminToken: token) }
  }

  private func asking<Answer>(_ body: () async throws -> Answer) async throws -> Answer {
    do {
      return try await body()
    } catch let failure as HubHTTP.Failure {
      throw CommandFailure(.noHub, failure.description)
    } catch let refusal as Administration.Refusal {
      throw CommandFailure(.refused, refusal.description)
    } catch is DecodingError {
      throw CommandFailure(.noHub, "What answers at \(url) is no hub: its answer is no list of households.")
    } catch {
      throw CommandFailure(.noHub, "The connection to \(url) broke: \(error)")
    }
  }
}
