package import NIOCore

/// Closes a connection so that the peer gets everything that was written.
///
/// Closing a socket with unread bytes in it makes the system send a reset, which may overtake what was written last; so
/// the output is closed first, and the rest when the peer has closed too or a second has passed.
package enum LingeringClose {
  /// How long the peer has.
  package static let patience = TimeAmount.seconds(1)

  package static func close(_ channel: any Channel) {
    channel.close(mode: .output).whenComplete { _ in
      let timer = channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
      channel.closeFuture.whenComplete { _ in timer.cancel() }
    }
  }
}
