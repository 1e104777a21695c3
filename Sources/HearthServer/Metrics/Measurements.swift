internal import HearthHub
internal import HearthProtocol

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// What /metrics shows, as it was at one moment.
struct Measurements: Sendable {
  let tally: HubCore.Tally
  let connections: Int
  let liveSessions: Int
  let queueLength: Int
  let commits: Committer.Statistics
  let slowReaders: Int
  let refusedConnections: Int
  let isReading: Bool

  /// The Prometheus text.
  var exposition: String {
    var out = Exposition()
    out.gauge("hearth_connections", "Open connections.", connections)
    out.gauge("hearth_sessions_live", "Sessions that have caught up.", liveSessions)
    out.counter("hearth_sessions_opened_total", "Sessions whose device was let in.", tally.sessionsOpened)
    out.counter(
      "hearth_connections_refused_total", "Connections refused because there were too many.", refusedConnections)
    out.counter("hearth_frames_received_total", "Frames from devices.", tally.framesReceived)
    out.counter("hearth_frames_sent_total", "Frames to devices.", tally.framesSent)
    out.counter("hearth_patches_sent_total", "Patches to devices other than the author.", tally.patchesSent)
    out.counter(
      "hearth_change_sets_submitted_total", "Change sets handed to the commit thread.", tally.changeSetsSubmitted)
    out.counter(
      "hearth_change_sets_decided_total", "Change sets by what became of them.",
      [
        ("verdict=\"accepted\"", tally.changeSetsAccepted), ("verdict=\"merged\"", tally.changeSetsMerged),
        ("verdict=\"rejected\"", tally.changeSetsRejected), ("verdict=\"repeated\"", tally.changeSetsRepeated),
      ])
    out.counter(
      "hearth_session_faults_total", "Errors sent to devices, by their name.",
      tally.faults.sorted { $0.key.rawValue < $1.key.rawValue }.map { ("code=\"\($0.key.name)\"", $0.value) })
    out.counter("hearth_slow_readers_total", "Connections cut off because their reader was too slow.", slowReaders)
    out.gauge("hearth_commit_queue", "Change sets that wait for the commit thread.", queueLength)
    out.gauge("hearth_reading", "1 while sockets are read, 0 while the commit queue is full.", isReading ? 1 : 0)
    out.histogram("hearth_commit_batch_change_sets", "Change sets in one transaction.", commits.batches)
    out.histogram("hearth_commit_seconds", "Time from the start of a decision to the end of its sync.", commits.seconds)
    out.counter("hearth_commit_failures_total", "Transactions that failed.", commits.failures)
    out.counter("process_cpu_milliseconds_total", "User and system CPU time of the process.", Self.cpuMilliseconds)
    return out.text
  }

  private static var cpuMilliseconds: Int {
    var usage = rusage()
    getrusage(RUSAGE_SELF.rawValue, &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Int($1.tv_sec) * 1000 + Int($1.tv_usec) / 1000 }
  }
}
