/// What can go wrong in a run. Each is switched off altogether for some seeds (swarm testing), so that no fault hides
/// another (docs/internals/simulator.md lists what each does).
package enum Fault: String, CaseIterable, Hashable, Comparable, Sendable {
  // The network.
  case delay
  case reset
  case halfOpen
  case partition
  case oneWay
  case duplicate
  case truncate
  case corrupt
  case slowReader
  case stampede
  // Devices.
  case deviceCrash
  case deviceRestore
  case deviceClone
  case deviceReplace
  case deviceLapse
  case resend
  // Clocks.
  case clockJump
  case clockYears
  case clockBackwards
  case clockSpeed
  // The hub.
  case hubCrash
  case hubRestart
  case hubRestore
  case diskFull
  case diskError
  case slowDisk
  case compaction
  // Strangers.
  case forgery
  case noise

  package static func < (left: Fault, right: Fault) -> Bool { left.rawValue < right.rawValue }

  /// How often it comes among all faults of a run.
  var weight: Int {
    switch self {
    case .hubRestore, .deviceRestore, .deviceClone, .deviceReplace, .deviceLapse, .clockYears: 1
    case .diskFull, .diskError, .hubRestart, .stampede, .slowDisk, .clockSpeed, .clockBackwards, .compaction: 2
    case .delay, .halfOpen, .partition, .oneWay, .truncate, .corrupt, .slowReader, .hubCrash, .clockJump, .noise: 3
    case .reset, .duplicate, .deviceCrash, .resend, .forgery: 4
    }
  }

  /// Faults that wait for a feature of the hub, and for which.
  package static let waiting: [(fault: String, feature: String)] = [
    ("deviceRevoke", "revoking a device (pairing and tokens)"),
    ("mixedVersions", "lifting change sets of older pack versions"),
  ]
}
