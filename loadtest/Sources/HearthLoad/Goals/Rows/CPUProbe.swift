/// What a change set costs the hub, in multiples of what it costs the C reference in the same run; and the peers that
/// are installed.
final class CPUProbe: GoalProbe {
  /// The reference first: the others are measured by it.
  private let contestants = Contestants.all.filter { contestant in
    contestant.name == Comparison.yardstick || !(contestant is ReferenceHub) && contestant.name != "hearth-websocket"
  }

  func measure(_ bench: GoalBench) async throws -> GoalSample {
    let plan = try bench.plan([.closedLoop])
    var sample = GoalSample([:])
    var base: Double?
    for contestant in contestants where contestant.isNeeded || contestant.isInstalled(bench.tools) {
      do {
        let figures = try await bench.figures(contestant, plan)[0]
        let cost = figures.cpuMicroseconds
        base = base ?? cost
        sample.note(contestant.name, try ratio(of: cost, to: base ?? cost, "a change set at the reference"))
      } catch  where !contestant.isNeeded {
        sample.notes.append("\(contestant.name) failed: \(error)")
      }
    }
    return sample
  }
}

extension Contestant {
  /// Whether there is no figure without it.
  fileprivate var isNeeded: Bool { name == Comparison.yardstick || self is HearthHub }
}

extension GoalSample {
  fileprivate mutating func note(_ name: String, _ ratio: Double) {
    switch name {
    case Comparison.yardstick: break
    case "hearth": values[.cpuRatio] = ratio
    default: beside.append((name, ratio, .times))
    }
  }
}
