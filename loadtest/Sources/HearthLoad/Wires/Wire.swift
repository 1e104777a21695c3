package import NIOCore

/// One device's side of a conversation with a server, without I/O: what it says, and what the answers mean.
package protocol Wire: Sendable {
  /// Says what opens the conversation.
  mutating func open(_ output: inout ByteBuffer)

  /// Writes a change set.
  ///
  /// - Parameter sequence: 0, 1, 2, ... of this device; the one before it has been acknowledged.
  mutating func write(_ sequence: UInt64, _ output: inout ByteBuffer)

  /// Reads what is whole, and leaves the rest.
  ///
  /// - Parameters:
  ///   - output: gets what has to be said at once, as the answer to a ping.
  ///   - events: gets what has happened.
  /// - Throws: ``LoadFault`` when the server refuses, or says what nobody can understand.
  mutating func read(_ input: inout ByteBuffer, _ output: inout ByteBuffer, _ events: inout [WireEvent]) throws

  /// Says what is due now and then; asked once a second.
  mutating func tick(_ output: inout ByteBuffer)
}

extension Wire {
  package mutating func tick(_ output: inout ByteBuffer) {}
}

/// What a device learns from a server.
package enum WireEvent: Equatable, Sendable {
  /// It can write, and the others of its household know it by this number.
  case ready(UInt64)
  /// Its own change set is as safe as the server ever makes it.
  case acknowledged(UInt64)
  /// The change set of another device has come.
  case delivered(UInt64, from: UInt64)
}
