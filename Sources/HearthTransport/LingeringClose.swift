package import NIOCore

/// Closes a connection so that the peer gets everything that was written.
///
/// Closing a socket with unread bytes in it makes the system send a reset, which may overtake what was written last; so
/// the output is closed first, and the rest when the peer has closed too or a second has passed. The output of a peer
/// that does not read never closes: that wait has an end too.
package enum LingeringClose {
  /// How long the peer has to close once it was sent everything.
  package static let patience = TimeAmount.seconds(1)
  /// How long the peer has to take what was written.
  package static let flushPatience = TimeAmount.seconds(10)

  package static func close(_ channel: any Channel) {
    close(channel, in: flushPatience)
    channel.close(mode: .output).whenComplete { _ in close(channel, in: patience) }
  }

  private static func close(_ channel: any Channel, in time: TimeAmount) {
    let timer = channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    channel.closeFuture.whenComplete { _ in timer.cancel() }
  }
}
