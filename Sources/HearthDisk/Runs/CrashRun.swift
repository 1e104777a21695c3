package import Foundation
package import HearthSQLite
package import HearthTesting

/// Cuts the power at chosen points of a recording, opens the store on what is left, and compares.
package struct CrashRun {
  private let script: StoreScript
  package let recording: Recording
  private let options: SQLiteStore.Options
  private let place: URL
  private let check: ImageCheck

  /// Records the whole script.
  ///
  /// - Parameters:
  ///   - place: the folder in which it makes its own.
  ///   - fault: what the disk does not do while the script runs.
  package init(
    _ script: StoreScript, _ options: SQLiteStore.Options, in place: URL, fault: DiskFault? = nil,
    progress: (Int) -> Void = { _ in }
  ) throws {
    (self.script, self.options, self.place) = (script, options, place)
    recording = try Recording(
      script, steps: 0..<script.steps.count, options, in: place, fault: fault, digests: true, progress: progress)
    check = ImageCheck(script, recording.digests, options, in: place)
  }

  /// A power cut.
  package struct Point: Hashable, Sendable {
    /// How many operations there were before it.
    package let at: Int
    package let survival: Survival
    /// Whether the store is opened, goes on, and loses its power once more.
    package let hasSecond: Bool

    package init(at: Int, _ survival: Survival, hasSecond: Bool) {
      (self.at, self.survival, self.hasSecond) = (at, survival, hasSecond)
    }
  }

  /// How often what happened.
  package struct Tally: Sendable {
    package var images = 0
    /// With more than one outcome that the disk could have left.
    package var open = 0
    package var withStepUnderWay = 0
    package var tookStepUnderWay = 0
    package var second = 0

    package init() {}
  }

  // MARK: Points

  /// Points by chance; half of them close to where a step is acknowledged.
  package func points(_ count: Int, _ random: inout SeededGenerator) -> [Point] {
    (0..<count).map { _ in
      let total = recording.operations.count
      let at =
        recording.marks.isEmpty || random.oneIn(2)
        ? random.below(total + 1)
        : min(max(random.pick(recording.marks).ended - 3 + random.below(6), 0), total)
      return Point(at: at, Survival(&random), hasSecond: random.oneIn(6))
    }
  }

  /// A point behind each operation: all that was written until then is there, and once more nothing un-synced is.
  package func everyPoint() -> [Point] {
    (0...recording.operations.count).flatMap { at in
      [Survival(.everything), Survival(.nothing), Survival(.torn, seed: UInt64(at))].map {
        Point(at: at, $0, hasSecond: false)
      }
    }
  }

  // MARK: Running

  /// Checks all points.
  ///
  /// - Parameter progress: is told how many are done.
  package func run(
    _ points: [Point], progress: (Int) -> Void = { _ in }
  ) -> (tallies: [Survival.Kind: Tally], findings: [DiskFinding]) {
    var (tallies, findings) = ([Survival.Kind: Tally](), [DiskFinding]())
    var (disk, reached) = (DiskState(), 0)
    for (number, point) in points.sorted(by: { $0.at < $1.at }).enumerated() {
      while reached < min(point.at, recording.operations.count) {
        disk.advance(recording.operations[reached])
        reached += 1
      }
      if let what = check(point, disk, &tallies[point.survival.kind, default: Tally()]) {
        let second = point.hasSecond ? ["--second"] : []
        findings.append(
          DiskFinding(replay: ["--point", "\(point.at)", "--survival", "\(point.survival)"] + second, what: what))
      }
      progress(number + 1)
    }
    return (tallies, findings)
  }

  private func check(_ point: Point, _ disk: DiskState, _ tally: inout Tally) -> String? {
    let candidates = recording.candidates(at: point.at)
    let files = disk.image(point.survival)
    tally.images += 1
    if disk.openCount > 0 { tally.open += 1 }
    if candidates.count > 1 { tally.withStepUnderWay += 1 }
    switch check.verdict(on: files, candidates, seed: point.survival.seed) {
    case .isWrong(let what): return what
    case .holds(let steps):
      if steps > candidates.lowerBound { tally.tookStepUnderWay += 1 }
      guard point.hasSecond else { return nil }
      tally.second += 1
      return second(point, files, steps)
    }
  }

  /// How many steps a store goes on for before its power goes again.
  private static let stepsBetween = 3

  private func second(_ point: Point, _ files: [String: [UInt8]], _ steps: Int) -> String? {
    do {
      let range = steps..<min(steps + Self.stepsBetween, script.steps.count)
      let life = try Recording(script, steps: range, options, in: place, files: files, digests: false)
      var chance = SeededGenerator(seed: point.survival.seed ^ UInt64(point.at))
      let at = chance.below(life.operations.count + 1)
      var disk = DiskState(files)
      for operation in life.operations.prefix(at) { disk.advance(operation) }
      let survival = Survival(&chance)
      let verdict = check.verdict(on: disk.image(survival), life.candidates(at: at), seed: survival.seed)
      guard case .isWrong(let what) = verdict else { return nil }
      return "at a second power cut, after \(at) more operations (\(survival)): \(what)"
    } catch {
      return "the store does not go on after the power cut: \(error)"
    }
  }
}
