package import HearthEngine
package import HearthProtocol

/// What an operator can set; every member has a flag, an environment variable and a key in the configuration file
/// (docs/reference/configuration.md).
package struct ServerConfiguration: Sendable {
  /// The address to listen on; the loopback unless somebody decides otherwise.
  package var host = "127.0.0.1"
  /// The port for devices over TCP; 0 lets the system choose.
  package var tcpPort = 7171
  /// The port for HTTP and WebSocket; 0 lets the system choose.
  package var httpPort = 7172
  /// Connections at the same time; further ones are closed without a word.
  package var connectionsMax = 20_000
  /// Bytes that may wait for one slow reader before it is cut off.
  package var outboundBytesMax = 4 << 20
  /// Change sets that may wait for the commit thread; beyond it no socket is read until half of them are decided.
  package var queueMax = 8192
  /// Change sets in one transaction.
  package var batchMax = 1024
  /// Seconds that devices have to leave when the hub goes down.
  package var drainSeconds = 10
  /// How long the hub keeps what is past.
  package var compaction = CompactionPolicy(retentionDays: 365, lapseDays: 90)
  /// What one connection may do.
  package var limits = Limits()
  /// Whether days are turned. No operator sets it: a test that founds a household on a day of its own does.
  package var turnsDays = true

  package init() {}
}
