package import HearthModel
package import HearthProtocol

/// What a device knows of itself and of how far it has come; small, and kept in one row.
package struct ReplicaIdentity: Hashable, Sendable {
  /// Random, new on each install or restore.
  package var incarnation: UInt64
  package let household: HouseholdID
  package let member: RecordID
  /// The member's role, as the hub last said.
  package var role = ""
  /// The number under which this install writes; nil until the hub has given one.
  package var replica: ReplicaNumber?
  /// Up to where the confirmed state is complete.
  package var cursor = Cursor.start
  /// The pages of a catch-up that is not complete.
  package var staging: Staging?
  /// The counter of the next change set.
  package var nextCounter: UInt64 = 1
  /// The last stamp given out.
  package var clock = HybridClock()
  /// The confirmed state holds the device's own change sets up to this counter, although the outcomes of some may still
  /// be on their way.
  package var confirmedCounter: UInt64 = 0
  /// How far the hub's clock was behind this device's at the last handshake, in milliseconds.
  package var clockOffset: Int64 = 0
  /// The ids that the hub folded into other records; the newest last.
  package var aliases: [RecordAlias] = []

  package init(incarnation: UInt64, household: HouseholdID, member: RecordID) {
    self.incarnation = incarnation
    self.household = household
    self.member = member
  }

  /// A catch-up on its way.
  package struct Staging: Hashable, Sendable {
    package var cursor: Cursor
    /// Whether the pages replace all that the device holds.
    package var isSnapshot: Bool
    /// What the hub had decided of this replica when the catch-up began.
    package var lastCounter: UInt64
  }

  /// Begins a catch-up, or goes on with the one that was cut off: the hub says by a snapshot that it does not have what
  /// the device took over.
  package mutating func stage(after welcome: Welcome) {
    let goesOn = welcome.isSnapshot ? nil : staging
    let start = goesOn?.cursor.revision ?? (welcome.isSnapshot ? .zero : cursor.revision)
    staging = Staging(
      cursor: Cursor(epoch: welcome.epoch, revision: start), isSnapshot: goesOn?.isSnapshot ?? welcome.isSnapshot,
      lastCounter: welcome.lastCounter)
  }
}

extension ReplicaIdentity: ByteCodable {
  private static let format: UInt8 = 2
  /// The format without aliases.
  private static let formatWithoutAliases: UInt8 = 1

  package func encode(into writer: inout ByteWriter) {
    writer.write(byte: Self.format)
    writer.write(fixed: incarnation)
    writer.write(household.record)
    writer.write(member)
    writer.write(role)
    writer.write(UInt64(replica?.rawValue ?? 0))
    writer.write(cursor)
    writer.write(optional: staging)
    writer.write(nextCounter)
    writer.write(fixed: clock.last.rawValue)
    writer.write(confirmedCounter)
    writer.write(signed: clockOffset)
    writer.write(list: aliases)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let format = try reader.readByte()
    guard format == Self.format || format == Self.formatWithoutAliases else {
      throw reader.fault("format \(Self.format) of an identity")
    }
    let incarnation = try reader.readFixed()
    let household = HouseholdID(try reader.read())
    self.init(incarnation: incarnation, household: household, member: try reader.read())
    role = try reader.readText()
    let number = try reader.readInteger(UInt32.self)
    replica = number == 0 ? nil : ReplicaNumber(rawValue: number)
    cursor = try reader.read()
    staging = try reader.readOptional(Staging.self)
    nextCounter = try reader.readNumber()
    clock = HybridClock(last: HybridTime(rawValue: try reader.readFixed()))
    confirmedCounter = try reader.readNumber()
    clockOffset = try reader.readSigned()
    if format == Self.format { aliases = try reader.readList(RecordAlias.self) }
  }
}

extension ReplicaIdentity.Staging: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(cursor)
    writer.write(bool: isSnapshot)
    writer.write(lastCounter)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    cursor = try reader.read()
    isSnapshot = try reader.readBool()
    lastCounter = try reader.readNumber()
  }
}

extension Cursor: ByteCodable {
  package func encode(into writer: inout ByteWriter) {
    writer.write(fixed: epoch.rawValue)
    writer.write(revision.rawValue)
  }

  package init(from reader: inout ByteReader) throws(ByteFault) {
    let epoch = Epoch(rawValue: try reader.readFixed())
    self.init(epoch: epoch, revision: Revision(rawValue: try reader.readNumber()))
  }
}
