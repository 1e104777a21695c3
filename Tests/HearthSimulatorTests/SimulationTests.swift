import Foundation
import HearthModel
import HearthPack
import HearthSimulator
import Testing

/// The simulator on the packs of the fixtures.
struct SimulationTests {
  static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "fixtures")

  static func load(_ path: String) throws -> (pack: Pack, seed: Seed) {
    let folder = fixtures.appending(path: path)
    let text = { (name: String) in try String(contentsOf: folder.appending(path: name), encoding: .utf8) }
    var pack = try PackLoader.load(text("schema.yaml"), file: "schema.yaml")
    if pack.hasShared {
      pack = pack.with(try CatalogueLoader.load(text("catalogue.yaml"), file: "catalogue.yaml", pack: pack))
    }
    return (pack, try SeedLoader.load(text("seed.yaml"), file: "seed.yaml", pack: pack))
  }

  static let dayInZone: @Sendable (Instant, String) -> Day? = { instant, zone in
    guard let zone = TimeZone(identifier: zone) else { return nil }
    let seconds = instant.milliseconds / 1000
    let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
    return Day(rawValue: Int32((seconds + Int64(offset)) / 86_400))
  }

  /// How many seeds of each pack; `HEARTH_SIMULATED_SEEDS` asks for more.
  static let seeds = Int(ProcessInfo.processInfo.environment["HEARTH_SIMULATED_SEEDS"] ?? "") ?? 6

  @Test(arguments: ["famquest", "packs/library", "packs/academy", "packs/workshop"])
  func everyPromiseIsKept(path: String) throws {
    let (pack, seed) = try Self.load(path)
    for number in 0..<Self.seeds {
      let plan = SimulationPlan(seed: UInt64(number), pack: pack, seedData: seed)
      let report = RunReport(running: plan, keepsLines: true, dayInZone: Self.dayInZone)
      if let violation = report.violation {
        Issue.record("seed \(number): \(violation)\n\(report.lines.suffix(60).joined(separator: "\n"))")
        return
      }
    }
  }

  /// `scripts/same-runs` asks the same of two processes.
  @Test(arguments: ["famquest", "packs/workshop"])
  func theSameSeedIsTheSameRun(path: String) throws {
    let (pack, data) = try Self.load(path)
    for seed in 0..<UInt64(Self.seeds) {
      var plan = SimulationPlan(seed: 1000 + seed, pack: pack, seedData: data)
      plan.steps = 120
      let reports = (0..<2).map { _ in RunReport(running: plan, keepsLines: true, dayInZone: Self.dayInZone) }
      #expect(reports[0].lines == reports[1].lines)
      #expect(reports[0].mark == reports[1].mark)
    }
  }

  @Test func everyRunThatFailedOnceIsKept() throws {
    let (pack, data) = try Self.load("famquest")
    let folder = Self.fixtures.appending(path: "famquest/simulations")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(!files.isEmpty)
    for file in files {
      let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
      let plan = try SimulationFile.plan(text, pack: pack, seed: data)
      let report = RunReport(running: plan, dayInZone: Self.dayInZone)
      #expect(report.violation == nil, "\(file): \(report.violation.map { "\($0)" } ?? "")")
      #expect(report.decided > 0)
    }
  }
}
