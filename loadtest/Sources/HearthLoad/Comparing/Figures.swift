/// What one run of one server has measured: times are milliseconds, sizes bytes.
package struct Figures: Codable, Sendable, Equatable {
  /// Acknowledged a second.
  package var changeSetsPerSecond: Double
  /// User and system time of the server's processes for a change set that was acknowledged to its sender and delivered
  /// to the others.
  package var cpuMicroseconds: Double
  /// Cores that the server kept busy.
  package var cpuShare: Double
  package var acknowledgementP50: Double
  package var acknowledgementP99: Double
  package var deliveryP50: Double
  package var deliveryP99: Double
  /// Of the server's processes, in the end.
  package var memoryBytes: Double
  /// What a device sends for a change set.
  package var bytesSent: Double
  package var driverCPUMicroseconds: Double
  /// Of the driver's one thread.
  package var driverShare: Double

  package init(
    changeSetsPerSecond: Double, cpuMicroseconds: Double, cpuShare: Double, acknowledgementP50: Double,
    acknowledgementP99: Double, deliveryP50: Double, deliveryP99: Double, memoryBytes: Double, bytesSent: Double,
    driverCPUMicroseconds: Double, driverShare: Double
  ) {
    self.changeSetsPerSecond = changeSetsPerSecond
    self.cpuMicroseconds = cpuMicroseconds
    self.cpuShare = cpuShare
    self.acknowledgementP50 = acknowledgementP50
    self.acknowledgementP99 = acknowledgementP99
    self.deliveryP50 = deliveryP50
    self.deliveryP99 = deliveryP99
    self.memoryBytes = memoryBytes
    self.bytesSent = bytesSent
    self.driverCPUMicroseconds = driverCPUMicroseconds
    self.driverShare = driverShare
  }

  /// Whether the rate and the times say more about the driver than about the server: its thread is more often busy than
  /// waiting when something arrives.
  package var isDriverLimit: Bool { driverShare > Self.busyShare }

  private static let busyShare = 0.8
}

extension Figures {
  /// Of each figure the median over the runs; nil of none.
  package init?(medianOf runs: [Figures]) {
    guard var median = runs.first else { return nil }
    for figure in Self.all {
      median[keyPath: figure] = runs.map { $0[keyPath: figure] }.median ?? 0
    }
    self = median
  }

  private static var all: [WritableKeyPath<Figures, Double>] {
    [
      \.changeSetsPerSecond, \.cpuMicroseconds, \.cpuShare, \.acknowledgementP50, \.acknowledgementP99, \.deliveryP50,
      \.deliveryP99, \.memoryBytes, \.bytesSent, \.driverCPUMicroseconds, \.driverShare,
    ]
  }
}

extension [Double] {
  /// The one in the middle, or half-way between the two in the middle; nil of none.
  package var median: Double? {
    guard !isEmpty else { return nil }
    let ascending = sorted()
    return (ascending[(count - 1) / 2] + ascending[count / 2]) / 2
  }
}
