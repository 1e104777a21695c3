package import HearthModel
package import HearthPack
internal import Yams

/// A plan as a file that `hearth scenario` replays: what is needed to run it, and below it, as a comment, the time line
/// of what happened.
package enum SimulationFile {
  private struct Content: Codable {
    var simulation: Entry
  }

  private struct Entry: Codable {
    var breaks: String
    var app: String
    var seed: UInt64
    var households: Int
    var devices: Int
    var profile: String
    var faults: [String]
    var faultEvery: Int
    var quietEvery: Int
    var steps: Int
    var keeps: [Int]
    var omits: [Int]
  }

  /// Why a file is no simulation.
  package struct Mistake: Error, Hashable, CustomStringConvertible {
    package let description: String
  }

  /// Whether a file says that it is a simulation.
  package static func isSimulation(_ text: String) -> Bool {
    text.split(separator: "\n").contains { $0.hasPrefix("simulation:") }
  }

  /// The file of a failing run.
  package static func text(_ plan: SimulationPlan, _ report: RunReport) throws -> String {
    let entry = Entry(
      breaks: report.violation?.property.rawValue ?? "nothing", app: plan.pack.name, seed: plan.seed,
      households: plan.households, devices: plan.devicesPerHousehold, profile: plan.profile.rawValue,
      faults: plan.faults.sorted().map(\.rawValue), faultEvery: plan.faultEvery, quietEvery: plan.quietEvery,
      steps: plan.steps, keeps: plan.stepsLeft, omits: plan.omittedDevices.sorted())
    let encoder = YAMLEncoder()
    encoder.options.sequenceStyle = .flow
    let head = "# \(report.violation.map { "\($0)" } ?? "No promise was broken.")\n"
    let timeline = report.lines.map { "# \($0)\n" }.joined()
    return head + (try encoder.encode(Content(simulation: entry))) + "#\n# What happened:\n" + timeline
  }

  /// Reads a file.
  ///
  /// - Throws: ``Mistake`` for what cannot be replayed.
  package static func plan(_ text: String, pack: Pack, seed: Seed) throws -> SimulationPlan {
    let entry: Entry
    do {
      entry = try YAMLDecoder().decode(Content.self, from: text).simulation
    } catch {
      throw Mistake(description: "This is no simulation that can be replayed: \(error)")
    }
    guard entry.app == pack.name else {
      throw Mistake(description: "The simulation is of the app `\(entry.app)`, the pack beside it is `\(pack.name)`.")
    }
    guard let profile = Profile(rawValue: entry.profile) else {
      throw Mistake(
        description: "There is no profile `\(entry.profile)`; there are \(Profile.allCases.map(\.rawValue)).")
    }
    let faults = try entry.faults.map { name in
      guard let fault = Fault(rawValue: name) else {
        throw Mistake(description: "There is no fault `\(name)`; `hearth simulate --list` names them.")
      }
      return fault
    }
    guard (1...20).contains(entry.households), (1...100).contains(entry.devices),
      (1...1_000_000).contains(entry.steps), entry.faultEvery > 0, entry.quietEvery > 0
    else {
      throw Mistake(
        description: "A simulation has 1 to 20 households, 1 to 100 devices in each, and 1 to 1,000,000 steps.")
    }
    var plan = SimulationPlan(seed: entry.seed, pack: pack, seedData: seed)
    (plan.households, plan.devicesPerHousehold) = (entry.households, entry.devices)
    (plan.profile, plan.faults) = (profile, Set(faults))
    (plan.faultEvery, plan.quietEvery, plan.steps) = (entry.faultEvery, entry.quietEvery, entry.steps)
    plan.omitted = Set(0..<entry.steps).subtracting(entry.keeps)
    plan.omittedDevices = Set(entry.omits)
    return plan
  }
}
