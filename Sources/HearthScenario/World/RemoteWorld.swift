package import Foundation
internal import HearthDevice
package import HearthModel
internal import HearthProtocol
package import HearthReplica

/// A running hub and devices of the device library, over a real transport.
package final class RemoteWorld: ScenarioWorld {
  /// A device to be made, with the credential that the hub gave.
  package struct Credential: Sendable {
    package let name: String
    package let member: RecordID
    package let token: String

    package init(name: String, member: RecordID, token: String) {
      self.name = name
      self.member = member
      self.token = token
    }
  }

  private let hub: String
  private let pack: Pack
  private let household: HouseholdID
  /// A hub founds a seed under a new id; so the household, and what has its id from a key, are called otherwise there.
  private let idsAtHub: [RecordID: RecordID]
  private let idsInScenario: [RecordID: RecordID]
  private let folder: URL
  private let isReadable: Bool
  private var devices: [String: Entry] = [:]
  /// The longest time from opening a connection until its device had caught up. The hub knows how far the clocks of
  /// devices are apart no better than this.
  private var slowestHandshake = Duration.zero
  /// When the last edit was made, on whichever device.
  private var lastEdit: ContinuousClock.Instant?

  private final class Entry {
    let credential: Credential
    let clock: ShiftedClock
    var device: Device
    var isConnected = false

    init(credential: Credential, clock: ShiftedClock, device: Device) {
      self.credential = credential
      self.clock = clock
      self.device = device
    }
  }

  /// How long anything at the hub may take.
  private static let patience = Duration.seconds(15)

  /// - Parameters:
  ///   - hub: `tcp://host:port` or `ws://host:port`.
  ///   - folder: where the replicas are kept while the scenario runs.
  ///   - isReadable: over WebSocket, JSON rather than binary frames.
  package init(
    hub: String, pack: Pack, household: HouseholdID, seedHousehold: HouseholdID,
    keyed: [RecordID: Scenario.RecordName] = [:], credentials: [Credential], folder: URL, isReadable: Bool = false
  ) throws {
    self.hub = hub
    self.pack = pack
    self.household = household
    idsAtHub = keyed.compactMapValues { $0.id(in: household, pack) }
      .merging([seedHousehold.record: household.record]) { $1 }
    idsInScenario = Dictionary(uniqueKeysWithValues: idsAtHub.map { ($1, $0) })
    self.folder = folder
    self.isReadable = isReadable
    for credential in credentials {
      let clock = ShiftedClock()
      devices[credential.name] = Entry(credential: credential, clock: clock, device: try open(credential, clock))
    }
  }

  private func open(_ credential: Credential, _ clock: ShiftedClock) throws -> Device {
    var configuration = DeviceConfiguration(
      hub: hub, token: credential.token, household: household, member: credential.member, pack: pack,
      path: folder.appending(path: "\(credential.name).db").path)
    configuration.software = "hearth-scenario"
    configuration.usesReadableFrames = isReadable
    configuration.clock = { clock.now }
    return try Device(configuration)
  }

  private func entry(_ name: String) throws -> Entry {
    guard let entry = devices[name] else { throw WorldFault("There is no device `\(name)`.") }
    return entry
  }

  // MARK: What happens to devices

  package func connect(_ device: String) async throws {
    let entry = try entry(device)
    entry.isConnected = true
    let began = ContinuousClock.now
    await entry.device.connect()
    try await waitUntilLive(entry)
    slowestHandshake = max(slowestHandshake, ContinuousClock.now - began)
  }

  package func disconnect(_ device: String) async throws {
    let entry = try entry(device)
    entry.isConnected = false
    await entry.device.disconnect()
  }

  package func cut(_ device: String) async throws {
    let entry = try entry(device)
    entry.isConnected = false
    await entry.device.abandon()
  }

  package func restart(_ device: String) async throws {
    let entry = try entry(device)
    entry.isConnected = false
    await entry.device.abandon()
    entry.device = try open(entry.credential, entry.clock)
  }

  package func setClock(of device: String, aheadBy milliseconds: Int64) async throws {
    try entry(device).clock.set(aheadBy: milliseconds)
  }

  package func commit(_ draft: Draft, on device: String) async throws -> UInt64 {
    // So that the later of two edits is the later one at the hub too, which takes a clock for as much slower as its
    // hello was on the way.
    if let lastEdit { try await Task.sleep(until: lastEdit + slowestHandshake + .milliseconds(2)) }
    lastEdit = .now
    return try await entry(device).device.commit(draft.replacing(idsAtHub)).counter
  }

  package func foreseenRefusal(of draft: Draft, on device: String) async throws -> RejectionCode? {
    let answer = try await entry(device).device.forecast(draft.replacing(idsAtHub))
    if case .refused(let rejection) = answer { return rejection.code }
    return nil
  }

  package func forge(_ draft: Draft, on device: String) async throws -> UInt64 { throw Self.isInside }
  package func serve(_ draft: Draft) async throws { throw Self.isInside }
  package func renew(_ catalogue: Catalogue) async throws { throw Self.isInside }
  package func passDay() async throws { throw Self.isInside }

  private static let isInside = WorldFault(
    "Services, another catalogue, days that pass and forgeries need a hub in this process. "
      + "Run the scenario without `--hub`."
  )

  package func resend(_ device: String) async throws {
    await (try entry(device)).device.resend()
  }

  package func pass() async throws {
    // Real time passes by itself; edits keep their distance in `commit`.
  }

  package func settle() async throws {
    for entry in connected() { try await waitUntilLive(entry) }
    for entry in connected() { try await entry.device.waitUntilSynced(timeout: Self.patience) }
    var head = Revision.zero
    for entry in connected() { head = max(head, try await entry.device.status().revision) }
    for entry in connected() {
      let device = entry.device
      try await wait("every device is at revision \(head)") {
        let status = try await device.status()
        // What a device was told may be that it has no business here any more; it then holds nothing.
        if case .refused = status.link { return true }
        return status.revision >= head
      }
    }
    for entry in connected() where try await hasNoBusinessHere(entry) {
      let device = entry.device
      // The patch that says so has come; the end of the session follows it.
      try await wait("\(entry.credential.name) is turned away") {
        if case .refused = try await device.status().link { true } else { false }
      }
    }
  }

  /// Whether the household or the device's member is gone.
  private func hasNoBusinessHere(_ entry: Entry) async throws -> Bool {
    for (number, id) in [
      (pack.householdCollection, household.record), (pack.memberCollection, entry.credential.member),
    ] {
      guard let collection = pack.collection(number) else { continue }
      if try await entry.device.record(collection.name, id)?.content.life != .live { return true }
    }
    return false
  }

  private func connected() -> [Entry] {
    devices.values.filter(\.isConnected).sorted { $0.credential.name < $1.credential.name }
  }

  /// A device that the hub refuses for good has settled as well.
  private func waitUntilLive(_ entry: Entry) async throws {
    let device = entry.device
    try await wait("\(entry.credential.name) has caught up") {
      switch try await device.status().link {
      case .live: true
      case .refused:
        {
          entry.isConnected = false
          return true
        }()
      case .offline, .waiting, .connecting, .catchingUp: false
      }
    }
  }

  private func wait(_ what: String, _ isDone: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + Self.patience
    while try await !isDone() {
      guard ContinuousClock.now < deadline else {
        throw WorldFault("Waited \(Self.patience) in vain until \(what). Is the hub overloaded?")
      }
      try await Task.sleep(for: .milliseconds(2))
    }
  }

  /// Closes everything.
  package func end() async {
    for entry in devices.values { await entry.device.disconnect() }
  }

  // MARK: What can be seen

  package func view(_ key: ReplicaKey, on device: String) async throws -> VisibleRecord? {
    guard let collection = pack.collection(key.collection) else { return nil }
    let id = idsAtHub[key.record] ?? key.record
    return try await entry(device).device.record(collection.name, id)?.content.replacing(idsInScenario)
  }

  package func records(
    of collection: CollectionSchema, on device: String
  ) async throws -> [(RecordID, VisibleRecord)] {
    try await entry(device).device.records(in: collection.name, includingGone: true)
      .map { (idsInScenario[$0.id] ?? $0.id, $0.content.replacing(idsInScenario)) }
  }

  package func conflicted(
    in collection: CollectionSchema, on device: String
  ) async throws -> [(RecordID, VisibleRecord)] {
    try await entry(device).device.records(in: collection.name, includingGone: true)
      .filter { !$0.content.conflicts.isEmpty }.map { (idsInScenario[$0.id] ?? $0.id, $0.content) }
  }

  package func settled(_ device: String) async throws -> [SettledEntry] {
    try await entry(device).device.recentlySettled(limit: 10_000)
  }

  package func replica(_ device: String) async throws -> Replica {
    await (try entry(device)).device.replica
  }
}

/// The system's clock, moved.
private final class ShiftedClock: @unchecked Sendable {
  private let lock = NSLock()
  private var ahead: Int64 = 0

  var now: Instant {
    let ahead = lock.withLock { self.ahead }
    return Instant(milliseconds: Instant.current.milliseconds + ahead)
  }

  func set(aheadBy milliseconds: Int64) {
    lock.withLock { ahead = milliseconds }
  }
}

extension VisibleRecord {
  /// The record with other ids, where values refer to them.
  fileprivate func replacing(_ ids: [RecordID: RecordID]) -> VisibleRecord {
    var record = self
    record.values = values.map { value in value.id.flatMap { ids[$0] }.map { .id($0) } ?? value }
    return record
  }
}
