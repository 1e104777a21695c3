package import HearthModel

/// A message from a device to a hub (protocol/wire.md, section 3).
package enum DeviceMessage: Hashable, Sendable {
  case hello(Hello)
  case push([ChangeSet])
  case acknowledge(Revision)
  case ping(UInt64)
  case pong(UInt64)
  case goodbye(reason: String)
  case inquire(UInt64, Inquiry)
}

/// A message from a hub to a device (protocol/wire.md, section 3).
package enum HubMessage: Hashable, Sendable {
  case welcome(Welcome)
  case roster([RosterEntry])
  /// A page, and the blinded ids (``RecordID/blinded(in:_:)``) of records to drop.
  case catchUp([RecordPatch], forget: [UInt64] = [], through: Revision)
  case caughtUp(Revision)
  case updates([Update])
  case seen(ReplicaNumber, Revision)
  case ping(UInt64)
  case pong(UInt64)
  case goodbye(reason: String, retryAfterMilliseconds: UInt32)
  case error(ProtocolFault)
  case answer(UInt64, Answer)
}

/// What a live device is told, in the order of revisions.
package enum Update: Hashable, Sendable {
  /// Another device's change set was committed.
  case patch(Patch)
  /// One of the device's own change sets was decided.
  case outcome(Outcome)
}

/// How a device introduces itself.
package struct Hello: Hashable, Sendable {
  package var protocolVersion: UInt32
  package var token: String
  package var app: String
  package var packVersion: UInt32
  /// Random, new on each install or restore; never 0.
  package var incarnation: UInt64
  package var cursor: Cursor
  /// The counter of the device's next change set.
  package var nextCounter: UInt64
  /// The device's clock in milliseconds since 1970.
  package var clock: Int64
  package var software: String
  /// Whether the device reads Deflated.
  package var deflates: Bool

  package init(
    protocolVersion: UInt32 = ProtocolVersion.current, token: String, app: String, packVersion: UInt32,
    incarnation: UInt64, cursor: Cursor, nextCounter: UInt64, clock: Int64, software: String, deflates: Bool = false
  ) {
    self.protocolVersion = protocolVersion
    self.token = token
    self.app = app
    self.packVersion = packVersion
    self.incarnation = incarnation
    self.cursor = cursor
    self.nextCounter = nextCounter
    self.clock = clock
    self.software = software
    self.deflates = deflates
  }
}

/// How a hub answers a Hello.
package struct Welcome: Hashable, Sendable {
  package var session: UInt64
  package var household: HouseholdID
  package var member: RecordID
  package var role: String
  package var replica: ReplicaNumber
  package var epoch: Epoch
  package var head: Revision
  /// The last change set of this replica that the hub has decided.
  package var lastCounter: UInt64
  /// The hub's clock in milliseconds since 1970.
  package var clock: Int64
  /// Whether what follows is everything, so that what the device holds and is not named is gone.
  package var isSnapshot: Bool
  package var limits: Limits
  /// Whether either end may send Deflated from here on.
  package var deflates: Bool

  package init(
    session: UInt64, household: HouseholdID, member: RecordID, role: String, replica: ReplicaNumber, epoch: Epoch,
    head: Revision, lastCounter: UInt64, clock: Int64, isSnapshot: Bool, limits: Limits, deflates: Bool = false
  ) {
    self.session = session
    self.household = household
    self.member = member
    self.role = role
    self.replica = replica
    self.epoch = epoch
    self.head = head
    self.lastCounter = lastCounter
    self.clock = clock
    self.isSnapshot = isSnapshot
    self.limits = limits
    self.deflates = deflates
  }
}

/// Who writes under a replica number.
package struct RosterEntry: Hashable, Sendable {
  package let replica: ReplicaNumber
  package let member: RecordID
  /// What people call the device.
  package let device: String

  package init(replica: ReplicaNumber, member: RecordID, device: String) {
    self.replica = replica
    self.member = member
    self.device = device
  }
}
