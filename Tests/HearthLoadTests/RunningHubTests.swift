import Foundation
import HearthConsole
import HearthLoad
import Testing

/// A hub that was there before the load tester.
@Suite("Load tester: a hub that is already running", .serialized)
struct RunningHubTests {
  /// A hub as an operator starts it.
  private struct Hub {
    let process: Process
    let http: String
    let tcp: String
    let token: String
  }

  private struct Addresses: Decodable {
    let http: String
    let tcp: String
  }

  /// - Parameter change: what is different in the hub's own copy of the pack.
  private static func withHub(
    _ change: (String) -> String = { $0 }, _ body: (Hub) async throws -> Void
  ) async throws {
    try await Project.withFolder { folder in
      let packs = folder.appending(path: "packs")
      let pack = packs.appending(path: "famquest")
      try FileManager.default.createDirectory(at: packs, withIntermediateDirectories: true)
      try FileManager.default.copyItem(at: Project.root.appending(path: "fixtures/famquest"), to: pack)
      let schema = pack.appending(path: "schema.yaml")
      try change(String(contentsOf: schema, encoding: .utf8)).write(to: schema, atomically: true, encoding: .utf8)
      let hub = try await start(folder, packs)
      defer {
        hub.process.terminate()
        hub.process.waitUntilExit()
      }
      try await body(hub)
    }
  }

  private static func start(_ folder: URL, _ packs: URL) async throws -> Hub {
    let data = folder.appending(path: "data")
    let process = Process()
    process.executableURL = Project.hearth
    process.arguments = [
      "serve", "--data", data.path, "--packs", packs.path, "--log-level", "warning", "--tcp-port", "0", "--http-port",
      "0",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    for _ in 0..<1000 {
      if let content = FileManager.default.contents(atPath: data.appending(path: "hub.json").path),
        let addresses = try? JSONDecoder().decode(Addresses.self, from: content)
      {
        let token = try String(contentsOf: data.appending(path: "admin-token"), encoding: .utf8)
        return Hub(
          process: process, http: addresses.http, tcp: addresses.tcp.replacingOccurrences(of: "tcp://", with: ""),
          token: token.trimmingCharacters(in: .whitespacesAndNewlines))
      }
      try await Task.sleep(for: .milliseconds(20))
    }
    process.terminate()
    throw LoadFault("The hub of a test did not start.")
  }

  private static func run(
    _ yaml: String, _ access: RunningHub.Access, _ transport: LoadRun.Transport = .webSocket
  ) async throws -> RunReport {
    let app = try App(named: "famquest", in: Project.root.appending(path: "fixtures"))
    let profile = try Profile(
      yaml: "about: A test.\nwarm_up: 0.2\nhouseholds: 2\ndevices: 3\n" + yaml, name: "test")
    return try await LoadRun(profile, app, .running(access), transport).report()
  }

  @Test func `its households are founded over its administration, and what it costs nobody knows`() async throws {
    try await Self.withHub { hub in
      let report = try await Self.run("seconds: 1\nrate: 40", .init(url: hub.http, adminToken: hub.token))
      #expect(report.convergence.faults == [] && report.convergence.devices == 6)
      #expect(report.counts.accepted + report.counts.merged == report.counts.sent && report.counts.sent > 20)
      #expect(report.hub == nil && report.setup.hub == hub.http)
      let text = ReportText(report, .plain).text
      #expect(text.contains("At \(hub.http), which was already running."))
      #expect(text.split(separator: "\n").filter { $0.contains("not known") }.count == 8)
      #expect(hub.process.isRunning)
    }
  }

  @Test func `its process tells what it costs, but not the size of its files`() async throws {
    try await Self.withHub { hub in
      let access = try RunningHub.Access(
        url: hub.http, adminToken: hub.token, tcp: hub.tcp, pid: hub.process.processIdentifier)
      let report = try await Self.run("seconds: 1\nrate: 40", access, .tcp)
      #expect(report.convergence.faults == [] && report.setup.transport == "tcp")
      #expect((report.hub?.memoryPeak ?? 0) > 0 && report.hub?.databaseBytes == nil)
    }
  }

  @Test func `a balance below its floor is found`() async throws {
    let lax = { (schema: String) in
      schema.replacingOccurrences(of: "user_id.points_balance >= 0", with: "user_id.points_balance >= -1000000")
    }
    try await Self.withHub(lax) { hub in
      let report = try await Self.run(
        "seconds: 1.5\nrate: 60\ntarget: points_at_floor", .init(url: hub.http, adminToken: hub.token))
      #expect(report.counts.rejected == [:])
      #expect(report.convergence.faults.contains { $0.contains("below its floor of 0") })
    }
  }

  @Test func `it is not restarted`() async throws {
    let access = try RunningHub.Access(url: "http://127.0.0.1:1", adminToken: "x")
    let fault = await #expect(throws: LoadFault.self) {
      try await Self.run("rate: 1\nevents: [{ at: 1, do: restart_hub }]", access)
    }
    #expect(fault?.description.contains("restarts the hub; one that was already running is left alone") == true)
  }

  @Test func `over TCP it has to be said where`() async throws {
    let access = try RunningHub.Access(url: "http://127.0.0.1:1", adminToken: "x")
    let fault = await #expect(throws: LoadFault.self) { try await Self.run("rate: 1", access, .tcp) }
    #expect(fault?.description.contains("needs --hub-tcp host:port") == true)
  }

  @Test func `a hub that does not answer, or refuses, is told of`() async throws {
    let nobody = try RunningHub.Access(url: "http://127.0.0.1:1", adminToken: "x")
    let fault = await #expect(throws: LoadFault.self) { try await Self.run("rate: 1", nobody) }
    #expect(fault?.description.contains("No hub answers at http://127.0.0.1:1") == true)
    try await Self.withHub { hub in
      let stranger = try RunningHub.Access(url: hub.http, adminToken: "wrong")
      let refusal = await #expect(throws: LoadFault.self) { try await Self.run("rate: 1", stranger) }
      #expect(refusal?.description.contains("The hub answered 401") == true)
    }
  }

  @Test(
    arguments: [
      ("ftp://h:1", "x", nil, nil, "expected http://host:port"),
      ("http://h", "x", nil, nil, "expected http://host:port"),
      ("http://h:1/path", "x", nil, nil, "expected http://host:port"),
      ("http://h:1", nil, nil, nil, "needs the hub's admin token"),
      ("http://h:1", "", nil, nil, "needs the hub's admin token"),
      ("http://h:1", "x", "h", nil, "expected host:port"),
      ("http://h:1", "x", nil, Int32.max, "there is no such process"),
    ] as [(String, String?, String?, Int32?, String)])
  func `an address that makes no sense is refused`(
    _ url: String, _ token: String?, _ tcp: String?, _ pid: Int32?, _ words: String
  ) {
    let fault = #expect(throws: LoadFault.self) {
      try RunningHub.Access(url: url, adminToken: token, tcp: tcp, pid: pid)
    }
    #expect(fault?.description.contains(words) == true, "\(String(describing: fault))")
  }
}
