import Foundation
import HearthLoad
import Testing

/// A hub as a process, and a few devices on real sockets.
@Suite("Load tester: runs", .serialized)
struct RunTests {
  private static let root = Project.root
  private static let hearth = Project.hearth

  private static func run(
    _ yaml: String, pack: String = "famquest", _ transport: LoadRun.Transport = .tcp
  ) async throws -> RunReport {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-load-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let app = try App(named: pack, in: root.appending(path: "fixtures"))
    let profile = try Profile(yaml: "about: A test.\nwarm_up: 0.5\n" + yaml, name: "test")
    return try await LoadRun(profile, app, .own(.init(binary: hearth, folder: folder)), transport).report()
  }

  @Test(arguments: LoadRun.Transport.allCases)
  func `what is due is written, decided and delivered, and all devices converge`(
    _ transport: LoadRun.Transport
  ) async throws {
    let report = try await Self.run("households: 4\ndevices: 3\nseconds: 2\nrate: 60", transport)
    #expect(report.convergence.faults == [])
    #expect(report.convergence.devices == 12)
    #expect(report.counts.sent > 100)
    #expect(report.counts.accepted + report.counts.merged == report.counts.sent)
    // Two other devices for each.
    #expect(report.counts.delivered == 2 * report.counts.sent)
    #expect(report.outcome.count > 0 && report.outcome.p50 <= report.outcome.p99)
    #expect(report.delivery.count == 2 * report.outcome.count)
    #expect((report.hub?.cpuMicrosecondsPerChangeSet ?? 0) > 0)
  }

  @Test func `a closed loop keeps one change set of each device on its way`() async throws {
    let report = try await Self.run("households: 3\ndevices: 2\nseconds: 1\nclosed_loop: true")
    #expect(report.convergence.faults == [])
    #expect(report.setup.rate == nil)
    #expect(report.decidedPerSecond > 10)
  }

  @Test func `devices that leave, begin anew, lose their lines and stop reading all end with everything`() async throws
  {
    let report = try await Self.run(
      """
      households: 5
      devices: 3
      seconds: 6
      rate: 60
      target: one_record
      events:
        - { at: 0.5, do: go_offline, share: 0.4 }
        - { at: 0.7, do: stop_reading, share: 0.2 }
        - { at: 1, do: disconnect, share: 0.8 }
        - { at: 2, do: go_online, share: 0.4 }
        - { at: 2.2, do: start_reading, share: 0.2 }
        - { at: 2.5, do: cold_start, share: 0.3 }
        - { at: 3.5, do: restart_hub }
      """)
    #expect(report.convergence.faults == [])
    #expect(report.counts.merged > 0)
    #expect(report.counts.connectionsLost > 15)
  }

  @Test(arguments: ["academy", "library", "workshop"])
  func `every pack can be driven, and takes in what is written`(_ pack: String) async throws {
    let report = try await Self.run("households: 3\ndevices: 2\nseconds: 1\nrate: 40", pack: pack)
    #expect(report.convergence.faults == [])
    #expect(report.counts.sent > 20)
    #expect(report.counts.rejected == [:])
  }

  @Test func `a balance near its floor is drawn on, refused where nothing is left, and never below it`() async throws {
    let report = try await Self.run("households: 3\ndevices: 3\nseconds: 3\nrate: 60\ntarget: points_at_floor")
    #expect(report.convergence.faults == [])
    #expect((report.convergence.balances ?? 0) > 0)
    // Nothing else is wrong with what is written.
    #expect(report.counts.rejected.keys.sorted() == ["insufficientBalance"])
    // What the parent gives is taken again: more than the four purchases that the sample balance allows.
    #expect(report.counts.accepted > 3 * 20)
  }

  @Test(arguments: ["academy", "library", "workshop"])
  func `a pack without a floor cannot be driven at it`(_ pack: String) async throws {
    let fault = await #expect(throws: LoadFault.self) {
      try await Self.run("households: 1\nrate: 1\ntarget: points_at_floor", pack: pack)
    }
    #expect(fault?.description.contains("The pack `\(pack)` has no balance with a floor") == true)
  }

  @Test func `a hub that cannot be started is told with its words`() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "hearth-load-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let app = try App(named: "famquest", in: Self.root.appending(path: "fixtures"))
    let profile = try Profile(yaml: "about: A test.\nrate: 1\nhouseholds: 1", name: "test")
    let place = LoadRun.Place(binary: URL(filePath: "/bin/false"), folder: folder)
    await #expect(throws: LoadFault.self) { try await LoadRun(profile, app, .own(place), .tcp).report() }
  }

  @Test func `a pack that is not there is named`() {
    let fault = #expect(throws: LoadFault.self) {
      try App(named: "nope", in: Self.root.appending(path: "fixtures"))
    }
    #expect(fault?.description.contains("no pack `nope`") == true)
  }
}
