internal import HearthModel
internal import HearthProtocol
internal import HearthReplica
internal import HearthTransport
internal import HearthWire
internal import NIOCore

/// One driven device: the device library's core, its records in memory, and a socket. Lives on the driver's event loop.
final class LoadDevice: @unchecked Sendable {
  /// A device to drive, as the hub knows it.
  struct Credentials: Sendable {
    let household: HouseholdID
    let member: RecordID
    let token: String

    /// A new install of the device.
    func newCore(_ pack: Pack, _ form: WireCodec.Form) -> DeviceCore {
      let identity = ReplicaIdentity(
        incarnation: .random(in: 1 ... .max), household: household, member: member)
      return DeviceCore(
        replica: Replica(pack: pack, identity: identity, outbox: [], roster: []), token: token,
        software: "hearth-loadtest/0.1", form: form, deflatingFrom: DeflatedFrames.thresholdBytes)
    }
  }

  /// Position among all devices.
  let position: Int
  let household: LoadHousehold
  let credentials: Credentials
  private let pack: Pack
  private let form: WireCodec.Form
  private(set) var core: DeviceCore
  private(set) var storage = LoadStorage()
  private var channel: (any Channel)?
  private unowned let driver: Driver
  /// When each change set without an outcome was due, in nanoseconds of the loop's clock.
  private var due: [UInt64: Int64] = [:]
  private var wakeAt: Int64 = .max
  private var turns = 0
  /// The records that the device edits, ascending; nil until they are looked up.
  private var editable: [RecordID]?
  var wantsConnection = false
  /// The last counter with an outcome of each record, for the check that nothing acknowledged is missing.
  private(set) var acknowledged: [ReplicaKey: Dot] = [:]
  /// Bytes of frames, both ways, as they go over the wire: deflated ones deflated, with the four of their lengths.
  private(set) var traffic = 0

  init(
    position: Int, _ credentials: Credentials, _ household: LoadHousehold, _ pack: Pack, _ form: WireCodec.Form,
    _ driver: Driver
  ) {
    self.position = position
    self.credentials = credentials
    self.household = household
    self.pack = pack
    self.form = form
    self.driver = driver
    core = credentials.newCore(pack, form)
  }

  var isLive: Bool { core.link.condition == .live }
  /// Whether the member may write something of his own accord; known once the device has been live.
  var mayWrite: Bool { driver.workload.mayWrite(credentials.member, role: core.replica.identity.role) }
  var revision: Revision { core.replica.identity.cursor.revision }
  var waitsForOutcomes: Bool { !due.isEmpty }

  /// A second install with the same credentials, which reads everything anew.
  func makeWitness() -> LoadDevice {
    LoadDevice(position: position, credentials, LoadHousehold(household.id), pack, form, driver)
  }

  // MARK: What the driver wants

  func connect() {
    wantsConnection = true
    perform { try core.connect(moment, storage) }
  }

  func disconnect() {
    wantsConnection = false
    perform { try core.disconnect(moment, storage) }
  }

  /// Loses the connection, as when the network changes.
  func drop() {
    channel?.close(promise: nil)
  }

  /// Begins a new life as an install that has nothing.
  func startAnew() {
    channel?.close(promise: nil)
    channel = nil
    core = credentials.newCore(pack, form)
    storage = LoadStorage()
    (due, editable, acknowledged) = ([:], nil, [:])
    connect()
  }

  func setReading(_ isReading: Bool) {
    try? channel?.syncOptions?.setOption(.autoRead, value: isReading)
  }

  /// Makes the next change set.
  ///
  /// - Parameter due: when a person would have made it.
  /// - Returns: whether there was anything to edit.
  func write(due moment: Int64) -> Bool {
    guard mayWrite else { return false }
    let changes = driver.workload.spending?.changes(by: credentials.member) ?? edits()
    guard !changes.isEmpty else { return false }
    turns += 1
    write(changes, due: moment)
    return true
  }

  /// Makes a change set.
  func write(_ changes: [RecordChange], due moment: Int64) {
    due[core.replica.identity.nextCounter] = moment
    perform { try core.forge(changes, self.moment, storage).effects }
  }

