import ArgumentParser
import Foundation
import HearthConsole
import HearthLoad
import Testing

@Suite("Load tester: comparisons")
struct ComparisonTests {
  private static func figures(cpu: Double, rate: Double = 1000, driverShare: Double = 0.2) -> Figures {
    Figures(
      changeSetsPerSecond: rate, cpuMicroseconds: cpu, cpuShare: 0.5, acknowledgementP50: 1, acknowledgementP99: 2,
      deliveryP50: 3, deliveryP99: 4, memoryBytes: 5 * 1_048_576, bytesSent: 233, driverCPUMicroseconds: 12,
      driverShare: driverShare)
  }

  private static func entry(
    _ name: String, _ cpu: [Double], isDurable: Bool = true, feelsSlowSync: Bool = true, driverShare: Double = 0.2
  ) -> Comparison.Entry {
    var entry = Comparison.Entry(
      name: name, about: "A <server>.", isDurable: isDurable, merges: false, feelsSlowSync: feelsSlowSync)
    entry.peak = cpu.map { figures(cpu: $0, driverShare: driverShare) }
    return entry
  }

  private static func comparison(
    _ entries: [Comparison.Entry], rate: Double? = nil, slowSync: Int = 0
  ) -> Comparison {
    Comparison(
      setup: .init(
        households: 10, devicesPerHousehold: 3, payloadBytes: 220, seconds: 5, runs: 3, rate: rate,
        slowSyncMicroseconds: slowSync, startedAt: "2026-01-01T00:00:00Z", cores: 2), entries: entries)
  }

  // MARK: Arithmetic

  @Test(arguments: [([], nil), ([4], 4), ([9, 1, 5], 5), ([4, 1, 3, 2], 2.5)] as [([Double], Double?)])
  func `the median is the one in the middle, or between two`(_ numbers: [Double], _ median: Double?) {
    #expect(numbers.median == median)
  }

  @Test func `each figure has a median of its own`() {
    let runs = [Self.figures(cpu: 10, rate: 300), Self.figures(cpu: 30, rate: 200), Self.figures(cpu: 20, rate: 100)]
    #expect(Figures(medianOf: runs) == Self.figures(cpu: 20, rate: 200))
    #expect(Figures(medianOf: []) == nil)
  }

  @Test func `a ratio is taken within one run, and its median shown`() {
    // The machine was slower in the second run, for both: the ratio of the medians would say 3.
    let comparison = Self.comparison([
      Self.entry(Comparison.yardstick, [10, 100, 20]), Self.entry("other", [20, 110, 60]),
    ])
    #expect(comparison.ratio(comparison.entries[1], \.peak, \.cpuMicroseconds) == 2)
    #expect(comparison.ratio(comparison.entries[0], \.peak, \.cpuMicroseconds) == 1)
  }

  @Test func `without the yardstick there is no ratio`() {
    let comparison = Self.comparison([Self.entry("other", [20])])
    #expect(comparison.ratio(comparison.entries[0], \.peak, \.cpuMicroseconds) == nil)
    #expect(ComparisonText(comparison, .plain).text.contains("other   yes      no          20      -"))
  }

  // MARK: What is shown

  @Test func `the table has a row for each server, and says what was left out and why`() {
    var missing = Self.entry("redis", [])
    missing.installation = "apt install redis-server"
    var broken = Self.entry("nats", [])
    broken.fault = "it ended while it was driven."
    let text = ComparisonText(
      Self.comparison([Self.entry(Comparison.yardstick, [10]), Self.entry("hearth", [25]), missing, broken]), .plain
    ).text
    let rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    let expected = ["yes", "no", "25", "2.5", "1,000", "1", "1", "2", "3", "4", "5", "233", "12", "20"]
    #expect(rows.contains(["hearth"] + expected))
    #expect(text.contains("left out:\n  redis: apt install redis-server"))
    #expect(text.contains("nats failed: it ended while it was driven."))
    #expect(!text.contains("busy more than 80 %") && !text.contains("us longer"))
  }

