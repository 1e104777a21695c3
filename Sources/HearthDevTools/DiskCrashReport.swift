internal import Foundation
internal import HearthConsole
internal import HearthDisk
internal import HearthSQLite

/// What came of the power cuts and the failing disks.
struct DiskCrashReport {
  let seed: UInt64
  let scripts: Int
  let steps: Int
  private(set) var findings: [Finding] = []
  private var commits = 0
  private var changeSets = 0
  private var operations = 0
  private var bytes = 0
  private var syncs = 0
  private var cuts: [Survival.Kind: CrashRun.Tally] = [:]
  private var breaks: [DiskFault.Call: FaultRun.Tally] = [:]

  struct Finding: Encodable {
    let seed: UInt64
    let replay: String
    let what: String
  }

  init(seed: UInt64, scripts: Int, steps: Int) {
    (self.seed, self.scripts, self.steps) = (seed, scripts, steps)
  }

  // MARK: Counting

  mutating func note(_ script: StoreScript, _ recording: Recording) {
    commits += script.steps.filter { if case .commit = $0 { true } else { false } }.count
    changeSets += script.submissions(until: script.steps.count).count
    operations += recording.operations.count
    for operation in recording.operations {
      if case .write(_, _, let written) = operation { bytes += written.count }
      if case .sync = operation { syncs += 1 }
    }
  }

  mutating func add(_ tallies: [Survival.Kind: CrashRun.Tally], _ found: [DiskFinding], seed: UInt64) {
    for (kind, tally) in tallies {
      cuts[kind, default: CrashRun.Tally()].images += tally.images
      cuts[kind]?.open += tally.open
      cuts[kind]?.withStepUnderWay += tally.withStepUnderWay
      cuts[kind]?.tookStepUnderWay += tally.tookStepUnderWay
      cuts[kind]?.second += tally.second
    }
    add(found, seed)
  }

  mutating func add(_ tallies: [DiskFault.Call: FaultRun.Tally], _ found: [DiskFinding], seed: UInt64) {
    for (call, tally) in tallies {
      breaks[call, default: FaultRun.Tally()].runs += tally.runs
      breaks[call]?.unnoticed += tally.unnoticed
      breaks[call]?.wentOn += tally.wentOn
      breaks[call]?.ended += tally.ended
      breaks[call]?.notOpened += tally.notOpened
    }
    add(found, seed)
  }

  private mutating func add(_ found: [DiskFinding], _ seed: UInt64) {
    for finding in found {
      let options = (["--seed", "\(seed)", "--steps", "\(steps)"] + finding.replay).joined(separator: " ")
      findings.append(Finding(seed: seed, replay: "hearth-dev disk-crash \(options)", what: finding.what))
    }
  }

  // MARK: Showing

  private var imageCount: Int { cuts.values.reduce(0) { $0 + $1.images + $1.second } }
  private var faultCount: Int { breaks.values.reduce(0) { $0 + $1.runs } }

  func text(_ terminal: Terminal) -> String {
    var text = ""
    var power = Table([
      ("what the power cut leaves", .left), ("images", .right), ("un-synced writes", .right),
      ("step under way", .right), ("found whole", .right), ("second cut", .right),
    ])
    for kind in Survival.Kind.allCases {
      guard let tally = cuts[kind] else { continue }
      power.add([
        kind.title, "\(tally.images)", "\(tally.open)", "\(tally.withStepUnderWay)", "\(tally.tookStepUnderWay)",
        "\(tally.second)",
      ])
    }
    if !power.isEmpty { text += power.text(terminal) + "\n" }
    var disks = Table([
      ("refused call", .left), ("runs", .right), ("unnoticed", .right), ("went on with space", .right),
      ("took in no more", .right), ("not opened", .right),
    ])
    for call in DiskFault.Call.allCases {
      guard let tally = breaks[call] else { continue }
      disks.add([
        call.rawValue, "\(tally.runs)", "\(tally.unnoticed)", "\(tally.wentOn)", "\(tally.ended)",
        "\(tally.notOpened)",
      ])
    }
    if !disks.isEmpty { text += disks.text(terminal) + "\n" }
    text += "\(commits) commits with \(changeSets) change sets; \(operations) operations, \(syncs) syncs, "
    text += "\(bytes >> 20) MiB written; \(imageCount) power cuts, \(faultCount) failing disks\n"
    return text + findingsText(terminal)
  }

  private func findingsText(_ terminal: Terminal) -> String {
    guard !findings.isEmpty else { return terminal.styled("Nothing acknowledged was lost.", .good) + "\n" }
    let shown = findings.prefix(20).map { "\(terminal.styled($0.what, .bad))\n  \($0.replay)\n" }.joined()
    return "\(findings.count) findings\n\(shown)"
  }

  func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let power = Dictionary(uniqueKeysWithValues: cuts.map { ($0.rawValue, Cut(tally: $1)) })
    let disks = Dictionary(uniqueKeysWithValues: breaks.map { ($0.rawValue, Break(tally: $1)) })
    let whole = Whole(
      seed: seed, scripts: scripts, steps: steps, sqlite: SQLiteStore.libraryVersion, commits: commits,
      changeSets: changeSets, operations: operations, syncs: syncs, bytes: bytes, powerCuts: power,
      failingDisks: disks, findings: findings)
    return String(decoding: try encoder.encode(whole), as: UTF8.self) + "\n"
  }

  private struct Whole: Encodable {
    let seed: UInt64
    let scripts, steps: Int
    let sqlite: String
    let commits, changeSets, operations, syncs, bytes: Int
    let powerCuts: [String: Cut]
    let failingDisks: [String: Break]
    let findings: [Finding]
  }

  private struct Cut: Encodable {
    let images, open, withStepUnderWay, tookStepUnderWay, second: Int

    init(tally: CrashRun.Tally) {
      (images, open, second) = (tally.images, tally.open, tally.second)
      (withStepUnderWay, tookStepUnderWay) = (tally.withStepUnderWay, tally.tookStepUnderWay)
    }
  }

  private struct Break: Encodable {
    let runs, unnoticed, wentOn, ended, notOpened: Int

    init(tally: FaultRun.Tally) {
      (runs, unnoticed, wentOn) = (tally.runs, tally.unnoticed, tally.wentOn)
      (ended, notOpened) = (tally.ended, tally.notOpened)
    }
  }
}
