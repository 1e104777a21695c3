package import ArgumentParser
internal import Foundation
internal import HearthConsole
internal import HearthFuzzing
internal import HearthScenario

/// `hearth-dev fuzz worker`: the process that may end at any input.
package struct FuzzWorker: AsyncParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Runs the mutants of one target for `fuzz run`.", shouldDisplay: false)

  @Argument(help: "The target.") var target: String
  @Option(help: "Seed of the mutants.") var seed: UInt64
  @Option(help: "Inputs.") var runs: Int
  @Option(help: "Seconds at most.") var seconds: Double
  @Option(help: "The folder with `fixtures` and `protocol`.") var root: String
  @Option(help: "Where each input is written before it runs.") var inputFile: String

  package init() {}

  /// How far a worker has come, as a line of its output.
  struct Report {
    var corpus = 0
    var runs = 0
    var accepted = 0
    var seconds = 0.0

    init() {}

    init?(line: some StringProtocol) {
      let parts = line.split(separator: " ")
      guard parts.count == 4, let corpus = Int(parts[0]), let runs = Int(parts[1]), let accepted = Int(parts[2]),
        let seconds = Double(parts[3])
      else { return nil }
      (self.corpus, self.runs, self.accepted, self.seconds) = (corpus, runs, accepted, seconds)
    }

    var line: String { "\(corpus) \(runs) \(accepted) \(seconds)\n" }
  }

  package mutating func run() async throws {
    let target = try FuzzTarget(named: target)
    let ground = try FuzzGround(root: URL(filePath: root), for: [target])
    let corpus = try FuzzCorpus(ground).entries(target).map(\.bytes)
    let file = try FuzzInputFile(inputFile)
    let mutator = Mutator(target, corpus: corpus)
    var random = SplitMix64(seed: seed)
    var report = Report()
    report.corpus = corpus.count
    try StandardStream.output.write(report.line)
    let clock = ContinuousClock()
    let start = clock.now
    var said = start
    while report.runs < runs, report.seconds < seconds {
      // What is known comes first, as it is.
      let input = report.runs < corpus.count ? corpus[report.runs] : mutator.next(&random)
      try file.write(input)
      do {
        if case .accepted = try target.run(input, on: ground) { report.accepted += 1 }
      } catch {
        try StandardStream.errors.write("finding: \(error)\n")
        throw ExitCode(2)
      }
      report.runs += 1
      let now = clock.now
      report.seconds = Double((now - start).components.attoseconds) * 1e-18 + Double((now - start).components.seconds)
      if now - said > .milliseconds(100) {
        said = now
        try StandardStream.output.write(report.line)
      }
    }
    try StandardStream.output.write(report.line)
  }
}
