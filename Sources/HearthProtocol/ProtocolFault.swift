/// What went wrong between a device and a hub: a number, a sentence, and what the device should do.
package struct ProtocolFault: Error, Hashable, Sendable {
  package let code: FaultCode
  package let message: String
  /// The counter to send from, with ``FaultCode/gap``.
  package let expectedCounter: UInt64
  /// How long to wait before coming back.
  package let retryAfterMilliseconds: UInt32

  package init(
    _ code: FaultCode, _ message: String, expectedCounter: UInt64 = 0, retryAfterMilliseconds: UInt32 = 0
  ) {
    self.code = code
    self.message = message
    self.expectedCounter = expectedCounter
    self.retryAfterMilliseconds = retryAfterMilliseconds
  }
}

/// The faults of a connection; the number is the one on the wire and in `hearth help E<number>`.
package enum FaultCode: UInt16, Hashable, Sendable, CaseIterable {
  // What came cannot be read.
  case malformedFrame = 1001
  case frameTooLarge = 1002
  case unsupportedVersion = 1003
  case unexpectedMessage = 1004
  // Who is there.
  case helloTimeout = 1101
  case unauthorized = 1102
  case packMismatch = 1103
  case replaced = 1104
  case householdGone = 1105
  case evicted = 1106
  // In which order.
  case gap = 1201
  case forked = 1202
  case windowExceeded = 1203
  // The hub's condition.
  case idle = 1301
  case slowReader = 1302
  case overloaded = 1303
  case readOnly = 1304
  case storeFailed = 1305
  case viewChanged = 1306

  /// The name on the wire.
  package var name: String { String(describing: self) }

  /// What the device should do.
  package var action: FaultAction {
    switch self {
    case .malformedFrame, .frameTooLarge, .unexpectedMessage, .windowExceeded: .giveUp
    case .unsupportedVersion, .packMismatch: .updateApp
    case .unauthorized: .pairAgain
    case .householdGone, .evicted: .wipe
    case .gap: .resend
    // An install has one connection: who is still there to hear this is a copy of it, or has one.
    case .forked, .replaced: .newIncarnation
    case .helloTimeout, .idle, .slowReader, .overloaded, .readOnly, .storeFailed, .viewChanged: .retry
    }
  }

  /// Whether the connection ends with it.
  package var endsConnection: Bool { self != .gap }
}

/// What a device does about a fault.
package enum FaultAction: String, Hashable, Sendable, CaseIterable {
  /// Nothing helps: a person has to look.
  case giveUp
  /// Connect again later.
  case retry
  /// Send again on this connection.
  case resend
  /// Connect again as a new install, and take the outbox along.
  case newIncarnation
  /// Get a new credential.
  case pairAgain
  /// Get a newer app.
  case updateApp
  /// Remove the household's data.
  case wipe
}
