internal import HearthConsole
internal import HearthSimulator

/// What came of many runs, for machines and people.
struct SimulationSummary: Encodable {
  struct Failure: Encodable {
    let seed: UInt64
    let app: String
    /// Change sets that were decided in the failing run.
    let changeSets: Int
    let property: String
    let place: String
    let message: String
    /// Steps of the smallest run that fails.
    let steps: Int
    let file: String
    let replay: String
    let timeline: [String]

    init(
      seed: UInt64, app: String, flags: String, changeSets: Int, violation: Violation, steps: Int, file: String,
      timeline: [String]
    ) {
      (self.seed, self.app, self.changeSets, self.steps) = (seed, app, changeSets, steps)
      (property, place, message) = (violation.property.rawValue, violation.place, violation.message)
      (self.file, self.timeline) = (file, timeline)
      replay = "hearth simulate --pack \(app) --seed \(seed)\(flags)"
    }
  }

  struct App: Encodable {
    var seeds = 0
    var made = 0
    var decided = 0
    var merged = 0
    var rejected = 0
  }

  let firstSeed: UInt64
  let seeds: Int
  let changeSets: Int
  let seconds: Double
  let apps: [String: App]
  let rejections: [String: Int]
  let faults: [String: Int]
  /// Equal for equal runs: all that happened in all of them, in hexadecimal digits.
  let mark: String
  let failure: Failure?

  init(_ reports: [RunReport], first: UInt64, seconds: Double, failure: Failure?) {
    firstSeed = first
    seeds = reports.count
    self.seconds = seconds
    self.failure = failure
    mark = String(reports.reduce(0) { ($0 ^ $1.mark) &* 0x0000_0100_0000_01b3 }, radix: 16)
    changeSets = reports.reduce(0) { $0 + $1.decided }
    var apps: [String: App] = [:]
    var rejections: [String: Int] = [:]
    var faults: [String: Int] = [:]
    for report in reports {
      apps[report.pack, default: App()].add(report)
      rejections.merge(report.rejected) { $0 + $1 }
      for (fault, count) in report.faults { faults[fault.rawValue, default: 0] += count }
    }
    (self.apps, self.rejections, self.faults) = (apps, rejections, faults)
  }
}

extension SimulationSummary.App {
  fileprivate mutating func add(_ report: RunReport) {
    seeds += 1
    made += report.made
    decided += report.decided
    merged += report.merged
    rejected += report.rejected.values.reduce(0, +)
  }
}

/// The same as tables.
struct SimulationText {
  let terminal: Terminal

  init(_ terminal: Terminal) {
    self.terminal = terminal
  }

  func summary(_ summary: SimulationSummary) -> String {
    var apps = Table([("app", .left)] + ["seeds", "made", "decided", "merged", "rejected"].map { ($0, .right) })
    for (name, app) in summary.apps.sorted(by: { $0.key < $1.key }) {
      apps.add([name] + [app.seeds, app.made, app.decided, app.merged, app.rejected].map(String.init))
    }
    var text = apps.text(terminal) + "\n"
    text += counts("rejections", summary.rejections) + counts("faults", summary.faults)
    let rate = Int(Double(summary.changeSets) / max(summary.seconds, 0.001))
    text +=
      "\(summary.seeds) seeds, \(summary.changeSets) change sets in \(Int(summary.seconds)) s (\(rate) a second), mark "
      + "\(summary.mark)\n"
    guard let failure = summary.failure else {
      return text + terminal.styled("every promise was kept", .good) + "\n"
    }
    text += terminal.styled("✗ \(failure.property)", .bad) + "  \(failure.place)\n  \(failure.message)\n\n"
    text += failure.timeline.map { "  \($0)\n" }.joined()
    return text
      + "\n  replay:  \(failure.replay)\n  smaller: hearth scenario \(failure.file)  (\(failure.steps) steps)\n"
  }

  private func counts(_ title: String, _ counts: [String: Int]) -> String {
    guard !counts.isEmpty else { return "" }
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return "\(title): " + sorted.map { "\($0.key) \($0.value)" }.joined(separator: ", ") + "\n\n"
  }

  /// The names that the options take.
  func lists() -> String {
    let faults = Fault.allCases.map(\.rawValue).joined(separator: ", ")
    let waiting = Fault.waiting.map { "\($0.fault) waits for \($0.feature)" }.joined(separator: "; ")
    let properties = Violation.Property.allCases.map { "  \($0.rawValue)\n" }.joined()
    return "profiles: \(Profile.allCases.map(\.rawValue).joined(separator: ", "))\n"
      + "faults: \(faults)\nnot yet: \(waiting)\nproperties:\n\(properties)"
  }
}
