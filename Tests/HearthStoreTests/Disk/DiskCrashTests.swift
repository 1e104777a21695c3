import Foundation
import HearthDisk
import HearthSQLite
import HearthTesting
import Testing

/// Power cuts and failing disks below the file system (docs/internals/disk-crashes.md).
///
/// A few points of fixed scripts; `HEARTH_DISK_POINTS=2000` and `HEARTH_DISK_SEED=7` make more of others.
@Suite("A SQLite store when the power goes or the disk fails")
struct DiskCrashTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let pointCount = environment["HEARTH_DISK_POINTS"].flatMap { Int($0) } ?? 60
  private static let seed = environment["HEARTH_DISK_SEED"].flatMap { UInt64($0) } ?? 1

  private let folder: TemporaryFolder
  private var random = SeededGenerator(seed: Self.seed)

  init() throws {
    folder = try TemporaryFolder()
  }

  private mutating func makeScript(_ stepCount: Int) throws -> StoreScript {
    try StoreScript(pack: Fixture.famquestWithRules, seed: Fixture.seed, stepCount: stepCount, random: random.next())
  }

  @Test(arguments: [false, true])
  mutating func `what a power cut leaves is what was acknowledged`(isForgetful: Bool) throws {
    let script = try makeScript(40)
    var options = SQLiteStore.Options()
    options.checkpointPages = isForgetful ? 8 : 150
    if isForgetful { options.writerCacheBytes = 32 << 10 }
    let run = try CrashRun(script, options, in: folder.url)
    let (tallies, findings) = run.run(run.points(Self.pointCount, &random))
    for finding in findings {
      Issue.record("seed \(Self.seed) \(finding.replay.joined(separator: " ")): \(finding.what)")
    }
    // The points reach what is hard: writes that were not synced, and steps under way that are there whole.
    #expect(tallies.values.map(\.open).reduce(0, +) > Self.pointCount / 4)
    #expect(tallies.values.map(\.withStepUnderWay).reduce(0, +) > Self.pointCount / 8)
  }

  @Test mutating func `a disk that refuses a call costs nothing that was acknowledged`() throws {
    let script = try makeScript(25)
    var options = SQLiteStore.Options()
    options.checkpointPages = 8
    let digests = try Recording(script, steps: 0..<25, options, in: folder.url, digests: true).digests
    let run = try FaultRun(script, digests, options, in: folder.url)
    let (tallies, findings) = run.run(run.faults(Self.pointCount / 4, &random))
    for finding in findings {
      Issue.record("seed \(Self.seed) \(finding.replay.joined(separator: " ")): \(finding.what)")
    }
    #expect(tallies.values.map(\.runs).reduce(0, +) == Self.pointCount / 4)
    #expect(tallies.values.map { $0.ended + $0.wentOn }.reduce(0, +) > Self.pointCount / 16)
  }

  @Test(arguments: [DiskFault.Reason.full, .quota])
  mutating func `a store without space goes on when there is some`(reason: DiskFault.Reason) throws {
    let script = try makeScript(20)
    let digests = try Recording(script, steps: 0..<20, .init(), in: folder.url, digests: true).digests
    let run = try FaultRun(script, digests, .init(), in: folder.url)
    let faults = [250, 400].map { DiskFault(.write, reason, first: $0, count: 5, isTorn: $0 == 250) }
    let (tallies, findings) = run.run(faults)
    for finding in findings { Issue.record("\(finding.what)") }
    #expect(tallies[.write]?.wentOn == 2)
  }

  /// The control: a disk that says it has synced, and has not.
  @Test mutating func `a sync that is missing is found out`() throws {
    let script = try makeScript(30)
    let lie = DiskFault(.sync, .ignored, first: 1, count: .max)
    let run = try CrashRun(script, .init(), in: folder.url, fault: lie)
    let (_, findings) = run.run(run.points(20, &random))
    #expect(findings.contains { $0.what.contains("acknowledged steps are lost") })
  }

  @Test mutating func `the same script does the same to the disk`() throws {
    let script = try makeScript(30)
    let shapes = try (0..<2).map { _ in
      try Recording(script, steps: 0..<30, .init(), in: folder.url, digests: false).operations.map(\.shape)
    }
    #expect(shapes[0] == shapes[1])
    #expect(shapes[0].contains("sync folder"))
  }
}