  private func edits() -> [RecordChange] {
    guard let subject = driver.workload.subject(of: core.replica.identity.role) else { return [] }
    let collection = subject.collection.number
    return driver.workload.changes(subject, turn: turns, by: position, among: records(in: collection)) {
      versions(collection, $0)
    }
  }

  /// The records that the device edits, ascending; always of the same collection.
  func records(in collection: CollectionNumber) -> [RecordID] {
    if let editable { return editable }
    let found = storage.confirmed(in: collection).filter { $0.1.life == .live }.map(\.0)
    editable = found
    return found
  }

  /// What the device has seen of a record.
  func versions(_ collection: CollectionNumber, _ record: RecordID) -> VersionVector {
    storage.confirmed(ReplicaKey(collection, record))?.versions ?? VersionVector()
  }

  private static let lengthBytes = 4

  // MARK: What the socket says

  func opened(_ channel: any Channel) {
    guard wantsConnection, case .connecting = core.link.condition else { return channel.close(promise: nil) }
    self.channel = channel
    driver.meter.connected()
    perform { try core.opened(moment, storage) }
  }

  func received(_ frame: TransportFrame) {
    traffic += frame.bytes.count + Self.lengthBytes
    let (wasLive, before) = (isLive, revision.rawValue)
    var own: Set<UInt64> = []
    perform {
      try core.received(frame.bytes, moment, storage)
    } settled: { entries in
      for entry in entries {
        own.insert(entry.revision.rawValue)
        settled(entry)
      }
    }
    guard wasLive, isLive, revision.rawValue > before else { return }
    for revision in before + 1...revision.rawValue where !own.contains(revision) {
      household.arrived(revision, at: driver.now, driver.meter)
    }
  }

  private func settled(_ entry: SettledEntry) {
    let counter = entry.changeSet.counter
    guard let due = due.removeValue(forKey: counter) else { return }
    driver.meter.decided(entry.verdict, due: due, at: driver.now)
    guard !entry.isRejected else { return }
    household.decided(entry.revision.rawValue, due: due, driver.meter)
    for change in entry.changeSet.changes {
      acknowledged[ReplicaKey(change.collection, change.record)] = Dot(entry.replica, counter)
    }
  }

  func closed(_ channel: any Channel) {
    guard channel === self.channel else { return }
    self.channel = nil
    driver.meter.disconnected()
    perform { try core.closed(moment, storage) }
  }

  func couldNotConnect(_ error: any Error) {
    driver.meter.fault("\(error)")
    perform { try core.closed(moment, storage) }
  }

  // MARK: Effects

  private var moment: DeviceCore.Moment { driver.moment() }

  private func perform(
    _ body: () throws -> [DeviceCore.Effect], settled: ([SettledEntry]) -> Void = { _ in }
  ) {
    let effects: [DeviceCore.Effect]
    do { effects = try body() } catch { return driver.meter.fault("\(error)") }
    var hasWritten = false
    var isDone = false
    for effect in effects {
      switch effect {
      case .open: driver.open(self)
      case .write(let bytes):
        hasWritten = true
        traffic += bytes.count + Self.lengthBytes
        channel?.pipeline.syncOperations.write(NIOAny(TransportFrame(bytes: bytes, form: form)), promise: nil)
      case .close:
        channel?.flush()
        channel?.close(promise: nil)
      case .wake(let time): wake(at: time)
      case .settled(let entries):
        settled(entries)
        isDone = true
      case .condition(let condition):
        if case .waiting(_, let fault?) = condition { driver.meter.fault("E\(fault.code.rawValue) \(fault.code.name)") }
        if case .stopped(.refused(let fault)) = condition {
          driver.meter.fault("E\(fault.code.rawValue) \(fault.code.name)")
        }
        if condition == .live { driver.wentLive(self) }
      case .changed, .seen, .answered: break
      }
    }
    if hasWritten { channel?.flush() }
    if isDone { driver.settled(self) }
  }

  /// One timer at a time: a later one that is asked for meanwhile is asked for again by the tick.
  private func wake(at time: Int64) {
    guard time < wakeAt else { return }
    wakeAt = time
    driver.wake(self, at: time)
  }

  func tick() {
    wakeAt = .max
    perform { try core.tick(moment, storage) }
  }
}
