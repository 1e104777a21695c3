public import HearthModel

/// What a device needs to know to open its replica and to reach its hub.
public struct DeviceConfiguration: Sendable {
  /// Where the hub is: `tcp://host:port`, or `ws://host:port/v1/sync`.
  public var hub: String
  /// The device's credential.
  public var token: String
  /// The household, as the pairing said.
  public var household: HouseholdID
  /// The member who uses the device, as the pairing said.
  public var member: RecordID
  /// The app's pack.
  public var pack: Pack
  /// The replica's file; made when it is not there. `:memory:` keeps it in memory.
  public var path: String
  /// How the app names itself to the hub.
  public var software = "hearth-device/\(Hearth.version)"
  /// Whether messages over WebSocket are JSON that people can read, rather than binary.
  public var usesReadableFrames = false
  /// Whether binary messages are deflated where there is much to say, as after days offline, if the hub does so too.
  public var deflatesMessages = true
  /// The device's clock.
  public var clock: @Sendable () -> Instant = { .current }
  /// 64 random bits.
  public var random: @Sendable () -> UInt64 = { .random(in: .min ... .max) }

  /// Makes a configuration with the system's clock and chance.
  public init(
    hub: String, token: String, household: HouseholdID, member: RecordID, pack: Pack, path: String
  ) {
    self.hub = hub
    self.token = token
    self.household = household
    self.member = member
    self.pack = pack
    self.path = path
  }
}

/// The version of this library.
public enum Hearth {
  /// The version, as `hearth --version` prints it.
  public static let version = "0.1.0"
}