  @Test func `a driver that was the limit is told of`() {
    let text = ComparisonText(Self.comparison([Self.entry("hearth", [25], driverShare: 0.85)]), .plain).text
    #expect(text.contains("85!") && text.contains("busy more than 80 % of the time: of hearth"))
  }

  @Test func `slowed syncs are told of, and whom they do not reach`() {
    let comparison = Self.comparison(
      [
        Self.entry("hearth", [25]), Self.entry("nats", [25], feelsSlowSync: false),
        Self.entry("relay", [25], isDurable: false, feelsSlowSync: false),
      ], slowSync: 2000)
    #expect(ComparisonText(comparison, .plain).text.contains("took 2000 us longer, but those of nats."))
    #expect(ComparisonPage(comparison).html.contains("each sync 2000 µs slower"))
  }

  @Test func `a paced part has a table of its own`() {
    var entry = Self.entry("hearth", [25])
    entry.paced = [Self.figures(cpu: 99)]
    let comparison = Self.comparison([entry], rate: 1500)
    let text = ComparisonText(comparison, .plain).text
    #expect(text.contains("At 1,500 change sets/s\n"))
    #expect(text.split(separator: "\n").filter { $0.hasPrefix("hearth ") }.count == 2)
  }

  @Test func `the page is well-formed, and what comes from outside cannot become markup`() {
    var broken = Self.entry("nats", [])
    broken.fault = "<script>alert('1')</script>"
    let html = ComparisonPage(Self.comparison([Self.entry(Comparison.yardstick, [10]), broken], rate: 5)).html
    #expect(ReportPageTests.MarkupScan(html).faults == [])
    #expect(!html.contains("<script") && html.contains("A &lt;server&gt;."))
  }

  // MARK: What is asked for

  @Test(arguments: [
    (["nope"], "There is no server `nope`. There are: reference-upsert, "),
    (["hearth", "--runs", "0"], "--runs is 0; expected 1 through"),
    (["hearth", "--devices", "1"], "--devices is 1; expected 2 through"),
    (["hearth", "--bytes", "3"], "--bytes is 3; expected 16 through"),
    (["hearth", "--rate", "0"], "--rate is 0.0; expected 1.0 through"),
    (["hearth", "--slow-sync", "0"], "--slow-sync is 0; expected 1 through"),
    (["hearth", "--peers", "/nowhere"], "There is no folder `/nowhere`"),
    (["hearth", "--hearth", "/nowhere"], "None of these servers is installed:\n  hearth: scripts/release hearth"),
  ])
  func `what makes no sense is refused with what was expected`(_ arguments: [String], _ words: String) async throws {
    let fault = await #expect(throws: LoadFault.self) { try await Self.compare(arguments) }
    #expect(fault?.description.contains(words) == true, "\(String(describing: fault))")
  }

  private static func compare(_ arguments: [String]) async throws -> Comparison {
    let folders = [
      ("--reference", "loadtest/reference"), ("--peers", "loadtest/peers"), ("--packs", "fixtures"),
    ].filter { !arguments.contains($0.0) }.flatMap { [$0.0, Project.root.appending(path: $0.1).path] }
    return try await ComparePeers.parse(arguments + folders).comparison()
  }

  // MARK: Servers

  @Test(.enabled(if: Project.hasCompiler, "needs cc"))
  func `the hub is measured beside the reference`() async throws {
    let comparison = try await Self.compare([
      "hearth", "reference-upsert", "reference-relay", "--hearth", Project.hearth.path, "--households", "2",
      "--seconds", "0.5", "--warm-up", "0.1", "--runs", "2", "--rate", "50",
    ])
    #expect(comparison.entries.map(\.name) == ["reference-upsert", "reference-relay", "hearth"])
    for entry in comparison.entries {
      #expect(entry.fault == nil)
      #expect(entry.peak.count == 2 && entry.paced.count == 2)
      for figures in entry.peak {
        #expect(figures.changeSetsPerSecond > 10 && figures.memoryBytes > 0 && figures.bytesSent > 100)
        #expect(figures.acknowledgementP50 > 0 && figures.deliveryP50 > 0)
      }
      #expect(entry.paced.allSatisfy { (25...75).contains($0.changeSetsPerSecond) })
    }
    let ratio = try #require(comparison.ratio(comparison.entries[2], \.peak, \.cpuMicroseconds))
    #expect(ratio > 1)
  }

