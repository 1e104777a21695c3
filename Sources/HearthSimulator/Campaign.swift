internal import Foundation
package import HearthModel
package import HearthPack
internal import Synchronization

/// Many runs, each with a seed of its own, on all cores: runs share nothing, so that a run is the same whichever others
/// run beside it.
package struct Campaign: Sendable {
  /// A pack and the seed of its households.
  package struct App: Sendable {
    package let pack: Pack
    package let seed: Seed

    package init(pack: Pack, seed: Seed) {
      self.pack = pack
      self.seed = seed
    }
  }

  package let apps: [App]
  package let wish: SimulationWish
  package let dayInZone: @Sendable (Instant, String) -> Day?

  package init(apps: [App], wish: SimulationWish, dayInZone: @escaping @Sendable (Instant, String) -> Day?) {
    self.apps = apps
    self.wish = wish
    self.dayInZone = dayInZone
  }

  /// The plan of a seed: the apps take turns.
  package func plan(_ seed: UInt64) -> SimulationPlan {
    let app = apps[Int(seed % UInt64(apps.count))]
    return SimulationPlan(seed: seed, pack: app.pack, seedData: app.seed, wish: wish)
  }

  private struct Progress {
    var next: UInt64
    var reports: [RunReport] = []
    var begun = 0
    var isStopped = false
  }

  /// Runs seeds until there are enough runs and change sets, or a promise is broken.
  ///
  /// - Parameters:
  ///   - first: the first seed; the others follow it.
  ///   - seedsMax: how many seeds are run at most; nil for as many as it takes.
  ///   - isEnough: asked behind each run, with how many there were and what came of the last; one call at a time.
  /// - Returns: what came of each run, by seed.
  package func run(
    from first: UInt64, seedsMax: Int? = nil, cores: Int = ProcessInfo.processInfo.activeProcessorCount,
    isEnough: @escaping @Sendable (Int, RunReport) -> Bool
  ) -> [RunReport] {
    let progress = Mutex(Progress(next: first))
    DispatchQueue.concurrentPerform(iterations: max(cores, 1)) { _ in
      while true {
        let seed = progress.withLock { progress -> UInt64? in
          guard !progress.isStopped, progress.begun < seedsMax ?? .max else { return nil }
          progress.begun += 1
          defer { progress.next &+= 1 }
          return progress.next
        }
        guard let seed else { return }
        let report = RunReport(running: plan(seed), dayInZone: dayInZone)
        progress.withLock { progress in
          progress.reports.append(report)
          if isEnough(progress.reports.count, report) { progress.isStopped = true }
        }
      }
    }
    return progress.withLock { $0.reports.sorted { $0.seed < $1.seed } }
  }
}
