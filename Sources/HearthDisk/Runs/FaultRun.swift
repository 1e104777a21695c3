package import Foundation
internal import HearthEngine
package import HearthSQLite
package import HearthTesting

/// Runs a script on a disk that refuses a call, and looks whether the store says so, keeps what it has acknowledged,
/// and acknowledges nothing that it may not.
package struct FaultRun {
  private let script: StoreScript
  private let options: SQLiteStore.Options
  private let place: URL
  private let check: ImageCheck
  /// How often an undisturbed run makes each kind of call.
  private let calls: [DiskFault.Call: Int]

  package init(
    _ script: StoreScript, _ digests: [RowDigest], _ options: SQLiteStore.Options, in place: URL
  ) throws {
    (self.script, self.options, self.place) = (script, options, place)
    check = ImageCheck(script, digests, options, in: place)
    let subject = try StoreUnderTest(in: place, script, options)
    try subject.open()
    for step in script.steps.indices { try subject.apply(step) }
    calls = subject.disk.calls
  }

  /// What a fault led to.
  package struct Tally: Sendable {
    package var runs = 0
    /// No call to the store failed.
    package var unnoticed = 0
    /// There was no space; the store went on without being opened again.
    package var wentOn = 0
    /// The store took in nothing more until it was opened again.
    package var ended = 0
    /// The store could not be opened before the disk was well.
    package var notOpened = 0

    package init() {}
  }

  /// Faults by chance, at any of the calls that an undisturbed run makes.
  package func faults(_ count: Int, _ random: inout SeededGenerator) -> [DiskFault] {
    let kinds: [DiskFault.Call] = [
      .write, .write, .write, .write, .sync, .sync, .sync, .read, .read, .open, .truncate, .delete, .index,
    ].filter { calls[$0, default: 0] > 0 }
    return (0..<count).map { _ in
      let call = random.pick(kinds)
      let reasons: [DiskFault.Reason] =
        switch call {
        case .write: [.broken, .full, .full, .quota]
        case .sync: [.broken, .broken, .full, .quota]
        default: [.broken]
        }
      return DiskFault(
        call, random.pick(reasons), first: 1 + random.below(calls[call, default: 1]),
        count: random.pick([1, 1, 2, 7, .max]), isTorn: call == .write && random.oneIn(2))
    }
  }

  /// Runs the script under each fault.
  package func run(
    _ faults: [DiskFault], progress: (Int) -> Void = { _ in }
  ) -> (tallies: [DiskFault.Call: Tally], findings: [DiskFinding]) {
    var (tallies, findings) = ([DiskFault.Call: Tally](), [DiskFinding]())
    for (number, fault) in faults.enumerated() {
      do {
        var play = try FaultPlay(StoreUnderTest(in: place, script, options), script, check, fault)
        let what = play.run()
        tallies[fault.call, default: Tally()].add(play.ending)
        if let what { findings.append(DiskFinding(replay: ["--fault", "\(fault)"], what: what)) }
      } catch {
        findings.append(DiskFinding(replay: ["--fault", "\(fault)"], what: "no folder for the run: \(error)"))
      }
      progress(number + 1)
    }
    return (tallies, findings)
  }
}

extension FaultRun.Tally {
  fileprivate mutating func add(_ ending: FaultPlay.Ending) {
    runs += 1
    switch ending {
    case .unnoticed: unnoticed += 1
    case .wentOn: wentOn += 1
    case .ended: ended += 1
    case .notOpened: notOpened += 1
    }
  }
}