  @Test func `a server that does not start is told of, with its words`() async throws {
    let comparison = try await Self.compare([
      "hearth", "--hearth", "/bin/false", "--households", "1", "--seconds", "0.1",
    ])
    #expect(comparison.entries[0].fault?.contains("did not start") == true)
  }
}

@Suite("Load tester: C programs")
struct CProgramTests {
  @Test func `without a compiler Debian's packages are named`() async throws {
    try await Project.withFolder { cache in
      let program = CProgram.referenceHub(in: Project.reference, compiler: "no-such-compiler")
      let fault = #expect(throws: LoadFault.self) { try program.built(in: cache) }
      #expect(fault?.description.contains("no C compiler `no-such-compiler`") == true)
      #expect(fault?.description.contains("apt install gcc libc6-dev libsqlite3-dev") == true)
    }
  }

  @Test func `a folder without the source is named`() async throws {
    try await Project.withFolder { folder in
      let fault = #expect(throws: LoadFault.self) { try CProgram.slowSync(in: folder).built(in: folder) }
      #expect(fault?.description.contains("with --reference") == true)
    }
  }

  @Test(.enabled(if: Project.hasCompiler, "needs cc"))
  func `a source is compiled once, anew when it changes, and its faults are shown`() async throws {
    try await Project.withFolder { folder in
      let source = folder.appending(path: "slow-sync.c")
      try "int one;".write(to: source, atomically: true, encoding: .utf8)
      let first = try CProgram.slowSync(in: folder).built(in: folder)
      let made = try FileManager.default.attributesOfItem(atPath: first.path)[.systemFileNumber] as? Int
      #expect(try CProgram.slowSync(in: folder).built(in: folder) == first)
      #expect(try FileManager.default.attributesOfItem(atPath: first.path)[.systemFileNumber] as? Int == made)
      try "int two;".write(to: source, atomically: true, encoding: .utf8)
      #expect(try CProgram.slowSync(in: folder).built(in: folder) != first)
      try "int three".write(to: source, atomically: true, encoding: .utf8)
      let fault = #expect(throws: LoadFault.self) { try CProgram.slowSync(in: folder).built(in: folder) }
      #expect(fault?.description.contains("slow-sync.c` cannot be compiled") == true)
      #expect(fault?.description.contains("error:") == true)
    }
  }

  @Test(arguments: [0, -1, 60_000_001]) func `a slowness that makes no sense is refused`(_ microseconds: Int) {
    #expect(throws: LoadFault.self) { try SlowSync(microseconds: microseconds) }
  }

  @Test(.enabled(if: Project.hasCompiler, "needs cc"))
  func `slow syncs are preloaded, and slow a hub`() async throws {
    try await Project.withFolder { folder in
      let slowness = try SlowSync(microseconds: 40_000)
      let environment = try slowness.environment(reference: Project.reference, cache: folder)
      #expect(environment["SLOW_SYNC_US"] == "40000")
      let app = try App(named: "famquest", in: Project.root.appending(path: "fixtures"))
      let profile = try Profile(
        yaml: "about: x\nhouseholds: 1\ndevices: 2\nwarm_up: 0.2\nseconds: 1\nrate: 10", name: "x")
      let place = LoadRun.Place(
        binary: Project.hearth, folder: folder.appending(path: "hub"), environment: environment, slowSync: slowness)
      let report = try await LoadRun(profile, app, .own(place), .tcp).report()
      #expect(report.setup.slowSyncMicroseconds == 40_000)
      #expect(report.outcome.p50 > 40)
      #expect(ReportText(report, .plain).text.contains("took 40000 us longer"))
    }
  }
}
