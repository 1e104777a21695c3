/// A load: how many households, what their devices do, and what goes on meanwhile.
package struct Profile: Sendable, Equatable {
  package var name: String
  package var about: String
  package var households = 100
  /// Devices of each household.
  package var devices = 3
  /// Seconds before anything is measured.
  package var warmUp = 2.0
  /// Seconds that are measured.
  package var seconds = 10.0
  package var writes = Writes()
  /// What happens when; ascending.
  package var events: [Event] = []

  /// What people write.
  package struct Writes: Sendable, Equatable {
    package var pacing = Pacing.atRate([RateStep(at: 0, rate: 1000)])
    /// Which records.
    package var target = Target.any
    /// Records of one change set.
    package var records = 1
  }

  /// When people write.
  package enum Pacing: Sendable, Equatable {
    /// So many change sets a second over all devices, whether or not the hub keeps up (no coordinated omission).
    /// Between two steps the rate changes evenly.
    case atRate([RateStep])
    /// Each device as soon as its last change set is decided: the peak.
    case closedLoop
  }

  /// From a second on.
  package struct RateStep: Sendable, Equatable {
    /// Seconds since the writing began, warming up included.
    package var at: Double
    /// Change sets a second.
    package var rate: Double
  }

  package enum Target: String, Sendable, Equatable {
    case any
    case oneRecord
    /// New rows that take from a balance that is near its floor, and some that give.
    case pointsAtFloor
  }

  /// Something that happens to a share of the devices, or to the hub.
  package struct Event: Sendable, Equatable {
    /// Seconds since the measured part began.
    package var at: Double
    package var kind: Kind
    /// Of the devices, 0 through 1.
    package var share = 1.0

    package enum Kind: String, Sendable, Equatable, CaseIterable {
      /// Devices leave and go on writing.
      case goOffline
      /// Those who left come back.
      case goOnline
      /// Connections break, and everybody comes back in his own time.
      case disconnect
      /// Devices begin anew with nothing but their credentials.
      case coldStart
      /// Devices do not read any more, or read again.
      case stopReading
      case startReading
      /// The hub is stopped in good order and started again; only one that the load tester started.
      case restartHub
    }
  }

  /// The rate at a moment; 0 in a closed loop.
  ///
  /// - Parameter second: since the writing began.
  package func rate(at second: Double) -> Double {
    guard case .atRate(let steps) = writes.pacing, let first = steps.first else { return 0 }
    guard let next = steps.firstIndex(where: { $0.at > second }) else { return steps.last?.rate ?? 0 }
    guard next > 0 else { return first.rate }
    let (before, after) = (steps[next - 1], steps[next])
    return before.rate + (after.rate - before.rate) * (second - before.at) / (after.at - before.at)
  }

  /// The rate over the measured part, on average; nil in a closed loop.
  package var meanRate: Double? {
    guard case .atRate = writes.pacing else { return nil }
    let samples = (0..<100).map { rate(at: warmUp + seconds * (Double($0) + 0.5) / 100) }
    return samples.reduce(0, +) / 100
  }
}
