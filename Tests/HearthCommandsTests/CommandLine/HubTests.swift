import Foundation
import Testing

/// Commands that speak with a running hub.
@Suite(.serialized) struct HubTests {
  private static func port(_ url: String) -> String {
    String(url.split(separator: ":").last?.prefix { $0 != "/" } ?? "")
  }

  @Test func `a port in use is said, and the first hub stays`() async throws {
    let place = try Workplace(rules: false)
    let hub = try await place.serve()
    let run = try await place.hearth(
      "serve", "--data", "other", "--tcp-port", Self.port(hub.tcp), "--http-port", "0")
    #expect(run.status == 2, "\(run.errors)")
    #expect(run.errors.contains("E4204 cannotListen: "), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: place.folder.appending(path: "other/hub.json").path))
    #expect(try await place.hearth("household", "list").status == 0)
  }

  @Test func `a data folder in use is said`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serve()
    let run = try await place.hearth("serve", "--tcp-port", "0", "--http-port", "0")
    #expect(run.status == 2 && run.errors.contains("E4205 storeClosed: "), "\(run.errors)")
    #expect(try await place.hearth("household", "list").status == 0)
  }

  @Test func `a hub is stopped, and then there is none`() async throws {
    let place = try Workplace(rules: false)
    let hub = try await place.serve()
    let run = try await place.hearth("stop")
    #expect(run.status == 0 && run.output == "The hub \(hub.pid) has ended.\n")
    #expect(try await place.hearth("stop").status == 2)
    #expect(!FileManager.default.fileExists(atPath: place.folder.appending(path: "hearth-data/hub.json").path))
  }

  @Test func `a second start finds the same data`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    let before = try await place.hearth("household", "list")
    _ = try await place.hearth("stop")
    _ = try await place.serve()
    let after = try await place.hearth("household", "list")
    #expect(before.output == after.output && before.output.contains("Gezin van Eva"))
  }

  @Test func `a seed is founded once, and anew with --fresh`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    let again = try await place.hearth("household", "create", "--app", "famquest")
    #expect(again.status == 1 && again.errors.hasPrefix("E4203 refused: The hub answered 409: "), "\(again.errors)")
    let fresh = try await place.hearth("household", "create", "--app", "famquest", "--fresh", "--out", "more")
    #expect(fresh.status == 0, "\(fresh.errors)")
    #expect(try await place.hearth("household", "list").lines.count == 5)
  }

  @Test func `a seed with a mistake is refused with its place`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serve()
    let seed = try Repository.text("fixtures/famquest/seed.yaml").replacing("households:", with: "housholds:")
    try place.write(seed, to: "seed.yaml")
    let run = try await place.hearth("household", "create", "--app", "famquest", "--seed", "seed.yaml")
    #expect(run.status == 1 && run.errors.contains("seed.yaml:"), "\(run.errors)")
    #expect(run.errors.contains("Did you mean `households`?"), "\(run.errors)")
  }

  @Test func `an app that the hub has not is refused`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serve()
    let run = try await place.hearth(
      "household", "create", "--app", "famqest", "--seed", "fixtures/famquest/seed.yaml")
    #expect(run.status == 1 && run.errors.contains("This hub has no pack `famqest`"), "\(run.errors)")
  }

  @Test func `a wrong admin token is refused, and a right one from the environment is taken`() async throws {
    let place = try Workplace(rules: false)
    let hub = try await place.serve()
    let arguments = ["household", "list", "--hub", hub.http, "--data", "nowhere"]
    let none = try await place.hearth(arguments)
    #expect(none.status == 2 && none.errors.hasPrefix("E4202 noAdminToken"), "\(none.errors)")
    let wrong = try await place.hearth(arguments, environment: ["HEARTH_ADMIN_TOKEN": "wrong"])
    #expect(wrong.status == 1 && wrong.errors.hasPrefix("E4203 refused: The hub answered 401"), "\(wrong.errors)")
    let token = try place.text("hearth-data/admin-token").trimmingCharacters(in: .whitespacesAndNewlines)
    let right = try await place.hearth(arguments, environment: ["HEARTH_ADMIN_TOKEN": token])
    #expect(right.status == 0, "\(right.errors)")
    let flag = try await place.hearth(
      arguments + ["--admin-token", token], environment: ["HEARTH_ADMIN_TOKEN": "wrong"])
    #expect(flag.status == 0, "\(flag.errors)")
  }

  @Test(arguments: ["http://127.0.0.1:1", "localhost", "http://127.0.0.1", "tcp://127.0.0.1:7171", "http://[::1", ""])
  func `a hub that is none is said`(_ url: String) async throws {
    let run = try await Workplace(rules: false).hearth("household", "list", "--hub", url, "--admin-token", "x")
    #expect(run.status == 2 && run.errors.hasPrefix("E4201 noHub: "), "\(run.errors)")
  }

  @Test func `secrets are for their owner alone`() async throws {
    let place = try Workplace(rules: false)
    _ = try await place.serveFamilies()
    for path in ["hearth-data/admin-token", "hearth-devices/noah-tablet.json"] {
      let attributes = try FileManager.default.attributesOfItem(atPath: place.folder.appending(path: path).path)
      #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600, "\(path)")
    }
    let token = try #require(JSON(place.text("hearth-devices/noah-tablet.json"))["token"]?.string)
    for path in ["hearth-data/hearth.db", "hearth-data/hearth.db-wal"] {
      let stored = (try? Data(contentsOf: place.folder.appending(path: path))) ?? Data()
      #expect(stored.range(of: Data(token.utf8)) == nil, "\(path) holds a token")
    }
  }

  /// After a crash the number of the hub's process may be somebody else's.
  @Test func `stop ends no process that is not the hub`() async throws {
    let place = try Workplace(rules: false)
    let bystander = Process()
    bystander.executableURL = URL(filePath: "/bin/sleep")
    bystander.arguments = ["600"]
    bystander.standardOutput = FileHandle.nullDevice
    bystander.standardError = FileHandle.nullDevice
    try bystander.run()
    // A child may inherit that SIGTERM is blocked.
    defer { kill(bystander.processIdentifier, SIGKILL) }
    try place.write(
      #"{"http":"http://127.0.0.1:1","pid":\#(bystander.processIdentifier),"tcp":"tcp://127.0.0.1:1","webSocket":"ws://h:1"}"#,
      to: "hearth-data/hub.json")
    try place.write("", to: "hearth-data/hearth.lock")
    for command in [["stop"], ["household", "list"]] {
      let run = try await place.hearth(command)
      #expect(run.status == 2 && run.errors.hasPrefix("E4201 noHub: No hub runs on"), "\(run.errors)")
    }
    #expect(bystander.isRunning)
  }

  @Test func `a hub that was killed leaves a folder that works again`() async throws {
    let place = try Workplace(rules: false)
    let hub = try await place.serveFamilies()
    kill(hub.pid, SIGKILL)
    // The file of the killed hub lies there still, and is not believed.
    let gone = try await eventually { try await place.hearth("household", "list").status == 2 ? true : nil }
    #expect(gone == true)
    let old = try place.text("hearth-data/hub.json")
    _ = try await place.serve()
    #expect(try place.text("hearth-data/hub.json") != old)
    #expect(try await place.hearth("household", "list").output.contains("Gezin van Eva"))
  }
}
