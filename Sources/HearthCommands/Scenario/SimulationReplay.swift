internal import Foundation
internal import HearthConsole
internal import HearthModel
internal import HearthPack
internal import HearthSimulator

/// Replays the file of a simulated run that failed once, and says whether every promise is kept now.
struct SimulationReplay {
  /// What came of it, for machines.
  struct Report: Encodable {
    let file: String
    let app: String
    let passed: Bool
    let property: String?
    let place: String?
    let message: String?
  }

  let file: URL
  let plan: SimulationPlan

  /// Whether a file is one of a simulated run.
  static func isOne(_ file: URL) throws -> Bool { SimulationFile.isSimulation(try PackLibrary.read(file)) }

  init(_ file: URL, pack: Pack, seed: Seed) throws {
    self.file = file
    do {
      plan = try SimulationFile.plan(try PackLibrary.read(file), pack: pack, seed: seed)
    } catch let mistake as SimulationFile.Mistake {
      throw CommandFailure(.misplaced, "`\(file.relativeToHere)`: \(mistake)")
    }
  }

  /// - Returns: whether every promise was kept.
  func run(_ output: Output, showsSteps: Bool) throws -> Bool {
    let report = RunReport(running: plan, keepsLines: showsSteps, dayInZone: ZoneCalendar.day)
    let violation = report.violation
    guard !output.isJSON else {
      try output.json(
        Report(
          file: file.relativeToHere, app: report.pack, passed: violation == nil,
          property: violation?.property.rawValue, place: violation?.place, message: violation?.message))
      return violation == nil
    }
    for line in report.lines { output.line("  \(line)") }
    let sign = violation == nil ? output.styled("✓", .good) : output.styled("✗", .bad)
    output.line("\(sign) \(file.relativeToHere)  simulated, \(report.decided) change sets")
    if let violation { output.line("  \(violation)\n  replay: hearth scenario \(file.relativeToHere) --steps") }
    return violation == nil
  }
}
