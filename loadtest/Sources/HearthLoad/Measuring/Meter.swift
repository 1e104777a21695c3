internal import HearthModel

/// Counts what the devices do, second by second; on the driver's event loop.
final class Meter: @unchecked Sendable {
  private(set) var counts = RunReport.Counts(
    sent: 0, accepted: 0, merged: 0, rejected: [:], delivered: 0, connectionsMade: 0, connectionsLost: 0, faults: [:])
  private(set) var outcome = LatencyHistogram()
  private(set) var delivery = LatencyHistogram()
  private(set) var lateness = LatencyHistogram()
  private(set) var connections = 0
  /// Change sets whose outcome came within the measured part.
  private(set) var decidedWhileMeasuring = 0
  var isMeasuring = false
  /// Since the hub was restarted; nil when it was not.
  var reconnection: Reconnection?

  /// What belongs to the second that runs.
  struct Second {
    var sent = 0
    var decided = 0
    var delivered = 0
    var attempts = 0
    var outcome = LatencyHistogram()
    var delivery = LatencyHistogram()
  }

  private var second = Second()
  /// The measured part, by when a change set was due.
  var window: Range<Int64> = .min..<Int64.min + 1

  /// Ends the second.
  func takeSecond() -> Second {
    defer { second = Second() }
    return second
  }

  func sent(due: Int64, at now: Int64) {
    counts.sent += 1
    second.sent += 1
    if window.contains(due) { lateness.record(now - due) }
  }

  func decided(_ verdict: Outcome.Verdict, due: Int64, at now: Int64) {
    switch verdict {
    case .accepted: counts.accepted += 1
    case .merged: counts.merged += 1
    case .rejected(let rejection): counts.rejected[rejection.code.name, default: 0] += 1
    }
    second.decided += 1
    if isMeasuring { decidedWhileMeasuring += 1 }
    second.outcome.record(now - due)
    if window.contains(due) { outcome.record(now - due) }
  }

  func delivered(due: Int64, at now: Int64) {
    counts.delivered += 1
    second.delivered += 1
    second.delivery.record(now - due)
    if window.contains(due) { delivery.record(now - due) }
  }

  /// A device tries to connect.
  func attempted(at now: Int64) {
    second.attempts += 1
    reconnection?.attempted(at: now)
  }

  func connected() {
    connections += 1
    counts.connectionsMade += 1
  }

  func disconnected() {
    connections -= 1
    counts.connectionsLost += 1
  }

  func fault(_ text: String) {
    // Words of the system may hold an address; a report lists kinds.
    counts.faults[String(text.prefix(120)), default: 0] += 1
  }
}
