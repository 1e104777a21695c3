internal import Crypto
package import HearthEngine
package import HearthModel
package import HearthProtocol

/// Finds out who a Hello is from, and where its session begins.
package struct Doorkeeper: Sendable {
  package let packs: [String: Pack]
  package let limits: Limits
  private let audiences: [String: Audience]

  package init(packs: [String: Pack], limits: Limits) {
    self.packs = packs
    self.limits = limits
    audiences = packs.mapValues { Audience($0) }
  }

  /// A session that may begin. A class, since each message of the session looks into it.
  package final class Admitted: Sendable {
    package let grant: HubSession.Grant
    package let pack: Pack
    /// What the member sees when the session begins.
    package let view: View
    package let device: DeviceEntry
    package let offset: ClockOffset
    /// ``HouseholdState/horizon`` when the session begins.
    package let horizon: Revision

    init(
      grant: HubSession.Grant, pack: Pack, view: View, device: DeviceEntry, offset: ClockOffset, horizon: Revision
    ) {
      self.horizon = horizon
      self.grant = grant
      self.pack = pack
      self.view = view
      self.device = device
      self.offset = offset
    }

    /// The same without the roster, which is told once: kept with each connection it would take memory with the square
    /// of a household's devices.
    package var withoutRoster: Admitted {
      var grant = grant
      grant.roster = []
      return Admitted(grant: grant, pack: pack, view: view, device: device, offset: offset, horizon: horizon)
    }
  }

  /// What the shell gives to each attempt.
  package struct Circumstances: Sendable {
    package let session: UInt64
    /// The hub's clock in milliseconds since 1970.
    package let now: Int64

    package init(session: UInt64, now: Int64) {
      self.session = session
      self.now = now
    }
  }

  /// SHA-256 of a token, as stores keep it.
  package static func hash(ofToken token: String) -> [UInt8] {
    Array(SHA256.hash(data: Array(token.utf8)))
  }

  /// Decides whether a device may come in.
  ///
  /// - Throws: ``ProtocolFault`` for those who may not; ``StoreFault`` when the store fails.
  package func admit(_ hello: Hello, _ store: any Store, _ circumstances: Circumstances) throws -> Admitted {
    guard let device = try store.device(tokenHash: Self.hash(ofToken: hello.token)) else {
      throw ProtocolFault(.unauthorized, "This token opens no household here. Pair the device again.")
    }
    guard let app = try store.read({ try $0.household(device.household) })?.app, let pack = packs[app] else {
      throw ProtocolFault(.householdGone, "The household is not at this hub any more.")
    }
    try check(hello, pack)
    let view = try view(of: device, pack, store)
    let replica = try store.openReplica(
      household: device.household, device: device.id, incarnation: hello.incarnation)
    guard let household = try store.read({ try $0.household(device.household) }) else {
      throw StoreFault.unknown(device.household)
    }
    guard household.lineage.epoch != Cursor.start.epoch else {
      throw StoreFault(.failed, "The store has begun no life, so that cursors could not be told apart.")
    }
    let isSnapshot = !household.has(hello.cursor, view.epoch)
    let welcome = Welcome(
      session: circumstances.session, household: household.id, member: device.member, role: view.standing.role,
      replica: replica, epoch: view.epoch(household.lineage.epoch), head: household.revision,
      lastCounter: household.progress(of: replica).counter, clock: circumstances.now, isSnapshot: isSnapshot,
      limits: limits, deflates: hello.deflates)
    return Admitted(
      grant: HubSession.Grant(
        welcome: welcome, roster: try roster(of: household, store),
        position: isSnapshot ? .zero : hello.cursor.revision),
      pack: pack, view: view, device: device, offset: ClockOffset(device: hello.clock, hub: circumstances.now),
      horizon: household.horizon)
  }

  private func check(_ hello: Hello, _ pack: Pack) throws(ProtocolFault) {
    guard hello.app == pack.name else {
      throw ProtocolFault(.packMismatch, "The household uses the app `\(pack.name)`, the device `\(hello.app)`.")
    }
    guard hello.packVersion == UInt32(pack.version) else {
      let side = hello.packVersion < UInt32(pack.version) ? "Update the app." : "The hub has to be updated first."
      throw ProtocolFault(
        .packMismatch,
        "The hub serves version \(pack.version) of `\(pack.name)`, the device speaks \(hello.packVersion). \(side)")
    }
  }

  private func view(of device: DeviceEntry, _ pack: Pack, _ store: any Store) throws -> View {
    try store.read { reader in
      let home = pack.collection(pack.householdCollection)!
      let ownRecord = try reader.record(RecordKey(device.household, home.number, device.household.record))
      guard let ownRecord, ownRecord.isLive(in: home) else {
        throw ProtocolFault(.householdGone, "The household is deleted.")
      }
      let audience = audiences[pack.name]!
      let standing = try withoutActuallyEscaping(reader.record) { records in
        try audience.standing(of: device.member, in: device.household, records)
      }
      guard let standing else {
        throw ProtocolFault(.unauthorized, "The member of this device is not in the household.")
      }
      guard standing.mayEnter else { throw ProtocolFault.evicted }
      return View(audience, standing, member: device.member, device: device.id)
    }
  }

  private func roster(of household: HouseholdState, _ store: any Store) throws -> [RosterEntry] {
    let devices = try store.devices(of: household.id)
    return household.replicas.sorted { $0.key < $1.key }.compactMap { number, replica in
      devices.first { $0.id == replica.device }.map {
        RosterEntry(replica: number, member: $0.member, device: $0.name)
      }
    }
  }
}
