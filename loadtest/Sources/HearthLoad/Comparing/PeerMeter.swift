/// Counts what the devices of a comparison do; on the driver's event loop.
struct PeerMeter {
  private(set) var acknowledgement = LatencyHistogram()
  private(set) var delivery = LatencyHistogram()
  /// Since the first device wrote.
  private(set) var written = 0
  private(set) var acknowledged = 0
  private(set) var delivered = 0
  /// Within the measured part.
  private(set) var acknowledgedWhileMeasuring = 0
  private(set) var bytesWhileMeasuring = 0
  var isMeasuring = false
  /// The measured part, by when a change set was due.
  var window: Range<Int64> = .min..<Int64.min + 1

  mutating func wrote(bytes: Int) {
    written += 1
    if isMeasuring { bytesWhileMeasuring += bytes }
  }

  mutating func acknowledged(due: Int64, at now: Int64) {
    acknowledged += 1
    if isMeasuring { acknowledgedWhileMeasuring += 1 }
    if window.contains(due) { acknowledgement.record(now - due) }
  }

  mutating func delivered(due: Int64, at now: Int64) {
    delivered += 1
    if window.contains(due) { delivery.record(now - due) }
  }

  /// Begins anew with nothing on its way.
  mutating func reset() {
    self = PeerMeter()
  }
}
