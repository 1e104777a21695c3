/// The versions of the wire protocol, newest last. A test pins each to the hash of `protocol/hearth.proto`.
package enum ProtocolVersion {
  /// 1: handshake, catch-up, change sets with outcomes and patches, acknowledgements.
  package static let current: UInt32 = 1
}

/// What a hub takes from one connection; told in Welcome (protocol/wire.md, section 4).
package struct Limits: Hashable, Sendable {
  /// Bytes of one frame. 1 MiB: a thousand edits of a kilobyte, and little enough to hold for every connection.
  package var frameBytes: UInt32 = 1 << 20
  /// Change sets that may be on their way without an outcome.
  package var pushWindow: UInt32 = 256
  /// Seconds of silence after which a connection is closed.
  package var idleSeconds: UInt32 = 75
  /// Records in one change set.
  package var changes: UInt32 = 1000

  package init() {}

  /// Milliseconds that a connection may take until its Hello.
  package static let helloMilliseconds: Int64 = 10_000
  /// Stored bytes of the records in one page of a catch-up; on the wire a page is smaller.
  package static let pageBytes = 64 * 1024
  /// Bytes of a token.
  package static let tokenBytes = 128
  /// Bytes of a frame to a device, and of what it inflates: a page is small, but one record of a page may be large.
  package static let deviceFrameBytes: UInt32 = 8 << 20
  /// Frames in a Deflated: without a bound a kilobyte could hold a hundred thousand Pings.
  package static let deflatedFrames = 1024
  /// Bytes of the names that a Hello carries.
  package static let nameBytes = 128
}
