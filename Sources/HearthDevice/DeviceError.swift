internal import HearthProtocol

/// What went wrong on a device, for the app to show and to act on.
public struct DeviceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of errors; more may come.
  public struct Code: Hashable, Sendable {
    /// The number in `hearth help E<number>` and docs/reference/errors.md.
    public let number: Int

    /// The replica's file cannot be used.
    public static let storage = Code(number: 3001)
    /// The address of the hub is not one.
    public static let address = Code(number: 3002)
    /// A wait ran out.
    public static let timeout = Code(number: 3003)
    /// What answers at the address is no hub; a hub that refuses a device gives a ``HubFault``.
    public static let refused = Code(number: 3004)
    /// Only the hub can answer, and there is no connection.
    public static let offline = Code(number: 3005)
  }

  /// The kind.
  public let code: Code
  /// What was expected, what came, what to do.
  public let message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// `E3001: message`.
  public var description: String { "E\(code.number): \(message)" }
}

/// What a hub said when it ended a connection.
public struct HubFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the app should do about it.
  public enum Action: String, Hashable, Sendable {
    /// Nothing: the device comes back by itself.
    case retry
    /// Pair the device again.
    case pairAgain
    /// Update the app.
    case updateApp
    /// Remove the household's account.
    case wipe
    /// Tell the developers.
    case giveUp
  }

  /// The number in `hearth help E<number>`.
  public let number: Int
  /// The name of the fault.
  public let name: String
  /// One sentence.
  public let message: String
  /// What the app should do.
  public let action: Action

  /// `E1102 unauthorized: message`.
  public var description: String { "E\(number) \(name): \(message)" }

  /// The device itself has met an error: the app can try again when the cause is mended.
  init(_ error: DeviceError) {
    number = error.code.number
    name = error.code == .storage ? "storage" : "refused"
    message = error.message
    action = .retry
  }

  init(_ fault: ProtocolFault) {
    number = Int(fault.code.rawValue)
    name = fault.code.name
    message = fault.message
    action =
      switch fault.code.action {
      case .retry, .resend, .newIncarnation: .retry
      case .pairAgain: .pairAgain
      case .updateApp: .updateApp
      case .wipe: .wipe
      case .giveUp: .giveUp
      }
  }
}
