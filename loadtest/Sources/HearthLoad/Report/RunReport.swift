/// What one run has measured: what the terminal, `--json` and the HTML page show.
///
/// Times are milliseconds, sizes are bytes, and a share of 1 is one core busy throughout.
package struct RunReport: Codable, Sendable {
  /// What was asked for.
  package struct Setup: Codable, Sendable {
    /// The profile's name and what it is for.
    package var profile: String
    package var about: String
    package var pack: String
    /// `tcp` or `webSocket`.
    package var transport: String
    package var households: Int
    package var devicesPerHousehold: Int
    /// Change sets a second that were due, whether or not the hub kept up; nil for a closed loop, where each device
    /// writes as soon as its last change set is decided.
    package var rate: Double?
    /// Seconds that were measured, behind those of warming up.
    package var seconds: Double
    /// When it began: RFC 3339 in UTC.
    package var startedAt: String
    /// The system's cores.
    package var cores: Int
    /// The address of a hub that was already running; nil for one that was started for the run.
    package var hub: String?
    /// By how much each sync of the hub was slowed; nil when it was not.
    package var slowSyncMicroseconds: Int?
  }

  /// Times of one kind, in milliseconds, as an HdrHistogram has counted them.
  package struct Latency: Codable, Sendable {
    package var count: Int
    package var mean: Double
    package var p50: Double
    package var p90: Double
    package var p99: Double
    package var p999: Double
    package var max: Double
    /// The distribution for a plot: how large a share of all was at most so many milliseconds, both ascending.
    package var curve: [Point]

    package struct Point: Codable, Sendable {
      package var milliseconds: Double
      package var share: Double
    }
  }

  /// One second of the run, warming up included.
  package struct Second: Codable, Sendable {
    /// Seconds since the measured part began; negative while warming up.
    package var at: Double
    package var sent: Int
    package var decided: Int
    package var delivered: Int
    /// Of the change sets that were decided in this second; 0 when there were none.
    package var outcomeP50: Double
    package var outcomeP99: Double
    package var deliveryP50: Double
    package var deliveryP99: Double
    package var hubCPU: Double
    package var driverCPU: Double
    package var hubMemory: Int
    package var connections: Int
    /// Connections that devices tried to make.
    package var attempts: Int
  }

  /// What became of the change sets.
  package struct Counts: Codable, Sendable {
    package var sent: Int
    package var accepted: Int
    package var merged: Int
    /// By the name of the rejection.
    package var rejected: [String: Int]
    /// Change sets that arrived at another device.
    package var delivered: Int
    package var connectionsMade: Int
    package var connectionsLost: Int
    /// By what the hub or the system said.
    package var faults: [String: Int]
  }

  /// What the hub cost, from `/proc`; nil when nobody knows its process.
  package struct Hub: Codable, Sendable {
    package var cpuMicrosecondsPerChangeSet: Double
    package var cpuShare: Double
    /// Before the first device connected, at most, and when all had left.
    package var memoryBefore: Int
    package var memoryPeak: Int
    package var memoryAfter: Int
    /// With all devices connected and nothing going on.
    package var memoryIdlePerConnection: Double
    /// Nil for a hub that was already running: nobody knows its folder.
    package var databaseBytes: Int?
    package var logBytes: Int?
  }

  /// What measuring cost.
  package struct Driver: Codable, Sendable {
    package var cpuMicrosecondsPerChangeSet: Double
    package var cpuShare: Double
    /// How late the driver wrote what was due, 99 of 100 times at most; it is part of the latencies.
    package var lateness99: Double
    /// Whether the figures say more about the driver than about the hub.
    package var isLimit: Bool
  }

  /// How the devices came back after a restart of the hub.
  package struct Reconnection: Codable, Sendable {
    /// Those that had to, and those that did.
    package var devices: Int
    package var returned: Int
    /// From the beginning of the restart until the last one had all that the hub has; nil when some have not.
    package var seconds: Double?
    package var attempts: Int
    /// The share of the attempts that fell into the fullest tenth of a second.
    package var busiestShare: Double
  }

  /// Whether all devices ended with what the hub has, and the hub with all that it acknowledged.
  package struct Convergence: Codable, Sendable {
    package var households: Int
    package var devices: Int
    package var records: Int
    /// Balances that were compared with their floor; nil when that was not the matter.
    package var balances: Int?
    /// What was different or missing, the first few; empty when all is well.
    package var faults: [String]
  }

  package var setup: Setup
  package var counts: Counts
  /// From the moment a change set was due until its device knew what became of it.
  package var outcome: Latency
  /// From the moment a change set was due until another device had it.
  package var delivery: Latency
  /// Change sets decided a second, over the measured seconds.
  package var decidedPerSecond: Double
  package var seconds: [Second]
  package var hub: Hub?
  package var driver: Driver
  /// Nil when the hub was not restarted.
  package var reconnection: Reconnection?
  package var convergence: Convergence
}
